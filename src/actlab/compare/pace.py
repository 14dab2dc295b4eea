"""How long the rest of a comparison will take, from the networks that are finished."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable

from actlab.compare.outcomes import Task

Cell = tuple[str, float]
"""A function at a learning rate: its networks take about equally long, in whichever repeat."""


class Pace:
    """Counts finished networks and what is left, each cell by its own time, since the slowest ones come first."""

    def __init__(self, left: Iterable[Task]) -> None:
        """With the networks that are to be trained, from now on."""
        self._left = Counter((task.activation, task.rate) for task in left)
        self._done: Counter[Cell] = Counter()
        self._seconds: dict[Cell, float] = {}
        self._began = time.monotonic()

    def finished(self, task: Task, seconds: float) -> None:
        """One more, which took so long on its core; nan for one that failed."""
        cell = task.activation, task.rate
        self._left[cell] -= 1
        self._done[cell] += 1
        self._seconds[cell] = self._seconds.get(cell, 0.0) + (seconds if math.isfinite(seconds) else 0.0)

    @property
    def seconds_left(self) -> float:
        """What is left at the pace so far, on as many cores; nan before the first network."""
        done, spent = self._done.total(), sum(self._seconds.values())
        if not done:
            return math.nan
        elapsed = time.monotonic() - self._began
        if not spent:
            return elapsed / done * self._left.total()
        return elapsed / spent * sum(count * self._expected(cell) for cell, count in self._left.items() if count)

    def _expected(self, cell: Cell) -> float:
        """The mean of the cell, or of its learning rate, or of all, whichever is known."""
        alike = [cell] if self._done[cell] else [each for each in self._done if each[1] == cell[1]] or [*self._done]
        return sum(self._seconds[each] for each in alike) / sum(self._done[each] for each in alike)
