"""Compiled kernels on disk: found again by the next process, never stale, and never in the way.

A kernel lies in a folder named after a hash of everything that it is made of: its text, the words it uses,
the versions of Numba and LLVM, and the processor. So a change of any of them is another folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
from llvmlite import binding

from actlab.compilers.numba_source import Source

WORDS = ("numba_values.py", "numba_words.py", "numba_coefficients.py")
OPTIONS: dict[str, Any] = {"nopython": True, "error_model": "numpy"}


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """$ACTLAB_CACHE, or the place where this platform keeps a user's caches."""
    if environment.get("ACTLAB_CACHE"):
        return Path(environment["ACTLAB_CACHE"])
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "actlab" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/actlab"
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "actlab"


def compile_function(source: Source, function: str, signature: Any) -> Any:
    """The C function called `function` of a module's text, from the cache if it is there.

    A damaged cache is made anew, and one that cannot be written is done without.
    """
    name = f"{source.name}-{_fingerprint(source.text)}"
    for repair in (False, True):
        path = _written(name, source.text, repair)
        if path is None:
            break
        try:
            return numba.cfunc(signature, cache=True, **OPTIONS)(_functions(name, source.text, path)[function])
        except Exception:  # noqa: BLE001  # a damaged pickle may raise anything; a real error comes again below
            continue
    return numba.cfunc(signature, **OPTIONS)(_functions(name, source.text, None)[function])


@cache
def _surroundings() -> bytes:
    """What a kernel depends on beside its own text."""
    here = Path(__file__).parent
    versions = (sys.version, numba.__version__, llvmlite.__version__)
    processor = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    return repr((versions, processor)).encode() + b"".join((here / name).read_bytes() for name in WORDS)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(_surroundings() + text.encode()).hexdigest()[:20]


def _written(name: str, text: str, repair: bool) -> Path | None:
    """The module's file, whole; None where it cannot be written. Its folder is emptied first to repair it."""
    try:
        folder = cache_folder() / "kernels" / name
        if repair:
            shutil.rmtree(folder, ignore_errors=True)
        path = folder / "kernels.py"
        if not _holds(path, text):
            folder.mkdir(parents=True, exist_ok=True)
            _replace(path, text)
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    return path


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except FileNotFoundError:
        return False


def _replace(path: Path, text: str) -> None:
    """Another process sees the old file or the new one, never half of one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@cache
def _functions(name: str, text: str, path: Path | None) -> Mapping[str, Any]:
    """The module's names. It is registered, as Numba imports it by name when it loads a kernel from disk."""
    module = ModuleType("actlab_kernels_" + name.replace("-", "_"))
    filename = str(path) if path else f"<actlab kernels {name}>"
    exec(compile(text, filename, "exec"), module.__dict__)
    sys.modules[module.__name__] = module
    return module.__dict__
