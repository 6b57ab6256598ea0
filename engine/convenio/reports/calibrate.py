"""How a pack fares against readings: in words, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convenio.authoring.calibrate import (
    LEVELS,
    Calibration,
    Verdict,
    agreement,
    commonest,
    confusion,
    off_by_two,
    weighted_kappa,
)
from convenio.reports.blocks import Block

SCHEMA = "convenio/calibration/1"


def blocks(found: Calibration) -> list[Block]:
    """Return the figures, then every disagreement with its findings and the readers' reasons."""
    return [_figures(found), *_confusions(found), _disagreements(found), *_influences(found)]


def _figures(found: Calibration) -> Block:
    rows = [_row(family, found.of(family)) for family in found.families]
    rows.append(_row("all", found.verdicts))
    cases = len({verdict.case for verdict in found.verdicts})
    sentences = [
        f"{cases} deals, {len(found.verdicts)} verdicts, {found.reading} reading.",
        found.about,
    ]
    if found.influences:
        rows.append(_row("each deal without what matters to it alone", found.left_out))
    columns = ["", "agree", "always the commonest", "weighted kappa", "off by two", "over", "under"]
    return Block("Agreement", sentences, columns, rows)


def _row(name: str, verdicts: Sequence[Verdict]) -> list[str]:
    return [
        name,
        f"{agreement(verdicts):.0%}",
        f"{commonest(verdicts):.0%}",
        f"{weighted_kappa(verdicts):.2f}",
        str(off_by_two(verdicts)),
        str(sum(v.distance > 0 for v in verdicts)),
        str(sum(v.distance < 0 for v in verdicts)),
    ]


def _confusions(found: Calibration) -> Iterator[Block]:
    for family in found.families:
        table = confusion(found.of(family))
        rows = [[level, *map(str, counts)] for level, counts in zip(LEVELS, table, strict=True)]
        yield Block(f"{family}: readers (rows), pack (columns)", [], ["", *LEVELS], rows)


def _disagreements(found: Calibration) -> Block:
    rows = [
        [
            f"{v.case}, {v.family}",
            f"{v.read} → {v.found}",
            ", ".join(v.findings) or "–",
            "; ".join(v.reasons),
        ]
        for v in sorted(found.verdicts, key=lambda v: (-abs(v.distance), v.family, v.case))
        if v.distance
    ]
    columns = ["deal", "readers → pack", "findings", "readers' reasons"]
    return Block(f"Disagreements ({len(rows)})", [], columns, rows)


def _influences(found: Calibration) -> Iterator[Block]:
    moving = [one for one in found.influences if one.helped or one.harmed]
    if not found.influences:
        return
    rows = [
        [one.name, f"{one.gain:+d}", str(len(one.helped)), str(len(one.harmed)), _named(one.cases)]
        for one in sorted(moving, key=lambda one: one.gain)
    ]
    still = len(found.influences) - len(moving)
    yield Block(
        "What each rule and presumption does",
        [f"Leaving out any one of the other {still} changes no agreement."],
        ["", "gain", "agree by it", "disagree by it", "in"],
        rows,
    )


def _named(cases: frozenset[str]) -> str:
    names = sorted(cases)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def to_dict(found: Calibration) -> dict[str, Any]:
    """Return the calibration as plain data."""
    return {
        "schema": SCHEMA,
        "pack": {
            "id": found.pack.id,
            "version": found.pack.version,
            "digest": found.pack.digest,
        },
        "reading": found.reading,
        "about": found.about,
        "all": _figures_data(found.verdicts),
        "families": {family: _figures_data(found.of(family)) for family in found.families},
        "left_out": _figures_data(found.left_out),
        "verdicts": [
            {
                "case": v.case,
                "family": v.family,
                "readers": list(v.readers),
                "read": v.read,
                "found": v.found,
                "findings": list(v.findings),
                "reasons": list(v.reasons),
            }
            for v in found.verdicts
        ],
        "influences": [
            {
                "name": one.name,
                "gain": one.gain,
                "agree_by_it": [list(place) for place in one.helped],
                "disagree_by_it": [list(place) for place in one.harmed],
            }
            for one in found.influences
        ],
    }


def _figures_data(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "verdicts": len(verdicts),
        "agreement": round(agreement(verdicts), 4),
        "commonest": round(commonest(verdicts), 4),
        "weighted_kappa": round(weighted_kappa(verdicts), 4),
        "off_by_two": off_by_two(verdicts),
        "confusion": confusion(verdicts),
    }
