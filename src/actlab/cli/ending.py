"""How a command ends: its exit code and, for a failure, one sentence."""

from __future__ import annotations

import os
import sys
import textwrap
import traceback
from contextlib import suppress

import typer

from actlab.catalogue import UnknownActivationError
from actlab.cli.streams import notices, print_document
from actlab.compare.store import StoreFailure, StoreRefusal

DONE, OUR_FAULT, USAGE, DATA, TIME_UP, FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
CLOSED = 141  # what a shell reports of a program that ends because nobody reads on
ERROR_SCHEMA = "actlab.error/1"
STOPPED = "Stopped; no report was written."


class Refusal(ValueError):
    """A request that cannot be met, told in one sentence (exit code 2)."""


class Ended(Exception):
    """A command that has said all it has to say, and ends with another code than 0."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def end_with(error: Exception, *, as_json: bool) -> int:
    """Say what went wrong, in one sentence on stderr and for --json in one document on stdout.

    Args:
        error: What a verb raised.
        as_json: Whether stdout was promised one JSON document.

    Returns:
        The exit code.
    """
    if isinstance(error, Ended):
        return error.code
    code = _code(error)
    if code == OUR_FAULT and os.environ.get("ACTLAB_TRACEBACK"):
        traceback.print_exception(error, file=sys.stderr)
    say_failure(_sentence(error, code), code, as_json=as_json)
    return code


def say_failure(sentence: str, code: int, *, as_json: bool) -> None:
    """One sentence on stderr; for --json the same in a document on stdout."""
    notices().print(f"actlab: {sentence}", soft_wrap=True)
    if as_json:
        with suppress(OSError):  # a full disk has been told of on stderr
            print_document({"schema": ERROR_SCHEMA, "exit": code, "error": sentence})


def _code(error: Exception) -> int:
    if isinstance(error, typer.Abort):
        return INTERRUPTED
    if isinstance(error, UnknownActivationError | Refusal | StoreRefusal) or hasattr(
        error, "format_message"
    ):  # the latter: Typer's own
        return USAGE
    runs = sys.modules.get("actlab.compare.runs")
    if runs and isinstance(error, runs.TimeUp):
        return TIME_UP
    data = sys.modules.get("actlab.data")  # its errors can only come when it is there, and it takes long to import
    if data and isinstance(error, data.UsageError):
        return USAGE
    return DATA if data and isinstance(error, data.DataError) else OUR_FAULT


def _sentence(error: Exception, code: int) -> str:
    if code == INTERRUPTED:
        return STOPPED
    if isinstance(error, OSError):
        return f"The system refused: {_one_line(str(error))} (ACTLAB_TRACEBACK=1 shows where)."
    executors = sys.modules.get("actlab.compare.executors")
    if isinstance(error, StoreFailure) or (executors and isinstance(error, executors.ExecutorFailure)):
        return _one_line(str(error))
    if code == OUR_FAULT:
        return (
            f"This is our fault, not yours: {type(error).__name__}: {textwrap.shorten(str(error), 160)} "
            "(ACTLAB_TRACEBACK=1 shows where)."
        )
    return _one_line(error.format_message() if hasattr(error, "format_message") else str(error))


def _one_line(text: str) -> str:
    return " ".join(text.split())
