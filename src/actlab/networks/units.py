"""What the units of a network do on given rows: silent, dead, sparse or alive, and how much they learn."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab.networks.architecture import Network

SPARSE_SHARE = 0.05


@dataclass(frozen=True)
class LayerReading:
    """The units of one hidden layer, on the rows they were shown.

    A zero is not death: half the outputs of a healthy ReLU layer are 0. A unit is dead when no row at all gives it
    a slope, because then no row can change its weights.

    Args:
        layer: which hidden layer, counted from 1.
        units: how many it has.
        zeros: share of exact zeros among its outputs.
        dead: units whose local slope is exactly 0 on every row.
        sparse: living units with a slope on fewer than 5 % of the rows.
        alive: all other units.
        gradient: root mean square of the loss's gradient with respect to the layer's weights.
    """

    layer: int
    units: int
    zeros: float
    dead: int
    sparse: int
    alive: int
    gradient: float


def unit_readings(network: Network, X: npt.ArrayLike, y: npt.ArrayLike) -> tuple[LayerReading, ...]:
    """Read every hidden layer; random parameters of activations are at their mean.

    Args:
        network: the network to look into.
        X: rows, (rows, inputs).
        y: their classes or values, (rows,), for the gradient.

    Raises:
        ValueError: rows and network do not fit each other.
    """
    from actlab.networks.running import counts  # Numba is slow to import and only needed here

    zeros, with_slope, gradients = counts(network, X, y)
    rows = len(np.asarray(y))
    readings = []
    for index, units in enumerate(network.architecture.hidden):
        dead = int((with_slope[index] == 0).sum())
        sparse = int((with_slope[index] < SPARSE_SHARE * rows).sum()) - dead
        gradient = float(np.sqrt(np.mean(gradients[index] ** 2)))
        share = float(zeros[index] / (rows * units))
        readings.append(LayerReading(index + 1, units, share, dead, sparse, units - dead - sparse, gradient))
    return tuple(readings)


def inference_seconds(network: Network, X: npt.ArrayLike, rows: int, calls: int = 15) -> float:
    """How long one call of `network.scores` takes, the median of several.

    Args:
        network: the network to time.
        X: rows to score; repeated from the first one where there are fewer than `rows`.
        rows: how many rows a call scores.
        calls: how many calls are timed, after one that is not.
    """
    given = np.asarray(X, np.float32)
    batch = np.ascontiguousarray(given[np.arange(rows) % len(given)])
    network.scores(batch)
    seconds = []
    for _ in range(calls):
        before = time.perf_counter()
        network.scores(batch)
        seconds.append(time.perf_counter() - before)
    return float(np.median(seconds))
