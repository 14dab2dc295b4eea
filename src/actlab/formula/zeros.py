"""Where a branch-free formula is 0 on a stretch of the line: solved exactly where it is a line, else sampled."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from actlab.formula.derivative import derivative
from actlab.formula.enclosure import Interval, enclosure
from actlab.formula.expression import Expression, depends_on, walk
from actlab.formula.primitives import evaluate

Line = tuple[Fraction, Fraction]  # rise and level


@dataclass(frozen=True)
class Zeros:
    """The points where a formula is 0; `certain` is False where some may have been missed."""

    points: frozenset[float] = frozenset()
    certain: bool = True

    def __or__(self, other: Zeros) -> Zeros:
        return Zeros(self.points | other.points, self.certain and other.certain)


@dataclass(frozen=True)
class Setting:
    """The symbol that runs along the line, the numbers that stand for the others, and the stretch looked at."""

    name: str
    values: Mapping[str, float]
    low: float = -math.inf
    high: float = math.inf

    def at(self, expression: Expression, x: float) -> float:
        """The value of an expression at a point."""
        return evaluate(expression, {**self.values, self.name: x})

    @property
    def stretch(self) -> Interval:
        """Both ends."""
        return self.low, self.high


def spots(low: float, high: float) -> tuple[float, ...]:
    """A few points between two ends, the middle first; an end may be infinite."""
    start = low if math.isfinite(low) else min(high, 0.0) - 4.0
    end = high if math.isfinite(high) else max(start, 0.0) + 4.0
    return tuple(start + (end - start) * share for share in (0.5, 0.25, 0.75, 0.03, 0.97))


# Words that are 0 nowhere, and words that are 0 only where one of the named arguments is.
NEVER = frozenset({"exp", "cosh", "sech", "sigmoid", "softplus", "normal_cdf", "normal_pdf"})
FACTORS: Mapping[str, slice] = {
    **dict.fromkeys(("multiply", "damped", "hypot"), slice(0, 2)),
    **dict.fromkeys(("negative", "power", "divide", "absolute", "sqrt", "sinh", "asinh", "tanh"), slice(0, 1)),
    **dict.fromkeys(("erf", "atan", "x_minus_tanh", "expm1", "log1p"), slice(0, 1)),
}


def zeros(formula: Expression, setting: Setting, *, touching: bool) -> Zeros:
    """The zeros inside the stretch; those without a change of sign matter only if `touching`."""
    line = line_of(formula, setting)
    if line is not None:
        found = _zero_of_line(*line)
    elif formula.word in NEVER:
        found = Zeros()
    elif formula.word in FACTORS:
        found = Zeros()
        for part in formula.arguments[FACTORS[formula.word]]:
            found |= zeros(part, setting, touching=touching)
    else:
        low, high = enclosure(formula, setting.values, setting.stretch)
        away = (low > 0 or high < 0) if touching else (low >= 0 or high <= 0)
        found = Zeros() if away else Zeros(frozenset(_sampled(formula, setting, touching)), certain=False)
    return Zeros(frozenset(x for x in found.points if setting.low < x < setting.high), found.certain)


def sign_on(formula: Expression, setting: Setting) -> int | None:
    """The sign on a stretch without zeros inside; None where it cannot be told, 0 for a formula that is 0."""
    line, places = line_of(formula, setting), spots(*setting.stretch)
    if line is not None:
        value = line[0] * Fraction(places[0]) + line[1]
        return (value > 0) - (value < 0)
    values = (setting.at(formula, place) for place in places)
    return next(((value > 0) - (value < 0) for value in values if value < 0 or value > 0), None)


def line_of(formula: Expression, setting: Setting) -> Line | None:
    """The formula's rise and level in exact fractions, None if it is no straight line by its looks."""
    done: dict[Expression, Line | None] = {}
    for node in walk(formula):
        done[node] = _line_of_node(node, setting, done)
    return done[formula]


def _line_of_node(node: Expression, setting: Setting, done: Mapping[Expression, Line | None]) -> Line | None:
    if node.word == "symbol" and node.name == setting.name:
        return Fraction(1), Fraction(0)
    if node.is_constant:
        return Fraction(0), Fraction(node.value)
    parts = [part for argument in node.arguments if (part := done[argument]) is not None]
    if node.word in LINES and len(parts) == len(node.arguments):
        return LINES[node.word](*parts)
    if depends_on(node, setting.name):
        return None
    value = evaluate(node, setting.values)
    return (Fraction(0), Fraction(value)) if math.isfinite(value) else None


def _product(a: Line, b: Line) -> Line | None:
    if a[0] and b[0]:
        return None
    return a[0] * b[1] + b[0] * a[1], a[1] * b[1]


LINES: Mapping[str, Callable[..., Line | None]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[0], a[1] - b[1]),
    "negative": lambda a: (-a[0], -a[1]),
    "multiply": _product,
    "divide": lambda a, b: None if b[0] or not b[1] else (a[0] / b[1], a[1] / b[1]),
}


def _zero_of_line(rise: Fraction, level: Fraction) -> Zeros:
    if rise == 0 or abs(level) > abs(rise) * 10**300:
        return Zeros()
    return Zeros(frozenset({float(-level / rise)}))


NEAR = tuple(k / 32 for k in range(-384, 385))
FAR = tuple(sign * 12.0 * 1.5**k for sign in (-1, 1) for k in range(1, 24))
BESIDE = tuple(2.0**-k for k in range(1, 40, 3))


def _places(setting: Setting) -> list[float]:
    """Where to look for zeros: dense near 0 and towards the ends of the stretch."""
    low, high = setting.stretch
    beside = [end + side * gap for end, side in ((low, 1), (high, -1)) if math.isfinite(end) for gap in BESIDE]
    return sorted({x for x in (*NEAR, *FAR, *beside, *spots(low, high)) if low < x < high})


def _sampled(formula: Expression, setting: Setting, touching: bool) -> Iterator[float]:
    """The zeros that a change of sign gives away; touching ones by the slope's change of sign."""
    places = _places(setting)
    yield from _crossings(lambda x: setting.at(formula, x), places)
    if touching:
        values = [setting.at(formula, x) for x in places]
        yield from (x for x, value in zip(places, values, strict=True) if value == 0)
        slope = derivative(formula, setting.name)
        for x in _crossings(lambda x: setting.at(slope, x), places):
            if abs(setting.at(formula, x)) < 1e-12:
                yield x


def _crossings(value: Callable[[float], float], places: list[float]) -> Iterator[float]:
    last, last_value = math.nan, math.nan
    for x in places:
        here = value(x)
        if here != here:
            last_value = here
        elif here != 0:
            if (last_value < 0 < here) or (here < 0 < last_value):
                yield _bisected(value, last, x) + 0.0
            last, last_value = x, here


def _bisected(value: Callable[[float], float], low: float, high: float) -> float:
    rising = value(high) > 0
    while low < (middle := (low + high) / 2) < high:
        here = value(middle)
        if here == 0:
            return middle
        low, high = (low, middle) if (here > 0) == rising else (middle, high)
    return high
