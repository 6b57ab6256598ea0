"""Tests a whole table of cases at once, on the engine that the table is on."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from convenio.assessment.assessing import assess
from convenio.assessment.assessment import Assessment
from convenio.backends.frames.columns import (
    AS_OF,
    ID,
    POSITION,
    FrameColumn,
    case_columns,
    child_columns,
    column_name,
)
from convenio.backends.frames.conditions import Compiler, Scope
from convenio.backends.frames.dialects import Dialect, dialect_of
from convenio.backends.frames.doors import (
    Door,
    collect,
    hand_out,
    holding,
    in_order_of,
    numbered,
    take_in,
)
from convenio.backends.frames.findings import findings_of
from convenio.backends.frames.quantifiers import asked_members
from convenio.backends.frames.ratings import SIDES, add_counts, add_ratings, add_tallies
from convenio.backends.frames.reading import Check, Field
from convenio.backends.frames.refusals import NO_ID, fault, wrong_child, wrong_names
from convenio.backends.frames.rows import case_of_row
from convenio.backends.frames.tables import Normaliser, Table, fields_of, found_columns
from convenio.backends.frames.truth import (
    Truth,
    certain,
    conjunction,
    disjunction,
    expression,
    negate,
)
from convenio.backends.frames.values import days_since_1970
from convenio.backends.frames.verdicts import add_verdicts, codes
from convenio.backends.frames.words import Frame, as_frame, native_of, nw, speaking_to
from convenio.errors import UsageError
from convenio.facts.catalogue import FactDeclaration, FactType
from convenio.language import syntax as s
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS
from convenio.version import __version__

RATING_NAMES = ("not_assessed", *RATINGS)
_ROW = "row__number"
_SAME = "wrong__same_id"
_OK, _ERROR = "ok", "error"


class FrameWarning(UserWarning):
    """Something about a frame that a reader of its results should know."""


@dataclass(frozen=True)
class AssessedFrame:
    """Verdicts and ratings of a table of cases, in the kind of frame that was given.

    `cases` has one row for each row given: `id`, `status` ("ok" or "error") and `reason`, `floor`
    and `ceiling` overall and `<family>__floor`, `<family>__ceiling`, how many rules have each
    verdict (`flag`, `clear`, `unknown`, `not_applicable`), `pack` and `engine`, and one code for
    each rule; `convenio.backends.frames.verdicts` tells what a code says. With `ratings=False`
    ratings and counts are left out. `findings` has one row for each finding that is flagged or
    unknown; `every_finding` has one for every rule. They are computed when first asked for.
    """

    cases: Any
    pack: Pack
    _computed: Frame = field(repr=False)
    _door: Door = field(repr=False)

    @cached_property
    def findings(self) -> Any:
        """Findings that are flagged or unknown: case, rule, family, kind, verdict, severities."""
        return self._findings(every=False)

    @cached_property
    def every_finding(self) -> Any:
        """One row for every case and rule, those that are clear or do not apply included."""
        return self._findings(every=True)

    def _findings(self, every: bool) -> Any:
        with speaking_to(self._computed):
            return hand_out(findings_of(self._computed, self.pack, every), self._door)


def assess_frame(
    frame: Any,
    pack: Pack,
    children: Mapping[str, Any] | None = None,
    *,
    id: str = ID,
    as_of: dt.date | None = None,
    check: bool = True,
    ratings: bool = True,
) -> AssessedFrame:
    """Return the verdicts and ratings of a table with one row for each case.

    `frame` is a Polars (eager or lazy), pandas, PyArrow, DuckDB or PySpark frame whose columns are
    called like facts (`terms.duration_years`; `convenio.frame_columns(pack)` lists them all).
    `children` maps list facts to tables with one row for each element, the column `id` of its case
    and `i`, its place from 0. Lazy frames stay lazy. `as_of` is the date of all cases where the
    frame has no such column. A missing column is unknown in every row; a row with a value that
    can't stand there comes back with `status` "error" and the reason, as do rows that share their
    id where there are lists. `check=False` trusts the values and skips that. `ratings=False` leaves
    out ratings and counts, where verdicts alone are wanted: with simple rules they take most of
    the time.

    Raises UsageError with everything that is wrong with the columns.

    >>> import polars
    >>> from convenio import load_pack
    >>> deals = polars.DataFrame({"id": ["a"], "terms.duration_years": [50.0]})
    >>> with warnings.catch_warnings(action="ignore"):
    ...     assess_frame(deals, load_pack("core")).cases["status"].to_list()
    ['ok']
    """
    work = _Work(frame, pack, dict(children or {}), id, as_of, check, ratings)
    with speaking_to(work.frame):
        return work.run()


def explain_frame(
    frame: Any,
    pack: Pack,
    ids: Sequence[Any],
    children: Mapping[str, Any] | None = None,
    *,
    id: str = ID,
    as_of: dt.date | None = None,
) -> dict[Any, Assessment]:
    """Return the assessments of chosen rows, with the facts and traces behind every verdict.

    They are what `assess` says of the same case; `.finding(rule)` gives one rule's tree. Only the
    chosen rows leave the engine. Arguments are those of `assess_frame`.

    Raises UsageError where a row is not there, or has a value that can't stand in it.

    >>> import polars
    >>> from convenio import load_pack
    >>> deals = polars.DataFrame(
    ...     {"id": ["a"], "as_of": ["2020-01-01"], "terms.duration_years": [50.0]}
    ... )
    >>> found = explain_frame(deals, load_pack("core"), ["a"])["a"]
    >>> found.case.facts["terms.duration_years"].value
    50.0
    """
    whole = {"": take_in(frame).frame}
    whole |= {
        path: take_in(child, f"the table of {path}").frame
        for path, child in (children or {}).items()
    }
    problems = [
        fault(f"{path}.{id}".lstrip("."), NO_ID)
        for path, table in whole.items()
        if id not in table.collect_schema().names()
    ]
    if problems:
        raise UsageError(problems)
    tables = {path: _chosen(table, id, ids) for path, table in whole.items()}
    small = tables.pop("")
    rows = small.collect().rows(named=True)
    elements: dict[Any, dict[str, list[dict[str, Any]]]] = {}
    for path, table in tables.items():
        for row in table.collect().rows(named=True):
            elements.setdefault(row[id], {}).setdefault(path, []).append(row)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FrameWarning)
        natives = {path: native_of(table) for path, table in tables.items()}
        results = assess_frame(native_of(small), pack, natives, id=id, as_of=as_of)
    faults = {
        row[ID]: row["reason"]
        for row in as_frame(results.cases).collect().rows(named=True)
        if row["status"] == _ERROR
    }
    found: dict[Any, Assessment] = {}
    for row in rows:
        if row[id] in faults:
            raise UsageError(f"{row[id]}: {faults[row[id]]}")
        lists = {
            path: sorted(given, key=lambda element: element.get(POSITION, 0))
            for path, given in elements.get(row[id], {}).items()
        }
        case = case_of_row({**row, ID: row[id]}, lists, pack, as_of)
        found[row[id]] = assess(case, pack)
    missing = [str(name) for name in ids if name not in found]
    if missing:
        raise UsageError("no such row: " + ", ".join(missing))
    return {name: found[name] for name in ids}


def _chosen(table: Frame, id: str, ids: Sequence[Any]) -> Frame:
    with speaking_to(table):
        return table.filter(nw.col(id).is_in(list(ids)))


def frame_columns(pack: Pack, path: str | None = None) -> tuple[FrameColumn, ...]:
    """Return the columns that a frame of cases may have, or the child table of one list.

    >>> from convenio import load_pack
    >>> [column.name for column in frame_columns(load_pack("core"), "units")]
    ['name', 'name__undisclosed', 'name__asked', 'vetted', 'vetted__undisclosed', 'vetted__asked']
    """
    if path is None:
        return case_columns(pack.catalogue)
    return child_columns(pack.catalogue, path)


class _Work:
    """The steps from a user's tables to their verdicts."""

    def __init__(
        self,
        frame: Any,
        pack: Pack,
        children: Mapping[str, Any],
        id_name: str,
        as_of: dt.date | None,
        check: bool,
        ratings: bool,
    ) -> None:
        self._pack = pack
        self._catalogue = pack.catalogue
        self._id = id_name
        self._as_of = as_of
        self._check = check
        self._ratings = ratings
        self._door = take_in(frame)
        self._children = {
            path: take_in(child, f"the table of {path}") for path, child in children.items()
        }
        self._dialect: Dialect = dialect_of(self._door.frame)
        self._asked = asked_members(_conditions(pack))
        # Rows of lists find their case by its id; where all is in memory, by its place, which is
        # sorted and so found several times sooner.
        self._by_place = self._door.eager and bool(self._children)
        self._key = _ROW if self._by_place else ID

    @property
    def frame(self) -> Frame:
        """The cases as they were taken in."""
        return self._door.frame

    def run(self) -> AssessedFrame:
        """Return the results, in words that the frame understands."""
        self._refuse_wrong_columns()
        root = self._root()
        tables = {path: self._child(path, door) for path, door in self._children.items()}
        scope, checks = self._counted(root, tables)
        texts = dict(root.texts or {})
        for path, table in tables.items():
            texts |= {f"{path}[].{name}": members for name, members in (table.texts or {}).items()}
        compiler = Compiler(self._catalogue, self._pack.currency, self._dialect, tables, texts)
        scope = replace(scope, frame=self._dialect.settled(scope.frame))
        scope, guards = self._guarded(scope, compiler)
        checks = [*checks, *guards] if self._check else []
        if checks and self._door.eager:
            scope, checks = self._settled(scope, checks)
        keep = [*([_ROW] if self._door.ordered else []), ID, *_kept_for(checks)]
        verdicts = add_verdicts(scope, self._pack.compiled, compiler, keep)
        rated = self._dialect.settled(verdicts.frame)
        computed = self._cases(rated, verdicts, checks)
        if self._door.eager:
            table = collect(computed)
            if not table[_ROW].is_sorted():
                table = table.sort(_ROW)
            shown = table.drop(_ROW)
            return AssessedFrame(
                hand_out(shown, self._door, self._door.index),
                self._pack,
                as_frame(shown),
                self._door,
            )
        if self._door.ordered:
            computed = computed.drop(_ROW)
        return AssessedFrame(hand_out(computed, self._door), self._pack, computed, self._door)

    # --- the door ------------------------------------------------------------------------

    def _refuse_wrong_columns(self) -> None:
        problems = wrong_names(self._catalogue, self._door, self._id)
        names = self._door.frame.collect_schema().names()
        if self._id not in names and (self._children or not self._door.ordered):
            problems.append(fault(self._id, NO_ID))
        for path, door in self._children.items():
            problems += wrong_child(self._catalogue, path, door, self._door, self._id)
        if problems:
            raise UsageError(problems)
        self._warn_of_missing(names)

    def _warn_of_missing(self, names: Sequence[str]) -> None:
        found, _ = found_columns(self._fields(), names)
        stated = {column.path for column in found.values()} | self._children.keys()
        read = dict.fromkeys(
            path.partition("[")[0] for c in _conditions(self._pack) for path in s.paths_of(c)
        )
        missing = [path for path in read if path not in stated and path != AS_OF]
        if AS_OF in read and AS_OF not in names and self._as_of is None:
            missing.append(AS_OF)
        if missing:
            shown = ", ".join(missing[:8]) + (", …" if len(missing) > 8 else "")
            warnings.warn(
                f"{len(missing)} facts that rules read have no column, so they are unknown in "
                f"every row: {shown}",
                FrameWarning,
                stacklevel=4,
            )

    def _fields(self) -> list[Field]:
        return fields_of(self._catalogue.facts, self._asked)

    def _root(self) -> Table:
        frame = self._door.frame
        keep: dict[str, nw.Expr] = {}
        if self._door.ordered:
            frame = numbered(frame, _ROW)
            keep[_ROW] = nw.col(_ROW)
        names = frame.collect_schema().names()
        keep[ID] = nw.col(self._id) if self._id in names else nw.col(_ROW)
        dated = AS_OF in names
        fields = self._fields()
        if dated:
            fields.append(Field(AS_OF, _DATE_OF_CASE))
        table = self._normalised(frame, fields, keep)
        if not dated and self._as_of is not None:
            day = days_since_1970(self._as_of)
            frame = table.frame.with_columns(nw.lit(day).alias(AS_OF))
            table = Table(frame, table.columns | {AS_OF}, table.checks, table.texts)
        flag = "wrong__id"
        if self._door.eager and holding(table.frame, {ID: (~nw.col(ID).is_null()).all()}):
            return table
        frame = table.frame.with_columns(nw.col(ID).is_null().alias(flag))
        checks = (Check(flag, self._id, "an identifier"), *table.checks)
        return Table(frame, table.columns, checks, table.texts)

    def _child(self, path: str, door: Door) -> Table:
        record = self._catalogue.records[self._catalogue.facts[path].type.record]
        fields = fields_of(record, self._asked, f"{path}[].")
        frame = door.frame
        if POSITION not in frame.collect_schema().names():
            frame = numbered(frame, POSITION)
        if not self._by_place:
            keep = {ID: nw.col(self._id), POSITION: nw.col(POSITION)}
            return self._normalised(frame, fields, keep)
        places = numbered(self._door.frame.select(self._id), _ROW)
        keep = {_ROW: nw.col(_ROW), POSITION: nw.col(POSITION)}
        table = self._normalised(in_order_of(places, frame, self._id, _ROW), fields, keep)
        return replace(table, frame=as_frame(collect(table.frame)))

    def _normalised(
        self, frame: Frame, fields: Sequence[Field], keep: Mapping[str, nw.Expr]
    ) -> Table:
        look = holding if self._door.eager else None
        account = self._pack.currency
        normaliser = Normaliser(self._catalogue, account, self._dialect, self._check, look)
        return normaliser.table(frame, fields, keep)

    # --- what the lists say --------------------------------------------------------------

    def _counted(self, root: Table, tables: Mapping[str, Table]) -> tuple[Scope, list[Check]]:
        """Add to each case how many rows its lists have, and whether one of them is wrong."""
        frame, columns = root.frame, set(root.columns)
        checks = list(root.checks)
        if tables and self._check and not self._has_own_ids(frame):
            # The rows of lists are brought together by id, which must tell cases apart.
            frame = frame.join(frame.group_by(ID).agg(nw.len().alias(_SAME)), on=ID, how="left")
            frame = frame.with_columns((nw.col(_SAME).fill_null(1) > 1).alias(_SAME))
            checks.append(Check(_SAME, self._id, "an identifier that no other row has"))
        for path, table in tables.items():
            base = column_name(path)
            rows = f"{base}__rows"
            aggregates = [nw.len().alias(rows)]
            for check in table.checks if self._check else ():
                flag = f"{base}__{check.flag}"
                aggregates.append(nw.col(check.flag).cast(nw.Int32).max().alias(flag))
                checks.append(Check(flag, f"{path}[].{check.path}", check.expected))
            grouped = table.frame.group_by(self._key).agg(*aggregates)
            frame = frame.join(grouped, on=self._key, how="left")
            if self._check and table.checks:
                flags = [f"{base}__{check.flag}" for check in table.checks]
                frame = frame.with_columns(
                    *((nw.col(flag).fill_null(0) > 0).alias(flag) for flag in flags)
                )
            columns.add(rows)
        return Scope(frame, (self._key,), frozenset(columns), facts=root.frame), checks

    def _has_own_ids(self, frame: Frame) -> bool:
        """Return whether it is known that no two cases share their id."""
        tests = {ID: nw.col(ID).n_unique() == nw.len()}
        return self._door.eager and bool(holding(frame, tests))

    def _guarded(self, scope: Scope, compiler: Compiler) -> tuple[Scope, list[Check]]:
        """Mark rows that state a fact although its `only_if` is false."""
        checks: list[Check] = []
        stage: dict[str, nw.Expr] = {}
        guards = self._pack.guards if self._check else {}
        scope = compiler.prepare(scope, list(guards.values()))
        for path, guard in guards.items():
            operand = s.Path(path)
            said = disjunction(
                compiler.condition(s.About(word, operand), scope)
                for word in ("known", "undisclosed", "asked")
            )
            wrong = conjunction((said, certain(negate(compiler.condition(guard, scope)))))
            if wrong is False:
                continue
            flag = f"guard{len(checks)}"
            stage[flag] = expression(wrong)
            only_if = self._catalogue.facts[path].only_if
            checks.append(Check(flag, path, "it only where " + only_if))
        if not stage:
            return scope, checks
        frame = scope.frame.with_columns(**stage)
        return replace(scope, frame=frame), checks

    def _settled(self, scope: Scope, checks: Sequence[Check]) -> tuple[Scope, list[Check]]:
        """Look which checks fail at all, so that a clean table pays for none of them."""
        collected = collect(scope.frame)
        flags = collected.select(*(nw.col(check.flag).any() for check in checks))
        failed = [check for check in checks if flags[check.flag][0]]
        return replace(scope, frame=as_frame(collected), facts=None), failed

    # --- results -------------------------------------------------------------------------

    def _cases(self, frame: Frame, verdicts: Any, checks: Sequence[Check]) -> Frame:
        wrong = disjunction([nw.col(check.flag) for check in checks])
        ranks: list[str] = []
        counted: list[str] = []
        if self._ratings:
            tallied = add_tallies(self._pack, replace(verdicts, frame=frame))
            frame = add_counts(add_ratings(tallied, self._pack))
            ranks = [*SIDES, *(f"{name}__{s}" for name in self._pack.families for s in SIDES)]
            counted = ["flag", "unknown", "clear", "not_applicable"]
        rule_codes = codes(verdicts)
        columns = {
            **{name: nw.col(name) for name in (*ranks, *counted)},
            **{rule.id: rule_codes[rule.id] for rule in self._pack.rules},
        }
        keep = [nw.col(_ROW)] if self._door.ordered else []
        status, reason = self._status(wrong, checks)
        computed = frame.select(
            *keep,
            nw.col(ID),
            status.alias("status"),
            reason.alias("reason"),
            *(_unless(wrong, column).alias(name) for name, column in columns.items()),
            nw.lit(provenance(self._pack)).alias("pack"),
            nw.lit(f"convenio {__version__}").alias("engine"),
        )
        named = computed
        if ranks:
            named = _named_ranks(self._dialect.settled(computed), ranks, self._dialect)
        first = [*([_ROW] if keep else []), ID, "status", "reason", *ranks]
        coded = [rule.id for rule in self._pack.rules]
        return named.select(*first, *counted, "pack", "engine", *coded)

    def _status(self, wrong: Truth, checks: Sequence[Check]) -> tuple[nw.Expr, nw.Expr]:
        if not isinstance(wrong, nw.Expr):
            return nw.lit(_OK), nw.lit(None, dtype=nw.String)
        status = nw.when(wrong).then(nw.lit(_ERROR)).otherwise(nw.lit(_OK))
        parts = [nw.when(nw.col(check.flag)).then(_told(check)) for check in checks]
        reason = nw.concat_str(*parts, separator="; ", ignore_nulls=True)
        return status, nw.when(wrong).then(reason)


