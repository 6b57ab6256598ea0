"""What a monitor may be relied on for: the order of arrival, refusals, and going on from a file."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convenio import Engine, load_case, load_pack
from convenio.assessment.cases import case_from_document
from convenio.cli import main
from convenio.documents import parse_document
from convenio.errors import CaseError, EventError, UsageError
from convenio.facts.case import Case, StatedFact
from convenio.facts.plain import said
from convenio.scenarios.monitor.events import MAX_LINE, lists_of
from convenio.scenarios.monitor.journal import Journal, read_state
from convenio.scenarios.monitor.monitor import Monitor
from convenio.scenarios.monitor.observation import Observation, Refusal

ROOT = Path(__file__).parents[2]
STREAM = ROOT / "cases" / "events" / "us-colombia-dca-2009.jsonl"
PACK = load_pack("core")
CASE = load_case("us-colombia-dca-2009", PACK)
ENGINE = Engine(PACK, "reference").compile()

Event = dict[str, Any]

WATCHED = Monitor(CASE, PACK)
"""A monitor that takes in whatever is thrown at it."""


def monitor_of(events: Iterable[Event], case: Case = CASE) -> Monitor:
    monitor = Monitor(case, PACK)
    for event in events:
        monitor.observe(event)
    return monitor


def standing(monitor: Monitor) -> dict[str, Any]:
    """Return all that must not hang on the order of arrival."""
    found = monitor.assessment
    return {
        "as_of": found.case.as_of,
        "facts": facts_of(found.case.facts.items()),
        "outcomes": found.outcomes,
        "families": {name: (r.floor, r.ceiling) for name, r in found.families.items()},
        "confidence": {finding.rule.id: finding.confidence for finding in found.findings},
        "sources": set(found.case.sources),
    }


def facts_of(facts: Iterable[tuple[str, StatedFact]]) -> dict[str, Any]:
    stated = {path: said(fact) for path, fact in facts}
    return {path: found for path, found in stated.items() if found != {"state": "unknown"}}


# --- events at random ----------------------------------------------------------------------------

DAYS = st.dates(dt.date(2009, 7, 1), dt.date(2011, 6, 30)).map(dt.date.isoformat)
PLACES = st.sampled_from([{"lat": 7.8, "lon": -72.2}, {"lat": 7.6, "lon": -72.5}])
ENTRIES: dict[str, st.SearchStrategy[Event]] = {
    "incident": st.fixed_dictionaries(
        {"date": DAYS, "deaths": st.integers(0, 3)},
        optional={"parties": st.just(["COL", "VEN"]), "place": PLACES},
    ),
    "activity": st.fixed_dictionaries(
        {"kind": st.sampled_from(["field_exercise", "visit"]), "start": DAYS},
        optional={
            "place": PLACES,
            "parties": st.just(["USA", "COL"]),
            "disputed_border_km": st.sampled_from([20, 90, 400]),
            "personnel": st.sampled_from([200, 1500, 9500]),
            "notice_days": st.sampled_from([10, 60]),
        },
    ),
    "pact": st.fixed_dictionaries(
        {"date": DAYS, "parties": st.just(["COL", "ECU"])}, optional={"consulted": st.booleans()}
    ),
    "reaction": st.fixed_dictionaries(
        {
            "date": DAYS,
            "by": st.sampled_from(["VEN", "ECU"]),
            "kind": st.sampled_from(["statement", "sanction", "special_session"]),
        },
        optional={"neighbour": st.booleans()},
    ),
    "allegation": st.fixed_dictionaries(
        {"unit": st.sampled_from(["A", "B"]), "date": DAYS, "recipient_unit": st.booleans()}
    ),
}
SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "text.access": st.sampled_from(["public", "withheld", "undisclosed", None]),
    "law.approval_status": st.sampled_from(["pending", "given", "refused"]),
    "law.court_review": st.sampled_from(["pending", "passed", "failed"]),
    "deal.stage": st.sampled_from(["in_force", "suspended"]),
    "presence.ceiling_covers": st.sampled_from(["no_ceiling", "military_only"]),
    "presence.ceiling": st.integers(0, 2000),
    "presence.border_km": st.sampled_from([20, 200]),
    "assurances.to_neighbours": st.booleans(),
    "disputes": st.sampled_from(
        [[], [{"with": "VEN", "status": "militarised"}], "undisclosed", "asked"]
    ),
    "incidents": st.sampled_from([[], {"items": [], "complete": False}]),
}


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    found: list[Event] = []
    for number in range(draw(st.integers(1, 8))):
        event: Event = {"id": f"e{number}", "date": draw(DAYS)}
        kind = draw(st.sampled_from([*ENTRIES, "change", "change", "withdraw"]))
        event["kind"] = kind
        if kind == "change":
            paths = draw(st.lists(st.sampled_from(list(SETTINGS)), min_size=1, max_size=2))
            event["set"] = {path: draw(SETTINGS[path]) for path in paths}
        elif kind == "withdraw":
            event["of"] = f"e{draw(st.integers(0, 8))}"
        else:
            event["entry"] = draw(ENTRIES[kind])
            event["source"] = {"title": "A report", "reliability": draw(st.sampled_from("ABD"))}
        found.append(event)
    return found


def naively(found: list[Event]) -> tuple[dt.date, dict[str, Any]]:
    """Return the date, and what is said of each fact that events touch, as the guide words it."""
    gone = {event["of"] for event in found if event["kind"] == "withdraw"}
    said_of: dict[str, Any] = {}
    last = CASE.as_of
    kinds = {event["id"]: event["kind"] for event in found}
    for event in sorted(found, key=lambda event: (event["date"], event["id"])):
        if event["id"] in gone and kinds[event["id"]] != "withdraw":
            continue
        day = dt.date.fromisoformat(event["date"])
        last = max(last, day)
        for path, value in event.get("set", {}).items():
            own = CASE.facts.get(path)
            if day >= CASE.as_of or own is None or own.state in ("unknown", "asked"):
                said_of[path] = value
        if "entry" in event:
            path = lists_of(PACK.catalogue)[event["kind"]]
            own = CASE.facts.get(path)
            before = said_of.get(path, "own" if own is not None else None)
            said_of[path] = before if isinstance(before, list) else [before]
            said_of[path] = [*said_of[path], event["entry"]]
    return last, said_of


@settings(max_examples=30)
@given(events())
def test_the_case_says_what_the_guide_promises(found: list[Event]):
    monitor = monitor_of(found)
    last, said_of = naively(found)
    assert monitor.case.as_of == last
    for path, value in said_of.items():
        stated = monitor.case.facts.get(path)
        if stated is None:
            # Set aside, since the ceiling covers nobody.
            assert path == "presence.ceiling"
        elif isinstance(value, list):
            entries = [entry for entry in value if isinstance(entry, dict) and "items" not in entry]
            own = len(CASE.facts[path].elements) if "own" in value else 0
            rows = said(stated)["value"]
            assert rows[own:] == entries
        elif isinstance(value, dict):
            assert (stated.elements, stated.complete) == ((), False)
        else:
            told = said(stated)
            assert told.get("value", value) == value
            words = {None: "unknown", "undisclosed": "undisclosed", "asked": "asked"}
            assert told["state"] == words.get(value, "known")


@settings(max_examples=30)
@given(events(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(found: list[Event], chance: random.Random):
    shuffled = chance.sample(found, len(found))
    ordered = sorted(found, key=lambda event: (event["date"], event["id"]))
    one, other = monitor_of(shuffled), monitor_of(ordered)
    assert standing(one) == standing(other)
    # What was evaluated piece by piece is what the whole case gives.
    whole = ENGINE.assess(one.case)
    assert whole.outcomes == one.assessment.outcomes
    assert whole.families == one.assessment.families


@settings(max_examples=10)
@given(events(), st.data())
def test_going_on_from_a_file_is_as_never_having_stopped(
    tmp_path_factory: pytest.TempPathFactory, found: list[Event], data: st.DataObject
):
    path = tmp_path_factory.mktemp("state") / "state"
    stop = data.draw(st.integers(0, len(found)))
    whole = Monitor(CASE, PACK)
    expected = [whole.observe(event).to_json() for event in found]
    monitor = monitor_of(found[:stop])
    monitor.save(path)
    resumed = Monitor.load(path, PACK)
    assert [resumed.observe(event).to_json() for event in found[stop:]] == expected[stop:]
    assert standing(resumed) == standing(whole)


# --- the same as one case file -------------------------------------------------------------------


def test_the_state_is_that_of_one_case_file_that_states_everything():
    text = "case: a\ntitle: A\nas_of: 2009-10-30\nparties: []\n"
    start = case_from_document(parse_document(text.encode(), "a.yaml", CaseError), PACK)
    all_told = f"""{text.replace("2009-10-30", "2010-02-01")}
