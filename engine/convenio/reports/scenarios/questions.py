"""Open questions with the effect of every answer: as blocks to read, and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.case import Value
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.plain import value_of
from convenio.facts.values import Money
from convenio.reports.blocks import Block
from convenio.reports.json import identity, rating_data, readings_data
from convenio.reports.scenarios.compare import rating_words, readings_words
from convenio.reports.set_words import SetWords
from convenio.reports.wording import Wording
from convenio.scenarios.answers.breakpoints import FIRST_DAY, LAST_DAY
from convenio.scenarios.answers.finder import Answer
from convenio.scenarios.answers.ranking import Effect, Pair, Questions, RankedQuestion

SCHEMA = "convenio/questions/1"


def blocks(found: Questions, wording: Wording, limit: int | None = None) -> list[Block]:
    """Return the questions whose answers change a rating, then the pairs, then what is left."""
    _ = wording
    base = found.base
    ranked = [question for question in found.ranked if question.changes_rating]
    now = _("Now: {rating}.").format(rating=rating_words(base, _))
    shown = ranked[:limit]
    if not shown:
        return [Block(sentences=[now, _("No single answer changes a rating.")])]
    first = Block(sentences=[now])
    result = [first, *(_question(question, found, _) for question in shown)]
    if found.pairs:
        rows = [_pair(pair, found, _) for pair in found.pairs]
        columns = [_("answers"), _("rating"), _("rules")]
        title = _("Two answers together that do more than each alone")
        result.append(Block(title, [], columns, rows))
    notes = _left_out(found, len(shown), len(ranked), _)
    return [*result, Block(sentences=notes)] if notes else result


def _left_out(found: Questions, shown: int, ranked: int, wording: Wording) -> list[str]:
    notes = []
    if ranked > shown:
        text = wording.plural("{n} more question", "{n} more questions", ranked - shown)
        notes.append(wording("{questions} could change a rating.").format(questions=text))
    settle = len(found.ranked) - ranked
    if settle:
        text = wording.plural("{n} open fact bears", "{n} open facts bear", settle)
        notes.append(wording("{facts} on findings and change no rating alone.").format(facts=text))
    if found.untried_pairs:
        text = wording.plural("{n} pair", "{n} pairs", found.untried_pairs)
        notes.append(wording("Left out: {pairs} of answers were not tried.").format(pairs=text))
    return notes


def _question(found: RankedQuestion, questions: Questions, wording: Wording) -> Block:
    _ = wording
    base = questions.base
    columns = [_("answer"), _("overall"), _("families"), _("settles"), _("opens")]
    words = _group_words(found, base, _)
    rows = [
        [
            words(same),
            readings_words(same[0].overall, base.presumes, _),
            "; ".join(
                f"{_.family(name)}: {readings_words(readings, base.presumes, _)}"
                for name, readings in same[0].families.items()
            )
            or "–",
            _rules(same[0].settles),
            _rules((*same[0].opens, *same[0].about_the_file)),
        ]
        for same in same_effects(found.effects)
    ]
    notes = [f"{_(found.question.ask)} ({found.path})"]
    if not found.exact:
        notes.append(_("Not every answer: {why}.").format(why=found.why))
    return Block(_.label(found.path, base.pack.catalogue), notes, columns, rows)


def _group_words(
    found: RankedQuestion, base: Assessment, wording: Wording
) -> Callable[[Sequence[Effect]], str]:
    """Return what writes answers that do the same: one by one, or, of sets, what they share."""
    declaration = found.question.declaration

    def one_by_one(same: Sequence[Effect]) -> str:
        return "; ".join(answer_words(e.answer, declaration, base, wording) for e in same)

    if declaration is None or declaration.type.kind != "set":
        return one_by_one
    sets = [_members(effect) for effect in found.effects if not effect.answer.other]
    stated = frozenset.intersection(*sets) if sets else frozenset[str]()
    tried = dict.fromkeys(member for one in sets for member in sorted(one - stated))
    known = base.pack.catalogue.actors if declaration.type.element == "country" else None
    universe = sorted(tried, key=(known or declaration.type.members).index)
    if len(sets) != 2 ** len(universe) or not universe:
        return one_by_one

    def name(member: str) -> str:
        return wording.value((member,), declaration, base.pack.catalogue)

    words = SetWords(universe, name, bool(stated), wording)

    def together(same: Sequence[Effect]) -> str:
        group = [_members(e) - stated for e in same if not e.answer.other]
        others = [wording("others only")] if any(e.answer.other for e in same) else []
        return "; ".join([*([words.of(group)] if group else []), *others])

    return together


def _members(effect: Effect) -> frozenset[str]:
    value = effect.answer.value
    assert isinstance(value, tuple)
    return frozenset(member for member in value if isinstance(member, str))


def same_effects(effects: Sequence[Effect]) -> list[list[Effect]]:
    """Return answers that do the same together, in the order of the first of each."""
    groups: dict[object, list[Effect]] = {}
    for effect in effects:
        key = (
            effect.overall,
            tuple(effect.families.items()),
            effect.settles,
            effect.opens,
            effect.about_the_file,
        )
        groups.setdefault(key, []).append(effect)
    return list(groups.values())


def _rules(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "–"


def answer_words(
    answer: Answer, declaration: FactDeclaration | None, base: Any, wording: Wording
) -> str:
    """Write an answer: a value, a range, or that there is none."""
    _ = wording
    catalogue = base.pack.catalogue
    if answer.other and isinstance(answer.value, str):
        return _("another")
    if answer.other:
        return _("others only")
    if declaration is not None and declaration.type.kind == "list":
        if not answer.value:
            return _("none")
        return _("no more than those stated")
    if not answer.is_range:
        return _.value(answer.value, declaration, catalogue)

    def written(end: Fraction) -> str:
        return _.value(_as_value(end, answer.value), declaration, catalogue)

    low, high = answer.low, answer.high
    if low is not None and low == high:
        return written(low)
    kind = declaration.type.kind if declaration else ""
    is_lowest = low is None or (kind == "date" and low <= FIRST_DAY.toordinal())
    is_highest = high is None or (kind == "date" and high >= LAST_DAY.toordinal())
    if is_lowest and high is not None:
        text = _("{n} or before") if kind == "date" else _("{n} or less")
        return (text if answer.closed[1] else _("less than {n}")).format(n=written(high))
    if is_highest and low is not None:
        text = _("{n} or after") if kind == "date" else _("{n} or more")
        return (text if answer.closed[0] else _("more than {n}")).format(n=written(low))
    if low is None or high is None:
        return _("any")
    before = _("from {n}") if answer.closed[0] else _("more than {n}")
    after = _("to {n}") if answer.closed[1] else _("to less than {n}")
    return f"{before.format(n=written(low))} {after.format(n=written(high))}"


def _as_value(end: Fraction, like: Value) -> Value:
    if isinstance(like, dt.date):
        return dt.date.fromordinal(int(end))
    if isinstance(like, int):
        return int(end)
    # The end of a range is a computed number, of which no more than nine digits are meant.
    number = float(f"{float(end):.9g}")
    return Money(number, like.currency) if isinstance(like, Money) else number


def _pair(pair: Pair, found: Questions, wording: Wording) -> list[str]:
    catalogue = found.base.pack.catalogue
    said = [
        f"{wording.label(path, catalogue)}: "
        + answer_words(answer, catalogue.resolve(path), found.base, wording)
        for path, answer in zip(pair.paths, pair.answers, strict=True)
    ]
    rating = readings_words(pair.overall, found.base.presumes, wording)
    return ["; ".join(said), rating, ", ".join(pair.rules)]


def to_dict(found: Questions) -> dict[str, Any]:
    """Return the questions as plain data: the schema `convenio/questions/1`."""
    base = found.base
    return {
        "schema": SCHEMA,
        **identity(base),
        "rating": rating_data(base),
        "questions": [
            {
                "path": question.path,
                "state": question.question.state,
                "ask": question.question.ask,
                "rules": list(question.question.rules),
                "exact": question.exact,
                "raises_floor": question.raises_floor,
                "changes_presumed": question.changes_presumed,
                "lowers_ceiling": question.lowers_ceiling,
                "changes_family": question.changes_family,
                "answers": [_effect_data(effect, base) for effect in question.effects],
            }
            for question in found.ranked
        ],
        "pairs": [
            {
                "paths": list(pair.paths),
                "rules": list(pair.rules),
                "answers": [answer_data(answer) for answer in pair.answers],
                "rating": readings_data(pair.overall, base.presumes),
            }
            for pair in found.pairs
        ],
        "untried_pairs": found.untried_pairs,
    }


def _effect_data(effect: Effect, base: Assessment) -> dict[str, Any]:
    return {
        **answer_data(effect.answer),
        "rating": readings_data(effect.overall, base.presumes),
        "families": {
            name: readings_data(readings, base.presumes)
            for name, readings in effect.families.items()
        },
        "settles": list(effect.settles),
        "opens": list(effect.opens),
        "about_the_file": list(effect.about_the_file),
    }


def answer_data(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data; a range has its ends and a value that stands for it."""
    found: dict[str, Any] = {"value": value_of(answer.value)}
    if answer.other:
        found["other"] = True
    if answer.is_range:
        ends = (answer.low, answer.high)
        values = [None if e is None else value_of(_as_value(e, answer.value)) for e in ends]
        found |= {"low": values[0], "high": values[1], "closed": list(answer.closed)}
    return found
