"""Averages over a standard-normal input, piece by piece, and whether they exist."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab.compilers import numpy as reference
from actlab.formula import Expression, depends_on, derivative, evaluate, limit, symbol
from actlab.formula.branches import Piece
from actlab.formula.primitives import normal_pdf

Array = npt.NDArray[np.float64]
REACHES = (14.0, 56.0)  # how far out to integrate: where the integrand has not vanished at the first, to the second
NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class Average:
    """An average, nan where it does not exist; whether it is in closed form, and whether it surely exists."""

    value: float
    exact: bool
    exists: bool


NONE = Average(math.nan, exact=False, exists=False)


def share(piece: Piece) -> float:
    """The probability that a standard-normal input falls on the piece."""
    return _cdf(piece.high) - _cdf(piece.low)


def normal_average(
    expression: Expression, cut: Sequence[Piece], name: str, values: Mapping[str, float], power: int
) -> Average:
    """The average of the formula's power (1 or 2) over a standard-normal input, from its pieces."""
    lines = [_line(piece, name, values) for piece in cut]
    means = [_line_mean(piece, *line, power) for piece, line in zip(cut, lines, strict=True) if line]
    if len(means) == len(cut):
        return Average(math.fsum(means), exact=True, exists=True)
    ends = [piece.high for piece in cut[:-1] if abs(piece.high) < REACHES[-1]]
    weighted = _weighted(expression, name, values, power)
    if any(_pole(weighted, at) for at in ends):
        return NONE
    exists = all(piece.certain for piece in cut) and _tails_vanish(expression, name, values)
    for reach in REACHES:
        places = [-reach, *(at for at in ends if abs(at) < reach), reach]
        size = integral(lambda x: np.abs(weighted(x)), places)
        if np.all(np.abs(weighted(np.array([-reach, reach]))) <= NEGLIGIBLE * size) and math.isfinite(size):
            return Average(integral(weighted, places), exact=False, exists=exists)
    return NONE


def _line(piece: Piece, name: str, values: Mapping[str, float]) -> tuple[float, float] | None:
    """Level and rise of a piece that is surely a straight line."""
    slope = derivative(piece.formula, name)
    if not piece.certain or depends_on(slope, name):
        return None
    rise, at = evaluate(slope, values), piece.spots[0]
    return evaluate(piece.formula, {**values, name: at}) - rise * at, rise


def _line_mean(piece: Piece, level: float, rise: float, power: int) -> float:
    """E[(level + rise * z)**power; low < z < high] for power 1 or 2."""
    first = _pdf(piece.low) - _pdf(piece.high)
    if power == 1:
        return level * share(piece) + rise * first
    second = share(piece) + _edge(piece.low) - _edge(piece.high)
    return level * level * share(piece) + 2 * level * rise * first + rise * rise * second


def _weighted(expression: Expression, name: str, values: Mapping[str, float], power: int) -> Callable[[Array], Array]:
    """The formula's power times the normal density, with half the density inside a square: neither overflows."""

    def weighted(x: Array) -> Array:
        outputs = np.broadcast_to(reference.run(expression, {**values, name: x}), x.shape)
        with np.errstate(all="ignore"):
            return np.asarray((outputs * np.exp(-x * x / (2 * power))) ** power / math.sqrt(2 * math.pi))

    return weighted


def _pole(weighted: Callable[[Array], Array], at: float) -> bool:
    """Whether the integrand grows so fast beside a point that it has no integral there."""
    gaps = np.array([1e-6, 1e-12]) * max(1.0, abs(at))
    return any(
        not mass[1] <= 0.5 * mass[0] + 1e-9 for mass in (np.abs(weighted(at + side * gaps)) * gaps for side in (-1, 1))
    )


def _tails_vanish(expression: Expression, name: str, values: Mapping[str, float]) -> bool:
    """Whether it is proved that the integrand falls faster than 1 / x² on both sides."""
    x = symbol(name)
    rest = expression * expression * normal_pdf(x) * x * x
    return all(limit(rest, name, side, values) == 0 for side in (-1, 1))


def integral(function: Callable[[Array], Array], ends: Sequence[float]) -> float:
    """Gauss-Legendre over panels of at most half a unit, which grow smaller towards the inner ends."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    beside = [end + side * 2.0**-k for end in ends[1:-1] for k in range(2, 30) for side in (-1, 1)]
    even = np.linspace(ends[0], ends[-1], math.ceil((ends[-1] - ends[0]) * 2) + 1)
    edges = np.unique(np.clip(np.concatenate([even, beside, ends]), ends[0], ends[-1]))
    half = (edges[1:] - edges[:-1])[:, None] / 2
    points = (edges[1:] + edges[:-1])[:, None] / 2 + half * nodes
    return float(np.sum(half * weights * function(points)))


def _pdf(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi) if math.isfinite(x) else 0.0


def _edge(x: float) -> float:
    return x * _pdf(x) if math.isfinite(x) else 0.0


def _cdf(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
