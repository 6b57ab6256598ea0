"""Turns other people's tables into cases: a small YAML file says which column is which fact.

`language` is what such a file may say (docs/mappings.md tells it to those who write one), `loading`
reads and checks it, `reading` reads a table by it, `cases` makes cases of the rows, `windows`
reckons over other rows, `notes` tells what a mapping could make nothing of, and `trial` shows the
first cases.
"""
