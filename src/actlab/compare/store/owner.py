"""Who writes to a comparison: a process of a machine, and whether it is still alive."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_here: set[str] = set()
"""The tokens of this process's own owners."""


@dataclass(frozen=True)
class Owner:
    """A process; the token tells two owners in one process apart, and a process from a later one of its number."""

    host: str
    machine: str
    pid: int
    token: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"

    def is_dead(self) -> bool:
        """Whether it is known to have ended, which only its own machine can tell."""
        if self.machine != this_machine():
            return False
        return self.token not in _here if self.pid == os.getpid() else not _lives(self.pid)

    def leave(self) -> None:
        """From now on it is dead, though its process may live on: a notebook whose server went away."""
        _here.discard(self.token)


def this_process() -> Owner:
    """A new owner in this process."""
    token = secrets.token_hex(8)
    _here.add(token)
    return Owner(socket.gethostname(), this_machine(), os.getpid(), token)


@cache
def this_machine() -> str:
    """Where a process number means the same process: a start of a machine, and a container on it."""
    known = [socket.gethostname()]
    boot, container = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    if boot.exists() and container.exists():
        known += [boot.read_text(encoding="ascii").strip(), str(container.readlink())]
    return " ".join(known)


def _lives(pid: int) -> bool:
    if os.name == "nt":  # there signal 0 ends a process; its lease runs out soon enough
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it lives, and is somebody else's
        return True
    return True
