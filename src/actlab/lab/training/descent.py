"""How weights are moved against their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from actlab.lab.training.network import Arrays, Matrix


class Optimiser:
    """Moves weights against their gradients: by plain descent, with momentum 0.9, or as Adam does."""

    def __init__(self, name: str, rate: float) -> None:
        self._name, self._rate, self._steps = name, rate, 0
        self._first: list[Any] = []
        self._second: list[Any] = []

    def moved(self, arrays: Sequence[Matrix], gradients: Sequence[Matrix]) -> Arrays:
        """The arrays after one step; those given stay as they are."""
        for kept in (self._first, self._second):
            del kept[len(arrays) :]  # of learned parameters of a function that was swapped
            kept += [np.zeros_like(each) for each in arrays[len(kept) :]]
        self._steps += 1
        return tuple(array - self._rate * self._way(place, gradients[place]) for place, array in enumerate(arrays))

    def _way(self, place: int, gradient: Matrix) -> Matrix:
        if self._name == "sgd":
            return gradient
        if self._name == "momentum":
            self._first[place] = 0.9 * self._first[place] + gradient
            kept: Matrix = self._first[place]
            return kept
        self._first[place] = 0.9 * self._first[place] + 0.1 * gradient
        self._second[place] = 0.999 * self._second[place] + 0.001 * gradient**2
        first = self._first[place] / (1 - 0.9**self._steps)
        second = self._second[place] / (1 - 0.999**self._steps)
        way: Matrix = first / (np.sqrt(second) + 1e-8)
        return way
