"""The durable_rules library itself: whether it is there, and one ruleset of it, driven by hand."""

from __future__ import annotations

import itertools
import json
import os
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

from convenio.backends.durable.shards import SENTINEL, Branches, Shard
from convenio.errors import EngineError
from convenio.messages import say

NAME = "durable_rules"


@cache
def available() -> bool:
    """Return whether the library can be imported (its C part does not build on Python 3.13+)."""
    try:
        import durable_rules_engine  # noqa: F401
    except ImportError:
        return False
    return True


LOCK = threading.RLock()
"""The library keeps global state and is used by one thread at a time."""

if hasattr(os, "register_at_fork"):
    # A process that is forked while another thread is inside the library could never go in.
    os.register_at_fork(
        before=LOCK.acquire, after_in_child=LOCK.release, after_in_parent=LOCK.release
    )

_NAMES = itertools.count()


class Ruleset:
    """One shard inside the library, driven without its host: no timers, threads or callbacks.

    The library's own loop decodes the whole fact again for each firing and swallows exceptions of
    actions; this one reads the fired rule's name and goes on (docs/decisions/0003).
    """

    def __init__(self, shard: Shard) -> None:
        import durable_rules_engine  # absent on Python 3.13+

        self._library: Any = durable_rules_engine
        self._outputs = {
            f"r{number}": (output.rule, output.level) for number, output in enumerate(shard.outputs)
        }
        rules: dict[str, Any] = {
            f"r{number}": {"all": [{"m": _expression(output.branches)}], "pri": 1}
            for number, output in enumerate(shard.outputs)
        }
        rules[SENTINEL] = {"all": [{"m": {"kind": "case"}}], "pri": 9}
        name = f"{shard.name}_{os.getpid()}_{next(_NAMES)}"
        self._handle = durable_rules_engine.create_ruleset(name, json.dumps(rules))
        self._sids = itertools.count()

    def fire(self, fact: Mapping[str, Any]) -> set[tuple[str, int]]:
        """Assert a fact and return what fired; raises EngineError unless the sentinel did."""
        sid = f"s{next(self._sids) % 500}"
        library, handle = self._library, self._handle
        code, state = library.assert_fact(handle, json.dumps({**fact, "sid": sid}))
        if code != 0:
            raise EngineError(say("durable_rules did not take a fact: code {code}", code=code))
        started = library.start_action_for_state(handle, state)
        message = started[1] if started else None
        fired: set[tuple[str, int]] = set()
        complete = False
        while message:
            name = message[2 : message.index('"', 2)]
            if name == SENTINEL:
                complete = True
            else:
                fired.add(self._outputs[name])
            message = library.complete_and_start_action(handle, state)
        if not complete:
            raise EngineError(say("durable_rules did not run its agenda to the end"))
        library.delete_state(handle, sid)
        return fired

    def close(self) -> None:
        """Give the library's memory back."""
        self._library.delete_ruleset(self._handle)


def _expression(branches: Branches) -> dict[str, Any]:
    parts = []
    for branch in branches:
        literals: list[dict[str, Any]] = [{name: 1} for name in branch] or [{"kind": "case"}]
        parts.append(literals[0] if len(literals) == 1 else {"$and": literals})
    return parts[0] if len(parts) == 1 else {"$or": parts}
