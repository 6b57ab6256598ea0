"""Inference: from the truth of atoms to the verdict of every rule.

`reference` says what is right; `durable` does it by forward chaining. Both take a compiled pack
and the truth of its fact atoms, and give an outcome for every rule.
"""
