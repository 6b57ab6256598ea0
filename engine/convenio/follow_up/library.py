"""The cases that ship, as the precedents of others; read once for each pack."""

from __future__ import annotations

from convenio.assessment.cases import case_from_document
from convenio.documents import read_document
from convenio.errors import CaseError
from convenio.facts.case import Case
from convenio.packs.pack import Pack
from convenio.resources import data_folder

_MOST = 4
"""Packs of which the cases are kept."""
_read: dict[tuple[str, str], tuple[Case, ...]] = {}


def shipped_cases(pack: Pack) -> tuple[Case, ...]:
    """Return the cases that ship, checked against a pack; none where its facts are others.

    >>> from convenio import load_pack
    >>> len(shipped_cases(load_pack("core"))) >= 16
    True
    """
    key = (pack.digest, pack.language)
    if key not in _read:
        if len(_read) >= _MOST:
            _read.clear()
        _read[key] = _cases(pack)
    return _read[key]


def _cases(pack: Pack) -> tuple[Case, ...]:
    files = sorted(data_folder("cases").glob("*.yaml"))
    try:
        return tuple(case_from_document(read_document(file, CaseError), pack) for file in files)
    except CaseError:
        return ()
