"""The target that runs in a page: packs and cases as plain data for a small script.

Nothing is generated but data. The evaluator that walks the conditions stands in
`reports/live/evaluator.js`; the conformance corpus holds it to the reference.
"""

from convenio.backends.script.rules import case_data, facts_of, pack_data
from convenio.backends.script.settled import settled_by

__all__ = ["case_data", "facts_of", "pack_data", "settled_by"]
