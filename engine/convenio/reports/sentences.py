"""Says in whole sentences what a case states of its facts, as the pack words them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from convenio.facts.case import Case, Element, StatedFact, Value
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.sentences import Sentences, clause
from convenio.facts.values import Money
from convenio.language import syntax as s
from convenio.packs.rule import PLACEHOLDER, Rule

if TYPE_CHECKING:
    from convenio.reports.wording import Wording

_ALONE = re.compile(r"(?:(?<=^)|(?<=[.:;?!] )|(?<=\} ))\{([^{}]*)\}(?= |$)")
"""A placeholder that stands where a sentence could: it is said as one."""

_START, _END = "\ue000", "\ue001"
_PRESUMED = re.compile(f"(?:{_START}[^{_END}]*{_END} *)+")
"""Clauses on what is presumed, in a row: they are said in one sentence."""


class FactSentences:
    """Writes sentences about facts of one catalogue; where it has none, label and value."""

    def __init__(self, wording: Wording, catalogue: Catalogue) -> None:
        self._wording = wording
        self._catalogue = catalogue

    def of(self, path: str, fact: StatedFact | None) -> str:
        """Return what is said of one fact, whatever its state, and of each country if it differs.

        >>> from convenio import load_pack
        >>> from convenio.reports.wording import Wording
        >>> FactSentences(Wording(), load_pack("core").catalogue).of("text.access", None)
        'It is not known who can read the main text.'
        """
        declaration = self._catalogue.resolve(path)
        if fact is None or not fact.by_country:
            return self._one(path, declaration, fact)
        countries: dict[str, list[str]] = {}
        for code, one in fact.by_country:
            said = self._one(path, declaration, one)
            countries.setdefault(said, []).append(self._wording.country(code, self._catalogue))
        if len(countries) == 1:
            return next(iter(countries))
        for_each = self._wording("For {country}, {what}.")
        return " ".join(
            for_each.format(country=self.listed(names), what=clause(said))
            for said, names in countries.items()
        )

    def _one(self, path: str, declaration: FactDeclaration | None, fact: StatedFact | None) -> str:
        _ = self._wording
        words = declaration.sentences if declaration else None
        if fact is None or fact.state != "known":
            return self._open(path, words, fact.state if fact else "unknown")
        said = self.value(fact.value, declaration, fact.complete)
        if said:
            return self._attributed(said, declaration, fact)
        written = _.fact(fact, declaration, self._catalogue)
        return _("{label}: {value}.").format(label=_.label(path, self._catalogue), value=written)

    def _attributed(self, said: str, declaration: FactDeclaration | None, fact: StatedFact) -> str:
        """Say whose finding a judgement is. What is only presumed nobody has found."""
        judged = declaration is not None and declaration.answer_from == "judgement"
        if not judged or fact.assumed_from not in (None, "known"):
            return said
        return self._wording("The analyst finds that {what}.").format(what=clause(said))

    def _open(self, path: str, words: Sentences | None, state: str) -> str:
        _ = self._wording
        if words is None or not words.open:
            short = {
                "undisclosed": _("Refused by the parties: {label}."),
                "asked": _("Asked, not answered: {label}."),
                "conflict": _("Sources differ: {label}."),
            }
            text = short.get(state, _("Not known: {label}."))
            return text.format(label=clause(_.label(path, self._catalogue)))
        whole_sentences = {
            "undisclosed": _("The parties refuse to say {what}."),
            "asked": _("It was asked {what}, and there is no answer yet."),
            "conflict": _("Sources differ, so it is not clear {what}."),
        }
        return whole_sentences.get(state, _("It is not known {what}.")).format(what=_(words.open))

    def value(
        self, value: Value | None, declaration: FactDeclaration | None, complete: bool = True
    ) -> str:
        """Return the sentence for a known value; an empty text where the pack has none."""
        words = declaration.sentences if declaration else None
        if words is None or declaration is None:
            return ""
        if isinstance(value, bool):
            return self._wording(words.values.get("true" if value else "false", ""))
        if isinstance(value, tuple):
            return self._collection(value, declaration, words, complete)
        if isinstance(value, str) and declaration.type.kind == "enum":
            return self._wording(words.values.get(value, ""))
        amount = value.amount if isinstance(value, Money) else value
        if words.none and amount == 0:
            return self._wording(words.none)
        return self._filled(words.says, value, declaration)

    def _collection(
        self,
        value: tuple[str, ...] | tuple[Element, ...],
        declaration: FactDeclaration,
        words: Sentences,
        complete: bool,
    ) -> str:
        _ = self._wording
        if not value:
            return (
                _(words.none) if complete else _("It is not known {what}.").format(what=words.open)
            )
        if declaration.type.kind == "list":
            text = words.one if len(value) == 1 and words.one else words.says
            said = _(text).format(n=_.number(len(value)), value=_.number(len(value)))
            return said if complete or not said else f"{said} {_('There may be more.')}"
        names = [
            name
            for item in value
            if isinstance(item, str)
            for name in [self.phrase(item, declaration)]
        ]
        if not complete:
            names.append(_("perhaps more"))
        return _(words.says).format(value=self.listed(names), n=_.number(len(value)))

    def phrase(self, member: str, declaration: FactDeclaration) -> str:
        """Return the noun phrase for a member of a set, or of an enum in a cell."""
        if declaration.type.element == "country":
            return self._wording.country(member, self._catalogue)
        return self._wording.member(member, declaration)

    def _filled(self, text: str, value: Value | None, declaration: FactDeclaration) -> str:
        _ = self._wording
        if not text:
            return ""
        number = _.number(value) if isinstance(value, int | float) else ""
        written = _.value(value, declaration, self._catalogue)
        return _(text).format(value=written, n=number)

    def listed(self, names: Iterable[str]) -> str:
        """Return names as a sentence lists them: `a, b and c`."""
        *first, last = list(names)
        if not first:
            return last
        return self._wording("{names} and {last}").format(names=", ".join(first), last=last)

    def _lacking(self, rule: Rule, path: str, fact: StatedFact | None) -> str:
        """Say what a set lacks, where the rule asks for that; else an empty text."""
        declaration = self._catalogue.facts.get(path)
        words = declaration.sentences if declaration else None
        if not (declaration and words and words.without and fact and fact.state == "known"):
            return ""
        stated = fact.value if isinstance(fact.value, tuple) else ()
        if not set(stated) <= set(declaration.type.members):
            return ""  # What is redacted lacks nothing that may be told.
        missed = [one for one in members_asked(rule, path, present=False) if one not in stated]
        found = [one for one in members_asked(rule, path, present=True) if one in stated]
        if not stated or not fact.complete or not missed or found:
            return ""
        names = [self.phrase(one, declaration) for one in missed]
        return self._wording(words.without).format(value=self.one_of(names))

    def one_of(self, names: Iterable[str]) -> str:
        """Return names of which one is meant: `a, b or c`."""
        *first, last = list(names)
        if not first:
            return last
        return self._wording("{names} or {last}").format(names=", ".join(first), last=last)

    def reason(self, rule: Rule, case: Case, deciding: Container[str]) -> str:
        """Return a rule's `because` with the facts of a case.

        A placeholder that stands alone becomes a sentence, any other the bare value. Of the facts
        that the rule itself reads only those are said that decided.
        """
        _ = self._wording
        facts = self._catalogue.facts

        def value(match: re.Match[str]) -> str:
            path = match.group(1)
            return _.fact(case.facts.get(path), facts.get(path), self._catalogue)

        if not self._catalogue.has_sentences:
            return PLACEHOLDER.sub(value, rule.because)
        read = {path for _, level in rule.levels for path in s.paths_of(level)}

        def sentence(match: re.Match[str]) -> str:
            path = match.group(1)
            fact = case.facts.get(path)
            said = self._lacking(rule, path, fact) or self.of(path, fact)
            if fact is None or fact.assumed_from in (None, "known"):
                return said
            return f"{_START}{clause(said)}{_END}"

        def said(match: re.Match[str]) -> str:
            path = match.group(1)
            fact = case.facts.get(path)
            told = fact is not None and fact.state != "unknown"
            return sentence(match) if path in deciding or (told and path not in read) else ""

        def presumed(match: re.Match[str]) -> str:
            clauses = [one.strip(f"{_START} ") for one in match.group().split(_END)[:-1]]
            what = _(", and that ").join(clauses)
            return _("It is presumed that {what}.").format(what=what) + " "

        kept = _ALONE.sub(said, rule.because).strip() or _ALONE.sub(sentence, rule.because)
        return " ".join(PLACEHOLDER.sub(value, _PRESUMED.sub(presumed, kept)).split())


def members_asked(rule: Rule, path: str, present: bool) -> tuple[str, ...]:
    """Return the members of a set that a rule's levels ask for, to be there or to be lacking."""
    found: dict[str, None] = {}
    for _severity, level in rule.levels:
        found.update(dict.fromkeys(_members(level, path, present)))
    return tuple(found)


def _members(node: s.Expression, path: str, present: bool) -> Iterator[str]:
    match node:
        case s.Not(operand):
            yield from _members(operand, path, not present)
        case s.In(s.Literal(str(member)), s.Path(container)) if container == path and present:
            yield member
        case s.And(operands) | s.Or(operands) | s.AtLeast(_, operands):
            for operand in operands:
                yield from _members(operand, path, present)
