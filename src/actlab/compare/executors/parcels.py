"""Jobs on their way into another process, with the functions that they name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from actlab.catalogue import Activation, find
from actlab.networks import Job


@dataclass(frozen=True, eq=False)
class Parcel:
    """Jobs, and the activations that a network of actlab's knows by name alone; unpacking declares them."""

    activations: tuple[Activation, ...]
    jobs: tuple[Any, ...]


def parcel(jobs: Sequence[Any]) -> Parcel:
    """Of some jobs."""
    names = {name for job in jobs if isinstance(job, Job) for name in job.architecture.activations}
    return Parcel(tuple(find(name) for name in sorted(names)), tuple(jobs))


_limited = threading.local()  # some BLAS count their threads by thread


def carry_out(job: Any, stop: npt.NDArray[np.int64]) -> Any:
    """Train, where nothing else is done: the result, or the error that ended it."""
    if not hasattr(_limited, "once"):  # it takes milliseconds, as long as a small network trains for
        threadpool_limits(1, "blas")  # for good: given back, it would be given back to jobs in other threads, too
        _limited.once = True
    try:
        return job.train(stop)
    except Exception as error:  # noqa: BLE001 - it costs this job alone
        return error
