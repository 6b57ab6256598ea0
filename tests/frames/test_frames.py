"""What a user of tables may rely on: kinds of frame, wrong rows, findings, explanations."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import convenio
from conformance.packs import case_text, load_written, read_case, write_pack
from convenio import Pack, assess, assess_frame, explain_frame, frame_columns
from convenio.backends.frames.rows import tabulate
from convenio.backends.frames.rules import outcome_of_code
from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.language.formula import speaks_of_findings
from convenio.language.syntax import Expression, paths_of, unparse
from convenio.language.trace import Trace
from convenio.packs.rule import Rule
from frames.engines import ENGINES, FAST, as_polars, spark_session
from frames.test_conformance_on_frames import different_cells
from semantics.random_packs import FAMILIES, RATINGS, rules
from semantics.worlds import random_case

DEALS = pl.DataFrame(
    {
        "id": ["right", "text", "range", "member", "date", "empty"],
        "as_of": ["2020-01-01", "2020-01-01", "2020-01-01", "2020-01-01", "2020-02-30", None],
        "terms.duration_years": ["50", "abc", "100", "3", "3", None],
        "deal.elements": ["basing_access; status_of_forces", "arms_sale", "", "boats", None, None],
        "text.access": ["public", "public", "public", "secret", None, None],
    }
)


# DuckDB and Spark take long to plan a hundred rules; a few tell as much of these tests.
SLOW_PLANNERS = ("duckdb", "spark")


def for_engine(pack: Pack, engine: str) -> Pack:
    """Return the core pack, or a part of it where the engine takes long to plan."""
    if engine not in SLOW_PLANNERS:
        return pack
    few = [rule for rule in pack.rules if not any(map(speaks_of_findings, conditions_of(rule)))]
    return replace(pack, rules=tuple(few[::20]))


def conditions_of(rule: Rule) -> list[Expression]:
    return [rule.scope, *(condition for _, condition in rule.levels)]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", convenio.FrameWarning)
        yield


@pytest.mark.parametrize("engine", ENGINES)
def test_wrong_rows_come_back_with_every_reason(engine: str, pack: Pack) -> None:
    pack = for_engine(pack, engine)
    cases = as_polars(assess_frame(ENGINES[engine](DEALS), pack).cases)
    rows = {row["id"]: row for row in cases.to_dicts()}
    assert {name: row["status"] for name, row in rows.items()} == {
        "right": "ok",
        "text": "error",
        "range": "error",
        "member": "error",
        "date": "error",
        "empty": "ok",
    }
    assert "abc was found" in rows["text"]["reason"]
    assert "from 0 to 99 is expected" in rows["range"]["reason"]
    assert "deal.elements" in rows["member"]["reason"]
    assert "secret was found" in rows["member"]["reason"]
    assert "2020-02-30 was found" in rows["date"]["reason"]
    coded = [rule.id for rule in pack.rules]
    for name in ("text", "range", "member", "date"):
        assert all(rows[name][column] is None for column in ("floor", "ceiling", "flag", *coded))
    assert all(rows["right"][column] is not None for column in ("floor", "ceiling", *coded))


@pytest.mark.parametrize("engine", FAST)
def test_findings_are_those_of_the_scalar_path(
    engine: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    pack = for_engine(pack, engine)
    cases = list(shipped_cases.values())
    assert different_cells(cases, pack, engine) == []
    table, children = tabulate(cases, pack.catalogue)
    build = FAST[engine]
    result = assess_frame(build(table), pack, {k: build(c) for k, c in children.items()})
    found = {
        (row["case"], row["rule"]): (row["verdict"], row["severity"], row["severity_ceiling"])
        for row in as_polars(result.findings).to_dicts()
    }
    expected = {}
    for case in cases:
        for rule, outcome in assess(case, pack, "reference").outcomes.items():
            if outcome.verdict in ("flag", "unknown"):
                key = (case.id, rule)
                expected[key] = (outcome.verdict, outcome.severity, outcome.ceiling)
    assert found == expected
    assert as_polars(result.every_finding).height == len(cases) * len(pack.rules)


def test_results_come_in_the_kind_that_was_given(pack: Pack) -> None:
    assert isinstance(assess_frame(DEALS, pack).cases, pl.DataFrame)
    lazy = assess_frame(DEALS.lazy(), pack)
    assert isinstance(lazy.cases, pl.LazyFrame)
    assert isinstance(lazy.findings, pl.LazyFrame)
    assert isinstance(assess_frame(DEALS.to_arrow(), pack).cases, pa.Table)
    relation = duckdb.connect().from_arrow(DEALS.to_arrow())
    result = assess_frame(relation, for_engine(pack, "duckdb"))
    assert isinstance(result.cases, duckdb.DuckDBPyRelation)
    assert isinstance(result.findings, duckdb.DuckDBPyRelation)


def test_pandas_gets_its_index_and_ordered_categories(pack: Pack) -> None:
    deals = DEALS.to_pandas().set_index(pd.Index(list("uvwxyz")))
    result = deals.pipe(assess_frame, pack)
    assert list(result.cases.index) == list("uvwxyz")
    assert list(result.cases["id"]) == DEALS["id"].to_list()
    floor = result.cases["floor"]
    assert floor.cat.ordered
    assert list(floor.cat.categories) == ["not_assessed", "low", "moderate", "high", "critical"]
    assert (floor[deals["id"] != "empty"].dropna() >= "low").all()
    assert str(result.cases[pack.rules[0].id].dtype) == "Int8"


@pytest.mark.parametrize("kind", ["pandas with NumPy", "pandas nullable", "pandas with Arrow"])
def test_a_part_of_a_pandas_frame_keeps_its_rows_together(kind: str, pack: Pack) -> None:
    whole = ENGINES[kind](DEALS)
    part = whole[[True, False, True, True, False, True]].iloc[::-1]
    result = assess_frame(part, pack)
    expected = {row["id"]: row for row in assess_frame(DEALS, pack).cases.to_dicts()}
    assert list(result.cases.index) == [5, 3, 2, 0]
    assert list(result.cases["id"]) == ["empty", "member", "range", "right"]
    for row in result.cases.to_dict("records"):
        assert row["status"] == expected[row["id"]]["status"]
        for column in ("floor", "ceiling", pack.rules[0].id):
            wanted = expected[row["id"]][column]
            assert pd.isna(row[column]) if wanted is None else row[column] == wanted
    assert set(result.findings["case"]) == {"empty", "right"}


def test_pandas_categories_are_read_as_texts(pack: Pack) -> None:
    access = ["public", None, "secret", "public"]
    texts = pl.DataFrame({"id": list("abcd"), "text.access": access})
    dtype = pd.CategoricalDtype(["secret", "none_of_them", "public"])
    deals = pd.DataFrame({"id": list("abcd"), "text.access": pd.Series(access, dtype=dtype)})
    expected = assess_frame(texts, pack).cases
    found = pl.from_pandas(assess_frame(deals, pack).cases)
    assert found["status"].to_list() == ["ok", "ok", "error", "ok"]
    assert "secret was found" in found["reason"][2]
    rules = [rule.id for rule in pack.rules]
    assert found.select(rules).equals(expected.select(rules), null_equal=True)


NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), -1.0, 0.0, -0.0, 2.5, 99.0, 1e16]),
    st.integers(0, 20).map(float),
)


COUNTED = (
    "terms.duration_years",
    "presence.ceiling",
    "value.total",
    "context.political_terror",
    "offset.share",
)


@pytest.fixture(scope="module")
def readers_of_numbers(pack: Pack) -> Pack:
    """Return the pack with the rules alone that read one of some numbers, and no other rule."""

    def reads_one_of_them(rule: Rule) -> bool:
        conditions = (rule.scope, *(condition for _, condition in rule.levels))
        read = {path for condition in conditions for path in paths_of(condition)}
        return not any(map(speaks_of_findings, conditions)) and bool(read.intersection(COUNTED))

    reading = [rule for rule in pack.rules if reads_one_of_them(rule)]
    assert len(reading) >= 5
    return replace(pack, rules=tuple(reading))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.fixed_dictionaries(dict.fromkeys(COUNTED, NUMBERS)), min_size=1, max_size=5),
    check=st.booleans(),
)
def test_a_row_is_judged_alike_alone_and_among_others(
    rows: list[dict[str, float | None]], check: bool, readers_of_numbers: Pack
) -> None:
    """Columns whose numbers are all in order are not looked at row by row; nobody may notice."""
    pack = readers_of_numbers
    table = pl.DataFrame(
        [{"id": str(number), **row} for number, row in enumerate(rows)],
        schema={"id": pl.String, **dict.fromkeys(rows[0], pl.Float64)},
    )
    together = assess_frame(table, pack, check=check).cases
    alone = [assess_frame(part, pack, check=check).cases for part in table.iter_slices(1)]
    assert together.equals(pl.concat(alone), null_equal=True)


@pytest.mark.parametrize("engine", ["polars", "pandas nullable", "pyarrow", "polars lazy"])
def test_rows_of_lists_come_in_any_order(
    engine: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    table, children = tabulate(list(shipped_cases.values()), pack.catalogue)
    expected = assess_frame(table, pack, children).cases
    build = ENGINES[engine]
    mixed = {}
    for path, child in children.items():
        stranger = child.head(1).with_columns(pl.lit("no such case").alias("id"))
        mixed[path] = build(pl.concat([child.reverse(), stranger]))
    found = as_polars(assess_frame(build(table), pack, mixed).cases)
    if engine == "polars lazy":
        found = expected.select("id").join(found, on="id", how="left", maintain_order="left")
    columns = ["id", "status", *(rule.id for rule in pack.rules), "flag", "unknown", "clear"]
    assert found.select(columns).equals(expected.select(columns), null_equal=True)


SIGNS = (
    "o'neill",
    "c:\\new",
    "50%_of",
    "`so`",
    '"as told"',
    "{x}",
    "${HOME}",
    "?",
    "; drop",
    "ñandú",
)
"""Words that stand in an engine's own text of a plan with signs that mean something there."""


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "duckdb", "spark"])
def test_words_may_hold_any_sign(engine: str, tmp_path: Path) -> None:
    listed = [
        {"id": f"SIGN-{n:03d}", "when": f"contains(terms.title, {word!r})", "severity": "low"}
        for n, word in enumerate(SIGNS)
    ]
    pack = load_written(write_pack(tmp_path / "pack", listed))
    table = pl.DataFrame(
        {"id": [f"it's {n}" for n in range(len(SIGNS))], "terms.title": [f"x {w}" for w in SIGNS]}
    )
    cases = as_polars(assess_frame(ENGINES[engine](table), pack).cases).sort("id")
    found = [[row[f"SIGN-{n:03d}"] for n in range(len(SIGNS))] for row in cases.to_dicts()]
    assert found == [[11 * (n == row) for n in range(len(SIGNS))] for row in range(len(SIGNS))]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_many_rules_of_one_family_are_counted(engine: str, tmp_path: Path) -> None:
    severities = ("low", "medium", "high", "critical")
    listed = [
        {
            "id": f"MANY-{number:03d}",
            "when": "terms.years > 5",
            "severity": severities[number % 4],
        }
        for number in range(300)
    ]
    pack = load_written(write_pack(tmp_path / "pack", listed))
    table = pl.DataFrame({"id": ["a", "b", "c"], "terms.years": [1.0, 50.0, None]})
    cases = as_polars(assess_frame(ENGINES[engine](table), pack).cases).sort("id")
    counts = [(row["clear"], row["flag"], row["unknown"]) for row in cases.to_dicts()]
    assert counts == [(300, 0, 0), (0, 300, 0), (0, 0, 300)]
    assert cases["floor"].cast(pl.String).to_list() == ["low", "critical", "not_assessed"]
    assert cases["ceiling"].cast(pl.String).to_list() == ["low", "critical", "critical"]


