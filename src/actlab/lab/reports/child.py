"""A command of actlab beside the server: it can be stopped, cannot take the server down, and ends when it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 20.0
"""How long a stopped comparison may take to write its report; its networks are kept in any case."""

SAID = "actlab: "
STOPPED = 130
"""The exit code of a command that was interrupted; one that had hardly begun dies of the signal itself."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and its last sentence."""

    code: int
    said: str


class Child:
    """A running command. It stops when its standard input closes, be it because the server was killed."""

    def __init__(self, words: Sequence[str], folder: Path) -> None:
        """Of the words after `actlab`, with the folder that its files are in."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "actlab.cli.tethered", *words],  # -P: nothing is imported from the folder
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C in the server's terminal would reach it a second time
        )

    def wait(self) -> Outcome:
        """Follow it to its end."""
        said = ""
        assert self._process.stderr is not None, "it was asked for"
        for line in self._process.stderr:
            if line.startswith(SAID):
                said = line.removeprefix(SAID).strip()
        code = self._process.wait()
        self._process.stderr.close()
        self.stop()
        return Outcome(STOPPED if code == -signal.SIGINT else code, said)

    def stop(self) -> None:
        """Tell it Ctrl-C, once."""
        assert self._process.stdin is not None, "it was asked for"
        with suppress(OSError):
            self._process.stdin.close()

    def end(self) -> None:
        """Stop it, and if it takes too long end it: what was trained is kept."""
        self.stop()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
