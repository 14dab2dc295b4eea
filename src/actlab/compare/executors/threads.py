"""Threads of this process: for actlab's own networks, whose compiled loop holds no lock."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from actlab.networks import trainings


class Threads:
    """One network a core, with nothing to send anywhere."""

    def __init__(self, workers: int | None = None) -> None:
        """With so many networks at once; None for one a core."""
        self._workers = workers

    def results(
        self, jobs: Iterable[Any], until: float | None = None
    ) -> Generator[tuple[int, Any | Exception], None, None]:
        """See `Executor`."""
        return trainings(jobs, self._workers, until)
