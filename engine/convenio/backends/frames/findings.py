"""From a code for each rule to one row for each finding."""

from __future__ import annotations

from collections.abc import Mapping

from convenio.backends.frames.columns import ID
from convenio.backends.frames.dialects import dialect_of
from convenio.backends.frames.namespace import Frame, ns
from convenio.packs.pack import Pack
from convenio.packs.rule import SEVERITIES


def findings_of(cases: Frame, pack: Pack, every: bool) -> Frame:
    """Return one row for each case and rule from a table of cases with codes."""
    rules = [rule.id for rule in pack.rules]
    frame = dialect_of(cases).unpivoted(cases.select(ID, *rules), rules, ID)
    code = ns.col("code")
    frame = frame.filter(~code.is_null() if every else code > 0)
    kinds = {rule.id: (rule.family, rule.kind) for rule in pack.rules}
    factors = [name for name, (_, kind) in kinds.items() if kind == "mitigating"]
    is_factor = ns.col("rule").is_in(factors)
    severity, ceiling = code // 10, code % 10
    return frame.select(
        ns.col(ID).alias("case"),
        ns.col("rule"),
        _mapped("rule", {name: family for name, (family, _) in kinds.items()}).alias("family"),
        _mapped("rule", {name: kind for name, (_, kind) in kinds.items()}).alias("kind"),
        ns.when(code < 0)
        .then(ns.lit("not_applicable"))
        .otherwise(
            ns.when(code == 0)
            .then(ns.lit("clear"))
            .otherwise(ns.when(code >= 10).then(ns.lit("flag")).otherwise(ns.lit("unknown")))
        )
        .alias("verdict"),
        ns.when(~is_factor & (code >= 10)).then(_severity_name(severity)).alias("severity"),
        ns.when(~is_factor & (code > 0)).then(_severity_name(ceiling)).alias("severity_ceiling"),
    )


def _mapped(column: str, words: Mapping[str, str]) -> ns.Expr:
    groups: dict[str, list[str]] = {}
    for name, word in words.items():
        groups.setdefault(word, []).append(name)
    result = ns.lit(None, dtype=ns.String)
    for word, names in groups.items():
        result = ns.when(ns.col(column).is_in(names)).then(ns.lit(word)).otherwise(result)
    return result


def _severity_name(number: ns.Expr) -> ns.Expr:
    result = ns.lit(None, dtype=ns.String)
    for place, severity in enumerate(SEVERITIES, 1):
        result = ns.when(number == place).then(ns.lit(severity)).otherwise(result)
    return result
