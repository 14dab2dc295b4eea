"""The words of the formula language: how many arguments each takes and its value on plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from actlab.formula.expression import Expression, FormulaError, Operand, apply, as_expression, walk, where

__all__ = [
    "WORDS", "Word", "absolute", "asinh", "atan", "clip", "cos", "cosh", "damped", "erf", "evaluate", "exp", "expm1",
    "hypot", "log", "log1p", "log_total_exp", "maximum", "minimum", "normal_cdf", "normal_pdf", "pi", "sech", "sigmoid",
    "sign", "sin", "sinh", "softplus", "sqrt", "tanh", "total", "where", "x_minus_tanh",
]  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One word: its number of arguments and its value on floats (None for reductions, which need an axis)."""

    arity: int
    value: Callable[..., float] | None


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _sigmoid(x: float) -> float:
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)


def _sech(x: float) -> float:
    small = math.exp(-abs(x))
    return 2 * small / (1 + small * small)


def _tanh_series(terms: int) -> tuple[float, ...]:
    """The Taylor coefficients of (x - tanh(x)) / x**3 in x**2, from tanh' = 1 - tanh**2."""
    tanh_terms = [Fraction(1)]
    for order in range(1, terms + 1):
        square = sum((tanh_terms[k] * tanh_terms[order - 1 - k] for k in range(order)), Fraction(0))
        tanh_terms.append(-square / (2 * order + 1))
    return tuple(float(-term) for term in tanh_terms[1:])


X_MINUS_TANH_SERIES = _tanh_series(24)
X_MINUS_TANH_SPLIT = 0.75  # below it the series holds to double precision, above it little cancels


def _x_minus_tanh(x: float) -> float:
    if not abs(x) < X_MINUS_TANH_SPLIT:
        return x - math.tanh(x)
    series = 0.0
    for coefficient in reversed(X_MINUS_TANH_SERIES):
        series = series * x * x + coefficient
    return x * x * x * series


def _divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a != 0 else math.nan


def _unless_nan(choose: Callable[[float, float], float]) -> Callable[[float, float], float]:
    return lambda a, b: choose(a, b) if a == a and b == b else math.nan


WORDS: Mapping[str, Word] = {
    "pi": Word(0, lambda: math.pi),
    "add": Word(2, lambda a, b: a + b),
    "subtract": Word(2, lambda a, b: a - b),
    "multiply": Word(2, lambda a, b: a * b),
    "damped": Word(2, lambda decay, growth: decay * growth if decay != 0 else 0.0),
    "divide": Word(2, _divide),
    "negative": Word(1, lambda a: -a),
    "power": Word(2, lambda a, exponent: a**exponent),
    "absolute": Word(1, abs),
    "sign": Word(1, lambda a: float(a > 0) - float(a < 0) if a == a else a),
    "minimum": Word(2, _unless_nan(min)),
    "maximum": Word(2, _unless_nan(max)),
    "sqrt": Word(1, math.sqrt),
    "hypot": Word(2, math.hypot),
    "greater": Word(2, lambda a, b: a > b),
    "greater_equal": Word(2, lambda a, b: a >= b),
    "logical_and": Word(2, lambda a, b: a and b),
    "logical_or": Word(2, lambda a, b: a or b),
    "logical_not": Word(1, lambda a: not a),
    "where": Word(3, lambda condition, yes, no: yes if condition else no),
    "exp": Word(1, math.exp),
    "expm1": Word(1, math.expm1),
    "log": Word(1, lambda a: math.log(a) if a > 0 else -math.inf if a == 0 else math.nan),
    "log1p": Word(1, lambda a: math.log1p(a) if a > -1 else -math.inf if a == -1 else math.nan),
    "sin": Word(1, math.sin),
    "cos": Word(1, math.cos),
    "atan": Word(1, math.atan),
    "sinh": Word(1, math.sinh),
    "cosh": Word(1, math.cosh),
    "asinh": Word(1, math.asinh),
    "tanh": Word(1, math.tanh),
    "sech": Word(1, _sech),
    "sigmoid": Word(1, _sigmoid),
    "softplus": Word(1, _softplus),
    "erf": Word(1, math.erf),
    "normal_cdf": Word(1, lambda a: math.erfc(-a / math.sqrt(2)) / 2),
    "normal_pdf": Word(1, lambda a: math.exp(-(min(abs(a), 40.0) ** 2) / 2) / math.sqrt(2 * math.pi)),
    "x_minus_tanh": Word(1, _x_minus_tanh),
    "total": Word(1, None),
    "log_total_exp": Word(1, None),
}

