"""What a live brief carries beside an ordinary one: controls, data, and a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.backends.script import case_data, facts_of, pack_data, settled_by
from convenio.errors import UsageError
from convenio.messages import say
from convenio.packs.policy import RATINGS
from convenio.packs.rule import SEVERITIES
from convenio.reports.brief.embedded import embedded, packed
from convenio.reports.live.choice import Choice, facts_to_try
from convenio.reports.live.controls import Group, groups
from convenio.reports.wording import Wording
from convenio.resources import data_folder

SCRIPTS = ("quantities.js", "evaluator.js", "readings.js", "live.js")
"""The script of the page, in its parts; each needs those before it."""


@dataclass(frozen=True)
class LivePart:
    """The live part of a page: its controls in two sorts, its data, its script and its style."""

    negotiable: Sequence[Group]
    open: Sequence[Group]
    left_out: Sequence[str]
    families: Sequence[str]
    data: str
    script: str
    style: str


def live_part(assessment: Assessment, wording: Wording) -> LivePart:
    """Return the live part of a brief.

    Raises UsageError where facts are redacted: the page would have to carry what they are.
    """
    if assessment.redacted:
        raise UsageError(
            say("--live and --redact exclude each other: a live page carries the facts")
        )
    choice = facts_to_try(assessment)
    folder = data_folder("reports") / "live"
    return LivePart(
        negotiable=groups(choice.negotiable, assessment, wording),
        open=groups(choice.open, assessment, wording),
        left_out=[wording(one.label) for one in choice.left_out],
        families=[wording.family(name) for name in assessment.families],
        data=embedded(packed(live_data(assessment, choice, wording))),
        script=page_script(SCRIPTS),
        style=(folder / "live.css").read_text(encoding="utf-8"),
    )


def page_script(names: Sequence[str]) -> str:
    """Return files of the script as a page carries them: without comments and indents.

    Comments of the files stand on lines of their own, and no text of theirs has several lines.
    """
    folder = data_folder("reports") / "live"
    lines = (line.strip() for name in names for line in _lines_of(folder / name))
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*", "*")))


def _lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split("\n")


def live_data(assessment: Assessment, choice: Choice, wording: Wording) -> dict[str, Any]:
    """Return what the script reads: the rules and facts that can matter, and its words."""
    pack, case = assessment.pack, assessment.case
    rules = pack_data(pack, case, settled_by(pack, case, choice.paths))
    return {
        "language": wording.language,
        "pack": rules,
        "case": case_data(case, {*facts_of(rules), *choice.paths}),
        "titles": {rule["id"]: pack.by_id[rule["id"]].title for rule in rules["rules"]},
        "words": _words(wording, presumes=assessment.presumes),
    }


def _words(wording: Wording, presumes: bool) -> Mapping[str, Any]:
    _ = wording
    return {
        "ratings": [wording.ratings[name] for name in ("not_assessed", *RATINGS)],
        "severities": ["", *(_(name) for name in SEVERITIES)],
        "verdicts": {
            "clear": _("clear"),
            "unknown": _("unknown"),
            "not_applicable": _("not applicable"),
        },
        "factor": {"flag": _("in force"), "clear": _("not in force"), "unknown": _("unknown")},
        "readings": {
            **({"presumed": _("presumed")} if presumes else {}),
            "floor": _("established"),
            "ceiling": _("possible"),
        },
        "none": _("none"),
        "was": _("was {rating}"),
        "now": _("In the case: {value}"),
        "move": _("{before} → {after}"),
        "change": _("{name}: {move}"),
        "nothing": _("Nothing is changed yet."),
        "same": _("No rule comes out otherwise."),
        "status": _(
            "Overall {ratings}. Terms and facts that differ from the case: {changes}. "
            "Rules that come out otherwise: {rules}."
        ),
        "refused": _("A case file may not state this value; it is left out."),
        "excluded": _("As the other answers stand, this may not be stated; it is left out."),
        "copied": _("Copied."),
        "select": _("Selected: copy it with the keyboard."),
    }