def _kept_for(checks: Sequence[Check]) -> list[str]:
    """Return the columns that tell what is wrong in a row."""
    names = [name for check in checks for name in (check.flag, check.found) if name]
    return list(dict.fromkeys(names))


def _told(check: Check) -> nw.Expr:
    said = f"{check.path}: {check.expected} is expected"
    if not check.found:
        return nw.lit(said)
    return nw.concat_str(
        nw.lit(said + ", "), nw.col(check.found).cast(nw.String), nw.lit(" was found")
    )


def _unless(wrong: Truth, column: nw.Expr) -> nw.Expr:
    return nw.when(~wrong).then(column) if isinstance(wrong, nw.Expr) else column


def _named_ranks(frame: Frame, names: Sequence[str], dialect: Dialect) -> Frame:
    return dialect.derive(frame, {name: dialect.named(name, RATING_NAMES) for name in names})


def provenance(pack: Pack) -> str:
    """Return what tells a pack from any other: name, version, digest."""
    return f"{pack.id} {pack.version} {pack.digest}"


_DATE_OF_CASE = FactDeclaration(AS_OF, FactType("date"), "Date of the case", "")


def _conditions(pack: Pack) -> list[s.Expression]:
    rules = pack.compiled.rules
    found = [c for rule in rules for c in (rule.scope, *(w for _, w in rule.conditions))]
    return [*found, *pack.guards.values()]
