"""Ctrl-C: ends a command that has nothing yet, and lets one that has trained networks keep them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

KEEPING = (
    "actlab: Ctrl-C: finishing what is done and writing the report of it; press it again to stop without a report."
)


class Abandoned(BaseException):
    """The second Ctrl-C: no report is written. No `Exception`, so that no training that fails is blamed for it.

    Its text, if any, is what to say in the end.
    """


@contextmanager
def stop_at_once() -> Iterator[None]:
    """While imports run, in which an exception may be swallowed: end the process with a sentence."""

    def stop(*_: object) -> None:
        say("actlab: Stopped.")
        os._exit(130)

    with _on_press(stop):
        yield


class Keeping:
    """Decides what Ctrl-C does in a comparison: the first writes a report of what is trained, the second does without.

    Attributes:
        trained: whether any network is; before that there is nothing to keep.
        writing: whether the training is over; then the first press changes nothing, for the end is near.
        pressed: whether Ctrl-C came after the first network.
    """

    def __init__(self, *, trained: bool = False) -> None:
        self.trained = trained
        self.writing = False
        self.pressed = False

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Listen for Ctrl-C."""
        with _on_press(self._press):
            yield

    def _press(self, *_: object) -> None:
        if not self.trained:
            raise KeyboardInterrupt
        if self.pressed:
            raise Abandoned
        self.pressed = True
        say(KEEPING)
        if not self.writing:
            raise KeyboardInterrupt


def say(sentence: str) -> None:
    """Write to stderr past its buffer, which may be in use when a signal comes; a progress bar gives way."""
    with suppress(OSError):
        wipe = "\r\x1b[2K" if os.isatty(2) else ""
        os.write(2, f"{wipe}{sentence}\n".encode("ascii"))


def stay_silent() -> None:
    """From now on Ctrl-C ends the process without a word: all is said, and the interpreter only tidies up."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _on_press(act: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let Ctrl-C do something else, unless whoever started us has chosen already (nohup, a notebook)."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    before = signal.signal(signal.SIGINT, act)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
