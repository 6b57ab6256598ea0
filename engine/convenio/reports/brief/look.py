"""How a brief is made beside what it says of a case: for whom, how dressed, with what in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convenio.errors import UsageError
from convenio.follow_up.decision import Decision, decision_of
from convenio.messages import say
from convenio.reports.brief.audiences import AUDIENCES, Audience
from convenio.reports.brief.themes import Theme, theme_of


@dataclass(frozen=True)
class Look:
    """What was asked of a brief.

    With `annex` the annex is unfolded and printed. `audience` is whom page one speaks to, `theme`
    how the page is dressed. With `live` a reader can try other terms by a script of the page. A
    `quick` brief leaves out what has to be searched: answers, changes of terms, thresholds. With
    `card` no brief is made, but what can be spoken in ninety seconds. `decision` is what was
    decided on the deal, which stands at the sign-off.
    """

    annex: bool = False
    audience: Audience = "committee"
    theme: Theme | None = None
    live: bool = False
    quick: bool = False
    card: bool = False
    decision: Decision | None = None

    def as_data(self) -> dict[str, Any]:
        """Return what differs from a plain brief, as plain data."""
        return {
            **({"annex": True} if self.annex else {}),
            **({"for": self.audience} if self.audience != "committee" else {}),
            **({"theme": self.theme.as_data()} if self.theme is not None else {}),
            **({"live": True} if self.live else {}),
            **({"quick": True} if self.quick else {}),
            **({"decision": self.decision.as_data()} if self.decision is not None else {}),
        }


PLAIN = Look()
"""A brief with nothing asked beside it."""


def look_of(data: Mapping[str, Any]) -> Look:
    """Make a look again from what `as_data` gave.

    Raises UsageError where the data are none: the page was altered.

    >>> look_of(Look(audience="press", quick=True).as_data()).audience
    'press'
    """
    audience = data.get("for", "committee")
    if audience not in AUDIENCES:
        raise UsageError(say("the page is for nobody that is known: it was altered"))
    theme = theme_of(data["theme"]) if "theme" in data else None
    flags = {name: data.get(name) is True for name in ("annex", "live", "quick")}
    decision = decision_of(data["decision"]) if "decision" in data else None
    return Look(audience=audience, theme=theme, decision=decision, **flags)
