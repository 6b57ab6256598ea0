"""The card: what can be said of a deal in ninety seconds."""

from __future__ import annotations

from collections.abc import Iterator

from convenio.reports.blocks import Block
from convenio.reports.brief.content import BriefContent

MOST_WORDS = 130
"""Words that are spoken in ninety seconds: some 85 a minute, slowly enough to be noted down."""
_DECISIONS = 3
_QUESTIONS = 3


def card(content: BriefContent) -> tuple[str, list[Block]]:
    """Return the title and the blocks of a card: the verdict, what decides, what to ask.

    It has 130 words at most; what would be one too many is left out from the end, questions first.
    """
    _ = content.wording
    case, assessment = content.assessment.case, content.assessment
    readings = " ".join(_.family_sentences(assessment.readings(), assessment.presumes))
    decisions = [
        f"{_(one.severity).capitalize()}: {one.rule.title}."
        for one in content.view.deciding[:_DECISIONS]
    ]
    questions = [_(one.ask) for one in content.view.first_questions[:_QUESTIONS]]
    left = MOST_WORDS - _words(case.title)
    verdict = list(_fitting([readings], left - _words(_("Verdict"))))
    left -= sum(map(_words, [_("Verdict"), *verdict]))
    decided = list(_fitting(decisions, left - _words(_("What decides"))))
    left -= sum(map(_words, [_("What decides"), *decided]))
    asked = list(_fitting(questions, left - _words(_("Questions to put"))))
    parts = [
        (_("Verdict"), verdict),
        (_("What decides"), decided),
        (_("Questions to put"), asked),
    ]
    return case.title, [Block(title, sentences) for title, sentences in parts if sentences]


def _fitting(sentences: list[str], left: int) -> Iterator[str]:
    for sentence in sentences:
        left -= _words(sentence)
        if left < 0:
            return
        yield sentence


def _words(text: str) -> int:
    return len(text.split())
