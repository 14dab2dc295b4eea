"""Intervals that surely contain a formula on a stretch of the line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from actlab.formula.expression import Expression, walk
from actlab.formula.primitives import evaluate, evaluate_word

Interval = tuple[float, float]

RISING = frozenset(
    {"exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "erf", "normal_cdf", "atan"}
    | {"sinh", "asinh", "sqrt", "sign", "x_minus_tanh"}
)
ENDS: Mapping[str, Interval] = {  # what these words can reach at most
    "tanh": (-1, 1),
    "erf": (-1, 1),
    "sigmoid": (0, 1),
    "normal_cdf": (0, 1),
    "atan": (-math.pi / 2, math.pi / 2),
    "sech": (0, 1),
    "normal_pdf": (0, 0.4),
    "sin": (-1, 1),
    "cos": (-1, 1),
    "exp": (0, math.inf),
    "softplus": (0, math.inf),
    "cosh": (1, math.inf),
    "sqrt": (0, math.inf),
    "hypot": (0, math.inf),
}


def enclosure(expression: Expression, values: Mapping[str, float], stretch: Interval) -> Interval:
    """An interval that surely contains the expression for every x in the stretch; (-inf, inf) where rules fail."""
    done: dict[Expression, Interval] = {}
    for node in walk(expression):
        if node.word == "symbol":
            done[node] = stretch if node.name not in values else (values[node.name],) * 2
        elif not node.arguments:
            done[node] = (evaluate(node, {}),) * 2
        else:
            low, high = _enclose(node, [done[part] for part in node.arguments])
            unknown = math.isnan(low) or math.isnan(high)
            done[node] = (-math.inf, math.inf) if unknown else (low, high)
    return done[expression]


def _enclose(node: Expression, parts: list[Interval]) -> Interval:
    word = node.word
    if word in ENCLOSURES:
        return ENCLOSURES[word](*parts)
    if word == "multiply" and node.arguments[0] is node.arguments[1]:
        return _power(parts[0], (2, 2))
    if word in ("multiply", "damped"):
        return _product(*parts)
    low, high = ENDS.get(word, (-math.inf, math.inf))
    if word in RISING:
        below, above = (evaluate_word(word, [end]) if math.isfinite(end) else (low, high)[end > 0] for end in parts[0])
        return max(low, below), min(high, above)
    return low, high


def _product(a: Interval, b: Interval) -> Interval:
    ends = [0.0 if 0 in (x, y) else x * y for x in a for y in b]
    return min(ends), max(ends)


def _quotient(a: Interval, b: Interval) -> Interval:
    if b[0] < 0 < b[1] or b == (0, 0):
        return -math.inf, math.inf
    below = 1 / b[1] if b[1] != 0 else -math.inf
    above = 1 / b[0] if b[0] != 0 else math.inf
    return _product(a, (below, above))


def _power(a: Interval, exponent: Interval) -> Interval:
    ends = sorted(evaluate_word("power", [end, exponent[0]]) for end in a)
    return (0.0 if a[0] < 0 < a[1] and exponent[0] % 2 == 0 else ends[0]), ends[1]


def _absolute(a: Interval) -> Interval:
    return (0.0 if a[0] <= 0 <= a[1] else min(map(abs, a))), max(map(abs, a))


def _compare(a: Interval, b: Interval) -> Interval:
    return (1, 1) if a[0] > b[1] else (0, 0) if a[1] < b[0] else (0, 1)


ENCLOSURES: Mapping[str, Callable[..., Interval]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "negative": lambda a: (-a[1], -a[0]),
    "divide": _quotient,
    "power": _power,
    "absolute": _absolute,
    "minimum": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "maximum": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "greater": _compare,
    "greater_equal": _compare,
    "where": lambda c, a, b: a if c == (1, 1) else b if c == (0, 0) else (min(a[0], b[0]), max(a[1], b[1])),
    "hypot": lambda a, b: (math.hypot(_absolute(a)[0], _absolute(b)[0]), math.inf),
}
