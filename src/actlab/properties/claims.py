"""The properties of an activation of one number, at its default parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers import numpy as reference
from actlab.formula import Breakpoint, Expression, breakpoints, depends_on, derivative, evaluate, limit
from actlab.properties.pieces import normal_mean, pieces
from actlab.properties.signs import enclosure, parity

T = TypeVar("T")
Monotone = Literal["rising", "falling", "neither"]


@dataclass(frozen=True)
class Claim(Generic[T]):
    """Something said of a function: "proved" by rules and exact limits, or "sampled" on a fine grid."""

    value: T
    how: Literal["proved", "sampled"]


@dataclass(frozen=True)
class Properties:
    """What is known of a function of one number.

    Attributes:
        range: The least and the greatest value, or what they tend to.
        monotone: "rising" and "falling" include level stretches.
        zero_centred: Whether the mean output for a standard-normal input is 0.
        kinks: Where the slope jumps, with the slope on both sides and the one declared at the point itself.
        jumps: Where the value jumps.
        largest_slope: The largest absolute slope.
        saturation: The sides ("left", "right") on which the function levels off at a finite value.
        zeros: The share of exact zeros for a standard-normal input.
        gain: What the weights' standard deviation times sqrt(fan-in) must be to keep a signal's variance:
            1 / sqrt(E[f(z)²]) for standard-normal z (He et al. 2015 for ReLU).
    """

    range: Claim[tuple[float, float]]
    monotone: Claim[Monotone]
    zero_centred: Claim[bool]
    kinks: Claim[tuple[Breakpoint, ...]]
    jumps: Claim[tuple[Breakpoint, ...]]
    largest_slope: Claim[float]
    saturation: Claim[tuple[str, ...]]
    zeros: Claim[float]
    gain: Claim[float]


@cache
def of(activation: Activation) -> Properties:
    """The properties of an activation of one input, at its default parameters.

    Raises:
        TypeError: for functions of several inputs or of a whole row, such as swiglu and softmax.
    """
    if not activation.univariate:
        raise TypeError(
            f"{activation.name} is not a function of one number, so it has no range, slope or gain of its own."
        )
    name, values = activation.inputs[0], activation.defaults
    formula, slope = activation.formula, activation.slopes[0]
    points = breakpoints(formula, name, values)
    monotone = _monotone(formula, slope, name, values, points)
    square, exact = normal_mean(formula, name, values, 2)
    return Properties(
        range=_range(formula, name, values, monotone, points),
        monotone=monotone,
        zero_centred=_zero_centred(formula, name, values),
        kinks=Claim(tuple(point for point in points if point.kinks), "proved"),
        jumps=Claim(tuple(point for point in points if point.jumps), "proved"),
        largest_slope=_largest_slope(slope, name, values, points),
        saturation=_saturation(formula, slope, name, values),
        zeros=_zeros(formula, name, values),
        gain=Claim(1 / math.sqrt(square), "proved" if exact else "sampled"),
    )


def _monotone(
    formula: Expression,
    slope: Expression,
    name: str,
    values: Mapping[str, float],
    points: tuple[Breakpoint, ...],
) -> Claim[Monotone]:
    slopes = _sample(slope, name, values)[1]
    jumps = [point.value_right - point.value_left for point in points if point.jumps]
    up, down = max([*slopes, *jumps]), min([*slopes, *jumps])
    if up > 0 > down:
        return Claim("neither", "proved")  # two witnesses of opposite slope
    enclosures = [
        _slope_enclosure(piece.formula, name, values, (piece.low, piece.high))
        for piece in pieces(formula, name, values)
    ]
    proved = all(low >= 0 for low, _ in enclosures) if down >= 0 else all(high <= 0 for _, high in enclosures)
    return Claim("rising" if down >= 0 else "falling", "proved" if proved else "sampled")


def _slope_enclosure(
    piece: Expression, name: str, values: Mapping[str, float], stretch: tuple[float, float]
) -> tuple[float, float]:
    return enclosure(derivative(piece, name), values, stretch)


def _range(
    formula: Expression,
    name: str,
    values: Mapping[str, float],
    monotone: Claim[Monotone],
    points: tuple[Breakpoint, ...],
) -> Claim[tuple[float, float]]:
    ends = [limit(formula, name, side, values) for side in (-1, 1)]
    if monotone.value != "neither" and not any(map(math.isnan, ends)):
        return Claim((min(ends) + 0.0, max(ends) + 0.0), monotone.how)
    xs, outputs = _sample(formula, name, values)
    spots = [value for point in points for value in (point.value_left, point.value, point.value_right)]
    known = [end for end in (*ends, *spots) if not math.isnan(end)]
    lowest = min([*known, _refine(formula, name, values, xs[np.argmin(outputs)], -1)])
    highest = max([*known, _refine(formula, name, values, xs[np.argmax(outputs)], 1)])
    return Claim((lowest + 0.0, highest + 0.0), "sampled")


def _zero_centred(formula: Expression, name: str, values: Mapping[str, float]) -> Claim[bool]:
    if parity(formula, name) == "odd":
        return Claim(True, "proved")
    mean, exact = normal_mean(formula, name, values, 1)
    return Claim(abs(mean) < 1e-9, "proved" if exact else "sampled")


def _largest_slope(
    slope: Expression, name: str, values: Mapping[str, float], points: tuple[Breakpoint, ...]
) -> Claim[float]:
    parts = pieces(slope, name, values)
    if not any(depends_on(piece.formula, name) for piece in parts):
        return Claim(max(abs(evaluate(piece.formula, values)) for piece in parts), "proved")
    xs, slopes = _sample(slope, name, values)
    at = xs[np.argmax(np.abs(slopes))]
    ends = [abs(limit(slope, name, side, values)) for side in (-1, 1)]
    peak = abs(_refine(slope, name, values, at, 1 if evaluate(slope, {**values, name: at}) > 0 else -1))
    beside = [abs(side) for point in points for side in (point.slope_left, point.slope_right)]
    return Claim(max([peak, *beside, *(end for end in ends if not math.isnan(end))]), "sampled")


def _saturation(
    formula: Expression, slope: Expression, name: str, values: Mapping[str, float]
) -> Claim[tuple[str, ...]]:
    sides = {"left": -1, "right": 1}
    level = [
        word
        for word, side in sides.items()
        if math.isfinite(limit(formula, name, side, values)) and limit(slope, name, side, values) == 0
    ]
    return Claim(tuple(level), "proved")


def _zeros(formula: Expression, name: str, values: Mapping[str, float]) -> Claim[float]:
    share = math.fsum(piece.share for piece in pieces(formula, name, values) if piece.formula.is_number(0))
    return Claim(share, "proved")


def _sample(
    expression: Expression, name: str, values: Mapping[str, float]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    xs = np.concatenate([np.linspace(-12, 12, 24001) + 1e-7, np.geomspace(12, 1e4, 400), -np.geomspace(12, 1e4, 400)])
    return xs, np.broadcast_to(reference.run(expression, {**values, name: xs}), xs.shape)


def _refine(expression: Expression, name: str, values: Mapping[str, float], at: float, direction: int) -> float:
    """The extreme value near a grid point: highest for direction 1, lowest for -1."""
    found = -direction * math.inf
    for width in (1e-3, 2e-5, 4e-7, 8e-9):
        xs = np.linspace(at - width, at + width, 201)
        outputs = np.broadcast_to(reference.run(expression, {**values, name: xs}), xs.shape)
        best = int(np.argmax(direction * outputs))
        at, found = float(xs[best]), float(outputs[best])
    return found
