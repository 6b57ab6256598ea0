"""Turns other people's tables into cases: a small YAML file says which column is which fact.

`language` is what such a file may say (docs/mappings.md tells it to those who write one), `loading`
reads and checks it, `columns` says which columns it reads. `reading` reads a table by it, `rows`
keeps those that give cases, `values` reads single texts, `windows` reckons over the rows of other
years, and `cases` puts all together. `notes` tells what could not be read and what is presumed,
`trial` shows the first cases, `schema` is for editors.
"""
