"""Convenio beside other rule engines: one case at a time, answers compared before any is timed."""
