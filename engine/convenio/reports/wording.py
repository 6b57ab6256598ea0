"""Puts facts and verdicts into words: the one place where values become text."""

from __future__ import annotations

import datetime as dt
import functools
import gettext
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.localedata import locale_identifiers
from babel.numbers import format_decimal, format_percent

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.assessment.open_questions import open_questions
from convenio.assessment.presumed import Carrying, PresumedFact
from convenio.assessment.rating import Readings
from convenio.errors import UsageError
from convenio.facts.case import Case, Element, StatedFact, Value
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.paths import entry_of
from convenio.facts.sentences import clause
from convenio.facts.values import (
    Date,
    DateSpan,
    Money,
    Place,
    country_codes,
    date_from_text,
    first_day,
)
from convenio.messages import Message
from convenio.packs.rule import Rule
from convenio.reports.sentences import FactSentences

LANGUAGES = ("en", "es", "pt")
"""Languages in which every text of the product exists; a country may stand behind: `es-CO`."""

_FOLDER = Path(__file__).resolve().parents[1] / "locale"

_AS_FAR_AS_KNOWN = {
    "en": ("y", "MMMM y", "d MMMM y"),
    "es": ("y", "MMMM 'de' y", "d 'de' MMMM 'de' y"),
    "pt": ("y", "MMMM 'de' y", "d 'de' MMMM 'de' y"),
}
"""How a year, a month and a day are written."""


def N_(text: str) -> str:  # noqa: N802  # the name by which tools of translators know it
    """Mark a text for translation that is translated where it is used."""
    return text


def in_context(context: str, text: str) -> tuple[str, str]:
    """Mark a text that is translated otherwise in one context than in others."""
    return context, text


_CONFIDENCE = (
    in_context("confidence", "high"),
    in_context("confidence", "medium"),
    in_context("confidence", "low"),
)

_NAMED = (
    *(N_("critical"), N_("high"), N_("medium"), N_("moderate"), N_("low"), N_("clear")),
    *(N_("unknown"), N_("not applicable"), N_("flag"), N_("in force"), N_("not in force")),
    *(N_("true"), N_("false"), N_("presumed"), N_("established"), N_("possible")),
    *(N_("statutory"), N_("treaty"), N_("case law"), N_("index"), N_("empirical")),
    *(N_("analogue"), N_("judgement"), N_("overall"), N_("risk"), N_("mitigating")),
    *(N_("compound"), N_("exposure"), N_("statute"), N_("constitution"), N_("resolution")),
    *(N_("policy"), N_("framework"), N_("report"), N_("press"), N_("analysis")),
    *(N_("treaties"), N_("foreign troops"), N_("foreign bases"), N_("visiting forces")),
    *(N_("troops abroad"), N_("public contracts"), N_("borrowing"), N_("military courts")),
    *(N_("neutrality"), N_("policing"), N_("information")),
    *(N_("years"), N_("year"), N_("months"), N_("month"), N_("days"), N_("day")),
    *(N_("persons"), N_("person"), N_("items"), N_("km"), N_("per year"), N_("TIV")),
    *(N_("hours"), N_("states"), N_("score")),
)
"""Words that the assessment names and reports show: verdicts, severities, bases, units."""


