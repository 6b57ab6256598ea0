"""What a condition asks of lists and sets, read off its tree before any column is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from convenio.language import syntax as s
from convenio.language.functions import asks_of_the_file, reads_sets

Quantifier = s.Quantified | s.Count | s.Sum


def own_parts(node: Quantifier, variables: Sequence[str]) -> list[s.Expression]:
    """Return the body and the condition of a quantifier, its variables renamed."""
    names = {b.variable: new for b, new in zip(node.bindings, variables, strict=True)}
    own = [s.renamed(node.body, names)]
    if isinstance(node, s.Sum) and node.condition is not None:
        own.append(s.renamed(node.condition, names))
    return own


def quantifiers_in(node: s.Expression) -> Iterator[Quantifier]:
    """Yield the quantifiers of a condition that stand in no other."""
    if isinstance(node, Quantifier):
        yield node
        return
    for child in s.children(node):
        yield from quantifiers_in(child)


def set_tests_in(node: s.Expression) -> Iterator[s.Expression]:
    """Yield the set tests of a condition that stand in no quantifier."""
    if _is_set_test(node):
        yield node
    if isinstance(node, Quantifier):
        return
    for child in s.children(node):
        yield from set_tests_in(child)


def _is_set_test(node: s.Expression) -> bool:
    if not isinstance(node, s.In):
        return reads_sets(node)
    return not isinstance(node.container, s.Choices) and not isinstance(node.item, s.Literal)


def speaks_of_lists(node: Quantifier) -> bool:
    """Return whether a quantifier reads other lists, or what the file says of them."""
    return any(
        isinstance(part, s.Quantified | s.Count | s.Sum) or asks_of_the_file(part)
        for child in s.children(node)
        for part in s.walk(child)
    )


def reads_outside(node: Quantifier) -> bool:
    """Return whether a quantifier reads anything but fields of its own rows."""
    own = {binding.variable for binding in node.bindings}
    return any(
        isinstance(part, s.Path | s.Quantified | s.Count | s.Sum)
        or (isinstance(part, s.Field) and part.variable not in own)
        for child in s.children(node)
        for part in s.walk(child)
    )


def asked_members(conditions: Sequence[s.Expression]) -> dict[str, list[str]]:
    """Return for each set the members that conditions name, under `path` or `list[].field`."""
    asked: dict[str, dict[str, None]] = {}

    def visit(node: s.Expression, variables: Mapping[str, str]) -> None:
        if isinstance(node, Quantifier):
            variables = {**variables, **{b.variable: b.path for b in node.bindings}}
        if isinstance(node, s.In) and isinstance(node.item, s.Literal):
            container = node.container
            if isinstance(container, s.Path):
                asked.setdefault(container.path, {})[str(node.item.value)] = None
            elif isinstance(container, s.Field):
                path = f"{variables[container.variable]}[].{container.name}"
                asked.setdefault(path, {})[str(node.item.value)] = None
        for child in s.children(node):
            visit(child, variables)

    for condition in conditions:
        visit(condition, {})
    return {path: list(members) for path, members in asked.items()}
