"""The steps from a user's tables to the verdicts and ratings of every row."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from convenio.backends.frames.columns import (
    AS_OF,
    ID,
    POSITION,
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
from convenio.backends.frames.nesting import unnested
from convenio.backends.frames.quantifiers import asked_members
from convenio.backends.frames.ratings import SIDES, add_counts, add_ratings, add_tallies
from convenio.backends.frames.reading import Check, Field
from convenio.backends.frames.refusals import NO_ID, fault, wrong_child, wrong_names
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
from convenio.backends.frames.verdicts import Verdicts, add_verdicts, codes
from convenio.backends.frames.words import Frame, as_frame, nw
from convenio.errors import UsageError
from convenio.facts.catalogue import FactDeclaration, FactType
from convenio.language import syntax as s
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS
from convenio.version import __version__

RATING_NAMES = ("not_assessed", *RATINGS)
_ROW = "row__number"
_SAME = "wrong__same_id"
_WRONG = "row__is_wrong"
_OK, ERROR = "ok", "error"
_READ = "what the conditions read"


class FrameWarning(UserWarning):
    """Something about a frame that a reader of its results should know."""


@dataclass(frozen=True)
class Computed:
    """Results in the caller's kind of frame, and as they were computed."""

    cases: Any
    frame: Frame
    door: Door


class FrameSteps:
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
        door = take_in(frame)
        cases, nested = unnested(door.frame, self._catalogue, id_name)
        self._door = replace(door, frame=cases)
        self._children = {path: Door(rows, door.kind) for path, rows in nested.items()}
        for path, child in children.items():
            if path in nested:
                raise UsageError([fault(path, "is a column of the cases and a table of its own")])
            self._children[path] = take_in(child, f"the table of {path}")
        self._dialect: Dialect = dialect_of(self._door.frame)
        self._read = _read_by(pack)
        # Rows of lists find their case by its id; where all is in memory, by its place, which is
        # sorted and so found several times sooner.
        self._by_place = self._door.eager and bool(self._children)
        self._key = _ROW if self._by_place else ID

    @property
    def frame(self) -> Frame:
        """The cases as they were taken in."""
        return self._door.frame

    def run(self) -> Computed:
        """Return the results, in words that the frame understands."""
        self._refuse_wrong_columns()
        root = self._root()
        tables = {path: self._child(path, rows) for path, rows in self._rows_of_lists().items()}
        scope, checks = self._counted(root, tables)
        texts = dict(root.texts or {})
        for path, table in tables.items():
            texts |= {f"{path}[].{name}": members for name, members in (table.texts or {}).items()}
        compiler = Compiler(self._catalogue, self._pack.currency, self._dialect, tables, texts)
        scope, guards = self._guarded(scope, compiler)
        checks = [*checks, *guards] if self._check else []
        if checks and self._door.eager:
            scope, checks = self._settled(scope, checks)
        keep = [*([_ROW] if self._door.ordered else []), ID, *_kept_for(checks)]
        verdicts = add_verdicts(scope, self._pack.compiled, compiler, keep)
        computed = self._cases(verdicts, checks)
        if self._door.eager:
            table = collect(computed)
            if not table[_ROW].is_sorted():
                table = table.sort(_ROW)
            shown = table.drop(_ROW)
            cases = hand_out(shown, self._door, self._door.index)
            return Computed(cases, as_frame(shown), self._door)
        if self._door.ordered:
            computed = computed.drop(_ROW)
        return Computed(hand_out(computed, self._door), computed, self._door)

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
        read = self._read.paths
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
        return fields_of(self._catalogue.facts, self._read.members)

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

    def _rows_of_lists(self) -> dict[str, Frame]:
        """Return the tables of lists, each with the place of its rows within their list."""
        tables = {path: door.frame for path, door in self._children.items()}
        for path, table in tables.items():
            if POSITION not in table.collect_schema().names():
                tables[path] = numbered(table, POSITION)
        if not self._by_place:
            return tables
        places = numbered(self._door.frame.select(self._id), _ROW)
        return in_order_of(places, tables, self._id, _ROW)

    def _child(self, path: str, rows: Frame) -> Table:
        record = self._catalogue.records[self._catalogue.facts[path].type.record]
        fields = fields_of(record, self._read.members, f"{path}[].")
        keep = {
            self._key: nw.col(_ROW if self._by_place else self._id),
            POSITION: nw.col(POSITION),
        }
        table = self._normalised(rows, fields, keep)
        return replace(table, frame=as_frame(collect(table.frame))) if self._by_place else table

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
        if not self._door.eager:
            return False
        return bool(holding(frame, {ID: nw.col(ID).n_unique() == nw.len()}))

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

    def _cases(self, verdicts: Verdicts, checks: Sequence[Check]) -> Frame:
        frame = verdicts.frame
        wrong = disjunction([nw.col(check.flag) for check in checks])
        if isinstance(wrong, nw.Expr):
            # Every column of the results asks for it: written out in each, plans would grow long.
            frame = frame.with_columns(wrong.alias(_WRONG))
            wrong = nw.col(_WRONG)
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
            named = _named_ranks(computed, ranks, self._dialect)
        first = [*([_ROW] if keep else []), ID, "status", "reason", *ranks]
        coded = [rule.id for rule in self._pack.rules]
        return named.select(*first, *counted, "pack", "engine", *coded)

    def _status(self, wrong: Truth, checks: Sequence[Check]) -> tuple[nw.Expr, nw.Expr]:
        if not isinstance(wrong, nw.Expr):
            return nw.lit(_OK), nw.lit(None, dtype=nw.String)
        status = nw.when(wrong).then(nw.lit(ERROR)).otherwise(nw.lit(_OK))
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


@dataclass(frozen=True)
class _Read:
    """What the conditions of a pack read: facts, and the members of sets that they name."""

    paths: tuple[str, ...]
    members: Mapping[str, Sequence[str]]


def _read_by(pack: Pack) -> _Read:
    kept: dict[str, Any] = pack.compiled.derived
    if _READ not in kept:
        rules = pack.compiled.rules
        found = [c for rule in rules for c in (rule.scope, *(w for _, w in rule.conditions))]
        found += pack.guards.values()
        paths = dict.fromkeys(
            path.partition("[")[0] for condition in found for path in s.paths_of(condition)
        )
        kept[_READ] = _Read(tuple(paths), asked_members(found))
    read: _Read = kept[_READ]
    return read
