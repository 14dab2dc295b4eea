"""Training, one network or many side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing

import numpy as np
import numpy.typing as npt

from actlab.networks.architecture import Architecture, Job, Trained, Training

POLL_SECONDS = 0.2  # some systems deliver Ctrl-C only between two waits


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
    jobs: Iterable[Job], workers: int | None = None
) -> Generator[tuple[int, Trained | Exception], None, None]:
    """Train networks side by side, and keep none of them: each is handed over as soon as it is done.

    Whoever leaves early closes the generator; running networks then end with their epoch, waiting ones never start.

    Args:
        jobs: what to train; read as cores get free, so they may be made on the way.
        workers: networks at once; default the cores this process may use.

    Yields:
        A job's index, and its result or the error that ended it; an error costs no other job anything.
    """
    from threadpoolctl import threadpool_limits

    from actlab.networks.running import run

    workers = cores() if workers is None else workers
    if workers < 1:
        raise ValueError(f"workers is {workers}, but at least 1 is needed to train anything.")
    stop = not_stopped()
    running: dict[Future[Trained], int] = {}
    limits = {"initializer": threadpool_limits, "initargs": (1, "blas")}  # some BLAS count their threads by thread
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers, **limits) as pool:
        try:
            for index, job in enumerate(jobs):
                running[pool.submit(run, job, stop)] = index
                while len(running) > 2 * workers:
                    yield from _finished(running)
            while running:
                yield from _finished(running)
        except BaseException:
            stop[0] = 1
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _finished(running: dict[Future[Trained], int]) -> Iterator[tuple[int, Trained | Exception]]:
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
