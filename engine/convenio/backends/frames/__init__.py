"""Verdicts and ratings of whole tables, as columns on Polars, DuckDB or Spark."""
