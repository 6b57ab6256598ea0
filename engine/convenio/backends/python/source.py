"""Python functions written by the engine for one pack.

A function's text holds only names, numbers and operators made here. What a pack says (paths, words,
limits) is handed over as constants and never becomes text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class _Block:
    """Lines at one depth. Those of `head` come first, whenever they are added."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.lines: list[str | _Block] = []

    def text(self, indent: str = "    ") -> Iterator[str]:
        """Yield the lines, indented."""
        for line in (*self.head, *self.lines):
            if isinstance(line, _Block):
                yield from line.text(indent + "    ")
            else:
                yield indent + line


class Source:
    """The text of one function, line by line, and the constants that it refers to."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter
        self._blocks = [_Block()]
        self._constants: dict[str, Any] = {}
        self._names: dict[int, str] = {}
        self._variables = 0

    def constant(self, value: Any) -> str:
        """Return the name under which the text refers to a value."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"k{len(self._constants)}"
            # Kept under its name, so that no later value can take over its identity.
            self._constants[name] = value
        return name

    @property
    def depth(self) -> int:
        """How many blocks the next line stands in; 0 is the function itself."""
        return len(self._blocks) - 1

    def line(self, text: str) -> None:
        """Add a line."""
        self._blocks[-1].lines.append(text)

    def variable(self, text: str, depth: int | None = None) -> str:
        """Add a line that keeps the value of an expression, and return the name it has.

        With `depth` it is put at the start of the block there, before all that stands in it.
        """
        self._variables += 1
        name = f"v{self._variables}"
        line = f"{name} = {text}"
        if depth is None:
            self.line(line)
        else:
            self._blocks[depth].head.append(line)
        return name

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Put the lines that are added meanwhile under `head`."""
        self.line(f"{head}:")
        block = _Block()
        self._blocks[-1].lines.append(block)
        self._blocks.append(block)
        yield
        self._blocks.pop()

    def function(self) -> Callable[[Any], Any]:
        """Return the function. It can refer to its constants and to nothing else."""
        scope = {"__builtins__": {}, **self._constants}
        text = "\n".join((f"def function({self._parameter}):", *self._blocks[0].text()))
        exec(compile(text, "<pack>", "exec"), scope)
        return scope["function"]  # type: ignore[no-any-return]