def test_sql_reads_the_results_back(pack: Pack) -> None:
    cases = assess_frame(DEALS, pack).cases
    count = duckdb.sql("SELECT count(*) FROM cases WHERE status = 'ok' AND floor = 'low'")
    assert count.fetchall() == [(cases.filter(pl.col("floor") == "low").height,)]


def test_missing_columns_are_told_once(pack: Pack) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assess_frame(DEALS, pack)
    assert [warning.category for warning in caught] == [convenio.FrameWarning]
    assert "have no column" in str(caught[0].message)


def test_everything_wrong_with_the_columns_is_told_at_once(pack: Pack) -> None:
    table = DEALS.with_columns(pl.lit(1).alias("terms.duration_year"))
    lists = {
        "incidents": pl.DataFrame({"deaths": [1]}),
        "incident": pl.DataFrame({"id": ["a"]}),
        "units": pl.DataFrame({"id": [1], "names": ["x"]}),
    }
    with pytest.raises(UsageError) as caught:
        assess_frame(table, pack, lists)
    told = str(caught.value)
    for part in ("terms.duration_years", "incidents.id", "incidents", "units.names", "units.id"):
        assert part in told
    with pytest.raises(UsageError, match="Polars, pandas, PyArrow, DuckDB or PySpark"):
        assess_frame([1, 2], pack)


