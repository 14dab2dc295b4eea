"""A formula cut at its kinks and jumps into pieces, and averages over a standard-normal input."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from actlab.compilers import numpy as reference
from actlab.formula import Expression, depends_on, derivative, evaluate
from actlab.formula.limits import candidates, settled_at

FAR = 14.0  # a standard-normal input is farther out with probability 1e-44


@dataclass(frozen=True)
class Piece:
    """A stretch of the line on which the formula has no corner, and what it is there."""

    low: float
    high: float
    formula: Expression

    @property
    def middle(self) -> float:
        """A point inside."""
        low = self.low if math.isfinite(self.low) else min(self.high, 0.0) - 2.0
        return (low + (self.high if math.isfinite(self.high) else max(low, 0.0) + 2.0)) / 2

    @property
    def share(self) -> float:
        """The probability that a standard-normal input falls on the piece."""
        return _cdf(self.high) - _cdf(self.low)


def pieces(expression: Expression, name: str, values: Mapping[str, float]) -> tuple[Piece, ...]:
    """The pieces between the points where a branch of the formula changes."""
    cuts = [-math.inf, *sorted(candidates(expression, name, values)), math.inf]
    found = []
    for low, high in pairwise(cuts):
        middle = Piece(low, high, expression).middle
        found.append(Piece(low, high, settled_at(expression, name, {**values, name: middle})))
    return tuple(found)


def normal_mean(expression: Expression, name: str, values: Mapping[str, float], power: int) -> tuple[float, bool]:
    """The mean of the formula's power over a standard-normal input, and whether it is in closed form."""
    parts = [_piece_mean(piece, name, values, power) for piece in pieces(expression, name, values)]
    return math.fsum(mean for mean, _ in parts), all(exact for _, exact in parts)


def _piece_mean(piece: Piece, name: str, values: Mapping[str, float], power: int) -> tuple[float, bool]:
    slope = derivative(piece.formula, name)
    if not depends_on(slope, name):
        rise = evaluate(slope, {**values, name: 0.0})
        level = evaluate(piece.formula, {**values, name: piece.middle}) - rise * piece.middle
        return _line_mean(piece, level, rise, power), True
    kernel = reference.compiled(piece.formula, (name, *values))

    def weighted(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        with np.errstate(all="ignore"):
            outputs = kernel(x, *(np.float64(value) for value in values.values()))
        return np.asarray(outputs**power * np.exp(-x * x / 2) / math.sqrt(2 * math.pi))

    return integral(weighted, max(piece.low, -FAR), min(piece.high, FAR)), False


def _line_mean(piece: Piece, level: float, rise: float, power: int) -> float:
    """E[(level + rise * z)**power; low < z < high] for power 1 or 2."""
    first = _pdf(piece.low) - _pdf(piece.high)
    if power == 1:
        return level * piece.share + rise * first
    second = piece.share + _edge(piece.low) - _edge(piece.high)
    return level * level * piece.share + 2 * level * rise * first + rise * rise * second


def integral(function: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], low: float, high: float) -> float:
    """Gauss-Legendre over panels of at most half a unit."""
    if high <= low:
        return 0.0
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.linspace(low, high, max(1, math.ceil((high - low) * 2)) + 1)
    half = (edges[1:] - edges[:-1])[:, None] / 2
    points = (edges[1:] + edges[:-1])[:, None] / 2 + half * nodes
    return float(np.sum(half * weights * function(points)))


def _pdf(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi) if math.isfinite(x) else 0.0


def _edge(x: float) -> float:
    return x * _pdf(x) if math.isfinite(x) else 0.0


def _cdf(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
