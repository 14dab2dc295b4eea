"""The command line: thin verbs over the other rooms, with their streams and exit codes."""

from actlab.cli.application import app, main, run

__all__ = ["app", "main", "run"]
