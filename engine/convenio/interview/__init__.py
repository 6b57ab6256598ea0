"""Asks a person for the facts of a case, and reads what the person answers."""
