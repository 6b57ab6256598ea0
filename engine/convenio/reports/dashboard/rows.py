"""Makes rows of a portfolio: of an assessment, of its JSON, and of a row that `batch` wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.presumed import PresumedFact
from convenio.assessment.rating import Readings
from convenio.errors import Position, UsageError, shorten
from convenio.facts.case import CONFIDENCE_ORDER, Confidence, StatedFact
from convenio.facts.paths import owner_of
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.packs.rule import Rule
from convenio.reports.dashboard.portfolio import LEVELS, CaseRow
from convenio.reports.wording import Wording

_COUNTRIES = ("countries", "country", "recipient")
"""Columns that a mapping may keep beside the results and that tell to whom a deal comes."""


def row_of_assessment(assessment: Assessment, wording: Wording) -> CaseRow:
    """Return what the dashboard shows of an assessment."""
    run, applicable = assessment.tested
    tests = [one for one in assessment.findings if one.rule.kind != "mitigating"]
    catalogue = assessment.pack.catalogue
    floor = assessment.floor
    confidences = [
        assessment.family_confidence(name)
        for name, rating in assessment.families.items()
        if rating.floor == floor
    ]
    return CaseRow(
        id=assessment.case.id,
        title=assessment.case.title,
        as_of=assessment.case.as_of.isoformat(),
        readings=assessment.readings(),
        families={name: assessment.readings(name) for name in assessment.families},
        confidence=_lowest(confidences),
        countries=assessment.case.recipients,
        tests_run=run,
        tests=applicable,
        flagged=tuple(one.rule.id for one in tests if one.verdict == "flag"),
        untested=tuple(one.rule.id for one in tests if one.verdict == "unknown"),
        missing=_owners(path for one in assessment.findings for path in one.missing),
        carrying=tuple(wording.presumption(one.fact, catalogue) for one in assessment.carrying),
    )


def row_of_document(document: Mapping[str, Any], pack: Pack, wording: Wording) -> CaseRow:
    """Return what the dashboard shows of the JSON of an assessment, which fits its schema.

    That JSON does not name the parties, so the countries stay untold.
    """
    tests = [one for one in document["findings"] if one["kind"] != "mitigating"]
    applicable = [one for one in tests if one["verdict"] != "not_applicable"]
    untested = tuple(one["rule"] for one in applicable if one["verdict"] == "unknown")
    families = document["families"]
    floor = document["rating"]["floor"]
    presumptions = document.get("presumptions")
    return CaseRow(
        id=document["case"]["id"],
        title=document["case"]["title"],
        as_of=document["case"]["as_of"],
        readings=_readings(document["rating"]),
        families={name: _readings(rating) for name, rating in families.items()},
        confidence=_lowest(
            [one["confidence"] for one in families.values() if one["floor"] == floor]
        ),
        tests_run=len(applicable) - len(untested),
        tests=len(applicable),
        flagged=tuple(one["rule"] for one in applicable if one["verdict"] == "flag"),
        untested=untested,
        missing=_owners(path for one in document["findings"] for path in one["missing"]),
        carrying=None
        if presumptions is None
        else tuple(_presumption(one, pack, wording) for one in presumptions if one["carries"]),
    )


def row_of_result(
    row: Mapping[str, Any],
    pack: Pack,
    missing: Mapping[str, Sequence[str]] | None,
    confidence: Mapping[str, Confidence],
    countries: Mapping[str, tuple[str, ...]] | None,
    name: str,
) -> CaseRow:
    """Return what the dashboard shows of a row of results.

    The row holds what `convenio batch` writes for a case; values may be texts, as CSV has them.
    Of findings and parties, which stand in tables of their own, there is what was found by case.

    Raises UsageError where a rating or a code is none; `name` says there where it stands.
    """
    id_ = str(row["id"])
    codes = {rule.id: _code(row[rule.id], name) for rule in tests_in(row, pack)}
    run, tests = _tests(codes) if codes else _counted(row, name)
    families = [key.removesuffix("__floor") for key in row if key.endswith("__floor")]
    return CaseRow(
        id=id_,
        title=str(row.get("title") or ""),
        as_of=str(row.get("as_of") or ""),
        readings=_result_readings(row, "", name),
        families={family: _result_readings(row, f"{family}__", name) for family in families},
        confidence=confidence.get(id_),
        countries=_countries(row) if countries is None else countries.get(id_, ()),
        tests_run=run,
        tests=tests,
        flagged=tuple(rule for rule, code in codes.items() if code >= 10) if codes else None,
        untested=tuple(rule for rule, code in codes.items() if 0 < code < 10) if codes else None,
        missing=None if missing is None else _owners(missing.get(id_, ())),
    )


def tests_in(row: Mapping[str, Any], pack: Pack) -> list[Rule]:
    """Return the rules of a pack, no mitigating ones, of which a row of results tells."""
    return [rule for rule in pack.rules if rule.kind != "mitigating" and rule.id in row]


def confidence_of(texts: Mapping[str, Sequence[str]]) -> dict[str, Confidence]:
    """Return the lowest confidence among the texts of each case that name one."""
    found = {}
    for case, given in texts.items():
        lowest = _lowest([one for one in CONFIDENCE_ORDER if one in given])
        if lowest is not None:
            found[case] = lowest
    return found


def _owners(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(owner_of(path) for path in paths))


def _presumption(told: Mapping[str, Any], pack: Pack, wording: Wording) -> str:
    """Write a presumption as that of an assessment is, if the pack at hand still makes it."""
    path, because = told["path"], told["because"]
    for one in pack.presumptions.get(path, ()):
        if one.because == because:
            value = one.value.value if one.value is not None else None
            after = StatedFact(path, "known", Position(""), value)
            return wording.presumption(PresumedFact(None, after, one), pack.catalogue)
    return wording.label(path, pack.catalogue)


def _lowest(confidences: list[Confidence | None]) -> Confidence | None:
    told = [one for one in confidences if one is not None]
    return min(told, key=CONFIDENCE_ORDER.index, default=None)


def _readings(rating: Mapping[str, Rating]) -> Readings:
    return Readings(rating["floor"], rating.get("presumed", rating["floor"]), rating["ceiling"])


def _result_readings(row: Mapping[str, Any], prefix: str, name: str) -> Readings:
    floor = row.get(f"{prefix}floor")
    presumed = row.get(f"{prefix}presumed", floor)
    ceiling = row.get(f"{prefix}ceiling")
    found = [str(one or "not_assessed") for one in (floor, presumed, ceiling)]
    for one in found:
        if one not in LEVELS:
            raise UsageError(f"{name}: the rating '{shorten(one)}' is none of {', '.join(LEVELS)}")
    return Readings(*found)  # type: ignore[arg-type]


def _code(value: Any, name: str) -> int:
    return -1 if value in (None, "") else _whole(value, name)


def _tests(codes: Mapping[str, int]) -> tuple[int, int]:
    """Return how many tests could be run, and how many apply."""
    applicable = [code for code in codes.values() if code >= 0]
    return sum(code == 0 or code >= 10 for code in applicable), len(applicable)


def _counted(row: Mapping[str, Any], name: str) -> tuple[int, int]:
    """Return the same of results by a pack that is not at hand; factors are among its counts."""
    flagged, clear, unknown = (_count(row.get(key), name) for key in ("flag", "clear", "unknown"))
    return flagged + clear, flagged + clear + unknown


def _count(value: Any, name: str) -> int:
    return 0 if value in (None, "") else _whole(value, name)


def _whole(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        text = shorten(str(value))
        raise UsageError(f"{name}: '{text}' is no code or count of results") from None


def _countries(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    given = next((row[key] for key in _COUNTRIES if key in row), None)
    if given is None:
        return None if not any(key in row for key in _COUNTRIES) else ()
    parts = given if isinstance(given, list | tuple) else str(given).replace(",", ";").split(";")
    return tuple(dict.fromkeys(part for part in (str(one).strip() for one in parts) if part))
