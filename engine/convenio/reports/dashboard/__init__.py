"""The dashboard: a portfolio of cases on one page."""
