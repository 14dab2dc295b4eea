"""Processes of the speed benchmark that wait for their turn, one for each library."""

from __future__ import annotations

import gc
import os
import time
from itertools import repeat
from multiprocessing import get_context
from multiprocessing.connection import Connection

from benchmarks.contestants import PROCESSES, Call, Calls, Case, bench_of

CALM = 0.002  # seconds in which the threads of whoever ran before stop spinning
LONG = 0.05  # seconds after which one call is enough to know about how long it takes
PLAIN = ("NumPy", "SciPy", "numexpr")  # these compile nothing, and ask for no huge pages, which come late at first


def serve(connection: Connection, kind: str, threads: int) -> None:
    """Answer until None comes: a case by the first estimate of each contestant, (name, repeats) by seconds a call."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    process = PROCESSES[kind][0]()
    calls: Calls = {}
    while (asked := connection.recv()) is not None:
        if isinstance(asked, Case):
            calls = process.calls(bench_of(asked))
            connection.send({name: _estimate(name, call) for name, call in calls.items()})
        else:
            connection.send(_seconds(calls[asked[0]], asked[1]))


def _estimate(name: str, call: Call) -> float:
    """Seconds of a call that is warm; the plain ones are not asked twice where that takes long."""
    first = _timed(call, 1)
    return first if first > LONG and name in PLAIN else min(first, _timed(call, 1))


def _seconds(call: Call, repeats: int) -> float:
    time.sleep(CALM)
    if repeats > 1:
        call()  # wakes the threads, brings the arrays back into the cache
    return _timed(call, repeats)


def _timed(call: Call, repeats: int) -> float:
    gc.disable()
    before = time.perf_counter()
    for _ in repeat(None, repeats):
        call()
    seconds = time.perf_counter() - before
    gc.enable()
    return seconds / repeats


class Worker:
    """One library's process."""

    def __init__(self, kind: str, threads: int) -> None:
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        limits = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), str(threads))
        settings = {**limits, **PROCESSES[kind][1]}
        before = dict(os.environ)
        os.environ.update(settings)  # a child inherits what stands here when it starts
        self._process = context.Process(target=serve, args=(theirs, kind, threads), daemon=True)
        self._process.start()
        os.environ.clear()
        os.environ.update(before)
        theirs.close()

    def prepare(self, case: Case) -> dict[str, float]:
        """Lay out a case: the contestants by name, with about how many seconds a call takes."""
        self._connection.send(case)
        answer: dict[str, float] = self._connection.recv()
        return answer

    def seconds(self, contestant: str, repeats: int) -> float:
        """Seconds a call, on average over some calls in a row."""
        self._connection.send((contestant, repeats))
        answer: float = self._connection.recv()
        return answer

    def stop(self) -> None:
        """Let the process end."""
        self._connection.send(None)
        self._process.join()
