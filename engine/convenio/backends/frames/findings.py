"""From a code for each rule to one row for each finding."""

from __future__ import annotations

from collections.abc import Mapping

from convenio.backends.frames.columns import ID
from convenio.backends.frames.dialects import dialect_of
from convenio.backends.frames.words import Frame, nw
from convenio.packs.pack import Pack
from convenio.packs.rule import SEVERITIES


def findings_of(cases: Frame, pack: Pack, every: bool) -> Frame:
    """Return one row for each case and rule from a table of cases with codes."""
    rules = [rule.id for rule in pack.rules]
    frame = dialect_of(cases).unpivoted(cases.select(ID, *rules), rules, ID)
    code = nw.col("code")
    frame = frame.filter(~code.is_null() if every else code > 0)
    kinds = {rule.id: (rule.family, rule.kind) for rule in pack.rules}
    factors = [name for name, (_, kind) in kinds.items() if kind == "mitigating"]
    is_factor = nw.col("rule").is_in(factors)
    severity, ceiling = code // 10, code % 10
    return frame.select(
        nw.col(ID).alias("case"),
        nw.col("rule"),
        _mapped("rule", {name: family for name, (family, _) in kinds.items()}).alias("family"),
        _mapped("rule", {name: kind for name, (_, kind) in kinds.items()}).alias("kind"),
        nw.when(code < 0)
        .then(nw.lit("not_applicable"))
        .otherwise(
            nw.when(code == 0)
            .then(nw.lit("clear"))
            .otherwise(nw.when(code >= 10).then(nw.lit("flag")).otherwise(nw.lit("unknown")))
        )
        .alias("verdict"),
        nw.when(~is_factor & (code >= 10)).then(_severity_name(severity)).alias("severity"),
        nw.when(~is_factor & (code > 0)).then(_severity_name(ceiling)).alias("severity_ceiling"),
    )


def _mapped(column: str, words: Mapping[str, str]) -> nw.Expr:
    groups: dict[str, list[str]] = {}
    for name, word in words.items():
        groups.setdefault(word, []).append(name)
    result = nw.lit(None, dtype=nw.String)
    for word, names in groups.items():
        result = nw.when(nw.col(column).is_in(names)).then(nw.lit(word)).otherwise(result)
    return result


def _severity_name(number: nw.Expr) -> nw.Expr:
    result = nw.lit(None, dtype=nw.String)
    for place, severity in enumerate(SEVERITIES, 1):
        result = nw.when(number == place).then(nw.lit(severity)).otherwise(result)
    return result
