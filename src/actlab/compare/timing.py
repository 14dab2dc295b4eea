"""What an answer costs: inference timed in a quiet pass, all functions in turn."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from actlab.networks import Network, inference_seconds

ROUNDS = 15
THOUSAND = 1000


@dataclass(frozen=True, eq=False)
class Timed:
    """A trained network, and rows that it can answer for, both of one repeat."""

    network: Network
    X: npt.NDArray[np.float32]
    repeat: int = 0

    def seconds(self, rows: int, calls: int) -> float:
        """Of one call, the median of several."""
        return inference_seconds(self.network, self.X, rows, calls)


class Timable(Protocol):
    """What can be asked how long it takes to answer; `repeat` is the one that it is from."""

    @property
    def repeat(self) -> int:
        """Counted from 0."""

    def seconds(self, rows: int, calls: int) -> float:
        """Of one call that answers for so many rows, the median of several."""


def inference_timings(networks: Mapping[str, Timable], rounds: int = ROUNDS) -> dict[str, tuple[float, float]]:
    """Seconds of one call that answers for one row, and for a thousand, on one thread.

    The functions take turns, so that a busy moment of the machine falls on all of them.

    Args:
        networks: one trained network a function, with rows; they are repeated where they are fewer than a thousand.
        rounds: how many turns; the median of them is taken.

    Returns:
        The two times of each function; after Ctrl-C those of the finished turns, and none if there are not any.
    """
    turns: list[dict[str, tuple[float, float]]] = []
    with suppress(KeyboardInterrupt), threadpool_limits(1, "blas"):
        while len(turns) < rounds:
            turns.append({name: _one_turn(timed) for name, timed in networks.items()})
    return {name: _medians([turn[name] for turn in turns]) for name in networks if turns}


def _one_turn(timed: Timable) -> tuple[float, float]:
    return timed.seconds(rows=1, calls=7), timed.seconds(rows=THOUSAND, calls=3)


def _medians(turns: list[tuple[float, float]]) -> tuple[float, float]:
    one, thousand = np.median(turns, axis=0).tolist()
    return one, thousand
