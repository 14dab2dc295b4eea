"""Training, one network or many side by side."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from actlab.networks.architecture import Architecture, Job, Trained, Training

POLL_SECONDS = 0.2  # some systems deliver Ctrl-C only between two waits

Wanted = TypeVar("Wanted")
Done = TypeVar("Done")


def train(
    architecture: Architecture,
    training: Training,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    X_validation: npt.ArrayLike,
    y_validation: npt.ArrayLike,
    seed: int,
) -> Trained:
    """Train one network on one core; the weights of the epoch with the lowest validation loss are kept.

    Args:
        architecture: the layers and the task.
        training: optimiser, sizes and limits.
        X: rows to learn from, (rows, inputs); float32 in C order is used as it is, others are copied.
        y: their classes as whole numbers from 0, or their values, (rows,).
        X_validation: rows that only decide when to stop.
        y_validation: their classes or values.
        seed: decides the initialisation, the order of rows and random parameters; same seed, same weights.

    Raises:
        ValueError: rows and architecture do not fit each other.
    """
    from threadpoolctl import threadpool_limits  # this and Numba are slow to import and only needed here

    from actlab.networks.running import run

    with threadpool_limits(1, "blas"):
        return run(Job(architecture, training, X, y, X_validation, y_validation, seed), not_stopped())


def train_many(
    jobs: Iterable[Job], workers: int | None = None, on_finish: Callable[[int, Trained], None] | None = None
) -> list[Trained]:
    """Train networks side by side, one a core; the results do not depend on the number of workers.

    Args:
        jobs: what to train; read as cores get free, so they may be made on the way.
        workers: networks at once; default the cores this process may use.
        on_finish: called in this thread with a job's index and result as soon as it is done. When training is
            interrupted (Ctrl-C) or a job fails, these are the results there are; running networks end with
            their epoch, waiting ones never start.

    Returns:
        One result a job, in their order.
    """
    results: dict[int, Trained] = {}
    with closing(trainings(jobs, workers)) as finished:
        for index, result in finished:
            if isinstance(result, Exception):
                raise result
            results[index] = result
            if on_finish is not None:
                on_finish(index, result)
    return [results[index] for index in range(len(results))]


def trainings(
    jobs: Iterable[Job], workers: int | None = None, until: float | None = None
) -> Generator[tuple[int, Trained | Exception], None, None]:
    """Train networks side by side in threads of this process; see `side_by_side`.

    Args:
        jobs: what to train; read as cores get free, so they may be made on the way.
        workers: networks at once; default the cores this process may use.
        until: when to stop, by `time.monotonic()`.

    Yields:
        A job's index, and its result or the error that ended it; an error costs no other job anything.
    """
    from threadpoolctl import threadpool_limits

    from actlab.networks.running import run

    limits = {"initializer": threadpool_limits, "initargs": (1, "blas")}  # some BLAS count their threads by thread
    with threadpool_limits(1, "blas"), closing(side_by_side(run, jobs, workers, until, **limits)) as finished:
        yield from finished


def side_by_side(
    work: Callable[[Wanted, npt.NDArray[np.int64]], Done],
    jobs: Iterable[Wanted],
    workers: int | None = None,
    until: float | None = None,
    **options: Any,
) -> Generator[tuple[int, Done | Exception], None, None]:
    """Do jobs in threads, and keep none of the results: each is handed over as soon as it is there.

    Whoever leaves early closes the generator; running jobs then end when they see the flag, waiting ones never start.

    Args:
        work: does a job, and looks now and then whether its flag has become 1.
        jobs: what to do; read as threads get free, so they may be made on the way.
        workers: jobs at once; default the cores this process may use.
        until: when to stop, by `time.monotonic()`.
        options: of the pool of threads.

    Yields:
        A job's index, and its result or the error that ended it.
    """
    workers = cores() if workers is None else workers
    if workers < 1:
        raise ValueError(f"workers is {workers}, but at least 1 is needed to train anything.")
    stop = not_stopped()
    running: dict[Future[Done], int] = {}
    waiting = enumerate(jobs)
    with ThreadPoolExecutor(workers, **options) as pool:
        try:
            while (until is None or time.monotonic() < until) and _start(
                pool, work, waiting, stop, running, 2 * workers
            ):
                yield from _finished(running)
        finally:
            stop[0] = 1
            pool.shutdown(wait=False, cancel_futures=True)


def _start(pool: Any, work: Any, waiting: Any, stop: Any, running: dict[Any, int], most: int) -> bool:
    """Hand jobs to the pool, a few more than it has threads; whether any is under way."""
    for index, job in islice(waiting, max(0, most + 1 - len(running))):
        running[pool.submit(work, job, stop)] = index
    return bool(running)


def _finished(running: dict[Future[Done], int]) -> Iterator[tuple[int, Done | Exception]]:
    """Those that are done by now, taken out of the running ones."""
    for future in wait(running, POLL_SECONDS, FIRST_COMPLETED).done:
        index, error = running.pop(future), future.exception()
        if error is None:
            yield index, future.result()
        elif isinstance(error, Exception):
            yield index, error
        else:
            raise error


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def not_stopped() -> npt.NDArray[np.int64]:
    """The flag that ends running trainings when it is set to 1."""
    return np.zeros(1, np.int64)
