"""Messages to users that keep their parts, so that they can be said in another language.

A message is English text; `say` makes one, and `spoken` words it in the language that `speaking`
has set for the running command. What is logged, raised or compared stays English.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class Message(str):
    """English text that knows the template and the values it was made of."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]


def say(template: str, /, **values: Any) -> Message:
    """Return a message: a template with `{name}` for each value.

    >>> say("{count:,} rows in {file}", count=1200, file="deals.csv")
    '1,200 rows in deals.csv'
    """
    message = Message(template.format(**values) if values else template)
    message.template, message.values = template, values
    return message


Translate = Callable[[str], str]


def _as_it_is(text: str) -> str:
    return text


_translate: ContextVar[Translate] = ContextVar("convenio_translate", default=_as_it_is)


@contextmanager
def speaking(translate: Translate) -> Iterator[None]:
    """Word messages with `translate`, which takes a template, while the block runs."""
    token = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(token)


def spoken(text: str) -> str:
    """Return a text in the language that is spoken; what is no message is looked up as it is.

    >>> with speaking({"no {what}": "sin {what}", "rules": "reglas"}.get):
    ...     spoken(say("no {what}", what=say("rules")))
    'sin reglas'
    """
    translate = _translate.get()
    if translate is _as_it_is:
        return text
    if not isinstance(text, Message):
        return translate(text) if text else text
    template = translate(text.template)
    return _Formatter().vformat(template, (), text.values) if text.values else template


class _Formatter(string.Formatter):
    """Fills in values; those that are messages, or the system's own words, are spoken too."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = super().get_value(key, args, kwargs)
        return spoken(value) if isinstance(value, Message) or key == "strerror" else value
