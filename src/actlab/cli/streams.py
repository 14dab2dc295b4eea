"""Where words go: results to stdout, progress and warnings to stderr, and one document for --json."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from rich.console import Console


@dataclass(frozen=True)
class Asked:
    """What a person wants to hear: no plan and no progress, one document instead of text; and the command itself."""

    quiet: bool = False
    as_json: bool = False
    command: str = ""


class Notices(Console):
    """The console of stderr; work goes on when nobody listens to it any more."""

    def on_broken_pipe(self) -> None:
        """Called by Rich when the reader has gone."""
        drain(sys.stderr)


def results() -> Console:
    """The console of stdout. Names of columns and classes are untrusted, so it knows no markup."""
    return Console(markup=False, emoji=False, highlight=False)


def notices() -> Console:
    """The console of stderr, for progress and warnings."""
    return Notices(stderr=True, markup=False, emoji=False, highlight=False)


def print_document(document: Mapping[str, Any]) -> None:
    """Print the one JSON document of a command, which has a schema, on stdout."""
    assert "schema" in document, "every document says what it is"
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def drain(stream: TextIO) -> None:
    """Lead a stream whose reader has gone to nowhere, so that what it still holds troubles nobody."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def never_fail_to_spell() -> None:
    """Let a terminal that lacks a character show a question mark instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