text: {{access: public}}
law: {{court_review: failed}}
incidents: {{items: [{{date: 2009-11-02, deaths: 2}}, {{date: 2010-01-05}}], complete: false}}
reactions: [{{date: 2009-12-01, by: VEN, kind: statement}}]
"""
    stated = case_from_document(parse_document(all_told.encode(), "a.yaml", CaseError), PACK)
    monitor = monitor_of(
        [
            {"date": "2010-01-05", "kind": "incident", "entry": {"date": "2010-01-05"}},
            {"date": "2010-02-01", "kind": "ratification", "set": {"law.court_review": "failed"}},
            {"date": "2009-12-01", "kind": "set", "set": {"reactions": []}},
            {"date": "2009-12-02", "kind": "add", "list": "reactions"}
            | {"entry": {"date": "2009-12-01", "by": "VEN", "kind": "statement"}},
            {"date": "2009-11-03", "kind": "publication", "set": {"text.access": "public"}},
            {"date": "2009-12-24", "kind": "ratification", "set": {"law.court_review": "pending"}},
            {
                "date": "2009-11-02",
                "kind": "incident",
                "entry": {"date": "2009-11-02", "deaths": 2},
            },
        ],
        start,
    )
    assert facts_of(monitor.case.facts.items()) == facts_of(stated.facts.items())
    assert monitor.case.as_of == stated.as_of
    assert monitor.assessment.outcomes == ENGINE.assess(stated).outcomes


# --- late, again, taken back ---------------------------------------------------------------------


def set_on(day: str, value: Any, number: str = "", path: str = "text.access") -> Event:
    event = {"date": day, "kind": "change", "set": {path: value}}
    return event | ({"id": number} if number else {})


def test_an_earlier_setting_that_comes_late_does_not_win():
    monitor = monitor_of([set_on("2010-03-01", "public")])
    found = monitor.observe(set_on("2010-02-01", "committee_only"))
    assert found.late
    assert found.superseded == ("text.access",)
    assert not found.facts
    assert not found.changed
    assert monitor.case.facts["text.access"].value == "public"


def test_a_setting_older_than_the_case_fills_only_what_the_case_does_not_know():
    monitor = monitor_of([])
    stands = monitor.observe(set_on("2009-08-01", "public"))
    fills = monitor.observe(set_on("2009-08-01", 200, path="presence.border_km"))
    assert stands.superseded == ("text.access",)
    assert not stands.facts
    assert monitor.case.facts["text.access"].value == "withheld"
    assert [change.path for change in fills.facts] == ["presence.border_km"]
    assert fills.late
    assert monitor.case.as_of == CASE.as_of


def test_an_entry_older_than_the_case_is_learned_late():
    entry = {"date": "2009-09-01", "by": "BRA", "kind": "statement"}
    found = monitor_of([]).observe({"date": "2009-09-01", "kind": "reaction", "entry": entry})
    assert found.late
    assert len(found.facts[0].after.elements) == len(CASE.facts["reactions"].elements) + 1


def test_the_same_event_again_changes_nothing_and_another_with_its_id_is_refused():
    monitor = monitor_of([set_on("2009-11-03", "public", "e1")])
    before = standing(monitor)
    again = monitor.observe(
        '{"set": {"text.access": "public"}, "kind": "change", "id": "e1", "date": "2009-11-03"}'
    )
    assert again.seen
    assert not again.changed
    with pytest.raises(EventError, match="another event has this identifier"):
        monitor.observe(set_on("2009-11-03", "withheld", "e1"))
    assert standing(monitor) == before
    assert len(monitor.events) == 1


def test_events_without_identifiers_are_known_by_their_content():
    monitor = monitor_of([set_on("2009-11-03", "public")])
    assert monitor.observe(set_on("2009-11-03", "public")).seen
    assert not monitor.observe(set_on("2009-11-04", "public")).seen


def taking_back(name: str, day: str = "2010-01-01", number: str = "w1") -> Event:
    return {"id": number, "date": day, "kind": "withdraw", "of": name}


def test_a_withdrawal_takes_an_event_back_whichever_comes_first():
    event = set_on("2009-11-03", "public", "e1")
    after = monitor_of([event, taking_back("e1")])
    before = Monitor(CASE, PACK)
    assert before.observe(taking_back("e1")).effect == "waiting"
    assert before.observe(event).effect == "withdrawn"
    assert standing(after) == standing(before)
    assert after.case.facts["text.access"].value == "withheld"
    assert after.case.as_of == dt.date(2010, 1, 1)


def test_a_wrong_date_that_is_taken_back_does_not_stay_the_date_of_the_case():
    monitor = monitor_of([set_on("2090-01-01", "public", "e1"), taking_back("e1", "2009-12-01")])
    assert monitor.case.as_of == dt.date(2009, 12, 1)


def test_a_withdrawal_can_not_be_taken_back():
    monitor = monitor_of([set_on("2009-11-03", "public", "e1"), taking_back("e1")])
    assert monitor.observe(taking_back("w1", "2010-01-02", "w2")).effect == "none"
    assert monitor.case.facts["text.access"].value == "withheld"


def test_a_fact_that_may_not_be_stated_any_more_is_set_aside():
    monitor = Monitor(CASE, PACK)
    found = monitor.observe(set_on("2009-11-03", "no_ceiling", path="presence.ceiling_covers"))
    assert found.set_aside == ("presence.ceiling",)
    assert "presence.ceiling" not in monitor.case.facts
    monitor.observe(set_on("2009-11-04", "military_only", path="presence.ceiling_covers"))
    assert monitor.case.facts["presence.ceiling"].value == 1400


# --- what an observation says --------------------------------------------------------------------


def test_an_observation_names_ratings_rules_conditions_and_facts():
    found = Monitor(CASE, PACK).observe(set_on("2009-11-03", "public"))
    told = json.loads(found.to_json())
    assert told["schema"] == "convenio/observation/1"
    assert told["facts"] == [
        {
            "path": "text.access",
            "before": {"state": "known", "value": "withheld"},
            "after": {"state": "known", "value": "public"},
        }
    ]
    rule = next(rule for rule in told["rules"] if rule["rule"] == "TRA-001")
    assert (rule["before"]["severity"], rule["after"]["severity"]) == ("high", "low")
    assert rule["through"][0]["facts"] == ["text.access"]
    assert not rule["by_time"]
    assert {family["family"] for family in told["families"]} == {"cross", "transparency"}
    assert "<table>" in found._repr_html_()


def test_the_passing_of_time_alone_changes_verdicts():
    deaths = {"kind": "crackdown", "same_force": True, "deaths": 20, "resolved": False}
    monitor = monitor_of(
        [set_on("2009-11-01", [{"date": "2009-10-01", **deaths}], path="events.abuse")]
    )
    found = monitor.observe(
        {"date": "2012-01-01", "kind": "reaction", "entry": {"date": "2012-01-01", "by": "BRA"}}
    )
    changed = {rule.rule.id for rule in found.rules}
    assert changed
    assert changed == found.by_time
    assert any("as_of" in atom.text for rule in found.rules for atom in rule.through)


def test_a_list_tells_the_entries_that_came_and_went():
    entry = {"date": "2010-01-01", "by": "VEN", "kind": "sanction", "neighbour": True}
    monitor = Monitor(CASE, PACK)
    came = monitor.observe({"id": "e1", "date": "2010-01-01", "kind": "reaction", "entry": entry})
    went = monitor.observe(taking_back("e1"))
    came_told, went_told = (found.to_dict()["facts"][0] for found in (came, went))
    assert came_told["added"] == [entry]
    assert came_told["after"]["entries"] == came_told["before"]["entries"] + 1
    assert went_told["removed"] == [entry]


def test_a_source_of_its_own_gives_facts_their_confidence():
    event = set_on("2009-11-03", "public") | {"at": "page 1"}
    official = event | {"source": {"title": "The text", "reliability": "A"}}
    for given_event, level in ((official, "high"), (event, "low")):
        case = monitor_of([given_event]).case
        fact = case.facts["text.access"]
        assert case.confidence_of(fact) == level
        assert fact.provenance.at == "page 1"


def test_a_monitor_shows_itself_as_a_table():
    monitor = monitor_of([set_on("2009-11-03", "public")])
    assert "1 event, as of 2009-11-03" in monitor._repr_html_()


# --- refusals ------------------------------------------------------------------------------------

DATED = '"date": "2009-11-03"'
REFUSED: dict[str, tuple[str, str, str]] = {
    "no JSON": ("{", "", "this is not valid JSON"),
    "text after": ("{} {}", "", "text after the end of the value"),
    "a number": ("5", "", "the line holds a single value"),
    "a list": ("[]", "", "an event is a JSON object"),
    "NaN": (f'{{{DATED}, "kind": NaN}}', "", "a value is expected"),
    "twice": (f'{{{DATED}, {DATED}, "kind": "set"}}', "date", "this key stands twice"),
    "nothing": ("{}", "date", "this key is required"),
    "bad date": ('{"date": "2009-13-01", "kind": "set"}', "date", "such as 2009-11-03"),
    "day missing": ('{"date": "2009-11", "kind": "set"}', "date", "found the text"),
    "kind": (f'{{{DATED}, "kind": "incidnt"}}', "kind", "did you mean incident?"),
    "key": (
        f'{{{DATED}, "kind": "withdraw", "of": "e", "titel": "x"}}',
        "titel",
        "did you mean title?",
    ),
    "path": (
        f'{{{DATED}, "kind": "set", "set": {{"text.acess": "public"}}}}',
        "text.acess",
        "did you mean text.access?",
    ),
    "member": (
        f'{{{DATED}, "kind": "set", "set": {{"text.access": "publik"}}}}',
        "text.access",
        "did you mean public?",
    ),
    "type": (
        f'{{{DATED}, "kind": "set", "set": {{"terms.duration_years": "ten"}}}}',
        "terms.duration_years",
        "found",
    ),
    "range": (
        f'{{{DATED}, "kind": "set", "set": {{"terms.duration_years": 100}}}}',
        "terms.duration_years",
        "from 0 to 99 years",
    ),
    "no set": (f'{{{DATED}, "kind": "set"}}', "set", "this key is required"),
    "set a text": (f'{{{DATED}, "kind": "set", "set": "x"}}', "set", "must map paths to values"),
    "publication": (
        f'{{{DATED}, "kind": "publication", "set": {{"deal.stage": "signed"}}}}',
        "deal.stage",
        "the kind change sets any",
    ),
    "no entry": (f'{{{DATED}, "kind": "incident"}}', "entry", "this key is required"),
    "entry a list": (f'{{{DATED}, "kind": "incident", "entry": []}}', "entry", "map fields"),
    "field": (
        f'{{{DATED}, "kind": "incident", "entry": {{"death": 1}}}}',
        "entry.death",
        "did you mean deaths?",
    ),
    "field's type": (
        f'{{{DATED}, "kind": "incident", "entry": {{"deaths": -1}}}}',
        "entry.deaths",
        "out of range",
    ),
    "country": (
        f'{{{DATED}, "kind": "incident", "entry": {{"parties": ["COL", "VNE"]}}}}',
        "entry.parties",
        "VNE",
    ),
    "no list": (f'{{{DATED}, "kind": "add", "entry": {{"a": 1}}}}', "list", "is required"),
    "list": (
        f'{{{DATED}, "kind": "add", "list": "incidnts", "entry": {{"deaths": 1}}}}',
        "incidnts",
        "did you mean incidents?",
    ),
    "not a list": (
        f'{{{DATED}, "kind": "add", "list": "text.access", "entry": {{"deaths": 1}}}}',
        "text.access",
        "is no list",
    ),
    "source": (
        f'{{{DATED}, "kind": "set", "set": {{"text.access": "public"}}, "source": "agrement"}}',
        "source",
        "did you mean agreement?",
    ),
    "inner source": (
        f'{{{DATED}, "kind": "incident", "entry": {{"deaths": 1, "source": "agrement"}}}}',
        "entry.deaths",
        "did you mean agreement?",
    ),
    "source's key": (
        f'{{{DATED}, "kind": "set", "set": {{"text.access": "public"}}, '
        '"source": {"titel": "x"}}',
        "source.titel",
        "did you mean title?",
    ),
    "grade": (
        f'{{{DATED}, "kind": "set", "set": {{"text.access": "public"}}, '
        '"source": {"title": "x", "reliability": "Z"}}',
        "source.reliability",
        "A (official text) to F",
    ),
    "confidence": (
        f'{{{DATED}, "kind": "set", "set": {{"text.access": "public"}}, "confidence": "sure"}}',
        "confidence",
        "high, medium or low",
    ),
    "identifier": (
        f'{{"id": "a b", {DATED}, "kind": "set", "set": {{"text.access": "public"}}}}',
        "id",
        "letters, digits",
    ),
    "title": (
        f'{{"title": 5, {DATED}, "kind": "set", "set": {{"text.access": "public"}}}}',
        "title",
        "must be a text",
    ),
    "withdraw": (f'{{{DATED}, "kind": "withdraw"}}', "of", "this key is required"),
    "hidden": (f'{{{DATED}, "kind": "set\\u202e"}}', "", "invisible control characters"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_event_is_refused_and_the_stream_goes_on(name: str):
    line, path, says = REFUSED[name]
    good = json.dumps(set_on("2009-11-03", "public"))
    monitor = Monitor(CASE, PACK)
    stream = io.BytesIO(f"\n{line}\n{good}\n".encode())
    refusal, observation = monitor.watch(stream, "events.jsonl")
    assert isinstance(refusal, Refusal)
    assert isinstance(observation, Observation)
    told = "\n".join(map(str, refusal.problems))
    assert says in told
    assert path in {problem.path.partition("[")[0] for problem in refusal.problems}
    assert {problem.position.line for problem in refusal.problems} == {2}
    assert all(problem.position.file == "events.jsonl" for problem in refusal.problems)
    assert json.loads(refusal.to_json())["event"]["line"] == 2
    assert len(monitor.events) == 1


def test_lines_too_long_or_not_in_utf_8_are_refused():
    good = json.dumps(set_on("2009-11-03", "public")).encode()
    long = b'{"title": "' + b"x" * (2 * MAX_LINE) + b'"}'
    stream = io.BytesIO(b"\xef\xbb\xbf" + good + b"\r\n" + long + b"\n\xff\n" + good)
    first, too_long, not_text, last = Monitor(CASE, PACK).watch(stream)
    assert isinstance(first, Observation)
    assert isinstance(too_long, Refusal)
    assert isinstance(not_text, Refusal)
    assert isinstance(last, Observation)
    assert "1,000,000 bytes" in str(too_long.problems[0])
    assert "not UTF-8" in str(not_text.problems[0])
    assert last.seen


@settings(max_examples=40)
@given(st.data())
def test_whatever_a_line_holds_it_is_taken_in_or_refused(data: st.DataObject):
    lines = STREAM.read_bytes().splitlines()
    line = bytearray(data.draw(st.sampled_from(lines)))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(line) - 1))
        match data.draw(st.sampled_from(("change", "cut", "repeat", "insert"))):
            case "change":
                line[place] = data.draw(st.integers(0, 255))
            case "cut":
                del line[place : place + data.draw(st.integers(1, 9))]
            case "repeat":
                line[place:place] = line[place : place + data.draw(st.integers(1, 40))]
            case "insert":
                line[place:place] = data.draw(
                    st.sampled_from((b"[", b"{", b"null", b'"', b"\\ud800", b"1e999", b"\n", b","))
                )
        if not line:
            return
    before = standing(WATCHED)
    for found in WATCHED.watch(io.BytesIO(bytes(line))):
        json.loads(found.to_json())
        if isinstance(found, Refusal):
            assert found.problems
            assert all(problem.position.line >= 1 for problem in found.problems)
            assert standing(WATCHED) == before
        before = standing(WATCHED)


def test_what_is_no_json_can_not_be_observed():
    for wrong in ({"date": float("nan")}, {"date": {1, 2}}, {1: object()}):
        with pytest.raises(EventError, match="can't be written as JSON"):
            Monitor(CASE, PACK).observe(wrong)
    event = {"date": dt.date(2009, 11, 3), "kind": "set", "set": {"text.access": "public"}}
    assert Monitor(CASE, PACK).observe(event).changed


def test_every_kind_that_adds_is_a_record_of_the_catalogue():
    lists = lists_of(PACK.catalogue)
    assert {"incident", "activity", "pact", "allegation", "reaction", "unit"} <= set(lists)
    assert lists["incident"] == "incidents"
    assert lists["abuse_event"] == "events.abuse"


# --- the state -----------------------------------------------------------------------------------


def test_a_state_of_another_case_or_pack_is_refused(tmp_path: Path, case_with: Any):
    path = tmp_path / "state"
    monitor_of([]).save(path)
    with pytest.raises(UsageError, match="belongs to the case us-colombia-dca-2009"):
        Monitor.load(path, PACK, case_with())
    lines = path.read_text().splitlines()
    header = json.loads(lines[0])
    header["pack"]["digest"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(header) + "\n")
    with pytest.raises(UsageError, match="belongs to the pack core"):
        Monitor.load(path, PACK, CASE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "its first line is not whole"),
        ("{}", "its first line is not whole"),
        ("{}\n", "names the schema"),
        ("[1]\n", "names the schema"),
        ("HEADER\n{}\n", ":2: this line"),
        ('HEADER\n{"file": "a", "line": 1, "event": "{}"}\n', "can't be read"),
    ],
)
def test_what_is_no_state_is_refused(tmp_path: Path, text: str, says: str):
    path = tmp_path / "state"
    monitor_of([]).save(path)
    path.write_text(text.replace("HEADER", path.read_text().strip()))
    with pytest.raises(UsageError, match=says):
        Monitor.load(path, PACK, CASE)


def test_a_state_that_can_not_be_read_or_written_is_told(tmp_path: Path):
    with pytest.raises(UsageError, match="can't be read"):
        Monitor.load(tmp_path / "none", PACK)
    with pytest.raises(UsageError, match="can't be written"):
        monitor_of([]).save(tmp_path / "none" / "state")
    with pytest.raises(UsageError, match="can't be written"):
        Journal(tmp_path / "none" / "state", monitor_of([]).header, None)


def test_a_line_that_was_cut_off_is_left_out_with_a_warning(tmp_path: Path):
    path = tmp_path / "state"
    found = [set_on("2009-11-03", "public", "e1"), set_on("2009-11-04", "withheld", "e2")]
    monitor_of(found).save(path)
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last + 1, len(whole), 7):
        path.write_bytes(whole[:cut])
        monitor = Monitor.load(path, PACK, CASE)
        assert [event.id for event in monitor.events] == ["e1"]
        assert "was cut off" in monitor.warnings[0]
        with Journal(path, monitor.header, read_state(path).length) as journal:
            assert not monitor.observe(found[1]).seen
            journal.add(monitor.events[-1])
        assert path.read_bytes() == whole.replace(b'"line": 2', b'"line": 1')


# --- the command ---------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[Any], str]:
    code = main(["monitor", "us-colombia-dca-2009", *words])
    captured = capsys.readouterr()
    return code, [json.loads(line) for line in captured.out.splitlines()], captured.err


class _Pipe:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_events_come_from_standard_input_and_a_wrong_one_makes_the_exit_code_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    good = json.dumps(set_on("2009-11-03", "public"))
    monkeypatch.setattr("sys.stdin", _Pipe(f'{{"id": "x"}}\n{good}\n{good}\n'.encode()))
    code, lines, err = run(capsys, "--events", "-")
    assert code == 3
    assert lines[0]["event"] == {"id": "x", "line": 1}
    assert lines[0]["refused"][0]["path"] == "date"
    assert [line.get("seen") for line in lines] == [None, False, True]
    assert "<stdin>:1:1: date: this key is required" in err


def test_a_run_goes_on_from_its_state(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    lines = STREAM.read_text().splitlines(keepends=True)
    state, part = str(tmp_path / "state"), tmp_path / "events.jsonl"
    _, whole, _ = run(capsys, "--events", str(STREAM))
    for stop in (0, 5, len(lines)):
        Path(state).unlink(missing_ok=True)
        part.write_text("".join(lines[:stop]))
        _, before, _ = run(capsys, "--events", str(part), "--state", state)
        code, after, err = run(capsys, "--events", str(STREAM), "--state", state)
        assert (code, err) == (0, "")
        assert [line["seen"] for line in after] == [n < stop for n in range(len(lines))]
        assert [*before, *after[stop:]] == whole
    assert read_state(Path(state)).length == Path(state).stat().st_size


def test_a_state_that_was_cut_off_is_gone_on_with(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    state = tmp_path / "state"
    run(capsys, "--events", str(STREAM), "--state", str(state))
    whole = state.read_bytes()
    state.write_bytes(whole[:-20])
    code, after, err = run(capsys, "--events", str(STREAM), "--state", str(state))
    assert code == 0
    assert [line["seen"] for line in after] == [True] * (len(after) - 1) + [False]
    assert "warning" in err
    assert state.read_bytes() == whole
    for beginning in (b"", whole[:30]):
        state.write_bytes(beginning)
        code, after, _ = run(capsys, "--events", str(STREAM), "--state", str(state))
        assert code == 0
        assert not any(line["seen"] for line in after)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--events", "none.jsonl"], "none.jsonl: the events can't be read"),
        (["--events", "EVENTS", "--state", "EVENTS"], "this is an input"),
        (["--events", "EVENTS", "--state", "FOLDER"], "this is a folder"),
        (["--events", "EVENTS", "--lang", "xx"], "no language"),
    ],
)
def test_wrong_use_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], says: str
):
    copy = tmp_path / "events.jsonl"
    copy.write_text(STREAM.read_text())
    names = {"EVENTS": str(copy), "FOLDER": str(tmp_path)}
    code, lines, err = run(capsys, *(names.get(word, word) for word in words))
    assert (code, lines) == (2, [])
    assert says in err
    assert copy.read_text() == STREAM.read_text()


def test_only_changes_passes_over_what_changes_no_verdict(capsys: pytest.CaptureFixture[str]):
    _, lines, _ = run(capsys, "--events", "us-colombia-dca-2009", "--only-changes")
    assert [line["event"]["id"] for line in lines] == [
        "text-published",
        "guarantees",
        "court-rules",
        "suspended",
    ]


# --- the stream that ships -----------------------------------------------------------------------


def test_the_shipped_stream_of_2009():
    monitor = Monitor(CASE, PACK)
    with STREAM.open("rb") as stream:
        found = list(monitor.watch(stream))
    seen = [each for each in found if isinstance(each, Observation)]
    assert len(seen) == len(found) == 16
    assert [each.event.id for each in seen if each.late] == [
        "court-admits",
        "alba-cochabamba",
        "brazil-unease",
    ]
    assert {
        each.event.id: {rule.rule.id for rule in each.rules} for each in seen if each.changed
    } == {
        "text-published": {
            *("TEN-015", "TRA-001", "TRA-006", "TRA-014", "TRA-016"),
            *("CRO-002", "CRO-005"),
        },
        "guarantees": {"TEN-008", "TEN-009", "TEN-012", "TEN-015", "TEN-020", "TEN-101"},
        "court-rules": {"TRA-103"},
        "suspended": {"SOV-105", "TRA-002", "TRA-103"},
    }
    assert monitor.case.as_of == dt.date(2010, 8, 17)
    assert (monitor.assessment.floor, monitor.assessment.ceiling) == ("high", "critical")
    tension = monitor.assessment.families["tension"]
    assert (tension.floor, tension.ceiling) == ("low", "critical")


def test_no_event_of_the_shipped_stream_raises_a_rating():
    order = ("not_assessed", "low", "moderate", "high", "critical")
    with STREAM.open("rb") as stream:
        for found in Monitor(CASE, PACK).watch(stream):
            assert isinstance(found, Observation)
            for rating in (found.overall, *found.families):
                for before, after in zip(rating.before, rating.after, strict=True):
                    assert order.index(after) <= order.index(before)


def test_every_event_of_the_shipped_stream_has_a_source_with_a_place_in_it():
    for line in STREAM.read_text().splitlines():
        event = json.loads(line)
        assert event["title"]
        assert event["at"]
        if isinstance(event["source"], dict):
            assert event["source"].keys() >= {"title", "date", "url", "reliability"}
        else:
            assert event["source"] in CASE.sources


def test_the_guide_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]):
    guide = (ROOT / "docs" / "monitor.md").read_text()
    shown = guide.partition("--format text\n")[2].partition("```")[0]
    words = ["--events", "us-colombia-dca-2009", "--format", "text"]
    main(["monitor", "us-colombia-dca-2009", *words])
    printed = capsys.readouterr().out.splitlines()
    lines = [line for line in shown.splitlines() if line and line != "…"]
    assert len(lines) > 15
    assert [line for line in lines if line not in printed] == []


# --- many ----------------------------------------------------------------------------------------


def test_a_thousand_events_in_any_order():
    chance = random.Random(2009)
    found: list[Event] = []
    for number in range(1000):
        day = (dt.date(2009, 7, 1) + dt.timedelta(chance.randrange(700))).isoformat()
        kind = chance.choice(["incident", "activity", "pact", "reaction", "change"])
        event: Event = {"id": f"e{number}", "date": day, "kind": kind}
        place = {"lat": round(chance.uniform(0, 9), 1), "lon": round(chance.uniform(-78, -70), 1)}
        entries: dict[str, Event] = {
            "incident": {"date": day, "parties": ["COL", "VEN"], "place": place, "deaths": 1},
            "activity": {"kind": "air", "start": day, "place": place, "parties": ["COL", "USA"]},
            "pact": {"date": day, "parties": ["COL", "ECU"], "consulted": chance.random() < 0.5},
            "reaction": {"date": day, "by": "VEN", "neighbour": True, "kind": "sanction"},
        }
        if kind == "change":
            event["set"] = {"text.access": chance.choice(["public", "withheld"])}
        else:
            event["entry"] = entries[kind]
        found.append(event)
    monitor = monitor_of(found)
    assert len(monitor.events) == 1000
    assert ENGINE.assess(monitor.case).outcomes == monitor.assessment.outcomes
