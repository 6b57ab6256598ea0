"""Whole tables and folders of cases: reading, mapping other people's columns, writing results."""