class Wording:
    """Words and numbers in one language.

    Texts of the product go through gettext; numbers and dates through Unicode's locale data.
    `language` is one of `LANGUAGES`, with or without a country: `es-CO`. Raises UsageError for
    another language, or a country that does not speak it.

    >>> Wording("es-AR").number(1234567.5), Wording("es-MX").number(1234567.5)
    ('1.234.567,5', '1,234,567.5')
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.base, dash, country = language.partition("-")
        if self.base not in LANGUAGES or bool(dash) != bool(country):
            raise UsageError(f"no language '{language}'; there is {', '.join(LANGUAGES)}")
        try:
            self._locale = Locale.parse(f"{self.base}_{country}" if country else self.base)
        except (UnknownLocaleError, ValueError):
            raise UsageError(
                f"no formats for '{language}'; a language with a country is written as es-CO"
            ) from None
        self._translations = _translations(self.base)

    def of_case(self, case: Case) -> Wording:
        """Return the words with numbers and dates as the case's own country writes them.

        A country that was asked for stands. Else the recipient or host counts, the first that
        speaks the language; English has one way for all.
        """
        if "-" in self.language or self.base == "en":
            return self
        for code in case.recipients:
            country = country_codes().get(code, "")
            if f"{self.base}_{country}".lower() in _known_locales():
                return Wording(f"{self.base}-{country}")
        return self

    def __call__(self, text: str) -> str:
        """Return the translation of a text of the product."""
        if isinstance(text, Message) and text.values:
            return self._translations.gettext(text.template).format(**text.values)
        # An empty text is no text: gettext would give the head of its catalogue.
        return self._translations.gettext(text) if text else ""

    def verdict(self, verdict: str, severity: str | None = None) -> str:
        """Write a verdict of a rule, with its severity where it has one.

        >>> Wording().verdict("not_applicable"), Wording().verdict("flag", "high")
        ('not applicable', 'flag, high')
        """
        word = self(verdict.replace("_", " "))
        if not severity:
            return word
        return self("{verdict}, {severity}").format(verdict=word, severity=self(severity))

    def confidence(self, word: str | None) -> str:
        """Write how well facts are documented: high, medium, low, or a dash."""
        if word is None:
            return "–"
        return self._translations.pgettext("confidence", word)

    def plural(self, one: str, many: str, count: int) -> str:
        """Return the form for a count, with `{n}` filled in."""
        chosen = self._translations.ngettext(one, many, count)
        return chosen.format(n=self.number(count))

    def number(self, value: float) -> str:
        """Write a number: `1,200`, `0.15`.

        >>> Wording().number(1200.0)
        '1,200'
        """
        return str(format_decimal(value, format="#,##0.######", locale=self._locale))

    def percent(self, share: float, pattern: str = "#,##0%") -> str:
        """Write a share in hundredths; one that is small but not nothing keeps a digit.

        >>> Wording().percent(0.249), Wording("es").percent(0.004)
        ('25%', '0,4%')
        """
        fine = pattern if share >= 0.01 or share == 0 else "#,##0.#%"
        return str(format_percent(share, format=fine, locale=self._locale))

    def date(self, date: Date) -> str:
        """Write a date in full, as far as it is known.

        >>> Wording().date(dt.date(2009, 10, 30))
        '30 October 2009'
        >>> Wording().date(date_from_text("2012-07/2012-09"))
        'July 2012 to September 2012'
        """
        if isinstance(date, dt.date):
            return self._day(date, _AS_FAR_AS_KNOWN[self.base][-1])
        parts = [
            self._day(first_day(date_from_text(part)), _AS_FAR_AS_KNOWN[self.base][part.count("-")])
            for part in date.text.split("/")
        ]
        if len(parts) == 1:
            return parts[0]
        return self("{start} to {end}").format(start=parts[0], end=parts[1])

    def _day(self, day: dt.date, pattern: str) -> str:
        return str(format_date(day, format=pattern, locale=self._locale))

    def place(self, place: Place) -> str:
        """Write a place in degrees: latitude, longitude."""
        return f"{self.number(round(place.lat, 4))}°, {self.number(round(place.lon, 4))}°"

    def country(self, code: str, catalogue: Catalogue) -> str:
        """Write the name of a country or organisation."""
        if code in catalogue.organisations:
            return catalogue.organisations[code]
        return str(self._locale.territories.get(country_codes().get(code, ""), code))

    def member(self, word: str, declaration: FactDeclaration | None) -> str:
        """Write a value of an enum, or a member of a set, as it stands in a list or a cell.

        In a pack with sentences that is its phrase, or else its sentence without a full stop.
        """
        words = declaration.sentences if declaration else None
        if words is not None and word in words.phrases:
            return self(words.phrases[word])
        if words is not None and word in words.values:
            return clause(self(words.values[word]))
        labels = declaration.type.labels if declaration else ()
        return self(dict(labels).get(word) or word.replace("_", " "))

    def value(
        self, value: Value | None, declaration: FactDeclaration | None, catalogue: Catalogue
    ) -> str:
        """Write the value of a fact, with its unit."""
        kind = declaration.type.kind if declaration else ""
        if isinstance(value, bool):
            return self("yes") if value else self("no")
        if isinstance(value, int | float):
            return self._with_unit(self.number(value), declaration, value)
        if isinstance(value, dt.date | DateSpan):
            return self.date(value)
        if isinstance(value, Money):
            amount = f"{value.currency} {self.number(value.amount)}"
            return self._with_unit(amount, declaration, value.amount)
        if isinstance(value, Place):
            return self.place(value)
        if isinstance(value, tuple):
            return self._collection(value, declaration, catalogue)
        if value is None:
            return self("stated")
        if kind == "country":
            return self.country(value, catalogue)
        return self.member(value, declaration) if kind == "enum" else value

    def _with_unit(self, text: str, declaration: FactDeclaration | None, value: float) -> str:
        unit = declaration.unit if declaration else ""
        if not unit:
            return text
        if unit == "share":
            return self.percent(value, "#,##0.##%")
        singular = {"years": "year", "months": "month", "days": "day", "persons": "person"}
        return f"{text} {self(singular.get(unit, unit) if value == 1 else unit)}"

    def _collection(
        self,
        value: tuple[str, ...] | tuple[Element, ...],
        declaration: FactDeclaration | None,
        catalogue: Catalogue,
    ) -> str:
        if not value:
            return self("none")
        names: list[str] = []
        for item in value:
            if isinstance(item, Element):
                return self.plural("{n} entry", "{n} entries", len(value))
            is_country = declaration is not None and declaration.type.element == "country"
            names.append(
                self.country(item, catalogue) if is_country else self.member(item, declaration)
            )
        return ", ".join(names)

    def fact(
        self, fact: StatedFact | None, declaration: FactDeclaration | None, catalogue: Catalogue
    ) -> str:
        """Write what a case says of a fact, whatever its state, and of each country if it does."""
        if fact is None:
            return self("not known")
        if not fact.by_country:
            return self._one_fact(fact, declaration, catalogue)
        each = (
            f"{self.country(code, catalogue)}: {self._one_fact(one, declaration, catalogue)}"
            for code, one in fact.by_country
        )
        return f"{self._one_fact(fact, declaration, catalogue)} ({'; '.join(each)})"

    def _one_fact(
        self, fact: StatedFact, declaration: FactDeclaration | None, catalogue: Catalogue
    ) -> str:
        if fact.state == "unknown":
            return self("not known")
        if fact.state == "undisclosed":
            return self("not disclosed")
        if fact.state == "asked":
            return self("asked, not answered")
        if fact.state == "conflict":
            return self("sources differ")
        text = self.value(fact.value, declaration, catalogue)
        if not fact.complete:
            text += " " + self("(and perhaps more)")
        return text

    def label(self, path: str, catalogue: Catalogue) -> str:
        """Write the name of a fact; a field of a list element names its row, counted from 1."""
        declaration = catalogue.resolve(path)
        entry = entry_of(path)
        if entry is None:
            return self(declaration.label) if declaration else path
        row = f"{self(catalogue.facts[entry.list].label)} {entry.place + 1}"
        return f"{row}, {self(declaration.label).lower()}" if declaration and entry.field else row

    def because(self, finding: Finding, assessment: Assessment) -> str:
        """Write why a rule came out as it did.

        A rule's own sentence, with the facts of the case filled in, speaks of a flagged rule only.
        """
        if finding.verdict == "not_applicable":
            return self("Does not apply to this deal.")
        if finding.verdict == "clear":
            return self("The condition is not met on the stated facts.")
        if finding.verdict == "unknown":
            catalogue = assessment.pack.catalogue
            return self("Could not be tested; not known: {facts}.").format(
                facts="; ".join(clause(self.label(path, catalogue)) for path in finding.missing)
            )
        deciding = {leaf.path for leaf in finding.facts}
        return self._sentences(assessment).reason(finding.rule, assessment.case, deciding)

    def presumed_because(self, rule: Rule, assessment: Assessment) -> str:
        """Write why a rule is flagged on presumption, with what is presumed filled in."""
        deciding = assessment.presumed_support(rule)
        return self._sentences(assessment).reason(rule, assessment.presumed_case, deciding)

    def _sentences(self, assessment: Assessment) -> FactSentences:
        return FactSentences(self, assessment.pack.catalogue)

    def sentence(self, path: str, fact: StatedFact | None, catalogue: Catalogue) -> str:
        """Write in a whole sentence what a case says of a fact, whatever its state."""
        return FactSentences(self, catalogue).of(path, fact)

    def cell(self, fact: StatedFact | None, path: str, catalogue: Catalogue) -> str:
        """Write what a case says of a fact beside its label: its sentence, or the bare value."""
        declaration = catalogue.resolve(path)
        if declaration is None or declaration.sentences is None:
            return self.fact(fact, declaration, catalogue)
        return self.sentence(path, fact, catalogue)

    @cached_property
    def ratings(self) -> dict[str, str]:
        """The words for ratings."""
        return {
            "not_assessed": self("not assessed"),
            "low": self("low"),
            "moderate": self("moderate"),
            "high": self("high"),
            "critical": self("critical"),
        }

    @cached_property
    def families(self) -> dict[str, str]:
        """The words for families of rules; a family of another pack is shown by its name."""
        return {
            "tension": self("Tension"),
            "transparency": self("Transparency"),
            "sovereignty": self("Sovereignty"),
            "human_rights": self("Human rights"),
            "cross": self("Across families"),
        }

    def family(self, name: str) -> str:
        """Write the name of a family."""
        return self.families.get(name, name.replace("_", " ").capitalize())

    def verdict_sentence(self, assessment: Assessment) -> str:
        """Write the verdict: what is established, and whether it could become worse."""
        floor, ceiling = assessment.floor, assessment.ceiling
        if assessment.untested:
            return self(
                "Not assessed: of {all} tests none could be run on what is stated. "
                "It could become {rating}."
            ).format(all=assessment.tested[1], rating=self.ratings[ceiling])
        if assessment.headline == "not_assessed":
            return self("Not assessed: no rule of this pack applies to what is known of the deal.")
        if assessment.presumes:
            return self._presumed_sentence(assessment)
        if floor == ceiling:
            return self("{rating}, established.").format(rating=self.ratings[floor].capitalize())
        established = (
            self("No more than a low rating is established.")
            if floor == "low"
            else self("{rating}, established.").format(rating=self.ratings[floor].capitalize())
        )
        weigh_most = self._weigh_most(assessment)
        return f"{established} " + self("It could become {rating}. {answers}").format(
            rating=self.ratings[ceiling], answers=weigh_most
        )

    def _presumed_sentence(self, assessment: Assessment) -> str:
        """Write the presumed rating, on what it rests, and the two readings beside it."""
        rating = self.ratings[assessment.presumed].capitalize()
        run, applicable = assessment.tested
        tests = self("{run} of {all} tests could be run").format(run=run, all=applicable)
        rests = self._rests_on(assessment)
        head = self("{rating}, {rests}; {tests}.").format(rating=rating, rests=rests, tests=tests)
        return " ".join([head, *self._bounds(assessment)])

    def _rests_on(self, assessment: Assessment) -> str:
        """Write on what the presumed rating rests. A low one rests on what nobody has reported."""
        if assessment.floor == assessment.presumed != "low":
            return self("established whatever is presumed")
        if not assessment.presumptions_used:
            return self("presuming nothing")
        carried = [one for one in assessment.carrying if one.without != assessment.presumed]
        if carried:
            return self("presuming {what}").format(what=self._presuming(carried, assessment))
        count = len(assessment.presumptions_used)
        made = self.plural("{n} presumption", "{n} presumptions", count)
        if assessment.presumed == "low":
            return self("on {made}").format(made=made)
        return self("on {made} of which none decides alone").format(made=made)

    def _presuming(self, carried: Sequence[Carrying], assessment: Assessment) -> str:
        said = [self.presumption(one.fact, assessment.pack.catalogue) for one in carried[:3]]
        that = self("that {what}") if assessment.pack.catalogue.has_sentences else "{what}"
        said = [that.format(what=clause(text)) for text in said]
        rest = len(carried) - len(said)
        if rest:
            said.append(self.plural("{n} more", "{n} more", rest))
        return "; ".join(said)

    def presumption(self, fact: PresumedFact, catalogue: Catalogue) -> str:
        """Write what is presumed of a fact: `No unit is screened.`, or else label and value."""
        declaration = catalogue.facts[fact.path]
        if fact.presumption.value is None:
            if catalogue.has_sentences:
                return self("What is stated is all: {label}.").format(
                    label=clause(self(declaration.label))
                )
            return self("{label}: no more than those stated").format(label=self(declaration.label))
        if declaration.sentences is not None:
            return self.sentence(fact.path, fact.after, catalogue)
        value = self.value(fact.after.value, declaration, catalogue)
        return f"{self(declaration.label)}: {value}"

    def _bounds(self, assessment: Assessment) -> Iterator[str]:
        """Write what is established, and what can't be ruled out."""
        floor, presumed, ceiling = assessment.floor, assessment.presumed, assessment.ceiling
        words = self.ratings
        if floor != presumed and floor == "low":
            yield self("Nothing above low is established.")
        elif floor != presumed:
            yield self("At least {rating} is established.").format(rating=words[floor])
        if ceiling != presumed:
            rating = words[ceiling].capitalize()
            yield self("{rating} can't be ruled out.").format(rating=rating)

    def family_sentences(self, found: Readings, presumes: bool) -> Iterator[str]:
        """Write how a family is rated: as presumed, established, and what can't be ruled out."""
        words = self.ratings
        if found.ceiling == "not_assessed":
            yield self("No rule of this family applies.")
            return
        if found.floor == "not_assessed":
            yield self("No test could be run.")
        elif found.floor == found.ceiling:
            yield self("{rating}, whatever is still open.").format(
                rating=words[found.floor].capitalize()
            )
            return
        elif presumes and found.presumed != found.floor:
            yield self("Presumed {rating}; established is {floor}.").format(
                rating=words[found.presumed], floor=words[found.floor]
            )
        else:
            yield self("Established as {rating}.").format(rating=words[found.floor])
        if found.ceiling not in (found.presumed, found.floor):
            yield self("{rating} can't be ruled out.").format(
                rating=words[found.ceiling].capitalize()
            )

    def _weigh_most(self, assessment: Assessment) -> str:
        """Name the open facts on which the worst possible findings rest."""
        questions = open_questions(assessment)
        worst = [q for q in questions if q.ceiling == questions[0].ceiling]
        labels = [self.label(q.path, assessment.pack.catalogue) for q in worst[:3]]
        names = [label[:1].lower() + label[1:] for label in labels]
        rest = len(worst) - len(names)
        if rest:
            names.append(self.plural("{n} more", "{n} more", rest))
        return self("The open answers that weigh most: {names}.").format(names="; ".join(names))


@functools.cache
def _translations(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("convenio", _FOLDER, [language])


@functools.cache
def _known_locales() -> frozenset[str]:
    return frozenset(name.lower() for name in locale_identifiers())
