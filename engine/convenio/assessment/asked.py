"""Changes a pack as a user asked for, beside what its files say, and tells what was asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convenio.assessment.cases import facts_of_settings
from convenio.facts.case import Case
from convenio.packs.pack import Asked, Pack
from convenio.packs.presumptions import Presumption


def pack_as_asked(pack: Pack, asked: Asked) -> Pack:
    """Return a pack with the context and the presumptions that were asked for.

    Raises UsageError where a fact to be presumed can't be read.

    >>> from convenio import load_pack
    >>> pack_as_asked(load_pack("core"), Asked(presumptions=False)).presumptions
    {}
    """
    if asked == pack.asked:
        return pack
    changed = replace(pack, asked=asked)
    if not asked.context:
        changed = replace(changed, context=())
    if not asked.presumptions:
        return replace(changed, presumptions={})
    facts = facts_of_settings(pack, asked.presume, "--presume")
    because = "It was asked for on the command line."
    given = {path: (Presumption(path, because, "judgement", fact),) for path, fact in facts.items()}
    return replace(changed, presumptions={**pack.presumptions, **given})


def asked_data(case: Case, pack: Pack) -> dict[str, Any]:
    """Return as plain data what was asked for beside the files of a case and a pack.

    Empty where nothing was: then both digests tell everything that the verdicts rest on.
    """
    return {
        **({"set": dict(case.settings)} if case.settings else {}),
        **({} if pack.asked.context else {"context": False}),
        **({} if pack.asked.presumptions else {"presumptions": False}),
        **({"presume": dict(pack.asked.presume)} if pack.asked.presume else {}),
    }


def asked_of(data: dict[str, Any]) -> Asked:
    """Return what was asked of a pack from what `asked_data` gave."""
    return Asked(
        context=data.get("context", True),
        presumptions=data.get("presumptions", True),
        presume=data.get("presume", {}),
    )
