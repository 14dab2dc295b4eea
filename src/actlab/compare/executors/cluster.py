"""A Dask cluster: any deployment that has a scheduler, or processes of this machine."""

from __future__ import annotations

import io
import logging
import math
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice
from operator import length_hint
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self
from uuid import uuid4

import cloudpickle
import numpy as np
import numpy.typing as npt

from actlab.compare.executors.parcels import carry_out, parcel
from actlab.compare.executors.processes import Lost, train_apart
from actlab.compare.executors.protocol import ExecutorFailure
from actlab.data import UsageError
from actlab.networks import Job

try:
    import distributed
except ImportError as error:
    raise UsageError('A cluster needs Dask; write pip install "actlab[cluster]".') from error

POLL_SECONDS = 0.2
TASK_SECONDS = 2.0  # so long a task should take, so that sending it costs nothing beside it
LAST = 3  # tasks a thread that the rest makes at least: the last ones are small, so that all threads end together
MOST_JOBS = 64
AHEAD = 2  # tasks a thread of the cluster, so that none waits for the next one
TRIES = 3
CONNECT_SECONDS = 10
LARGE = 1 << 14  # bytes from which on an array is sent once, and not with every task


@dataclass(eq=False)
class Sent:
    """A task on its way: its jobs and their numbers, how often they were sent, and their arrays on the cluster."""

    jobs: list[tuple[int, Any]]
    tries: int
    arrays: dict[int, Any] = field(default_factory=dict)


class Cluster:
    """Sends several networks at a time to the workers of a cluster; what a lost worker had is trained again.

    Rows are sent to the cluster once, and not with every task. Results come here, so that one process writes the store.
    """

    def __init__(self, address: str) -> None:
        """Of a scheduler, such as tcp://10.0.0.5:8786; "local" starts one, with a process a core.

        Raises:
            UsageError: nothing answers there.
        """
        self._local = address == "local"
        if self._local:
            options = {"threads_per_worker": 1, "silence_logs": logging.CRITICAL}
            self._client = distributed.Client(set_as_default=False, dashboard_address="127.0.0.1:0", **options)
        else:
            self._client = _connected(address)

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        self._client.close()
        if self._local and self._client.cluster is not None:
            self._client.cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def results(
        self, jobs: Iterable[Any], until: float | None = None
    ) -> Generator[tuple[int, Any | Exception], None, None]:
        """See `Executor`."""
        return Session(self._client, until).results(jobs)


