"""The audit record: which case was assessed against which pack, when, with which result."""
