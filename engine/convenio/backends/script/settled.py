"""What nothing on a page can change, so that the page need not carry it."""

from __future__ import annotations

from collections.abc import Collection

from convenio.backends.script.conditions import Settled
from convenio.facts.case import Case
from convenio.language import syntax as s
from convenio.language.formula import speaks_of_findings
from convenio.language.truth import Truth
from convenio.language.types import AS_OF
from convenio.packs.pack import Pack


def settled_by(pack: Pack, case: Case, changeable: Collection[str]) -> Settled:
    """Return what gives the truth of conditions that read no fact which may change.

    A fact may change where it is among `changeable`, where a presumption may fill it, or where it
    is stated and others decide whether it may be.
    """
    settlement = _Settlement(pack, case, frozenset(changeable))
    return settlement.truth


class _Settlement:
    def __init__(self, pack: Pack, case: Case, changeable: frozenset[str]) -> None:
        self._pack = pack
        self._case = case
        self._evaluator = pack.evaluator(case)
        self._fixed = {AS_OF: True, **dict.fromkeys(changeable, False)}

    def truth(self, node: s.Expression) -> tuple[Truth] | None:
        if isinstance(node, s.Literal) or speaks_of_findings(node):
            return None
        if not all(map(self._is_fixed, s.paths_of(node))):
            return None
        return (self._evaluator.trace(node).truth,)

    def _is_fixed(self, path: str) -> bool:
        # The fields of a list are as fixed as the list.
        owner = path.partition("[]")[0]
        if owner not in self._fixed:
            # Whoever asks again while this is being found out gets the careful answer.
            self._fixed[owner] = False
            self._fixed[owner] = self._found_fixed(owner)
        return self._fixed[owner]

    def _found_fixed(self, path: str) -> bool:
        stated = self._case.facts.get(path)
        guard = self._pack.guards.get(path)
        others = s.paths_of(guard) if stated is not None and guard is not None else ()
        if not all(map(self._is_fixed, others)):
            return False
        if stated is not None and stated.state == "known" and stated.complete:
            return True
        return path not in self._pack.presumptions