def _connected(address: str) -> Any:
    """A client of the scheduler at an address; Dask itself waits for ever for something else that listens there."""
    client, ended = distributed.Client.__new__(distributed.Client), SimpleQueue[Exception | None]()

    def connect() -> None:
        try:
            client.__init__(address, timeout=CONNECT_SECONDS, set_as_default=False)
            ended.put(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, no scheduler answers
            ended.put(error)

    Thread(target=connect, daemon=True).start()
    try:
        error = ended.get(timeout=1.5 * CONNECT_SECONDS)
    except Empty:
        error = TimeoutError()
    if error is None:
        return client
    client.status = "closed"  # or it would try to close what it has not opened, and say so
    raise UsageError(
        f"No Dask scheduler answers at {address!r}; write its address, such as tcp://10.0.0.5:8786, or local."
    ) from error


class Session:
    """One call of `results`: what is under way, what was sent, how long a network takes."""

    def __init__(self, client: Any, until: float | None) -> None:
        self._client, self._until = client, until
        self._running: dict[Any, Sent] = {}
        self._arrays: dict[int, tuple[Any, Any]] = {}  # by identity; an array is kept, so that no other one gets its id
        self._seconds, self._done, self._left = 0.0, 0, 0
        self._name, self._numbers = uuid4().hex, count()

    def results(self, jobs: Iterable[Any]) -> Generator[tuple[int, Any | Exception], None, None]:
        """See `Executor`."""
        waiting, self._left = enumerate(jobs), length_hint(jobs)
        try:
            while self._until is None or time.monotonic() < self._until:
                self._fill(waiting)
                if not self._running:
                    return
                yield from self._finished()
        except OSError as error:
            raise ExecutorFailure(f"The Dask scheduler has gone ({type(error).__name__}).") from error
        finally:
            with suppress(OSError):
                self._client.cancel(list(self._running), force=True)

    def _fill(self, waiting: Any) -> None:
        """Send tasks until each thread of the cluster has its share."""
        threads = sum(self._client.nthreads().values()) or 1
        while len(self._running) < AHEAD * threads:
            taken = list(islice(waiting, self._size(threads)))
            if not taken:
                return
            self._left -= len(taken)
            self._send(Sent(taken, tries=1))

    def _size(self, threads: int) -> int:
        """Networks in a task; until some are back nobody knows how long they take."""
        if self._done < threads:
            return 1
        size = min(MOST_JOBS, math.ceil(TASK_SECONDS * self._done / max(self._seconds, 1e-9)))
        if self._left > 0:  # jobs that do not say how many they are leave it below
            size = min(size, math.ceil(self._left / (LAST * threads)))
        return max(1, size)

    def _send(self, sent: Sent) -> None:
        packed, sent.arrays = self._packed([job for _, job in sent.jobs])
        key = f"actlab-{self._name}-{next(self._numbers)}"
        self._running[self._client.submit(unpack_and_train, packed, sent.arrays, pure=False, key=key)] = sent
        used = {each for other in self._running.values() for each in other.arrays}
        self._arrays = {each: self._arrays[each] for each in self._arrays if each in used}

    def _packed(self, jobs: Sequence[Any]) -> tuple[bytes, dict[int, Any]]:
        """The jobs as bytes without their large arrays, and where on the cluster these are."""
        used: dict[int, Any] = {}

        def elsewhere(value: Any) -> int | None:
            if not _is_array(value) or value.nbytes < LARGE:
                return None
            key = id(value)
            if key not in self._arrays:
                self._arrays[key] = value, self._client.scatter(value, broadcast=True, hash=False)
            used[key] = self._arrays[key][1]
            return key

        return dumps(parcel(jobs), elsewhere), used

    def _finished(self) -> Generator[tuple[int, Any | Exception], None, None]:
        """The results of those tasks that are done by now; lost ones are sent again."""
        with suppress(TimeoutError, distributed.CancelledError), self._client.as_current():
            distributed.wait(list(self._running), POLL_SECONDS, return_when="FIRST_COMPLETED")
        for future in [each for each in self._running if each.done()]:
            sent = self._running.pop(future)
            try:
                seconds, results = future.result()
            except Exception as error:  # noqa: BLE001 - training's own errors are among the results: this is the cluster's
                yield from self._again(sent, error)
                continue
            self._seconds, self._done = self._seconds + seconds, self._done + len(results)
            yield from ((index, result) for (index, _), result in zip(sent.jobs, results, strict=True))

    def _again(self, sent: Sent, error: Exception) -> Generator[tuple[int, Exception], None, None]:
        """Send the jobs of a lost task one by one; what kills every worker that has it is given up."""
        self._arrays.clear()  # they may have been lost with a worker
        alone = len(sent.jobs) == 1
        if alone and (sent.tries == TRIES or isinstance(error, distributed.KilledWorker)):
            yield sent.jobs[0][0], Lost(f"each worker that tried to train it was lost ({type(error).__name__})")
            return
        for job in sent.jobs:
            self._send(Sent([job], sent.tries + 1 if alone else 1))


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or (type(value).__module__ == "torch" and type(value).__name__ == "Tensor")


def unpack_and_train(packed: bytes, arrays: dict[int, Any]) -> tuple[float, list[Any]]:
    """On a worker: how long the jobs took together, and their results."""
    sent, before = loads(packed, arrays), time.perf_counter()
    stop = np.zeros(1, np.int64)
    results = [carry_out(job, stop) if isinstance(job, Job) else _apart(job, stop) for job in sent.jobs]
    return time.perf_counter() - before, results


def _apart(job: Any, stop: npt.NDArray[np.int64]) -> Any:
    """A person's model has a process of its own here, too: it may hang, and torch's chance is one for a process."""
    try:
        return train_apart(job, stop)
    except Exception as error:  # noqa: BLE001 - it costs this job alone
        return error


def dumps(value: Any, elsewhere: Callable[[Any], int | None]) -> bytes:
    """A pickle in which those parts that are elsewhere are named only."""

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        def persistent_id(self, obj: Any) -> int | None:
            return elsewhere(obj)

    buffer = io.BytesIO()
    Pickler(buffer, protocol=5).dump(value)
    return buffer.getvalue()


def loads(packed: bytes, parts: dict[int, Any]) -> Any:
    """What was pickled, with the named parts put in."""
    import pickle

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, key: int) -> Any:
            return parts[key]

    return Unpickler(io.BytesIO(packed)).load()
