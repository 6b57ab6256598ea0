"""Truths that are carried on from one case to the next are those of the case itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from convenio import Engine, load_case, load_pack
from convenio.assessment.incremental import ChangingTruths
from convenio.errors import Position
from convenio.facts.case import Case, Element, StatedFact, Value
from convenio.facts.values import Place

PACK = load_pack("core")
CASE = load_case("us-colombia-dca-2009", PACK)
ENGINE = Engine(PACK, "reference").compile()
NOWHERE = Position("case.yaml")


def row(**values: Value) -> Element:
    return Element(
        {name: StatedFact(name, "known", NOWHERE, value) for name, value in values.items()}, NOWHERE
    )


_NEAR, _FAR = Place(7.8, -72.2), Place(-3.0, -60.0)
ROWS: dict[str, tuple[Element, ...]] = {
    "activities": tuple(
        row(
            kind=kind,
            start=dt.date(2009, 12, 1),
            place=place,
            parties=("USA", "COL"),
            disputed_border_km=20.0,
            personnel=9500.0,
            **more,
        )
        for kind in ("air", "visit")
        for place in (_NEAR, _FAR)
        for more in ({"notice_days": 60.0}, {"notice_days": 1.0}, {})
    ),
    "incidents": tuple(
        row(date=day, place=place, parties=("COL", "VEN"), deaths=1.0)
        for day in (dt.date(2009, 11, 20), dt.date(2008, 1, 1))
        for place in (_NEAR, _FAR)
    ),
    "disputes": tuple(row(status=status) for status in ("militarised", "latent", "settled")),
    "reactions": tuple(
        row(date=day, kind=kind, neighbour=True)
        for day in (dt.date(2009, 9, 1), dt.date(2010, 6, 1))
        for kind in ("sanction", "statement")
    ),
    "pacts": tuple(row(date=dt.date(2009, 1, 1), parties=(party,)) for party in ("COL", "PER")),
}


@st.composite
def next_case(draw: st.DrawFn, case: Case) -> Case:
    """Return a case in which a list has grown, shrunk or been replaced, or the date has moved."""
    path = draw(st.sampled_from([*ROWS, "as_of"]))
    if path == "as_of":
        return replace(case, as_of=draw(st.dates(dt.date(2009, 6, 1), dt.date(2010, 12, 31))))
    pool, stated = ROWS[path], case.facts.get(path)
    known = stated is not None and stated.state == "known"
    old = stated.elements if stated is not None and known else ()
    left = [one for one in pool if one not in old]
    more = draw(st.lists(st.sampled_from(left), max_size=2, unique_by=id)) if left else []
    match draw(st.sampled_from(("grow", "grow", "shrink", "replace", "unknown", "complete"))):
        case "grow":
            rows, complete = [*more, *old], stated.complete if stated is not None else True
        case "shrink":
            rows, complete = [*old[1:], *more], stated.complete if stated is not None else True
        case "replace":
            rows, complete = more, draw(st.booleans())
        case "complete":
            rows, complete = [*old, *more], draw(st.booleans())
        case _:
            facts = {name: fact for name, fact in case.facts.items() if name != path}
            return replace(case, facts=facts)
    fact = StatedFact(path, "known", NOWHERE, tuple(rows), complete=complete)
    return replace(case, facts={**case.facts, path: fact})


@settings(max_examples=60)
@given(st.data())
def test_truths_carried_on_are_those_of_the_case(data: st.DataObject):
    case = CASE
    truths = ChangingTruths(ENGINE, case)
    for _ in range(data.draw(st.integers(2, 12))):
        case = data.draw(next_case(case))
        assert truths.of(case) == ENGINE.truths(case)
    assert truths.codes == ENGINE.truths(case)


def test_a_list_that_is_now_complete_is_looked_at_as_a_whole():
    rows = ROWS["disputes"][1:]
    truths = ChangingTruths(ENGINE, CASE)
    for complete in (False, True, False):
        fact = StatedFact("disputes", "known", NOWHERE, rows, complete=complete)
        case = replace(CASE, facts={**CASE.facts, "disputes": fact})
        assert truths.of(case) == ENGINE.truths(case)
