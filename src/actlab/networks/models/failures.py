"""What a person's model does wrong, told in one sentence that names their line."""

from __future__ import annotations

import sysconfig
import textwrap
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

import actlab.networks

LONGEST = 240
NOT_THEIRS = (
    str(Path(actlab.networks.__file__).parents[1]),
    str(Path(torch.__file__).parent),
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    "<frozen ",
    "<string>",
)


class ModelError(Exception):
    """A person's model cannot be made, trained or asked; its text is one sentence without a full stop."""


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn what a person's code raises into a `ModelError` that says during what, and at which of their lines."""
    try:
        yield
    except ModelError:
        raise
    except (Exception, SystemExit) as error:
        raise ModelError(f"{doing}: {_what(error)}{_where(error)}") from error


def _what(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' if text else ''}{textwrap.shorten(text, LONGEST).rstrip('.')}"


def _where(error: BaseException) -> str:
    """The innermost of the person's own lines; empty where all of them are somebody else's."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(NOT_THEIRS)]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
