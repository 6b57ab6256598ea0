"""Reads tables for every engine: what a file holds is recognised, said, and never guessed.

A text file or a sheet gives columns of text, called like facts, in which every cell stands as it
was written; what a text means is decided where facts are typed. Rows that state nothing are left
out and told, and a table in which nothing is understood is refused.
"""
