"""What of a rule's references is law between these parties on that date, in words."""

from __future__ import annotations

from convenio.assessment.assessment import Assessment
from convenio.packs.law import Applied, Standing
from convenio.packs.rule import Rule
from convenio.reports.wording import Wording

LEGAL_BASES = ("statutory", "treaty", "case_law")
"""Bases of a threshold that may be law; the others are observation or opinion."""


class LawWords:
    """Words the references of rules; law is what bound a party on the date of the case."""

    def __init__(self, assessment: Assessment, wording: Wording) -> None:
        self._assessment = assessment
        self._wording = wording

    def law(self, rule: Rule) -> list[str]:
        """Return what is law for this deal, with whom it binds."""
        applied = self._assessment.references(rule)
        return [self.cite(one) for one in applied if one.standing == "law"]

    def yardstick(self, rule: Rule) -> str:
        """Return the law that a threshold is taken from where it binds no party; else nothing."""
        kinds = {"statutory": "statute", "treaty": "treaty", "case_law": "case_law"}
        kind = kinds.get(rule.threshold.basis)
        if kind is None or self.law(rule):
            return ""
        applied = self._assessment.references(rule)
        return next((self.cite(one) for one in applied if one.reference.kind == kind), "")

    def rest(self, rule: Rule) -> list[tuple[str, list[str]]]:
        """Return the other references under headings that say what they are."""
        applied = self._assessment.references(rule)
        groups = [
            (heading, [self.cite(one) for one in applied if one.standing == standing])
            for standing, heading in self.headings.items()
        ]
        return [(heading, cited) for heading, cited in groups if cited]

    @property
    def headings(self) -> dict[Standing, str]:
        """What references are called that aren't law."""
        _ = self._wording
        return {
            "later": _("Later than this deal"),
            "comparative": _("Comparative, binds none of the parties"),
            "unchecked": _("Not checked whether it binds a party"),
            "guidance": _("See also"),
        }

    def heading(self, applied: Applied) -> str:
        """Return what a reference is called in a list: law, or what else it is."""
        return (
            self._wording("Law") if applied.standing == "law" else self.headings[applied.standing]
        )

    def cite(self, applied: Applied) -> str:
        """Write a reference with its pinpoint, whose it is, and whom of the parties it binds.

        What it says stands instead, where that is known.
        """
        text = applied.reference.citation
        _ = self._wording
        if applied.reference.says:
            return f"{text}: {_(applied.reference.says)}"
        if not applied.binds:
            return text
        names = [_.country(code, self._assessment.pack.catalogue) for code in applied.binds]
        return _("{text} (binds {names})").format(text=text, names=", ".join(names))

    def basis(self, rule: Rule) -> tuple[str, str]:
        """Return the basis of a threshold in words, and `law` or `opinion`.

        A basis in law is law where a reference of the rule binds a party; else it is a yardstick.
        """
        _ = self._wording
        words = basis_words(_)
        basis = rule.threshold.basis
        if basis not in LEGAL_BASES:
            return words[basis], "opinion"
        if self.law(rule):
            return words[basis], "law"
        return _("{basis}, as a yardstick").format(basis=words[basis]), "opinion"


def basis_words(wording: Wording) -> dict[str, str]:
    """Return what the bases of thresholds are called."""
    _ = wording
    return {
        "statutory": _("statute"),
        "treaty": _("treaty"),
        "case_law": _("court ruling"),
        "index": _("published index"),
        "empirical": _("observed in the region"),
        "analogue": _("by analogy"),
        "judgement": _("judgement of the authors"),
    }
