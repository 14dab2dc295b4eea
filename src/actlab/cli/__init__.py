"""The command line: thin verbs over the other rooms, with their streams and exit codes."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """The `actlab` command; Ctrl-C ends it with a sentence even while the verbs are still being imported."""
    from actlab.cli.interrupting import stop_at_once

    with stop_at_once():
        from actlab.cli.application import start
    start()
