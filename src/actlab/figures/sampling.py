"""Activations as numbers: value and derivative at many places, for a sheet or for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab import properties
from actlab.catalogue import Activation

POINTS = 241
BESIDE = 1e-9  # nearer than any screen can show


@dataclass(frozen=True)
class Curve:
    """One function sampled: `derivative` is empty where it is not wanted; neither is joined across its breaks."""

    name: str
    x: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    derivative: npt.NDArray[np.float64]
    value_breaks: tuple[float, ...] = ()
    derivative_breaks: tuple[float, ...] = ()
    note: str = ""


def sampled(activation: Activation, low: float, high: float) -> Curve:
    """Sample an activation at its default parameters between two ends, and just beside its kinks and jumps."""
    known = properties.of(activation)
    points = (*known.kinks.value, *known.jumps.value)
    jumps = tuple(point.at for point in points if point.jumps)
    kinks = tuple(point.at for point in points if point.slope_left != point.slope_right)
    x = places(low, high, [point.at for point in points])
    return Curve(activation.name, x, activation(x), activation.derivative(x), jumps, kinks)


def places(low: float, high: float, breaks: Sequence[float] = ()) -> npt.NDArray[np.float64]:
    """Where to sample a function: evenly spread, at each break, and just beside it."""
    beside = [near for at in breaks for near in (at - BESIDE, at, at + BESIDE)]
    return np.unique(np.concatenate((np.linspace(low, high, POINTS), [at for at in beside if low <= at <= high])))


def finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Those that can be drawn: outside its domain a function has no number, and at a pole no finite one."""
    return values[np.isfinite(values)]
