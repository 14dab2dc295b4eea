"""What every executor does; `tests/contracts/executor_contract.py` says it in tests."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class Work(Protocol):
    """A training to be done; it can be pickled, and gives the same numbers wherever it is done."""

    def train(self, stop: npt.NDArray[np.int64]) -> Any:
        """Do it; when `stop[0]` becomes 1, soon end without it."""


class ExecutorFailure(Exception):
    """Nothing can be trained any more: the cluster has gone, say. Its text is one sentence."""


class Executor(Protocol):
    """Does many trainings side by side."""

    def results(
        self, jobs: Iterable[Work], until: float | None = None
    ) -> Generator[tuple[int, Any | Exception], None, None]:
        """Train, and hand each result over as soon as it is there, in any order.

        Whoever closes the generator stops what is still running.

        Args:
            jobs: what to train, longest first; read as there is room for them, so they may be made on the way. Where
                they have a length, work can be dealt out more evenly.
            until: when to stop, by `time.monotonic()`; what is not finished by then is left out.

        Yields:
            A job's index, and its result or the error that ended it; an error, a crash or a lost machine costs no other
            job anything.

        Raises:
            ExecutorFailure: nothing can be trained any more.
        """
