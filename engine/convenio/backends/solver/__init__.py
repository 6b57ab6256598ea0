"""Rules as statements that Z3 can reason about: what assignments of facts reach which rating.

Some facts of a case are variables; everything else keeps its value. A part of a condition that
reads one variable is a table over the variable's classes, filled by the reference evaluator, so
that it means the same by construction; only what joins several variables is translated. What can't
be is left free: then answers are bounds, which the caller confirms or refutes with the reference.
"""
