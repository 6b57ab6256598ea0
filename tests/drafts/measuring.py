"""Compares what is proposed from a text with what was marked in it by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from convenio.drafting.proposals import Draft, Proposal


def compare(
    draft: Draft, marks: Sequence[Mapping[str, Any]]
) -> tuple[list[Proposal], list[Proposal], list[Mapping[str, Any]]]:
    """Return proposals that equal a mark, those that equal none, and marks that were missed.

    A mark is met once: a second proposal of the same row is wrong.
    """
    open_marks = list(marks)
    right, wrong = [], []
    for proposal in draft.proposals:
        met = next((mark for mark in open_marks if _meets(proposal, mark)), None)
        if met is None:
            wrong.append(proposal)
        else:
            open_marks.remove(met)
            right.append(proposal)
    return right, wrong, open_marks


def _meets(proposal: Proposal, mark: Mapping[str, Any]) -> bool:
    if proposal.path != mark["path"] or proposal.page != mark["page"]:
        return False
    if "row" in mark:
        return proposal.row and _row(proposal.value, mark["row"])
    return _plain(proposal.value) == _plain(mark["value"])


def _row(value: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    for key in ("country", "quantity", "force"):
        if value.get(key) != row.get(key):
            return False
    if "role" in row and value.get("role") != row["role"]:
        return False
    if "name" in row:
        ours, theirs = _folded(value.get("name", "")), _folded(row["name"])
        return bool(ours) and (ours in theirs or theirs in ours)
    return True


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value)
    return value.isoformat() if isinstance(value, dt.date) else value
