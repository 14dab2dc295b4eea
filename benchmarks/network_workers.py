"""Processes of the benchmark of networks a second, each pinned to its cores, that wait for their turn."""

from __future__ import annotations

import importlib
import os
import time
import traceback
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.network_work import Peer, Work

LEAVE_SECONDS = 10
SINGLE = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def serve(connection: Connection, module: str, peer: str, cores: Sequence[int]) -> None:
    """Answer (method, arguments) with (result, None) or (None, what went wrong), until None comes."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    made: Peer = getattr(importlib.import_module(module), peer)()
    while (asked := connection.recv()) is not None:
        try:
            connection.send((getattr(made, asked[0])(*asked[1]), None))
        except Exception:  # noqa: BLE001 - the parent is told
            connection.send((None, traceback.format_exc()))


class Team:
    """One peer in as many processes as there are groups of cores; each trains its share of the seeds."""

    def __init__(self, module: str, peer: str, groups: Sequence[Sequence[int]]) -> None:
        context = get_context("spawn")
        alone = all(len(group) == 1 for group in groups)
        before = dict(os.environ)
        if alone:
            os.environ.update(dict.fromkeys(SINGLE, "1"), XLA_FLAGS="--xla_cpu_multi_thread_eigen=false")
        self._connections, self._processes = [], []
        for group in groups:
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, module, peer, tuple(group)))  # joblib starts its own
            process.start()
            theirs.close()
            self._connections.append(ours)
            self._processes.append(process)
        os.environ.clear()
        os.environ.update(before)

    def prepare(self, work: Work) -> float:
        """Give each process its share; returns the seconds until all were ready."""
        before, count = time.perf_counter(), len(self._connections)
        shares = [Work(work.table, work.activations, work.seeds[k::count]) for k in range(count)]
        self._ask("prepare", [(share,) for share in shares])
        return time.perf_counter() - before

    def train(self) -> float:
        """Seconds until the last of them is done."""
        before = time.perf_counter()
        self._ask("train")
        return time.perf_counter() - before

    def accuracy(self) -> float:
        """The mean of their shares."""
        found = self._ask("accuracy")
        return float(sum(found) / len(found))

    def close(self) -> None:
        """Let the processes end."""
        for connection, process in zip(self._connections, self._processes, strict=True):
            connection.send(None)
            process.join(LEAVE_SECONDS)
            process.kill()  # joblib's pool sometimes waits for ever at its end

    def _ask(self, method: str, arguments: Sequence[tuple[Any, ...]] | None = None) -> list[Any]:
        for k, connection in enumerate(self._connections):
            connection.send((method, arguments[k] if arguments else ()))
        answers = [connection.recv() for connection in self._connections]
        for _, error in answers:
            if error is not None:
                raise RuntimeError(error)
        return [result for result, _ in answers]
