"""The oracle: formulas in as many digits as one asks for (needs mpmath, which comes with the extra `dev`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath

from actlab.formula import Expression
from actlab.formula.expression import walk


def _x_minus_tanh(x: Any) -> Any:
    lost = 0 if x == 0 else max(0, -2 * int(mpmath.log10(abs(x)))) + 5  # the digits that cancel near 0
    with mpmath.extradps(lost):
        return x - mpmath.tanh(x)


TABLE: Mapping[str, Callable[..., Any]] = {
    "pi": lambda: +mpmath.pi,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "damped": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negative": lambda a: -a,
    "power": lambda a, exponent: a ** int(exponent),
    "absolute": abs,
    "sign": mpmath.sign,
    "minimum": min,
    "maximum": max,
    "sqrt": mpmath.sqrt,
    "hypot": mpmath.hypot,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "logical_and": lambda a, b: a and b,
    "logical_or": lambda a, b: a or b,
    "logical_not": lambda a: not a,
    "where": lambda condition, yes, no: yes if condition else no,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "atan": mpmath.atan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "asinh": mpmath.asinh,
    "tanh": mpmath.tanh,
    "sech": mpmath.sech,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)) if x < 0 else x + mpmath.log1p(mpmath.exp(-x)),
    "erf": mpmath.erf,
    "normal_cdf": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "normal_pdf": lambda x: mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi),
    "x_minus_tanh": _x_minus_tanh,
}


REFUSED = ("total", "log_total_exp")  # reductions: the oracle works on one number


def evaluate(expression: Expression, values: Mapping[str, Any], digits: int = 50) -> Any:
    """The value at one point, as an mpf; `values` are floats (taken exactly) or mpf."""
    with mpmath.workdps(digits):
        done: dict[Expression, Any] = {}
        for node in walk(expression):
            if node.word == "symbol":
                done[node] = mpmath.mpf(values[node.name])
            elif node.word == "constant":
                done[node] = _number(node.value)
            elif node.word in REFUSED:
                raise NotImplementedError(f"The mpmath oracle works on one number, so it has no {node.word}().")
            else:
                done[node] = TABLE[node.word](*(done[argument] for argument in node.arguments))
        return +done[expression]


def slope(expression: Expression, name: str, values: Mapping[str, Any], digits: int = 50) -> Any:
    """The derivative at one point by a difference of the formula itself, with no rule of ours involved."""
    with mpmath.workdps(2 * digits):
        at = mpmath.mpf(values[name])
        width = mpmath.mpf(10) ** (-digits // 2) * max(1, abs(at))

        def value(x: Any) -> Any:
            return evaluate(expression, {**values, name: x}, 2 * digits)

        # Central differences of order 6 leave an error of width**6, far below the digits asked for.
        weights = ((1, 45), (2, -9), (3, 1))
        total = sum(weight * (value(at + k * width) - value(at - k * width)) for k, weight in weights)
        return total / (60 * width)


def _number(value: Any) -> Any:
    if isinstance(value, int | float):
        return mpmath.mpf(value)
    return mpmath.mpf(value.numerator) / value.denominator
