"""Columns that a table can't have: what is refused before anything is computed."""

from __future__ import annotations

from convenio.backends.frames.columns import AS_OF, POSITION
from convenio.backends.frames.interchange import GivenFrame
from convenio.backends.frames.tables import fields_of, found_columns
from convenio.errors import Position, Problem, nearest_name
from convenio.facts.catalogue import Catalogue
from convenio.messages import say

NO_ID = "the table has no such column; it tells cases apart"


def fault(path: str, message: str, nearest: str = "") -> Problem:
    """Return a problem of the columns as a whole, which have no line."""
    return Problem(Position("columns"), path, message, nearest=nearest)


def wrong_names(catalogue: Catalogue, given: GivenFrame, id_name: str) -> list[Problem]:
    """Name columns that look like facts and are none."""
    fields = fields_of(catalogue.facts, {})
    names = given.frame.collect_schema().names()
    found, others = found_columns(fields, names)
    problems = []
    taken: dict[str, str] = {}
    for name, column in found.items():
        if column.name in taken:
            problems.append(
                fault(name, say("says the same as the column {taken}", taken=taken[column.name]))
            )
        taken[column.name] = name
    for name in others:
        section = name.partition(".")[0].partition("__")[0]
        if name not in (id_name, AS_OF) and section in catalogue.section_names and section != name:
            path = name.partition("__")[0] if "." in name else name.replace("__", ".", 1)
            problems.append(
                fault(name, say("no such fact in the catalogue"), nearest=catalogue.nearest(path))
            )
    return problems


def wrong_child(
    catalogue: Catalogue, path: str, given: GivenFrame, root: GivenFrame, id_name: str
) -> list[Problem]:
    """Name what is wrong with the columns of a list's table."""
    declaration = catalogue.facts.get(path)
    lists = [name for name, fact in catalogue.facts.items() if fact.type.kind == "list"]
    if declaration is None or declaration.type.kind != "list":
        return [fault(path, say("no list of the catalogue"), nearest_name(path, lists))]
    schema = given.frame.collect_schema()
    problems = []
    if given.engine != root.engine:
        problems.append(fault(path, say("this table is of another engine than the cases")))
    if id_name not in schema.names():
        problems.append(fault(f"{path}.{id_name}", NO_ID))
    else:
        expected = root.frame.collect_schema().get(id_name)
        if expected is not None and schema[id_name] != expected:
            problems.append(
                fault(
                    f"{path}.{id_name}",
                    say(
                        "is {schema}, in the cases it is {expected}",
                        schema=schema[id_name],
                        expected=expected,
                    ),
                )
            )
    if POSITION not in schema.names() and not given.ordered:
        problems.append(fault(f"{path}.{POSITION}", say("the table has no such column")))
    record = catalogue.records[declaration.type.record]
    fields = fields_of(record, {})
    _, others = found_columns(fields, schema.names())
    for name in others:
        if name not in (id_name, POSITION):
            problems.append(
                fault(f"{path}.{name}", say("no such field"), nearest_name(name, record))
            )
    return problems
