"""One training after the other, in this process: where a debugger stops."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from actlab.compare.executors.protocol import Work


class Here:
    """Trains in the caller's own thread; a crash or a hang is the caller's, too."""

    def results(
        self, jobs: Iterable[Work], until: float | None = None
    ) -> Generator[tuple[int, Any | Exception], None, None]:
        """See `Executor`; the time is looked at between two jobs."""
        stop = np.zeros(1, np.int64)
        for index, job in enumerate(jobs):
            if until is not None and time.monotonic() >= until:
                return
            try:
                with threadpool_limits(1, "blas"):
                    result: Any = job.train(stop)
            except Exception as error:  # noqa: BLE001 - it costs this job alone
                result = error
            yield index, result
