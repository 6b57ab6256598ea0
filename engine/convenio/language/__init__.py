"""The language of conditions: syntax, types, three-valued evaluation, normal form."""
