"""Where each state of the Americas stands on the tile-grid map.

The places are a choice of design, no geography: every state gets a square of the same size, so that
Saint Kitts is seen as well as Brazil. The mainland runs down on the left, the islands stand on the
right; neighbours touch where a grid allows it. Numbers are column and row, both from 0.
"""

from __future__ import annotations

COLUMNS = 8
ROWS = 10

TILES: dict[str, tuple[int, int]] = {
    "CAN": (0, 0),
    "USA": (0, 1),
    "MEX": (0, 2),
    "CUB": (3, 2),
    "BHS": (4, 2),
    "GTM": (0, 3),
    "BLZ": (1, 3),
    "JAM": (3, 3),
    "HTI": (4, 3),
    "DOM": (5, 3),
    "KNA": (6, 3),
    "ATG": (7, 3),
    "SLV": (0, 4),
    "HND": (1, 4),
    "DMA": (6, 4),
    "LCA": (7, 4),
    "NIC": (1, 5),
    "TTO": (4, 5),
    "GRD": (5, 5),
    "VCT": (6, 5),
    "BRB": (7, 5),
    "CRI": (1, 6),
    "PAN": (2, 6),
    "COL": (3, 6),
    "VEN": (4, 6),
    "GUY": (5, 6),
    "SUR": (6, 6),
    "ECU": (3, 7),
    "PER": (4, 7),
    "BRA": (5, 7),
    "BOL": (4, 8),
    "PRY": (5, 8),
    "CHL": (3, 9),
    "ARG": (4, 9),
    "URY": (5, 9),
}
"""The thirty-five states by their ISO 3166-1 code."""
