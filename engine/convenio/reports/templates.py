"""Templates of reports, always escaped and never with a name that is not there."""

from __future__ import annotations

import functools

import jinja2

from convenio.resources import data_folder


@functools.cache
def templates(folder: str) -> jinja2.Environment:
    """Return what renders the templates of a folder of `reports/`."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_folder("reports") / folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
