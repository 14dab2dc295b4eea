"""The value at ±inf, and the points where a formula is not smooth: kinks and jumps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from actlab.formula.asymptotics import UndecidedError, leading
from actlab.formula.derivative import derivative
from actlab.formula.expression import Expression, apply, depends_on, rebuild, walk
from actlab.formula.primitives import evaluate, sign

SHARP = ("greater", "greater_equal", "minimum", "maximum")


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
        """Whether the value itself jumps."""
        return not _close(self.value_left, self.value_right)

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
    """The kinks and jumps along the symbol `name`, from left to right.

    Every comparison, absolute value, sign, minimum and maximum whose two sides are linear in the symbol is solved
    exactly; a point counts when the one-sided values or slopes differ there.
    """
    slope = derivative(expression, name)
    found = []
    for at in sorted(candidates(expression, name, values)):
        here = {**values, name: at}
        value_left, value_right = (evaluate(_one_side(expression, name, side, here), here) for side in (-1, 1))
        slope_left, slope_right = (evaluate(_one_side(slope, name, side, here), here) for side in (-1, 1))
        point = Breakpoint(
            at,
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
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def candidates(expression: Expression, name: str, values: Mapping[str, float]) -> set[float]:
    """The points where a branch of the formula may change, whether or not its value or slope does."""
    roots: set[float] = set()
    for node in walk(expression):
        gap = _gap(node)
        if gap is None or not depends_on(gap, name):
            continue
        for side in (-1.0, 1.0):  # |x| > 1/2 is linear on each side of 0
            near, middle, far = (evaluate(gap, {**values, name: side * x}) for x in (1024.0, 1025.0, 1026.0))
            rise = middle - near
            if rise != 0 and math.isclose(far - middle, rise, rel_tol=1e-9):
                root = side * (1024 - near / rise) + 0.0
                roots.update(r for r in (round(root, 9), root) if abs(evaluate(gap, {**values, name: r})) < 1e-12)
    return roots


def _gap(node: Expression) -> Expression | None:
    """The quantity whose sign decides the branch of a node, if it has branches."""
    if node.word in SHARP:
        return node.arguments[0] - node.arguments[1]
    return node.arguments[0] if node.word in ("absolute", "sign") else None


def settled_at(expression: Expression, name: str, here: Mapping[str, float]) -> Expression:
    """The expression with every branch replaced by the one taken at a point, which must not be a breakpoint."""
    settled: dict[Expression, Expression] = {}
    for node in walk(expression):
        arguments = tuple(settled[argument] for argument in node.arguments)
        if node.word == "where":
            settled[node] = arguments[1] if evaluate(node.arguments[0], here) else arguments[2]
        elif (
            (gap := _gap(node)) is not None and depends_on(gap, name) and node.word not in ("greater", "greater_equal")
        ):
            settled[node] = _settle(node.word, arguments, 1 if evaluate(gap, here) > 0 else -1)
        else:
            settled[node] = node if not arguments else rebuild(node.word, arguments)
    return settled[expression]


def _one_side(expression: Expression, name: str, side: int, here: Mapping[str, float]) -> Expression:
    """The expression with every branch settled as it is just beside the point `here`."""
    settled: dict[Expression, Expression] = {}
    for node in walk(expression):
        arguments = tuple(settled[argument] for argument in node.arguments)
        tilt = _tilt(node, name, side, here)
        settled[node] = node if not arguments else _settle(node.word, arguments, tilt)
    return settled[expression]


def _tilt(node: Expression, name: str, side: int, here: Mapping[str, float]) -> int:
    """The sign of a branching node's gap just beside the point; 0 for nodes that do not branch there."""
    gap = _gap(node)
    if gap is None or not depends_on(gap, name):
        return 0
    value = evaluate(gap, here)
    if abs(value) > 1e-12:
        return 0
    slope = evaluate(derivative(gap, name), here) * side
    return (slope > 0) - (slope < 0)


def _settle(word: str, arguments: tuple[Expression, ...], tilt: int) -> Expression:
    if tilt == 0:
        return rebuild(word, arguments)
    if word in ("greater", "greater_equal"):
        return apply("greater", 1 if tilt > 0 else 0, 0)
    if word in ("minimum", "maximum"):
        return arguments[0] if (tilt > 0) == (word == "maximum") else arguments[1]
    return arguments[0] * tilt if word == "absolute" else sign(tilt)
