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
from convenio.backends.frames.conditions import Compiler
from convenio.backends.frames.dialects import Dialect, dialect_of
from convenio.backends.frames.interchange import (
    GivenFrame,
    collect,
    from_native,
    holding,
    in_order_of,
    numbered,
    to_native,
)
from convenio.backends.frames.logic import (
    Truth,
    certain,
    conjunction,
    disjunction,
    expression,
    negate,
)
from convenio.backends.frames.namespace import Frame, as_frame, ns
from convenio.backends.frames.nesting import unnested
from convenio.backends.frames.presumed import presumed_scope
from convenio.backends.frames.problems import NO_ID, fault, wrong_child, wrong_names
from convenio.backends.frames.ratings import add_counts, add_ratings, add_tallies, add_untested
from convenio.backends.frames.reading import Check, Field
from convenio.backends.frames.reads import READ_BY
from convenio.backends.frames.rules import Verdicts, add_verdicts, codes
from convenio.backends.frames.scope import PRESUMED, Scope
from convenio.backends.frames.tables import Normaliser, Table, fields_of, found_columns
from convenio.backends.frames.values import days_since_1970
from convenio.errors import UsageError
from convenio.facts.catalogue import FactDeclaration, FactType
from convenio.language import syntax as s
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, SIDES
from convenio.version import __version__

RATING_NAMES = ("not_assessed", *RATINGS)
_ROW = "row__number"
_SAME = "wrong__same_id"
_WRONG = "row__is_wrong"
_OK, ERROR = "ok", "error"


class FrameWarning(UserWarning):
    """Something about a frame that a reader of its results should know."""