REDUCTIONS = frozenset(name for name, word in WORDS.items() if word.value is None)


def evaluate(expression: Expression, values: Mapping[str, float]) -> float:
    """The value of an elementwise expression on plain numbers; overflow gives infinity, sqrt(-1) gives nan."""
    done: dict[Expression, float] = {}
    for node in walk(expression):
        if node.word == "symbol":
            done[node] = float(values[node.name])
        elif node.word == "constant":
            done[node] = float(node.value)
        else:
            done[node] = evaluate_word(node.word, [done[argument] for argument in node.arguments])
    return done[expression]


def evaluate_word(word: str, arguments: Sequence[float]) -> float:
    """The value of one word on plain numbers."""
    value = WORDS[word].value
    if value is None:
        raise FormulaError(f"{word}() works along an axis, so it has no value on a single number.")
    try:
        if word == "power":
            return float(arguments[0] ** int(arguments[1]))
        return value(*arguments)
    except OverflowError:  # of exp, expm1, sinh, cosh and powers: only sinh and odd powers go below zero
        downwards = arguments[0] < 0 and (word == "sinh" or (word == "power" and arguments[1] % 2 == 1))
        return -math.inf if downwards else math.inf
    except ValueError:  # sqrt(-1), sin(inf), cos(inf)
        return math.nan


def _word(name: str, summary: str) -> Callable[[Operand], Expression]:
    def word(operand: Operand) -> Expression:
        return apply(name, operand)

    word.__name__ = word.__qualname__ = name
    word.__doc__ = summary
    return word


absolute = _word("absolute", "|x|; its slope at 0 is 0.")
sign = _word("sign", "-1, 0 or 1.")
sqrt = _word("sqrt", "The square root.")
exp = _word("exp", "e to the power x.")
expm1 = _word("expm1", "exp(x) - 1, accurate near 0.")
log = _word("log", "The natural logarithm.")
log1p = _word("log1p", "log(1 + x), accurate near 0.")
sin = _word("sin", "The sine.")
cos = _word("cos", "The cosine.")
atan = _word("atan", "The inverse tangent.")
sinh = _word("sinh", "The hyperbolic sine.")
cosh = _word("cosh", "The hyperbolic cosine.")
asinh = _word("asinh", "The inverse hyperbolic sine.")
tanh = _word("tanh", "The hyperbolic tangent.")
sech = _word("sech", "1 / cosh(x); its square is the slope of tanh, exact where 1 - tanh(x)**2 is 0.")
sigmoid = _word("sigmoid", "1 / (1 + exp(-x)).")
softplus = _word("softplus", "log(1 + exp(x)).")
erf = _word("erf", "The error function.")
normal_cdf = _word("normal_cdf", "The standard normal distribution function, exact in its left tail.")
normal_pdf = _word("normal_pdf", "The standard normal density.")
x_minus_tanh = _word("x_minus_tanh", "x - tanh(x), accurate near 0.")
total = _word("total", "The sum along the axis.")
log_total_exp = _word("log_total_exp", "log(total(exp(x))) along the axis, without overflow.")

pi = apply("pi")


def hypot(a: Operand, b: Operand) -> Expression:
    """sqrt(a**2 + b**2), without overflow."""
    return apply("hypot", a, b)


def minimum(a: Operand, b: Operand) -> Expression:
    """The smaller one; where they are equal, the slope is that of `a`."""
    return apply("minimum", a, b)


def maximum(a: Operand, b: Operand) -> Expression:
    """The larger one; where they are equal, the slope is that of `b`."""
    return apply("maximum", a, b)


def damped(decay: Operand, growth: Operand) -> Expression:
    """decay * growth, and 0 where `decay` has underflowed to 0, even if `growth` has overflowed."""
    a, b = as_expression(decay), as_expression(growth)
    return a * b if a.is_constant or b.is_constant else apply("damped", a, b)


def clip(x: Expression, low: Operand, high: Operand) -> Expression:
    """x between the two bounds; on the bounds its slope is 0, as in PyTorch's hardtanh."""
    return where(x > low, where(x < high, x, high), low)
