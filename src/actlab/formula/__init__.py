"""What a formula is: expressions over a small set of words, their derivatives, pullbacks and limits."""

from actlab.formula.derivative import derivative, scaled
from actlab.formula.expression import (
    Expression,
    FormulaError,
    constant,
    depends_on,
    substitute,
    symbol,
    symbols_of,
)
from actlab.formula.limits import Breakpoint, breakpoints, limit
from actlab.formula.primitives import WORDS, evaluate
from actlab.formula.pullback import pullback

__all__ = [
    "WORDS",
    "Breakpoint",
    "Expression",
    "FormulaError",
    "breakpoints",
    "constant",
    "depends_on",
    "derivative",
    "evaluate",
    "limit",
    "pullback",
    "scaled",
    "substitute",
    "symbol",
    "symbols_of",
]
