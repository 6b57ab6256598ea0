"""Words and numbers as tables write them, and as facts are written.

Only what can be read in one way is rewritten; everything else stands as it is, and its row says
what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Decimal = Literal[",", "."]

_TRUE = ("true", "verdadero", "verdadeiro", "vrai", "wahr", "yes", "sí", "si", "sim", "oui", "1")
_FALSE = ("false", "falso", "faux", "falsch", "no", "não", "nao", "non", "nein", "0")
TRUTHS: Mapping[str, str] = {**dict.fromkeys(_TRUE, "true"), **dict.fromkeys(_FALSE, "false")}
"""How spreadsheets and people write that something is so, in small letters, and what facts say."""
NOTHING = (
    *("-", "--", "–", "—", "…", "...", "?", "na", "n/a", "#n/a", "n.a.", "n.d.", "n/d", "nd"),
    *("s/d", "s.d.", "null", "nan"),
)
"""What stands in a cell of which nothing is stated, in small letters.

None and "unknown" are not among them: the first may say that there are none, and both may be what
a fact can hold.
"""

_GAPS = r"[ \u00a0\u2009\u202f'’]"
_SPACED = rf"[1-9]\d{{0,2}}(?:{_GAPS}\d{{3}})+"
_GROUPS = rf"^[+-]?{_SPACED}(?:[.,]\d+)?$"
_ZERO_OR_FOUR = r"(?:0|[1-9]\d{3,})"
COMMA_FOR_CERTAIN = (
    rf"^[+-]?(?:\d+,(?:\d{{1,2}}|\d{{4,}})|{_ZERO_OR_FOUR},\d+"
    rf"|{_SPACED},\d+"
    r"|[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,})$"
)
"""Numbers with a decimal comma, or with points between thousands: no other reading is possible."""
POINT_FOR_CERTAIN = (
    rf"^[+-]?(?:\d+\.(?:\d{{1,2}}|\d{{4,}})|{_ZERO_OR_FOUR}\.\d+"
    rf"|{_SPACED}\.\d+"
    r"|[1-9]\d{0,2}(?:,\d{3})+\.\d+|[1-9]\d{0,2}(?:,\d{3}){2,})$"
)
GROUPED_OR_NOT = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
"""1.234: a thousand and more with a decimal comma, a little over one with a decimal point."""


def as_truth(cell: Any) -> Any:
    """Write true and false as facts do; other texts stand as they are."""
    return cell.str.to_lowercase().replace_strict(list(TRUTHS), list(TRUTHS.values()), default=cell)


def as_number(cell: Any, decimal: Decimal | None, is_text: bool) -> Any:
    """Write a number with a decimal point and nothing between its thousands.

    Where the decimal mark is not known, only blanks and apostrophes between thousands go. Not
    `is_text` are cells of workbooks: there 1.234 is a number, or a text of which nobody can tell.
    """
    import polars as pl

    grouped = cell.str.contains(_GROUPS)
    bare = pl.when(grouped).then(cell.str.replace_all(_GAPS, "")).otherwise(cell)
    if decimal is None:
        return bare
    between = "." if decimal == "," else ","
    group = rf"(?:[{between}]\d{{3}})"
    by_groups = rf"^[+-]?[1-9]\d{{0,2}}{group}+(?:[{decimal}]\d+)?$"
    if decimal == "," and not is_text:
        by_groups = rf"^[+-]?[1-9]\d{{0,2}}(?:{group}{{2,}}|{group}+,\d+)$"
    has_groups = bare.str.contains(between, literal=True)
    plain = bare.str.replace_all(between, "", literal=True).str.replace(decimal, ".", literal=True)
    # A mark that stands between no thousands is neither: the row says what was found.
    word = "comma" if decimal == "," else "point"
    told = pl.concat_str([cell, pl.lit(f" (with a decimal {word})")])
    unclear = has_groups & ~bare.str.contains(by_groups)
    return pl.when(unclear).then(told).otherwise(plain)
