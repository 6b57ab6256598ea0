"""Wrong readings of the semantics: each must break a row that holds today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from convenio.assessment import assessment
from convenio.backends import rules
from convenio.backends.outcome import OUTCOMES, Outcome
from convenio.backends.python import logic as text
from convenio.backends.python import rules as compiled
from convenio.facts.case import Case, StatedFact
from convenio.language import evaluate, quantities, trace, truth
from convenio.language.quantities import Interval
from convenio.language.trace import Trace
from convenio.language.truth import Truth
from convenio.packs.policy import RatingPolicy
from convenio.packs.rule import Version

WRITTEN = "as written"
COMPILED = "compiled"
_BOTH = (WRITTEN, COMPILED)


@dataclass(frozen=True)
class Change:
    """One wrong reading: what is replaced, by what, and the file whose rows must notice.

    `ways` are the ways of evaluating that the replaced piece decides in.
    """

    id: str
    file: str
    place: Any
    name: str
    instead: Any
    ways: tuple[str, ...] = _BOTH


def _unknown_is_false(values: Iterable[Truth]) -> Truth:
    return any(value is True for value in values)


def _no_false_wins(values: Iterable[Truth]) -> Truth:
    known = list(values)
    return None if None in known else all(known)


def _no_true_wins(values: Iterable[Truth]) -> Truth:
    known = list(values)
    return None if None in known else any(known)


def _and_waits(parts: Sequence[str]) -> str:
    return f"(1 if 1 in ({', '.join(parts)},) else {' & '.join(parts)})" if parts else "3"


def _or_waits(parts: Sequence[str]) -> str:
    return f"(1 if 1 in ({', '.join(parts)},) else {' | '.join(parts)})" if parts else "0"


def _text_unknown_is_false(parts: Sequence[str]) -> str:
    return f"(3 if 3 in ({''.join(f'{part}, ' for part in parts)}) else 0)"


def _text_certain_only(count: int, parts: Sequence[str]) -> str:
    return f"(3 if {' + '.join(f'({part} >> 1)' for part in parts)} >= {count} else 0)"


def _certain_only(count: int, values: Iterable[Truth]) -> Truth:
    return sum(value is True for value in values) >= count


def _ends_agree(operator: str, left: Interval, right: Interval) -> Truth:
    low = quantities._ordered(operator, left.low, right.low)
    return low if operator not in ("==", "!=") else (left.low == right.low) == (operator == "==")


def _every_child(part: Trace) -> tuple[Trace, ...]:
    return part.children


def _as_printed(left: float, right: float) -> float:
    return round(left / right, 9)


def _numbers(operator: str, left: float, right: float) -> float | None:
    if operator == "/":
        return 0.0 if right == 0 else _as_printed(left, right)
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def _exact_only(outcome: Outcome, severity: str | None) -> Truth:
    return outcome.verdict == "flag" and severity in (None, outcome.severity)


def _always(_policy: RatingPolicy, given: str, _severities: Sequence[str]) -> str:
    return {"critical": "high", "high": "moderate", "moderate": "low"}.get(given, given)


def _never(_policy: RatingPolicy, given: str, _severities: Sequence[str]) -> str:
    return given


def _last_day_too(version: Version, day: Any) -> bool:
    return (version.since is None or version.since <= day) and (
        version.until is None or day <= version.until
    )


def _by_source_alone(_case: Case, _fact: StatedFact) -> str:
    return "medium"


def _worst_of_all(ratings: Iterable[str]) -> str:
    return max(ratings, key=("low", "not_assessed", "moderate", "high", "critical").index)


_WRITTEN = (WRITTEN,)
_COMPILED = (COMPILED,)

CHANGES = (
    Change("and waits for every part", "kleene", truth, "conjunction", _no_false_wins, _WRITTEN),
    Change("or waits for every part", "kleene", truth, "disjunction", _no_true_wins, _WRITTEN),
    Change("or takes unknown for no", "kleene", truth, "disjunction", _unknown_is_false, _WRITTEN),
    Change("not U is T", "kleene", truth, "negate", lambda value: not value, _WRITTEN),
    Change("any takes unknown for no", "lists", evaluate, "disjunction", _unknown_is_false),
    Change("all waits for every part", "lists", evaluate, "conjunction", _no_false_wins),
    Change(
        "any inside is cut short",
        "quantifiers_pairs",
        evaluate,
        "disjunction",
        _no_true_wins,
        _WRITTEN,
    ),
    Change("at_least counts T alone", "atoms_at_least", evaluate, "threshold", _certain_only),
    Change("and waits for every part", "kleene", text, "conjunction", _and_waits, _COMPILED),
    Change("or waits for every part", "kleene", text, "disjunction", _or_waits, _COMPILED),
    Change(
        "or takes unknown for no", "kleene", text, "disjunction", _text_unknown_is_false, _COMPILED
    ),
    Change("not U is T", "kleene", text, "negate", lambda p: f"(3, 3, 3, 0)[{p}]", _COMPILED),
    Change(
        "any takes unknown for no", "lists", text, "disjunction", _text_unknown_is_false, _COMPILED
    ),
    Change("all waits for every part", "lists", text, "conjunction", _and_waits, _COMPILED),
    Change("any is cut short", "quantifiers_pairs", text, "disjunction", _or_waits, _COMPILED),
    Change(
        "at_least counts T alone",
        "atoms_at_least",
        text,
        "threshold",
        _text_certain_only,
        _COMPILED,
    ),
    Change(
        "unknown findings are clear",
        "flagged",
        compiled,
        "flag_codes",
        lambda _: (0,) * len(OUTCOMES),
        _COMPILED,
    ),
    Change(
        "unknown findings are clear", "flagged", rules, "flag_truth", lambda *_: False, _WRITTEN
    ),
    Change(
        "intervals by their lower end", "count_sum", quantities, "_compare_intervals", _ends_agree
    ),
    Change("quotients rounded", "arithmetic", quantities, "_compute_numbers", _numbers),
    Change("support is every child", "support", trace, "deciding", _every_child),
    Change("flagged with just that severity", "flagged", Outcome, "flagged", _exact_only),
    Change("a high finding never holds", "mitigation", RatingPolicy, "mitigated", _always),
    Change("factors change nothing", "mitigation", RatingPolicy, "mitigated", _never),
    Change("until is inclusive", "versions", Version, "in_force", _last_day_too),
    Change("confidence is one for all", "confidence", Case, "confidence_of", _by_source_alone),
    Change("not assessed outranks low", "ratings", assessment, "worst", _worst_of_all),
)
