"""Runs the command line as `python -m convenio`."""

import sys

from convenio.cli import main

sys.exit(main())
