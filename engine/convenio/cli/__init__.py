"""The command line. One command is one module; only the one that runs is imported."""

from convenio.cli.main import main

__all__ = ["main"]
