"""What the laws measure with: points to look at, and errors in units of the last place against mpmath."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import mpmath
import numpy as np

from actlab.catalogue import Activation, find, names
from actlab.compilers import mpmath as oracle
from actlab.formula import Expression
from actlab.formula.limits import candidates

ALL = tuple(map(find, names()))
UNIVARIATE = tuple(each for each in ALL if each.univariate)
NAMES = [each.name for each in UNIVARIATE]


def grid(activation: Activation) -> np.ndarray:
    """Both signs from 1e-300 to 1e4, dense around 0 and around every corner."""
    decades = np.concatenate([np.geomspace(1e-300, 1e-3, 40), np.geomspace(1e-3, 1e4, 60)])
    corners = [
        at + offset for at in candidates(activation.formula, "x", activation.defaults) for offset in (-1e-6, 1e-6, 0.0)
    ]
    return np.unique(np.concatenate([decades, -decades, np.linspace(-45, 45, 121), np.linspace(-2, 2, 41), corners]))


def ulps(got: float, true: mpmath.mpf, dtype: type[np.floating], scale: float = 0.0) -> float:
    """|got - true| in units of the last place of the true value, or of `scale` if that is larger."""
    size = dtype(max(abs(float(true)), scale))
    if not math.isfinite(float(size)):
        return 0.0 if float(dtype(got)) == float(dtype(float(true))) else math.inf
    return float(abs(mpmath.mpf(float(got)) - true) / mpmath.mpf(float(np.spacing(size))))


def largest_term(expression: Expression, values: Mapping[str, float]) -> float:
    """The largest term of a sum: beside a zero crossing, errors are measured by it."""
    terms: Iterable[Expression] = expression.arguments if expression.word in ("add", "subtract") else ()
    return max((abs(float(oracle.evaluate(term, values))) for term in terms), default=0.0)


def worst(
    expression: Expression, got: np.ndarray, points: np.ndarray, values: Mapping[str, float]
) -> tuple[float, float]:
    """The largest error in ulp over the points, and where it is."""
    found = (0.0, 0.0)
    for point, value in zip(points, got, strict=True):
        here = {**values, "x": float(point)}
        true = oracle.evaluate(expression, here)
        term = largest_term(expression, here)
        crossing = term if abs(true) < term / 4 else 0.0
        found = max(found, (ulps(value, true, got.dtype.type, crossing), float(point)))
    return found
