"""Every way of testing a table that is timed: ours on each engine, its peers, and by hand."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
from benchmarks.interleave import Prepared, always
from benchmarks.peers import openfisca_tables as openfisca
from benchmarks.peers.peer import installed_version
from benchmarks.peers.workload import RULES, SyntheticRule, loaded_pack, make_rules
from benchmarks.tables import UNKNOWN_SHARE, by_hand, make_table, numpy_columns, run_numpy

import convenio

CHECKED = 20_000
"""Cases over which all answers are compared."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The same rules for every contender, and as a pack for ours."""

    rules: tuple[SyntheticRule, ...]
    pack: convenio.Pack


@dataclass(frozen=True, slots=True)
class Contender:
    """One way of testing a table; one that is two-valued is compared over complete cases only.

    `prepare` does what is not counted. `missing` says why a contender can't be measured here.
    """

    name: str
    prepare: Callable[[pl.DataFrame, Workload], Prepared]
    note: str = ""
    two_valued: bool = False
    missing: str = ""


def make_workload(count: int = RULES) -> Workload:
    """Return so many rules."""
    rules = make_rules(count)
    return Workload(rules, loaded_pack(rules))


def check(
    contenders: Sequence[Contender], workload: Workload, unknown_share: float = UNKNOWN_SHARE
) -> None:
    """Stop where the answers of a contender differ from those of Polars by hand."""
    complete, incomplete = make_table(CHECKED, 0), make_table(CHECKED, unknown_share)
    for contender in contenders:
        if not contender.missing:
            table = complete if contender.two_valued else incomplete
            found = _truths(contender.prepare(table, workload)()(), workload)
            wanted = table.select(**by_hand(workload.rules))
            for rule in workload.rules:
                if not found[rule.id].equals(wanted[rule.id], null_equal=True):
                    raise SystemExit(f"{contender.name}: {rule.id} differs from Polars by hand")


def _truths(result: Any, workload: Workload) -> pl.DataFrame:
    """Return answers as nullable Booleans, in the order of the cases."""
    frame = pl.DataFrame(result)
    if "id" not in frame.columns:
        return frame
    # A code of 10 and more is a flag of some severity.
    return frame.sort("id").select(
        pl.when(pl.col(rule.id) >= 10)
        .then(True)
        .when(pl.col(rule.id) == 0)
        .then(False)
        .alias(rule.id)
        for rule in workload.rules
    )


# --- by hand --------------------------------------------------------------------------------


def _polars_by_hand(table: pl.DataFrame, workload: Workload) -> Prepared:
    selected = by_hand(workload.rules)
    return always(lambda: table.select(**selected))


def _polars_two_valued(table: pl.DataFrame, workload: Workload) -> Prepared:
    selected = by_hand(workload.rules, two_valued=True)
    return always(lambda: table.select(**selected))


def _numpy_by_hand(table: pl.DataFrame, workload: Workload) -> Prepared:
    columns = numpy_columns(table)
    return always(lambda: run_numpy(columns, workload.rules))


# --- OpenFisca-core -------------------------------------------------------------------------


def _openfisca_whole(table: pl.DataFrame, workload: Workload) -> Prepared:
    built = openfisca.build(workload.rules)
    arrays = openfisca.inputs(built, table)
    return always(lambda: openfisca.calculate(built, openfisca.simulation(built, arrays)))


def _openfisca_calculating(table: pl.DataFrame, workload: Workload) -> Prepared:
    built = openfisca.build(workload.rules)
    arrays = openfisca.inputs(built, table)

    def prepared() -> Callable[[], Any]:
        # A simulation remembers what it calculated, so that no two rounds may share one.
        made = openfisca.simulation(built, arrays)
        return lambda: openfisca.calculate(built, made)

    return prepared


def _absent() -> str:
    if not installed_version(openfisca.DISTRIBUTION):
        return "not measured: not installed"
    try:
        importlib.import_module("openfisca_core")
    except ImportError as fault:
        return f"not measured: can't be imported here ({fault})"
    return ""


# --- ours -----------------------------------------------------------------------------------


def _ours(
    convert: Callable[[pl.DataFrame], Any] = lambda table: table,
    finish: Callable[[Any], Any] = lambda cases: cases,
    *,
    check: bool = True,
    ratings: bool = True,
) -> Callable[[pl.DataFrame, Workload], Prepared]:
    def prepare(table: pl.DataFrame, workload: Workload) -> Prepared:
        frame = convert(table)
        return always(
            lambda: finish(
                convenio.assess_frame(frame, workload.pack, check=check, ratings=ratings).cases
            )
        )

    return prepare


def _relation(table: pl.DataFrame) -> Any:
    return duckdb.connect().from_arrow(table.to_arrow())


BY_HAND = Contender("Polars by hand, nullable", _polars_by_hand)
ON_POLARS = Contender("Convenio on Polars", _ours())
VERDICTS = Contender(
    "Convenio on Polars, verdicts alone", _ours(ratings=False), "without counts and ratings"
)
VERDICTS_TRUSTED = Contender(
    "Convenio on Polars, verdicts alone, values trusted",
    _ours(ratings=False, check=False),
    "without looking for values that can't stand",
)
CONTENDERS = (
    BY_HAND,
    Contender("Polars by hand, two-valued", _polars_two_valued, two_valued=True),
    Contender("NumPy by hand, two-valued", _numpy_by_hand, two_valued=True),
    Contender(
        "OpenFisca-core, two-valued, calculating alone",
        _openfisca_calculating,
        "building the simulation is not counted; numbers in single precision",
        two_valued=True,
        missing=_absent(),
    ),
    Contender(
        "OpenFisca-core, two-valued, with its simulation",
        _openfisca_whole,
        "building it and setting its inputs, from arrays of its own kinds, are counted",
        two_valued=True,
        missing=_absent(),
    ),
    VERDICTS_TRUSTED,
    VERDICTS,
    Contender("Convenio on Polars, values trusted", _ours(check=False)),
    ON_POLARS,
    Contender("Convenio on PyArrow", _ours(lambda table: table.to_arrow())),
    Contender("Convenio on pandas", _ours(lambda table: table.to_pandas())),
    Contender("Convenio on DuckDB", _ours(_relation, lambda cases: cases.to_arrow_table())),
)
