"""The brief as PDF, printed from its page."""

from __future__ import annotations

import hashlib
import logging
from typing import Any, NoReturn

from convenio.errors import UsageError


def as_pdf(page: str) -> bytes:
    """Return a page as a PDF that readers for the blind can read (PDF/UA-1), with bookmarks.

    Nothing is fetched, whatever the page names. The same page gives the same bytes.

    Raises UsageError where the extra `convenio[documents]` is not installed.
    """
    try:
        import weasyprint
    except ModuleNotFoundError:
        raise UsageError("PDF needs weasyprint: pip install 'convenio[documents]'") from None
    except OSError as fault:
        raise UsageError(f"PDF needs the libraries of Pango, which are missing: {fault}") from None
    # It tells on standard error of each property of CSS that it passes over.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    fetcher = _refusing_fetcher()
    identifier = hashlib.sha256(page.encode()).digest()[:16]
    made: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier
    )
    return made


def _refusing_fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):  # type: ignore[misc]
        """Fetches nothing, of whatever protocol."""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            raise ValueError(f"a brief fetches nothing: {url} {headers or ''}")

    return Refusing()
