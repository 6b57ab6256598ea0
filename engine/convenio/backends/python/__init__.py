"""Conditions and rules as Python functions, written once for a pack: the fast way for one case."""
