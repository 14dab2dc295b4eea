"""The value at ±inf, and the points where a formula is not smooth: kinks and jumps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from actlab.formula.asymptotics import leading
from actlab.formula.branches import SINGULAR, pieces
from actlab.formula.derivative import derivative
from actlab.formula.expression import Expression, depends_on, walk
from actlab.formula.leading import UndecidedError
from actlab.formula.primitives import evaluate


@dataclass(frozen=True)
class Breakpoint:
    """A point at which the value jumps or the slope does; `slope` is the one that the formula itself gives there."""

    at: float
    value_left: float
    value_right: float
    slope_left: float
    slope_right: float
    value: float
    slope: float

    @property
    def jumps(self) -> bool:
        """Whether the value itself jumps, or leaves for infinity."""
        return not _close(self.value_left, self.value_right) or math.isinf(self.value_left)

    @property
    def kinks(self) -> bool:
        """Whether the value is continuous and the slope jumps."""
        return not self.jumps and not _close(self.slope_left, self.slope_right)


def limit(expression: Expression, name: str, side: int, values: Mapping[str, float] | None = None) -> float:
    """The limit as the symbol `name` goes to side * inf; nan where there is none or it cannot be decided."""
    try:
        return leading(expression, name, side, values or {}).limit
    except (UndecidedError, ValueError, ArithmeticError):
        return math.nan


def breakpoints(expression: Expression, name: str, values: Mapping[str, float]) -> tuple[Breakpoint, ...]:
    """The kinks, jumps and poles along the symbol `name`, from left to right.

    Conditions whose two sides are straight lines are solved exactly, the others by sampling. A point counts when the
    one-sided values or slopes differ there, or when the value is infinite.
    """
    slope = derivative(expression, name)
    found = []
    for left, right in pairwise(pieces(expression, name, values)):
        here = {**values, name: left.high}
        value_left, value_right = _both_sides(left.formula, right.formula, name, here)
        rise, onward = derivative(left.formula, name), derivative(right.formula, name)
        slope_left, slope_right = _both_sides(rise, onward, name, here)
        point = Breakpoint(
            left.high,
            value_left,
            value_right,
            slope_left,
            slope_right,
            evaluate(expression, here),
            evaluate(slope, here),
        )
        if point.jumps or point.kinks:
            found.append(point)
    return tuple(found)


def _close(a: float, b: float) -> bool:
    return (a != a and b != b) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def _both_sides(left: Expression, right: Expression, name: str, here: Mapping[str, float]) -> tuple[float, float]:
    """The one-sided limits at the point `here` of what the formula is to its left and to its right."""
    direct = evaluate(left, here), evaluate(right, here)
    probed = _beside(left, direct[0], name, -1, here), _beside(right, direct[1], name, 1, here)
    if probed != direct and math.isclose(*probed, rel_tol=0.01, abs_tol=0.01):
        return probed[0], probed[0]  # nothing but the error of probing lies between them
    return probed


def _beside(expression: Expression, value: float, name: str, side: int, here: Mapping[str, float]) -> float:
    """The value itself, or where it is not to be trusted what the expression tends to from one side."""
    if not any(node.word in SINGULAR and depends_on(node, name) for node in walk(expression)):
        return value
    at = here[name]
    near = evaluate(expression, {**here, name: at + side * (abs(at) * 2.0**-20 or 1e-60)})
    if math.isinf(value):
        trusted = near * math.copysign(1.0, value) > 10
    else:
        trusted = abs(near - value) <= 0.05 * max(1.0, abs(value))
    return value if trusted else math.copysign(math.inf, near) if abs(near) > 1e5 else near


def candidates(expression: Expression, name: str, values: Mapping[str, float]) -> set[float]:
    """The points where a branch of the formula may change, whether or not its value or slope does."""
    return {piece.low for piece in pieces(expression, name, values)[1:]}