def test_a_list_is_empty_absent_or_has_rows(pack: Pack) -> None:
    deals = pl.DataFrame(
        {"id": ["rows", "empty", "absent"], "incidents__stated": [None, True, None]}
    )
    incidents = pl.DataFrame({"id": ["rows"], "i": [0], "deaths": [3]})
    for engine, build in FAST.items():
        found = explain_frame(
            build(deals), for_engine(pack, engine), ["rows", "empty", "absent"],
            {"incidents": build(incidents)},
            as_of=dt.date(2020, 1, 1),
        )  # fmt: skip
        stated = {name: a.case.facts.get("incidents") for name, a in found.items()}
        assert stated["absent"] is None, engine
        assert stated["empty"].elements == (), engine
        assert len(stated["rows"].elements) == 1, engine


@pytest.mark.parametrize("engine", ENGINES)
def test_lists_may_stand_in_a_column_of_the_cases(engine: str, pack: Pack) -> None:
    pack = for_engine(pack, engine)
    deals = pl.DataFrame({"id": ["rows", "empty", "absent"], "incidents__stated": [True] * 3})
    deals = deals.with_columns(incidents__stated=pl.col("id") != "absent")
    incidents = pl.DataFrame(
        {"id": ["rows", "rows"], "i": [0, 1], "deaths": [3, None], "date": ["2019-05-01", None]}
    )
    record = incidents.group_by("id").agg(pl.struct("deaths", "date").alias("incidents"))
    nested = deals.join(record, on="id", how="left", maintain_order="left").select(
        "id",
        pl.when(pl.col("id") == "empty").then([]).otherwise("incidents").alias("incidents"),
    )
    build = ENGINES[engine]
    day = dt.date(2020, 1, 1)
    expected = assess_frame(build(deals), pack, {"incidents": build(incidents)}, as_of=day)
    found = assess_frame(build(nested), pack, as_of=day)
    sides = [as_polars(one.cases).sort("id") for one in (expected, found)]
    assert sides[0].equals(sides[1], null_equal=True)
    assert sides[0]["status"].to_list() == ["ok"] * 3


