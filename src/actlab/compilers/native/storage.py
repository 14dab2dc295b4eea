"""Compiled kernels on disk: found again by the next process, never stale, and never in the way.

A kernel's file is named after a hash of all that it is made of, and begins with a hash of what it holds. So a change
of the code is another file, a damaged one is made anew, and a folder that cannot be written is done without.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """$ACTLAB_CACHE, or the place where this platform keeps a user's caches."""
    if environment.get("ACTLAB_CACHE"):
        return Path(environment["ACTLAB_CACHE"])
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "actlab" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/actlab"
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "actlab"


def fetch(made_of: bytes) -> bytes | None:
    """What was kept under these origins; None where there is nothing, or nothing whole."""
    try:
        kept = _path(made_of).read_bytes()
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    seal, content = kept[:32], kept[32:]
    return content if hashlib.sha256(content).digest() == seal else None


def keep(made_of: bytes, content: bytes) -> None:
    """Write it down for the next process, which sees the whole file or none; where that fails, go on without."""
    try:
        path = _path(made_of)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError):
        return


def _path(made_of: bytes) -> Path:
    return cache_folder() / "kernels" / f"{hashlib.sha256(made_of).hexdigest()[:32]}.o"
