"""Derivatives of elementwise formulas: one rule a word and the chain rule, branch by branch under `where`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from actlab.formula.expression import (
    Expression,
    FormulaError,
    constant,
    depends_on,
    divide,
    multiply,
    walk,
    where,
)
from actlab.formula.polynomial import expand
from actlab.formula.primitives import (
    cos,
    cosh,
    damped,
    exp,
    hypot,
    normal_pdf,
    sech,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    tanh,
)

ONE, ZERO = constant(1), constant(0)

SLOPES: Mapping[str, Callable[[Expression], Expression]] = {  # the slope of each word of one argument
    "negative": lambda u: constant(-1),
    "absolute": sign,
    "sign": lambda u: ZERO,
    "sqrt": lambda u: 1 / (2 * sqrt(u)),
    "exp": exp,
    "expm1": exp,
    "log": lambda u: 1 / u,
    "log1p": lambda u: 1 / (1 + u),
    "sin": cos,
    "cos": lambda u: -sin(u),
    "atan": lambda u: 1 / (1 + u**2),
    "sinh": cosh,
    "cosh": sinh,
    "asinh": lambda u: 1 / hypot(1, u),
    "tanh": lambda u: sech(u) ** 2,
    "sech": lambda u: -(sech(u) * tanh(u)),
    "sigmoid": lambda u: sigmoid(u) * sigmoid(-u),
    "softplus": sigmoid,
    "erf": lambda u: 2 * sqrt(2) * normal_pdf(sqrt(2) * u),
    "normal_cdf": normal_pdf,
    "normal_pdf": lambda u: -(u * normal_pdf(u)),
    "x_minus_tanh": lambda u: tanh(u) ** 2,
}


def _quotient(a: Expression, b: Expression, da: Expression, db: Expression) -> Expression:
    """(a / b)': by the polynomial numerator where terms cancel (else digits would), and without squaring b."""
    if db.is_number(0):
        return da / b
    numerator = expand(da * b - a * db)
    if numerator is not None:
        return divide(divide(numerator, b), b)
    return (da - a / b * db) / b


PAIRS: Mapping[str, Callable[[Expression, Expression, Expression, Expression], Expression]] = {
    "add": lambda a, b, da, db: da + db,
    "subtract": lambda a, b, da, db: da - db,
    "multiply": lambda a, b, da, db: da * b + a * db,
    "damped": lambda a, b, da, db: damped(da, b) + damped(a, db),
    "divide": _quotient,
    "power": lambda a, b, da, db: b * a ** (int(b.value) - 1) * da,
    "minimum": lambda a, b, da, db: where(a > b, db, da),
    "maximum": lambda a, b, da, db: where(a > b, da, db),
    "hypot": lambda a, b, da, db: a / hypot(a, b) * da + b / hypot(a, b) * db,
}

# Words whose slope falls towards 0: there the slope of the inside may overflow before it, and 0 * inf is nan.
FADING = frozenset({"exp", "expm1", "tanh", "sech", "sigmoid", "softplus", "erf", "normal_cdf", "normal_pdf"})
BOUNDED = frozenset({"tanh", "sech", "sigmoid", "erf", "normal_cdf", "normal_pdf", "sin", "cos", "atan", "sign"})


@cache
def derivative(expression: Expression, name: str) -> Expression:
    """The derivative of an elementwise expression with respect to the symbol `name`."""
    slopes: dict[Expression, Expression] = {}
    for node in walk(expression):
        slopes[node] = _slope_of_node(node, name, slopes)
    return slopes[expression]


def _slope_of_node(node: Expression, name: str, slopes: Mapping[Expression, Expression]) -> Expression:
    if not depends_on(node, name):
        return ZERO
    if node.word == "symbol":
        return ONE
    if node.word == "where":
        condition, yes, no = node.arguments
        return where(condition, slopes[yes], slopes[no])
    if node.word in PAIRS:
        a, b = node.arguments
        return PAIRS[node.word](a, b, slopes[a], slopes[b])
    if node.word in SLOPES:
        (u,) = node.arguments
        join = damped if node.word in FADING and not is_bounded(slopes[u]) else multiply
        return join(SLOPES[node.word](u), slopes[u])
    if node.word in ("greater", "greater_equal", "logical_and", "logical_or", "logical_not"):
        return ZERO  # a condition has no slope: `where` goes through its branches
    raise FormulaError(f"{node.word}() works along an axis and has no elementwise derivative; use pullback().")


def scaled(slope: Expression, factor: Expression) -> Expression:
    """slope * factor, with the product inside the branches: one that is 0 stays 0, also beside an infinite factor.

    >>> from actlab.formula import symbol
    >>> scaled(where(symbol("x") > 0, 1, 0), symbol("upstream"))
    where(x > 0, upstream, 0)
    """
    if slope.word != "where":
        return slope * factor
    condition, yes, no = slope.arguments
    return where(condition, scaled(yes, factor), scaled(no, factor))


@cache
def is_bounded(expression: Expression) -> bool:
    """Whether the expression is surely bounded, whatever its symbols: a cautious yes."""
    if expression.word in ("constant", "pi"):
        return True
    if expression.word in BOUNDED:
        return True
    if expression.word == "where":
        return all(is_bounded(branch) for branch in expression.arguments[1:])
    return expression.word in ("add", "subtract", "multiply", "negative") and all(map(is_bounded, expression.arguments))
