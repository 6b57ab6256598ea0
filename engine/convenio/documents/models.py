"""Checks a tree against a pydantic model; every fault keeps its line and column."""

from __future__ import annotations

from collections.abc import Sequence as Items
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from convenio.documents.tree import Mapping, Node, Scalar, Sequence
from convenio.errors import ConvenioError, Position, Problem, nearest_name, shorten
from convenio.messages import say

ModelT = TypeVar("ModelT", bound=BaseModel)


def to_plain(node: Node) -> Any:
    """Return dicts, lists and texts; an unquoted null becomes None."""
    if isinstance(node, Mapping):
        return {key: to_plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [to_plain(item) for item in node.items]
    return None if node.is_null else node.text


def node_at(root: Node, where: Items[str | int]) -> Node:
    """Return the value at `where`, or the nearest value above it."""
    node = root
    for step in where:
        if isinstance(node, Mapping) and step in node.entries:
            node = node.entries[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node


def position_at(root: Node, where: Items[str | int]) -> Position:
    """Return the position of the value at `where`, or of the nearest value above it."""
    return node_at(root, where).position


def written(node: Node) -> str:
    """Return how a value is written, short enough for a message."""
    if isinstance(node, Mapping):
        if not node.entries:
            return say("an empty mapping")
        return say("a mapping with the keys {keys}", keys=shorten(", ".join(node.entries)))
    if isinstance(node, Sequence):
        return say("a list of {count}", count=len(node.items))
    if node.is_null:
        return say("nothing")
    return shorten(node.text) if node.plain else say('the text "{text}"', text=shorten(node.text))


def path_text(where: Items[str | int]) -> str:
    """Return `a.b[2].c` for the steps ("a", "b", 2, "c")."""
    text = ""
    for step in where:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def validate(model: type[ModelT], node: Node, error: type[ConvenioError]) -> ModelT:
    """Return the tree as a model, or raise `error` with every problem in it."""
    try:
        return model.model_validate(to_plain(node))
    except ValidationError as fault:
        raise error(problems_of(fault, node, model)) from None


def problems_of(fault: ValidationError, root: Node, model: type[BaseModel]) -> list[Problem]:
    """Translate pydantic's faults into problems with positions."""
    problems: list[Problem] = []
    for entry in fault.errors(include_url=False):
        problems.append(_problem(dict(entry), root, model, problems))
    return problems


def _problem(
    entry: dict[str, Any], root: Node, model: type[BaseModel], before: list[Problem]
) -> Problem:
    where = tuple(step for step in entry["loc"] if _is_step(step))
    path = path_text(where)
    kind = entry["type"]
    position = position_at(root, where)
    if entry["loc"][-1:] == ("[key]",):
        words = [w for w in str(entry.get("ctx", {}).get("expected", "")).split("'") if w.isalnum()]
        return Problem(
            _key_position(root, where),
            path,
            say("unknown key"),
            expected=say("one of {names}", names=", ".join(w for w in words if w != "or")),
            nearest=nearest_name(str(where[-1]), words, before),
        )
    if kind == "extra_forbidden":
        parent = where[:-1]
        position = _key_position(root, where)
        names = _field_names(model, parent)
        return Problem(
            position,
            path,
            say("unknown key"),
            expected=say("one of {names}", names=", ".join(names)) if len(names) <= 12 else "",
            nearest=nearest_name(str(where[-1]), names, before),
        )
    if kind == "missing":
        return Problem(position, path, say("this key is required"))
    context = entry.get("ctx") or {}
    expected = str(context.get("expected", ""))
    if kind == "string_too_long":
        expected = say("at most {context:,} characters", context=context["max_length"])
    if kind == "string_pattern_mismatch":
        expected = say("the pattern {context}", context=context["pattern"])
    if kind in ("too_long", "too_short"):
        limit = context.get("max_length", context.get("min_length"))
        expected = say("at least {limit:,}", limit=limit)
        if kind == "too_long":
            expected = say("at most {limit:,}", limit=limit)
    found = shorten(str(entry["input"])) if isinstance(entry["input"], str) else ""
    known = _PLAIN_WORDS.get(kind)
    message = known or _lower_first(entry["msg"].removeprefix("Value error, "))
    return Problem(position, path, message, expected=expected, found=found)


_PLAIN_WORDS = {
    "literal_error": say("not one of the values"),
    "enum": say("not one of the values"),
    "model_type": say("must be a mapping"),
    "model_attributes_type": say("must be a mapping"),
    "dict_type": say("must be a mapping"),
    "list_type": say("must be a list"),
    "tuple_type": say("must be a list"),
    "string_type": say("must be a text"),
    "string_too_long": say("the text is too long"),
    "string_pattern_mismatch": say("is not written as it has to be"),
    "too_long": say("has too many entries"),
    "too_short": say("has too few entries"),
    "int_parsing": say("must be a whole number"),
    "float_parsing": say("must be a number"),
    "finite_number": say("must be a finite number"),
    "bool_parsing": say("must be true or false"),
}


def _is_step(step: str | int) -> bool:
    """Pydantic puts names of union members into a location; those are not keys of the file."""
    return isinstance(step, int) or not step.startswith(
        ("function-", "tagged-union", "nullable", "[key]")
    )


def _key_position(root: Node, where: tuple[str | int, ...]) -> Position:
    node = node_at(root, where[:-1])
    if isinstance(node, Mapping):
        return node.keys.get(str(where[-1]), node.position)
    return node.position


def _field_names(model: type[BaseModel], parent: tuple[str | int, ...]) -> list[str]:
    current: Any = model
    for step in parent:
        if isinstance(step, int) or not hasattr(current, "model_fields"):
            continue
        field = _field(current, step)
        current = _inner_model(field.annotation) if field is not None else None
        if current is None:
            return []
    return [info.alias or name for name, info in getattr(current, "model_fields", {}).items()]


def _field(model: type[BaseModel], name: str) -> Any:
    for key, info in model.model_fields.items():
        if name in (key, info.alias):
            return info
    return None


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:]


__all__ = ["Scalar", "path_text", "position_at", "problems_of", "to_plain", "validate", "written"]
