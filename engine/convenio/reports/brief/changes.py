"""What changed since an earlier assessment of the same case: what moved, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.catalogue import FactDeclaration
from convenio.reports.json import to_dict
from convenio.reports.wording import Wording

READ = ("schema", "case", "pack", "asked", "rating", "findings")
"""What is read of an earlier assessment."""
_READ_OF_FINDING = ("rule", "title", "verdict", "severity", "facts")
_FACTS_NAMED = 3


def what_is_read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an earlier assessment what its comparison rests on, so that it can be kept."""
    kept = {name: document[name] for name in READ if name in document}
    kept["findings"] = [
        {name: entry[name] for name in _READ_OF_FINDING if name in entry}
        for entry in document["findings"]
    ]
    return kept


def changes_since(
    previous: Mapping[str, Any], assessment: Assessment, wording: Wording
) -> list[str]:
    """Return a sentence for whatever changed: the case or the rules, the rating, each rule.

    A rule that moved is told with the facts that it reads and that changed.
    """
    now = to_dict(assessment, wording)
    rating = list(_rating(previous["rating"], now["rating"], wording))
    rules = list(_rules(previous["findings"], now["findings"], assessment, wording))
    moved = rating + rules or [wording("No verdict and no rating changed.")]
    return [*_inputs(previous, now, wording), *moved]


def _inputs(previous: Mapping[str, Any], now: Mapping[str, Any], _: Wording) -> Iterator[str]:
    case = previous["case"]["digest"] != now["case"]["digest"]
    rules = previous["pack"]["digest"] != now["pack"]["digest"]
    if case and rules:
        yield _("Both the case file and the rules changed.")
    elif case:
        yield _("The case file changed; the rules did not.")
    elif rules:
        yield _("The rules changed; the case file did not.")
    else:
        yield _("Neither the case file nor the rules changed.")
    versions = previous["pack"]["version"], now["pack"]["version"]
    if rules and versions[0] != versions[1]:
        yield _("Rules: version {old}, now {new}.").format(old=versions[0], new=versions[1])
    if previous.get("asked", {}) != now.get("asked", {}):
        yield _("What was asked for beside the files (facts set, presumptions) changed.")


def _rating(before: Mapping[str, str], after: Mapping[str, str], _: Wording) -> Iterator[str]:
    names = {"presumed": _("presumed"), "floor": _("established"), "ceiling": _("possible")}
    for name, word in names.items():
        if name in before and name in after and before[name] != after[name]:
            yield _("Rating, {reading}: was {old}, is {new}.").format(
                reading=word, old=_.ratings[before[name]], new=_.ratings[after[name]]
            )


def _rules(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    assessment: Assessment,
    _: Wording,
) -> Iterator[str]:
    old = {entry["rule"]: entry for entry in before}
    new = {entry["rule"]: entry for entry in after}
    told = {fact["path"]: fact for entry in before for fact in entry["facts"]}
    for rule, entry in new.items():
        then = old.get(rule)
        title = assessment.pack.by_id[rule].title
        if then is None:
            yield _("{rule} {title}: new among the rules; {now}.").format(
                rule=rule, title=title, now=_verdict(entry, _)
            )
        elif (then["verdict"], then["severity"]) != (entry["verdict"], entry["severity"]):
            why = "; ".join(_facts(told, entry["facts"], assessment, _))
            moved = f"{rule} {title}: {_verdict(then, _)} → {_verdict(entry, _)}"
            yield f"{moved} ({why})." if why else f"{moved}."
    for rule, then in old.items():
        if rule not in new:
            yield _("{rule}: no longer among the rules; it was {then}.").format(
                rule=rule, then=_verdict(then, _)
            )


def _facts(
    before: Mapping[str, Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    assessment: Assessment,
    _: Wording,
) -> Iterator[str]:
    """Write which facts that decide now were different before, or decided nothing then."""
    changed = [fact for fact in after if _said(before.get(fact["path"])) != _said(fact)]
    catalogue = assessment.pack.catalogue

    def words(entry: Mapping[str, Any]) -> str:
        return _words(entry, catalogue.resolve(entry["path"]), _)

    for fact in changed[:_FACTS_NAMED]:
        label, then = _.label(fact["path"], catalogue), before.get(fact["path"])
        if then is None:
            yield _("{fact}: {now}").format(fact=label, now=words(fact))
        else:
            yield _("{fact}: was {old}, is {new}").format(
                fact=label, old=words(then), new=words(fact)
            )
    if len(changed) > _FACTS_NAMED:
        yield _.plural("{n} more fact", "{n} more facts", len(changed) - _FACTS_NAMED)


def _said(entry: Mapping[str, Any] | None) -> tuple[Any, Any] | None:
    return None if entry is None else (entry["status"], entry["value"])


def _words(entry: Mapping[str, Any], declaration: FactDeclaration | None, _: Wording) -> str:
    if entry["value"] is None:
        return _("refused") if entry["status"] == "undisclosed" else _("not known")
    return _value(entry["value"], declaration, _)


def _value(value: Any, declaration: FactDeclaration | None, _: Wording) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return _.number(value)
    if isinstance(value, str):
        return _.member(value, declaration)
    if isinstance(value, dict) and "amount" in value:
        return f"{value.get('currency', '')} {_value(value['amount'], None, _)}".strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(_.member(item, declaration) for item in value) or _("none")
    if isinstance(value, list):
        return _.plural("{n} entry", "{n} entries", len(value))
    return _("another value")


def _verdict(entry: Mapping[str, Any], _: Wording) -> str:
    return _.verdict(str(entry["verdict"]), entry["severity"])
