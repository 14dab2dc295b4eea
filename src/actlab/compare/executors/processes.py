"""Processes of this machine: what a person's model breaks there, breaks nothing here."""

from __future__ import annotations

import atexit
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import closing, suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.compare.executors.parcels import parcel
from actlab.compare.executors.worker import STOP, receive, send
from actlab.networks.training import side_by_side

POLL_SECONDS = 0.1
STOPPING_SECONDS = 2.0
IDLE_SECONDS = 60.0
"""For so long a process waits for more to do: it takes seconds to start, most of them for torch."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
DIED = "the process that trained it died, from a crash in native code or for want of memory"


class Lost(Exception):
    """A training whose process died or was ended; its text is one sentence without a full stop."""


class Processes:
    """One process a core, kept for the next job; a job that has a `limit` in seconds may take no longer."""

    def __init__(self, workers: int | None = None) -> None:
        """With so many processes; None for one a core."""
        self._workers = workers

    def results(
        self, jobs: Iterable[Any], until: float | None = None
    ) -> Generator[tuple[int, Any | Exception], None, None]:
        """See `Executor`."""
        try:
            with closing(side_by_side(train_apart, jobs, self._workers, until)) as found:
                yield from found
        finally:
            _end_later()


class Process:
    """A Python process that trains, and a thread that waits for what it answers."""

    def __init__(self) -> None:
        """Start it, and let it import what it needs: that is no job's time."""
        code = f"import sys; sys.path[:] = {sys.path!r}; from {receive.__module__} import serve; serve()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | ONE_THREAD,
            start_new_session=True,  # Ctrl-C on the terminal is not for it
        )
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.idle_since = 0.0

    def ask(self, packed: bytes, stop: npt.NDArray[np.int64], limit: float | None = None) -> bytes:
        """Send a parcel, and wait for its results, which come soon when it is stopped.

        Raises:
            Lost: it died, or was not done in time.
        """
        stopping, until = False, math.inf if limit is None else time.monotonic() + limit
        self._send(packed)
        while time.monotonic() < until:
            if stop[0] and not stopping:
                stopping, until = True, time.monotonic() + STOPPING_SECONDS
                self._send(STOP)
            try:
                answer = self._answers.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            if answer is None:
                raise Lost(DIED)
            return answer
        if stopping:
            raise Lost("it was stopped")
        raise Lost(f"it was not done after {limit:.0f} s, many times what was expected, and was ended")

    def is_alive(self) -> bool:
        """Whether it can be asked something."""
        return self._process.poll() is None

    def end(self) -> None:
        """At once, with those that it has started."""
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _send(self, packed: bytes) -> None:
        assert self._process.stdin is not None, "it was started with a pipe"
        with suppress(OSError):  # it is dead, and the reader knows
            send(self._process.stdin, packed)

    def _read(self) -> None:
        assert self._process.stdout is not None, "it was started with a pipe"
        with suppress(EOFError):
            while True:
                self._answers.put(receive(self._process.stdout))
        self._answers.put(None)


_idle: list[Process] = []
_idle_ones = Lock()


def train_apart(job: Any, stop: npt.NDArray[np.int64]) -> Any:
    """Have a process of its own train, and wait for it; it ends with a job that does not stop or takes too long.

    Raises:
        Lost: it died, or took too long.
        Exception: what the training raised.
    """
    import cloudpickle

    packed, process = _packed(job), _idle_or_new(stop)
    try:
        answer = process.ask(packed, stop, getattr(job, "limit", None))
    except BaseException:
        process.end()
        raise
    process.idle_since = time.monotonic()
    with _idle_ones:
        _idle.append(process)
    (result,) = cloudpickle.loads(answer)
    if isinstance(result, Exception):
        raise result
    return result


def _packed(job: Any) -> bytes:
    import cloudpickle

    try:
        return cloudpickle.dumps(parcel([job]))
    except Exception as error:
        raise Lost(
            f"it cannot be sent to a process of its own ({type(error).__name__}: {error}); make such things inside "
            "the function that makes the model, or train with executor=actlab.compare.executors.Here()"
        ) from error


def _idle_or_new(stop: npt.NDArray[np.int64]) -> Process:
    with _idle_ones:
        while _idle:
            if (found := _idle.pop()).is_alive():
                return found
            found.end()
    import cloudpickle

    made = Process()
    try:
        made.ask(cloudpickle.dumps(parcel([])), stop)
    except BaseException:
        made.end()
        raise
    return made


def _end_later() -> None:
    """End those that nobody needs for a while, so that a notebook does not keep their memory."""
    timer = Timer(IDLE_SECONDS + 1, _end_idle, [IDLE_SECONDS])
    timer.daemon = True
    timer.start()


def _end_idle(seconds: float = 0.0) -> None:
    now = time.monotonic()
    with _idle_ones:
        old = [each for each in _idle if now - each.idle_since >= seconds]
        _idle[:] = [each for each in _idle if each not in old]
    for each in old:
        each.end()


atexit.register(_end_idle)