@dataclass(frozen=True)
class Computed:
    """Results in the caller's kind of frame, and as they were computed."""

    cases: Any
    frame: Frame
    given: GivenFrame


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
        given = from_native(frame)
        cases, nested = unnested(given.frame, self._catalogue, id_name)
        self._given = replace(given, frame=cases)
        self._children = {path: GivenFrame(rows, given.kind) for path, rows in nested.items()}
        for path, child in children.items():
            if path in nested:
                raise UsageError(
                    [fault(path, say("is a column of the cases and a table of its own"))]
                )
            self._children[path] = from_native(child, f"the table of {path}")
        self._dialect: Dialect = dialect_of(self._given.frame)
        self._read = READ_BY.of(pack)
        # Rows of lists find their case by its id; where all is in memory, by its place, which is
        # sorted and so found several times sooner.
        self._by_place = self._given.eager and bool(self._children)
        self._key = _ROW if self._by_place else ID

    @property
    def frame(self) -> Frame:
        """The cases as they were taken in."""
        return self._given.frame

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
        if checks and self._given.eager:
            scope, checks = self._settled(scope, checks)
        keep = [*([_ROW] if self._given.ordered else []), ID, *_kept_for(checks)]
        presumed: frozenset[str] = frozenset()
        if self._ratings and self._pack.presumptions:
            taken = presumed_scope(
                scope, self._pack, compiler, self._read.paths, self._read.members
            )
            presumed, scope = taken.presumed, replace(taken, presumed=frozenset())
        verdicts = add_verdicts(scope, self._pack.compiled, compiler, keep, presumed)
        computed = self._cases(verdicts, checks)
        if self._given.eager:
            table = collect(computed)
            if not table[_ROW].is_sorted():
                table = table.sort(_ROW)
            shown = table.drop(_ROW)
            cases = to_native(shown, self._given, self._given.index)
            return Computed(cases, as_frame(shown), self._given)
        if self._given.ordered:
            computed = computed.drop(_ROW)
        return Computed(to_native(computed, self._given), computed, self._given)

    # --- what came in ---------------------------------------------------------------------

    def _refuse_wrong_columns(self) -> None:
        problems = wrong_names(self._catalogue, self._given, self._id)
        names = self._given.frame.collect_schema().names()
        if self._id not in names and (self._children or not self._given.ordered):
            problems.append(fault(self._id, NO_ID))
        for path, given in self._children.items():
            problems += wrong_child(self._catalogue, path, given, self._given, self._id)
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
        frame = self._given.frame
        keep: dict[str, ns.Expr] = {}
        if self._given.ordered:
            frame = numbered(frame, _ROW)
            keep[_ROW] = ns.col(_ROW)
        names = frame.collect_schema().names()
        keep[ID] = ns.col(self._id) if self._id in names else ns.col(_ROW)
        dated = AS_OF in names
        fields = self._fields()
        if dated:
            fields.append(Field(AS_OF, _DATE_OF_CASE))
        table = self._normalised(frame, fields, keep)
        if not dated and self._as_of is not None:
            day = days_since_1970(self._as_of)
            frame = table.frame.with_columns(ns.lit(day).alias(AS_OF))
            table = Table(frame, table.columns | {AS_OF}, table.checks, table.texts)
        flag = "wrong__id"
        if self._given.eager and holding(table.frame, {ID: (~ns.col(ID).is_null()).all()}):
            return table
        frame = table.frame.with_columns(ns.col(ID).is_null().alias(flag))
        checks = (Check(flag, self._id, "an identifier"), *table.checks)
        return Table(frame, table.columns, checks, table.texts)

    def _rows_of_lists(self) -> dict[str, Frame]:
        """Return the tables of lists, each with the place of its rows within their list."""
        tables = {path: given.frame for path, given in self._children.items()}
        for path, table in tables.items():
            if POSITION not in table.collect_schema().names():
                tables[path] = numbered(table, POSITION)
        if not self._by_place:
            return tables
        places = numbered(self._given.frame.select(self._id), _ROW)
        return in_order_of(places, tables, self._id, _ROW)

    def _child(self, path: str, rows: Frame) -> Table:
        record = self._catalogue.records[self._catalogue.facts[path].type.record]
        fields = fields_of(record, self._read.members, f"{path}[].")
        keep = {
            self._key: ns.col(_ROW if self._by_place else self._id),
            POSITION: ns.col(POSITION),
        }
        table = self._normalised(rows, fields, keep)
        return replace(table, frame=as_frame(collect(table.frame))) if self._by_place else table

    def _normalised(
        self, frame: Frame, fields: Sequence[Field], keep: Mapping[str, ns.Expr]
    ) -> Table:
        look = holding if self._given.eager else None
        base_currency = self._pack.currency
        normaliser = Normaliser(self._catalogue, base_currency, self._dialect, self._check, look)
        return normaliser.table(frame, fields, keep)

    # --- what the lists say --------------------------------------------------------------

    def _counted(self, root: Table, tables: Mapping[str, Table]) -> tuple[Scope, list[Check]]:
        """Add to each case how many rows its lists have, and whether one of them is wrong."""
        frame, columns = root.frame, set(root.columns)
        checks = list(root.checks)
        if tables and self._check and not self._has_own_ids(frame):
            # The rows of lists are brought together by id, which must tell cases apart.
            frame = frame.join(frame.group_by(ID).agg(ns.len().alias(_SAME)), on=ID, how="left")
            frame = frame.with_columns((ns.col(_SAME).fill_null(1) > 1).alias(_SAME))
            checks.append(Check(_SAME, self._id, "an identifier that no other row has"))
        for path, table in tables.items():
            base = column_name(path)
            rows = f"{base}__rows"
            aggregates = [ns.len().alias(rows)]
            for check in table.checks if self._check else ():
                flag = f"{base}__{check.flag}"
                aggregates.append(ns.col(check.flag).cast(ns.Int32).max().alias(flag))
                checks.append(Check(flag, f"{path}[].{check.path}", check.expected))
            grouped = table.frame.group_by(self._key).agg(*aggregates)
            frame = frame.join(grouped, on=self._key, how="left")
            if self._check and table.checks:
                flags = [f"{base}__{check.flag}" for check in table.checks]
                frame = frame.with_columns(
                    *((ns.col(flag).fill_null(0) > 0).alias(flag) for flag in flags)
                )
            columns.add(rows)
        return Scope(frame, (self._key,), frozenset(columns), facts=root.frame), checks

    def _has_own_ids(self, frame: Frame) -> bool:
        """Return whether it is known that no two cases share their id."""
        if not self._given.eager:
            return False
        return bool(holding(frame, {ID: ns.col(ID).n_unique() == ns.len()}))

    def _guarded(self, scope: Scope, compiler: Compiler) -> tuple[Scope, list[Check]]:
        """Mark rows that state a fact although its `only_if` is false."""
        checks: list[Check] = []
        stage: dict[str, ns.Expr] = {}
        guards = self._pack.guards if self._check else {}
        scope = compiler.prepare(scope, list(guards.values()))
        for path, guard in guards.items():
            operand = s.Path(path)
            said = disjunction(
                compiler.condition(s.Call(word, (operand,)), scope)
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
        flags = collected.select(*(ns.col(check.flag).any() for check in checks))
        failed = [check for check in checks if flags[check.flag][0]]
        return replace(scope, frame=as_frame(collected), facts=None), failed

    # --- results -------------------------------------------------------------------------

    def _cases(self, verdicts: Verdicts, checks: Sequence[Check]) -> Frame:
        frame = verdicts.frame
        wrong = disjunction([ns.col(check.flag) for check in checks])
        if isinstance(wrong, ns.Expr):
            # Every column of the results asks for it: written out in each, plans would grow long.
            frame = frame.with_columns(wrong.alias(_WRONG))
            wrong = ns.col(_WRONG)
        ranks: list[str] = []
        counted: list[str] = []
        if self._ratings:
            named = list[str](SIDES)
            if verdicts.presumed is not None:
                tallied = add_tallies(self._pack, frame, verdicts.presumed, PRESUMED)
                frame = add_ratings(tallied, self._pack, {"floor": "presumed"}).frame
                named.insert(1, "presumed")
            tallied = add_tallies(self._pack, frame, verdicts.rules)
            rated = add_untested(add_ratings(tallied, self._pack), named[:-1])
            frame = add_counts(rated)
            ranks = [*named, *(f"{name}__{s}" for name in self._pack.families for s in named)]
            counted = ["flag", "unknown", "clear", "not_applicable"]
        rule_codes = codes(verdicts)
        columns = {
            **{name: ns.col(name) for name in (*ranks, *counted)},
            **{rule.id: rule_codes[rule.id] for rule in self._pack.rules},
        }
        keep = [ns.col(_ROW)] if self._given.ordered else []
        status, reason = self._status(wrong, checks)
        computed = frame.select(
            *keep,
            ns.col(ID),
            status.alias("status"),
            reason.alias("reason"),
            *(_unless(wrong, column).alias(name) for name, column in columns.items()),
            ns.lit(provenance(self._pack)).alias("pack"),
            ns.lit(f"convenio {__version__}").alias("engine"),
        )
        worded = computed
        if ranks:
            worded = _named_ranks(computed, ranks, self._dialect)
        first = [*([_ROW] if keep else []), ID, "status", "reason", *ranks]
        coded = [rule.id for rule in self._pack.rules]
        return worded.select(*first, *counted, "pack", "engine", *coded)

    def _status(self, wrong: Truth, checks: Sequence[Check]) -> tuple[ns.Expr, ns.Expr]:
        if not isinstance(wrong, ns.Expr):
            return ns.lit(_OK), ns.lit(None, dtype=ns.String)
        status = ns.when(wrong).then(ns.lit(ERROR)).otherwise(ns.lit(_OK))
        parts = [ns.when(ns.col(check.flag)).then(_told(check)) for check in checks]
        reason = ns.concat_str(*parts, separator="; ", ignore_nulls=True)
        return status, ns.when(wrong).then(reason)


def _kept_for(checks: Sequence[Check]) -> list[str]:
    """Return the columns that tell what is wrong in a row."""
    names = [name for check in checks for name in (check.flag, check.found) if name]
    return list(dict.fromkeys(names))


def _told(check: Check) -> ns.Expr:
    said = f"{check.path}: {check.expected} is expected"
    if not check.found:
        return ns.lit(said)
    return ns.concat_str(
        ns.lit(said + ", "), ns.col(check.found).cast(ns.String), ns.lit(" was found")
    )


def _unless(wrong: Truth, column: ns.Expr) -> ns.Expr:
    return ns.when(~wrong).then(column) if isinstance(wrong, ns.Expr) else column


def _named_ranks(frame: Frame, names: Sequence[str], dialect: Dialect) -> Frame:
    return dialect.with_columns(
        frame, {name: dialect.as_enum(name, RATING_NAMES) for name in names}
    )


def provenance(pack: Pack) -> str:
    """Return what tells a pack from any other: name, version, digest."""
    return f"{pack.id} {pack.version} {pack.digest}"


_DATE_OF_CASE = FactDeclaration(AS_OF, FactType("date"), "Date of the case", "")
