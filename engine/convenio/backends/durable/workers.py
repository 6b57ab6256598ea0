"""durable_rules in several processes. What goes back and forth are a few hundred bytes a case."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

from convenio.backends.durable.rules import DurableEngine
from convenio.backends.outcome import encode
from convenio.language.truth import TRUTH_OF
from convenio.packs.compile import CompiledPack
from convenio.processes import process_pool

Item = TypeVar("Item")

CHUNK = 8
"""Cases that go to a process at once: some thirty milliseconds of its work."""

AHEAD = 2
"""Chunks in hand or waiting for each process, so that none ever waits for the next."""


def infer_in_processes(
    pack: CompiledPack,
    order: Sequence[str],
    items: Iterable[tuple[Item, bytes]],
    processes: int,
) -> Iterator[tuple[Item, bytes]]:
    """Yield each item with the codes of its outcomes, in the order of the items.

    An item comes with the codes of its fact atoms. At most `processes * AHEAD * CHUNK` items are
    read ahead of those that were yielded. Raises EngineError where inference or a process failed.
    """
    waiting: deque[tuple[list[Item], Future[list[bytes]]]] = deque()
    source = iter(items)
    with process_pool(processes, _start, (pack, tuple(order))) as executor:
        while True:
            while len(waiting) < processes * AHEAD:
                chunk = list(itertools.islice(source, CHUNK))
                if not chunk:
                    break
                facts = [codes for _, codes in chunk]
                waiting.append(([item for item, _ in chunk], executor.submit(_infer, facts)))
            if not waiting:
                return
            done, future = waiting.popleft()
            yield from zip(done, future.result(), strict=True)


_IN_THIS_PROCESS: list[tuple[DurableEngine, CompiledPack, tuple[str, ...]]] = []


def _start(pack: CompiledPack, order: tuple[str, ...]) -> None:
    _IN_THIS_PROCESS[:] = [(DurableEngine(pack), pack, order)]


def _infer(cases: list[bytes]) -> list[bytes]:
    engine, pack, order = _IN_THIS_PROCESS[0]
    return [
        encode(
            engine.infer({a: TRUTH_OF[c] for a, c in zip(pack.fact_atoms, codes, strict=True)}),
            order,
        )
        for codes in cases
    ]
