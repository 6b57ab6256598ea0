"""Makes context tables of SIPRI's trade register, from the file that its site exports.

The register may not be shipped with the project; whoever downloads it has it in tables of their
own: the largest supplier's share of ten years, and the volume of those years.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from convenio.authoring.index_file import (
    OLDEST,
    Figure,
    Imported,
    PublishedIndex,
    index_text,
    table_rows,
)
from convenio.documents import Mapping, Scalar, read_document
from convenio.errors import UsageError
from convenio.facts.spoken import country_names
from convenio.messages import say
from convenio.resources import data_folder

SHARE, VOLUME = "context.top_supplier_share_10y", "context.import_volume_tiv"
YEARS = 10
_SUPPLIER, _RECIPIENT, _YEAR, _TIV = (
    "Supplier",
    "Recipient",
    "Delivery year",
    "TIV delivery values",
)
_SCOPE = re.compile(r"Transfers of .*? from (?P<suppliers>.+?) +to (?P<recipients>.+?) *\.")
_SPAN = re.compile(r"year range '(\d{4})' to '(\d{4})'")
_MADE = re.compile(r"Data generated: \d{1,2} \w+ (\d{4})")
_NAMELESS = re.compile(r"unknown|multiple", re.IGNORECASE)
"""What the register writes where it can't tell one supplier."""


@dataclass(frozen=True, slots=True)
class _Deliveries:
    """Volumes by recipient, year and supplier, in millions of trend-indicator values."""

    volumes: dict[str, dict[int, dict[str, float]]]
    skipped: tuple[str, ...]
    first: int
    last: int


def import_arms_transfers(file: Path) -> Imported:
    """Return the context tables that an export of SIPRI's register of transfers gives.

    What holds in a year is reckoned over the `YEARS` whole years before it, and only where the
    export has all of them; the last of them hold for `OLDEST` years at most. A supplier whom the
    register can't name counts in the volume and is nobody's share. What it has under the name of a
    former state stays with that name.

    Raises UsageError where the file can't be read, is no export with one row for each year of
    delivery, or is one of some suppliers only, of which no share can be told.
    """
    content = index_text(file)
    deliveries = _deliveries(file, content)
    years = range(deliveries.first + YEARS, deliveries.last + 2)
    if not years:
        raise UsageError(
            say(
                "{file}: it has {first} to {last}; a share needs {YEARS} years",
                file=file,
                first=deliveries.first,
                last=deliveries.last,
                YEARS=YEARS,
            )
        )
    first, last = span = (deliveries.first, deliveries.last)
    index = PublishedIndex(
        "sipri-transfers",
        "sipri",
        f"SIPRI Arms Transfers Database, trade register, {first} to {last}",
        "Stockholm International Peace Research Institute",
        "https://www.sipri.org/databases/armstransfers",
    )
    covers = (first + YEARS, last + 1 + OLDEST)
    shares: list[Figure] = []
    volumes: list[Figure] = []
    for country in sorted(deliveries.volumes):
        for year in years:
            suppliers = _before(deliveries, country, year)
            end = year + 1 if year <= last else year + OLDEST
            at = f"deliveries {year - YEARS} to {year - 1}"
            total = sum(suppliers.values())
            volumes.append(Figure(country, year, end, round(total, 2), at))
            if total > 0:
                shares.append(Figure(country, year, end, _largest_share(suppliers), at))
    texts = {
        "top_supplier_share": index.table(SHARE, covers, file, content, shares),
        "import_volume": index.table(VOLUME, covers, file, content, volumes),
    }
    return Imported(texts, len(deliveries.volumes), span, deliveries.skipped)


def _deliveries(file: Path, content: str) -> _Deliveries:
    wanted = (_SUPPLIER, _RECIPIENT, _YEAR, _TIV)
    what = "export of SIPRI's register with one row for each year of delivery"
    rows = list(table_rows(file, content, wanted, what))
    _refuse_part(file, content)
    names = {**country_names(), **_names_of_the_register()}
    volumes: dict[str, dict[int, dict[str, float]]] = {}
    skipped: dict[str, None] = {}
    years = set()
    for number, row in rows:
        year, volume = _year(file, number, row[_YEAR]), _volume(file, number, row[_TIV])
        years.add(year)
        code = names.get(row[_RECIPIENT])
        if code is None:
            skipped[row[_RECIPIENT]] = None
            continue
        of_year = volumes.setdefault(code, defaultdict(dict))[year]
        of_year[row[_SUPPLIER]] = of_year.get(row[_SUPPLIER], 0.0) + volume
    if not volumes:
        raise UsageError(say("{file}: no delivery to any state could be read", file=file))
    stated = _SPAN.search(content)
    first, last = (int(y) for y in stated.groups()) if stated else (min(years), max(years))
    made = _MADE.search(content)
    # The year in which a file was made was not over.
    last = min(last, int(made.group(1)) - 1) if made else last
    return _Deliveries(volumes, tuple(skipped), first, last)


def _refuse_part(file: Path, content: str) -> None:
    scope = _SCOPE.search(content)
    if scope is None:
        raise UsageError(
            say(
                "{file}: it doesn't say of which suppliers it was exported "
                "(the first line of SIPRI's export does: 'Transfers of major "
                "conventional arms from All countries to ...')",
                file=file,
            )
        )
    if scope["suppliers"].casefold() != "all countries":
        raise UsageError(
            say(
                "{file}: exported for the supplier {scope} only; no share of "
                "all arms imports can be told from that: export it for all "
                "suppliers",
                file=file,
                scope=scope["suppliers"],
            )
        )


def _names_of_the_register() -> dict[str, str]:
    """Return the names that the shipped mapping of this register knows beside the common ones."""
    path = data_folder("rules") / "core" / "mappings" / "sipri-arms-transfers.yaml"
    root = read_document(path, UsageError).root
    named = root.get("countries") if isinstance(root, Mapping) else None
    entries = named.entries if isinstance(named, Mapping) else {}
    # A name that the mapping knows to be no state's stands there as null.
    return {n: e.text for n, e in entries.items() if isinstance(e, Scalar) and not e.is_null}


def _year(file: Path, number: int, text: str) -> int:
    if not re.fullmatch(r"(19|20)\d\d", text):
        raise UsageError(
            say(
                "{file}:{number}: {YEAR}: expected a year, found '{text}'",
                file=file,
                number=number,
                YEAR=_YEAR,
                text=text,
            )
        )
    return int(text)


def _volume(file: Path, number: int, text: str) -> float:
    try:
        volume = float(text or 0)
    except ValueError:
        volume = -1.0
    if not 0 <= volume < 1e6:
        raise UsageError(
            say(
                "{file}:{number}: {TIV}: expected a number, found '{text}'",
                file=file,
                number=number,
                TIV=_TIV,
                text=text,
            )
        )
    return volume


def _before(deliveries: _Deliveries, country: str, year: int) -> dict[str, float]:
    """Return what each supplier delivered in the years before this one."""
    suppliers: dict[str, float] = defaultdict(float)
    for past in range(year - YEARS, year):
        for supplier, volume in deliveries.volumes[country].get(past, {}).items():
            suppliers[supplier] += volume
    return suppliers


def _largest_share(suppliers: dict[str, float]) -> float:
    named = [volume for name, volume in suppliers.items() if not _NAMELESS.search(name)]
    return round(max(named, default=0.0) / sum(suppliers.values()), 3)