def test_a_list_is_told_once_and_its_cases_by_id(pack: Pack) -> None:
    nested = pl.DataFrame({"id": ["a"], "incidents": [[{"deaths": 3}]]})
    with pytest.raises(UsageError, match="a column of the cases and a table of its own"):
        assess_frame(nested, pack, {"incidents": pl.DataFrame({"id": ["a"], "deaths": [3]})})
    with pytest.raises(UsageError, match=r"id: .*no such column"):
        assess_frame(nested.drop("id"), pack)
    case = explain_frame(nested, pack, ["a"], as_of=dt.date(2020, 1, 1))["a"].case
    assert case.facts["incidents"].elements[0].fields["deaths"].value == 3


def test_wrong_rows_of_a_list_mark_their_case(pack: Pack) -> None:
    deals = pl.DataFrame({"id": ["a", "b"]})
    incidents = pl.DataFrame({"id": ["a", "b"], "i": [0, 0], "deaths": [-3, 3]})
    cases = assess_frame(deals, pack, {"incidents": incidents}).cases
    assert cases["status"].to_list() == ["error", "ok"]
    assert "incidents[].deaths" in cases["reason"][0]


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "duckdb"])
def test_rows_that_share_their_id_are_wrong_where_lists_are_told_by_it(
    engine: str, pack: Pack
) -> None:
    build = ENGINES[engine]
    deals = build(pl.DataFrame({"id": ["a", "b", "a"]}))
    incidents = build(pl.DataFrame({"id": ["a", "b"], "i": [0, 0], "deaths": [1, 3]}))
    few = for_engine(pack, engine)
    cases = as_polars(assess_frame(deals, few, {"incidents": incidents}).cases).sort("id")
    assert cases["status"].to_list() == ["error", "error", "ok"]
    assert "no other row" in cases["reason"][0]
    alone = as_polars(assess_frame(deals, few).cases)
    assert alone["status"].to_list() == ["ok"] * 3


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "pandas nullable", "duckdb"])
def test_verdicts_alone_are_the_same_verdicts(engine: str, pack: Pack) -> None:
    deals = ENGINES[engine](DEALS)
    few = for_engine(pack, engine)
    whole = as_polars(assess_frame(deals, few).cases).sort("id")
    alone = as_polars(assess_frame(deals, few, ratings=False).cases).sort("id")
    rules = [rule.id for rule in few.rules]
    assert alone.columns == ["id", "status", "reason", "pack", "engine", *rules]
    assert alone.equals(whole.select(alone.columns), null_equal=True)
    assert whole.select(pl.any_horizontal(pl.col(rules) > 0).sum()).item() > 0


