"""What is said of a fact in whole sentences, as a pack's `says.yaml` words it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convenio.errors import Position


@dataclass(frozen=True, slots=True)
class Sentences:
    """The words for one fact, or one field of a record. What a pack leaves out is an empty text.

    `open` is the question as it stands within a sentence ("who can read the main text"): it says
    what is not known, refused, asked or told apart by sources. `name` is what the fact is called in
    a condition ("the term of the agreement"). `says` is a sentence with `{value}` or the bare
    number `{n}`, `none` the one for nothing: 0, an empty set, an empty list. `values` holds a
    sentence for each value of an enum or Boolean, `phrases` a noun phrase for each member of a set,
    and for those of an enum that stand in cells of tables. `one` is the sentence for a list of one
    entry, `without` for a set that lacks `{value}`. `entry` and `entries` are what the rows of a
    list are called.

    >>> Sentences(open="how it ends").open
    'how it ends'
    """

    open: str = ""
    name: str = ""
    says: str = ""
    one: str = ""
    none: str = ""
    without: str = ""
    entry: str = ""
    entries: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    position: Position = field(default=Position(""), compare=False)


def clause(sentence: str) -> str:
    """Return a sentence as it stands within another: no full stop, no capital of a plain word.

    >>> clause("The text is withheld."), clause("UN rules hold.")
    ('the text is withheld', 'UN rules hold')
    """
    bare = sentence.removesuffix(".")
    return bare if bare[1:2].isupper() else bare[:1].lower() + bare[1:]


def whole(clause_: str) -> str:
    """Return a clause as a sentence of its own.

    >>> whole("the text is withheld")
    'The text is withheld.'
    """
    start = 1 if clause_.startswith("(") else 0
    text = clause_[:start] + clause_[start : start + 1].upper() + clause_[start + 1 :]
    return text if text.endswith(".") else f"{text}."
