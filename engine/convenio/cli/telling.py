"""Says on stderr what is beside the result: problems, warnings, what was written."""

from __future__ import annotations

import sys

from convenio.errors import ConvenioError, Problem
from convenio.messages import spoken


def tell(what: str | ConvenioError | Problem) -> None:
    """Print a message on stderr, in the language that the command speaks."""
    text = spoken(what) if isinstance(what, str) else what.told()
    print(text, file=sys.stderr)