def test_spark_runs_nothing_early_and_no_python_on_rows(pack: Pack) -> None:
    session = spark_session()
    status = session.sparkContext.statusTracker()
    session.sparkContext.setJobGroup("convenio-plan", "assess_frame")
    deals = ENGINES["spark"](DEALS)
    incidents = ENGINES["spark"](pl.DataFrame({"id": ["text"], "i": [0], "deaths": [3]}))
    before = status.getJobIdsForGroup("convenio-plan")
    cases = assess_frame(deals, for_engine(pack, "spark"), {"incidents": incidents}).cases
    assert status.getJobIdsForGroup("convenio-plan") == before
    plan = cases._jdf.queryExecution().executedPlan().toString()
    found = re.findall(r"\w*(?:Python|MapInPandas|MapInArrow|ArrowEval)\w*", plan)
    assert not found
    assert "Join" in plan
    # The check itself can see what it looks for.
    counted = session.range(3).rdd.map(lambda row: row[0]).count()
    assert counted == 3
    assert status.getJobIdsForGroup("convenio-plan") != before


def _tree(trace: Trace) -> Any:
    leaves = [
        (leaf.path, leaf.fact.value if leaf.fact else None, leaf.missing)
        for leaf in trace.leaves
        if leaf.fact is None or not leaf.fact.elements
    ]
    return unparse(trace.node), trace.truth, leaves, [_tree(child) for child in trace.children]


def test_explanations_are_those_of_the_scalar_path(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    names = ["us-colombia-dca-2009", "panamax-2014"]
    cases = [shipped_cases[name] for name in names]
    table, children = tabulate(cases, pack.catalogue)
    found = explain_frame(table, pack, names, children)
    for case in cases:
        expected = assess(case, pack)
        for rule in pack.rules:
            ours, theirs = found[case.id].finding(rule.id), expected.finding(rule.id)
            assert ours.outcome == theirs.outcome
            assert ours.missing == theirs.missing
            assert _tree(ours.applies) == _tree(theirs.applies)
            assert [_tree(level) for _, level in ours.levels] == [
                _tree(level) for _, level in theirs.levels
            ]


def test_an_explanation_of_no_row_or_a_wrong_one_is_refused(pack: Pack) -> None:
    with pytest.raises(UsageError, match="no such row: nobody"):
        explain_frame(DEALS, pack, ["nobody"])
    with pytest.raises(UsageError, match=r"id: .*no such column"):
        explain_frame(DEALS.drop("id"), pack, ["right"])
    with pytest.raises(UsageError, match=r"incidents.id: .*no such column"):
        explain_frame(DEALS, pack, ["right"], {"incidents": pl.DataFrame({"deaths": [1]})})
    with pytest.raises(UsageError, match="abc was found"):
        explain_frame(DEALS, pack, ["text"])


def test_every_column_is_told(pack: Pack) -> None:
    names = [column.name for column in frame_columns(pack)]
    assert "terms.duration_years" in names
    assert "terms.duration_years__undisclosed" in names
    assert len(names) == len(set(names))


def test_a_code_reads_back(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    case = shipped_cases["neuquen-2014"]
    table, children = tabulate([case], pack.catalogue)
    row = assess_frame(table, pack, children).cases.to_dicts()[0]
    for rule, outcome in assess(case, pack, "reference").outcomes.items():
        mitigating = pack.by_id[rule].kind == "mitigating"
        assert outcome_of_code(row[rule], mitigating) == outcome


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=rules(), rating=st.sampled_from(RATINGS), seed=st.integers(0, 2**32))
@pytest.mark.parametrize("engine", ["polars", "pandas with every missing", "duckdb"])
def test_random_packs_on_random_cases(
    drawn: Any, rating: Any, seed: int, engine: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from random import Random

    folder: Path = tmp_path_factory.mktemp("pack") / "pack"
    pack = load_written(write_pack(folder, drawn, FAMILIES, rating))
    random = Random(seed)
    cases = []
    for number in range(80):
        text = case_text({"facts": random_case(random)})
        cases.append(read_case(text.replace("case: row", f"case: row{number}"), pack))
    assert different_cells(cases, pack, engine) == []
