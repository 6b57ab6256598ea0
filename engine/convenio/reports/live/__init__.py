"""The live part of a brief: the reader tries other terms and sees what becomes of the rating.

Off unless it is asked for; the rest of the page needs no script.
"""

from convenio.reports.live.page import LivePart, live_part

__all__ = ["LivePart", "live_part"]
