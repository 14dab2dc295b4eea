"""How a formula behaves far out: the rule of each word for the leading term as a symbol goes to ±inf."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from actlab.formula.expression import Expression, depends_on, walk
from actlab.formula.leading import (
    ROUNDING,
    ZERO,
    Leading,
    UndecidedError,
    absolute,
    add,
    multiply,
    negative,
    power,
    reciprocal,
    sqrt,
)
from actlab.formula.polynomial import expand
from actlab.formula.primitives import evaluate, evaluate_word

Outcome = Leading | bool | UndecidedError


def leading(expression: Expression, name: str, side: int, values: Mapping[str, float]) -> Leading:
    """The leading term as the symbol `name` goes to side * inf, the other symbols being numbers."""
    done: dict[Expression, Outcome] = {}
    for node in walk(expression):
        try:
            done[node] = _leading_of_node(node, name, side, values, done)
        except UndecidedError as error:  # matters only if a branch that counts uses it
            done[node] = error
    return _decided(done[expression])


def _decided(outcome: Outcome) -> Leading:
    if isinstance(outcome, UndecidedError):
        raise outcome
    return Leading(float(outcome), whole=True) if isinstance(outcome, bool) else outcome


def _leading_of_node(
    node: Expression, name: str, side: int, values: Mapping[str, float], done: Mapping[Expression, Outcome]
) -> Leading | bool:
    if not depends_on(node, name):
        value = evaluate(node, values)
        return value if isinstance(value, bool) else Leading(value, whole=True)
    if node.word == "symbol":
        return Leading(float(side), 1.0, whole=True)
    if node.word == "where" or node.word in LOGIC:
        return _choice(node.word, *(done[argument] for argument in node.arguments))
    terms = [done[argument] for argument in node.arguments]
    if node.word in ("greater", "greater_equal"):
        gap = expand(node.arguments[0] - node.arguments[1])
        terms = terms if gap is None else [leading(gap, name, side, values), ZERO]
    if node.word not in ("add", "subtract"):
        return _apply(node.word, *map(_decided, terms))
    total = _sum(node.word, *map(_decided, terms))
    simpler = expand(node) if total is None or total.bound else None
    if simpler is not None:
        return leading(simpler, name, side, values)
    if total is None:
        raise UndecidedError("the leading terms cancel")
    return total


def _choice(word: str, *outcomes: Outcome) -> Leading | bool:
    """The branch that is taken in the end, or what a combined condition comes to."""
    if word != "where":
        return LOGIC[word](*(bool(_decided(outcome).coefficient) for outcome in outcomes))
    condition, yes, no = outcomes
    if isinstance(condition, UndecidedError):
        raise condition
    return _decided(yes if condition else no)


def _sum(word: str, a: Leading, b: Leading) -> Leading | None:
    """The sum or the difference; None where it is undecided."""
    try:
        return add(a, b if word == "add" else negative(b))
    except UndecidedError:
        return None


def _apply(word: str, *terms: Leading) -> Leading | bool:
    """The word on the leading terms of its arguments."""
    if word in ARITHMETIC:
        return ARITHMETIC[word](*terms)
    if word not in RULES:
        raise UndecidedError(f"{word}() is not known there")
    (u,) = terms
    if u.bound:
        return _of_bound(word, u)
    if u.trend == 0:
        return _at_limit(word, u)
    return replace(RULES[word](u), whole=word == "exp" and u.whole and u.trend > 0)


def _of_bound(word: str, u: Leading) -> Leading:
    """A continuous word near 0, of something that is known to be small only."""
    if u.trend > 0 or word == "log":
        raise UndecidedError("smaller than the term may mean anything")
    value = evaluate_word(word, [0.0])
    return u if value == 0 else Leading(value)


def _at_limit(word: str, u: Leading) -> Leading:
    """A continuous word of something that levels off."""
    value = evaluate_word(word, [u.limit])
    return Leading(1.0, bound=True) if abs(value) <= ROUNDING else Leading(value)


def _undecided(_: Leading) -> Leading:
    raise UndecidedError("it has no limit there")


def _levelling(small: Rule, left: Rule, right: float) -> Rule:
    """A word that is `small` near 0, decays as `left` to the left and levels off to the right."""

    def rule(u: Leading) -> Leading:
        if u.trend < 0:
            return small(u)
        return Leading(right) if u.coefficient > 0 else left(u)

    return rule


def _odd_step(height: float, slope: float = 1.0) -> Rule:
    """An odd word with `slope` at 0 that levels off at `height`."""

    def rule(u: Leading) -> Leading:
        return multiply(Leading(slope), u) if u.trend < 0 else Leading(math.copysign(height, u.coefficient))

    return rule


def _exp(u: Leading) -> Leading:
    return Leading(1.0, exponent=u, exact=u.whole) if u.trend > 0 else Leading(1.0)


def _expm1(u: Leading) -> Leading:
    if u.trend < 0:
        return u
    return _exp(u) if u.coefficient > 0 else Leading(-1.0)


def _log(u: Leading) -> Leading:
    if u.coefficient <= 0:
        raise UndecidedError("the logarithm of a negative number")
    if u.exponent is not None:
        return u.exponent
    if u.power:
        return Leading(u.power, logs=1.0)
    return Leading(1.0, logs=1.0, bound=True)  # log(log(t)) grows more slowly than log(t)


def _log1p(u: Leading) -> Leading:
    return u if u.trend < 0 else _log(u)


def _sign(u: Leading) -> Leading:
    if u.bound:
        raise UndecidedError("what is only known to be small may have any sign")
    return Leading(math.copysign(1.0, u.coefficient), whole=True) if u.coefficient else ZERO


def _softplus(u: Leading) -> Leading:
    if u.trend < 0:
        return Leading(math.log(2))
    return u if u.coefficient > 0 else _exp(u)


def _normal_pdf(u: Leading) -> Leading:
    return multiply(Leading(1 / math.sqrt(2 * math.pi)), _exp(multiply(Leading(-0.5, whole=True), multiply(u, u))))


def _normal_left_tail(u: Leading) -> Leading:
    return multiply(_normal_pdf(u), reciprocal(negative(u)))


def _sinh(u: Leading) -> Leading:
    return u if u.trend < 0 else multiply(Leading(math.copysign(0.5, u.coefficient)), _exp(absolute(u)))


def _cosh(u: Leading) -> Leading:
    return Leading(1.0) if u.trend < 0 else multiply(Leading(0.5), _exp(absolute(u)))


def _asinh(u: Leading) -> Leading:
    return u if u.trend < 0 else multiply(Leading(math.copysign(1.0, u.coefficient)), _log(absolute(u)))


def _sech(u: Leading) -> Leading:
    return Leading(1.0) if u.trend < 0 else multiply(Leading(2.0), _exp(negative(absolute(u))))


def _x_minus_tanh(u: Leading) -> Leading:
    return u if u.trend > 0 else multiply(Leading(1 / 3), power(u, 3))


def _compare(a: Leading, b: Leading) -> int:
    """The sign of a - b in the end."""
    difference = add(a, negative(b))
    if difference.bound:
        raise UndecidedError("the leading terms cancel")
    return (difference.coefficient > 0) - (difference.coefficient < 0)


def _choose(a: Leading, b: Leading, sign: int) -> Leading:
    """The larger one for sign 1, the smaller one for -1."""
    try:
        return a if _compare(a, b) == sign else b
    except UndecidedError:
        if a.bound or b.bound or not add(a, negative(b)).bound:
            raise
        return replace(a, whole=False)  # both are the same as far as one can see


Rule = Callable[[Leading], Leading]

ARITHMETIC: Mapping[str, Callable[..., Leading | bool]] = {  # words that keep track of what was dropped
    "multiply": multiply,
    "damped": multiply,
    "divide": lambda a, b: multiply(a, reciprocal(b)),
    "negative": negative,
    "power": lambda a, exponent: power(a, int(exponent.coefficient)),
    "absolute": absolute,
    "sign": _sign,
    "sqrt": sqrt,
    "hypot": lambda a, b: sqrt(add(multiply(a, a), multiply(b, b))),
    "minimum": lambda a, b: _choose(a, b, -1),
    "maximum": lambda a, b: _choose(a, b, 1),
    "greater": lambda a, b: _compare(a, b) > 0,
    "greater_equal": lambda a, b: _compare(a, b) >= 0,
}

RULES: Mapping[str, Rule] = {  # of something that vanishes or grows
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "sigmoid": _levelling(lambda u: Leading(0.5), _exp, 1.0),
    "softplus": _softplus,
    "normal_cdf": _levelling(lambda u: Leading(0.5), _normal_left_tail, 1.0),
    "normal_pdf": _normal_pdf,
    "tanh": _odd_step(1.0),
    "erf": _odd_step(1.0, 2 / math.sqrt(math.pi)),
    "atan": _odd_step(math.pi / 2),
    "sin": lambda u: u if u.trend < 0 else _undecided(u),
    "cos": lambda u: Leading(1.0) if u.trend < 0 else _undecided(u),
    "sech": _sech,
    "sinh": _sinh,
    "cosh": _cosh,
    "asinh": _asinh,
    "x_minus_tanh": _x_minus_tanh,
}

LOGIC: Mapping[str, Callable[..., bool]] = {
    "logical_and": lambda a, b: a and b,
    "logical_or": lambda a, b: a or b,
    "logical_not": lambda a: not a,
}
