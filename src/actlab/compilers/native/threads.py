"""The OpenMP pool that large arrays are shared out to: the one that scikit-learn or PyTorch has loaded anyway."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from actlab.compilers.native.machine import keep_forever

FUNCTIONS = ("GOMP_parallel", "omp_get_max_threads", "omp_get_num_threads", "omp_get_thread_num")
# Their addresses, where kernels read them; all 0: one thread only.
RUNTIME: Any = keep_forever((ctypes.c_void_p * len(FUNCTIONS))())
PROCESS = os.getpid()


@cache
def start() -> None:
    """Look for a pool. It follows OMP_NUM_THREADS, torch.set_num_threads and threadpoolctl's limits."""
    from multiprocessing import parent_process

    began_afresh = parent_process() is None or "--multiprocessing-fork" in sys.orig_argv  # the mark of a spawned one
    if os.getpid() != PROCESS or not began_afresh:  # a fork, whose parent may have used the pool
        return
    path = _loaded() or _bundled()
    if path is None:
        return
    try:
        library = ctypes.CDLL(str(path))
        found = [ctypes.cast(getattr(library, name), ctypes.c_void_p).value for name in FUNCTIONS]
    except (OSError, AttributeError):  # not to be loaded, or another kind of OpenMP
        return
    for place in reversed(range(len(FUNCTIONS))):  # the first one last: it says that the others are there
        RUNTIME[place] = found[place]
    if hasattr(os, "register_at_fork"):  # GNU's pool does not survive a fork: its child would wait for ever
        os.register_at_fork(after_in_child=partial(stop, RUNTIME))


def stop(runtime: Any = RUNTIME) -> None:
    """From now on one thread."""
    runtime[:] = [None] * len(FUNCTIONS)


def _loaded() -> str | None:
    from threadpoolctl import ThreadpoolController

    pools = ThreadpoolController().select(user_api="openmp").lib_controllers
    return pools[0].filepath if pools else None


def _bundled() -> Path | None:
    """The one that comes with scikit-learn."""
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    folders = (package.parent / "scikit_learn.libs", package / ".dylibs")
    return next((path for folder in folders for path in sorted(folder.glob("lib*omp*"))), None)
