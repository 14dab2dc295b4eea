"""How a formula behaves far out: its leading term c * t**power * log(t)**logs * exp(exponent) for t → +inf."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from actlab.formula.expression import Expression, walk
from actlab.formula.primitives import evaluate


class UndecidedError(ArithmeticError):
    """The leading terms cancel, so they do not decide the limit."""


@dataclass(frozen=True)
class Leading:
    """The leading term for t → +inf.

    `whole` says that nothing was dropped: the term is the formula. `exact` is False where a constant factor was
    lost, because what was dropped stood inside an exponential.
    """

    coefficient: float
    power: float = 0.0
    logs: float = 0.0
    exponent: Leading | None = None
    exact: bool = True
    whole: bool = False

    @property
    def trend(self) -> int:
        """-1 for a vanishing term, 0 for one that levels off, 1 for a growing one."""
        if self.coefficient == 0:
            return -1
        if self.exponent is not None:
            return 1 if self.exponent.coefficient > 0 else -1
        order = self.power or self.logs
        return (order > 0) - (order < 0)

    @property
    def limit(self) -> float:
        """The limit; 0 keeps the sign of the side it is reached from."""
        if self.trend == 0 and not self.exact:
            raise UndecidedError("a constant factor was lost inside an exponential")
        if self.trend == 0:
            return self.coefficient
        return math.copysign(math.inf if self.trend > 0 else 0.0, self.coefficient)


ZERO = Leading(0.0, whole=True)


def leading(expression: Expression, name: str, side: int, values: Mapping[str, float]) -> Leading:
    """The leading term as the symbol `name` goes to side * inf, the other symbols being numbers."""
    done: dict[Expression, Leading | bool | UndecidedError] = {}
    for node in walk(expression):
        try:
            done[node] = _leading_of_node(node, name, side, values, done)
        except UndecidedError as error:  # matters only if a branch that counts uses it
            done[node] = error
    return _decided(done[expression])


def _decided(outcome: Leading | bool | UndecidedError) -> Leading:
    if isinstance(outcome, UndecidedError):
        raise outcome
    return Leading(float(outcome)) if isinstance(outcome, bool) else outcome


def _leading_of_node(
    node: Expression,
    name: str,
    side: int,
    values: Mapping[str, float],
    done: Mapping[Expression, Leading | bool | UndecidedError],
) -> Leading | bool:
    if node.word == "symbol":
        return Leading(float(side), 1.0, whole=True) if node.name == name else Leading(values[node.name], whole=True)
    if not node.arguments:
        return Leading(evaluate(node, {}), whole=True)
    if node.word == "where":
        condition, yes, no = (done[argument] for argument in node.arguments)
        if isinstance(condition, UndecidedError):
            raise condition
        return _decided(yes if condition else no)
    if node.word in LOGIC:
        return LOGIC[node.word](*(bool(_decided(done[argument]).coefficient) for argument in node.arguments))
    terms = [_decided(done[argument]) for argument in node.arguments]
    if node.word in RULES:
        return RULES[node.word](*terms)
    inside = terms[0].limit if len(terms) == 1 else math.nan
    if math.isfinite(inside) and node.word not in SMALL:
        return _at_limit(node.word, inside)
    raise UndecidedError(f"{node.word}() is not known there")


def multiply(a: Leading, b: Leading) -> Leading:
    """The leading term of a product."""
    if a.coefficient == 0 or b.coefficient == 0:
        return ZERO
    exponent, exact = a.exponent or b.exponent, a.exact and b.exact
    if a.exponent is not None and b.exponent is not None:
        try:
            exponent = add(a.exponent, b.exponent)
        except UndecidedError:
            exponent, exact = None, False
        else:
            exact = exact and exponent.whole
            exponent = exponent if exponent.trend > 0 else None
    whole = a.whole and b.whole
    return Leading(a.coefficient * b.coefficient, a.power + b.power, a.logs + b.logs, exponent, exact, whole)


def reciprocal(a: Leading) -> Leading:
    """The leading term of 1 / a."""
    if a.coefficient == 0:
        raise UndecidedError("division by zero")
    exponent = None if a.exponent is None else negative(a.exponent)
    return Leading(1 / a.coefficient, -a.power, -a.logs, exponent, a.exact, a.whole)


def negative(a: Leading) -> Leading:
    """The leading term of -a."""
    return replace(a, coefficient=-a.coefficient)


def add(a: Leading, b: Leading) -> Leading:
    """The leading term of a sum: the dominant one, or both together when they are of one order."""
    if a.coefficient == 0 or b.coefficient == 0:
        return b if a.coefficient == 0 else a
    ratio = multiply(a, reciprocal(b))
    if ratio.trend != 0:
        return replace(a if ratio.trend > 0 else b, whole=False)
    together = a.coefficient + b.coefficient
    if (a.exact and b.exact and together != 0) or a.coefficient * b.coefficient > 0:
        return replace(a, coefficient=together, exact=a.exact and b.exact, whole=a.whole and b.whole)
    if together == 0 and a.whole and b.whole:
        return ZERO
    raise UndecidedError("the leading terms cancel")


def _exp(u: Leading) -> Leading:
    if u.trend <= 0:
        return Leading(math.exp(u.limit))
    return Leading(1.0, exponent=u, exact=u.whole, whole=u.whole)


def _log(u: Leading) -> Leading:
    if u.coefficient < 0:
        raise UndecidedError("the logarithm of a negative number")
    if u.exponent is not None:
        return replace(u.exponent, whole=False)
    if u.power:
        return Leading(u.power, logs=1.0)
    return _at_limit("log", u.limit)


def _log1p(u: Leading) -> Leading:
    if u.trend < 0:
        return u
    return replace(_log(u), whole=False) if u.trend > 0 else _at_limit("log1p", u.limit)


def _sqrt(u: Leading) -> Leading:
    exponent = None if u.exponent is None else multiply(u.exponent, Leading(0.5, whole=True))
    return Leading(math.sqrt(u.coefficient), u.power / 2, u.logs / 2, exponent, u.exact, u.whole)


def _absolute(u: Leading) -> Leading:
    return replace(u, coefficient=abs(u.coefficient))


def _hypot(a: Leading, b: Leading) -> Leading:
    return _sqrt(add(multiply(a, a), multiply(b, b)))


def _power(a: Leading, exponent: Leading) -> Leading:
    product = Leading(1.0, whole=True)
    for _ in range(int(exponent.coefficient)):
        product = multiply(product, a)
    return product


def _step_up(u: Leading, at_minus: Leading, at_plus: float, word: str) -> Leading:
    """A word that levels off: at_minus (a decaying term) to the left, at_plus to the right."""
    if u.trend <= 0:
        return _at_limit(word, u.limit)
    return Leading(at_plus) if u.coefficient > 0 else at_minus


def _sigmoid(u: Leading) -> Leading:
    return _step_up(u, _exp(u), 1.0, "sigmoid")


def _softplus(u: Leading) -> Leading:
    return u if u.trend > 0 and u.coefficient > 0 else _step_up(u, _exp(u), 1.0, "softplus")


def _normal_pdf(u: Leading) -> Leading:
    return multiply(Leading(1 / math.sqrt(2 * math.pi)), _exp(multiply(Leading(-0.5, whole=True), multiply(u, u))))


def _normal_cdf(u: Leading) -> Leading:
    if u.trend <= 0:
        return _at_limit("normal_cdf", u.limit)
    return Leading(1.0) if u.coefficient > 0 else multiply(_normal_pdf(u), reciprocal(negative(u)))


def _odd_step(word: str, height: float) -> Callable[[Leading], Leading]:
    def rule(u: Leading) -> Leading:
        if u.trend < 0:
            return u if word != "erf" else multiply(Leading(2 / math.sqrt(math.pi)), u)
        return Leading(math.copysign(height, u.coefficient)) if u.trend > 0 else _at_limit(word, u.limit)

    return rule


def _growing(word: str, near_zero: Leading | None, sign_left: float) -> Callable[[Leading], Leading]:
    """sinh and cosh: half an exponential on both sides."""

    def rule(u: Leading) -> Leading:
        if u.trend < 0:
            return near_zero or u
        if u.trend == 0:
            return _at_limit(word, u.limit)
        return multiply(Leading(0.5 if u.coefficient > 0 else 0.5 * sign_left), _exp(_absolute(u)))

    return rule


def _x_minus_tanh(u: Leading) -> Leading:
    if u.trend > 0:
        return u
    return multiply(Leading(1 / 3), _power(u, Leading(3.0))) if u.trend < 0 else _at_limit("x_minus_tanh", u.limit)


def _expm1(u: Leading) -> Leading:
    if u.trend > 0:
        return _exp(u) if u.coefficient > 0 else Leading(-1.0)
    return u if u.trend < 0 else _at_limit("expm1", u.limit)


def _asinh(u: Leading) -> Leading:
    if u.trend <= 0:
        return u if u.trend < 0 else _at_limit("asinh", u.limit)
    return multiply(Leading(math.copysign(1.0, u.coefficient)), _log(_absolute(u)))


def _sign(u: Leading) -> Leading:
    return ZERO if u.coefficient == 0 else Leading(math.copysign(1.0, u.coefficient))


def _sech(u: Leading) -> Leading:
    return multiply(Leading(2.0), _exp(negative(_absolute(u)))) if u.trend > 0 else _at_limit("sech", u.limit)


def _at_limit(word: str, inside: float) -> Leading:
    from actlab.formula.primitives import WORDS

    value = WORDS[word].value
    assert value is not None, f"{word} has no value on a number"
    return Leading(value(inside))


def _compare(a: Leading, b: Leading, *, equal: bool) -> bool:
    difference = ZERO if a == b else add(a, negative(b))
    return difference.coefficient > 0 or (equal and difference.coefficient == 0)


SMALL = frozenset({"log", "sin"})  # not continuous at 0, or worth more than its limit there

RULES: Mapping[str, Callable[..., Leading | bool]] = {
    "add": add,
    "subtract": lambda a, b: add(a, negative(b)),
    "multiply": multiply,
    "damped": multiply,
    "divide": lambda a, b: multiply(a, reciprocal(b)),
    "negative": negative,
    "power": _power,
    "absolute": _absolute,
    "sign": _sign,
    "minimum": lambda a, b: b if _compare(a, b, equal=False) else a,
    "maximum": lambda a, b: a if _compare(a, b, equal=False) else b,
    "sqrt": _sqrt,
    "hypot": _hypot,
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "normal_cdf": _normal_cdf,
    "normal_pdf": _normal_pdf,
    "tanh": _odd_step("tanh", 1.0),
    "erf": _odd_step("erf", 1.0),
    "atan": _odd_step("atan", math.pi / 2),
    "sech": _sech,
    "sinh": _growing("sinh", None, -1.0),
    "cosh": _growing("cosh", Leading(1.0), 1.0),
    "asinh": _asinh,
    "x_minus_tanh": _x_minus_tanh,
    "greater": lambda a, b: _compare(a, b, equal=False),
    "greater_equal": lambda a, b: _compare(a, b, equal=True),
}

LOGIC: Mapping[str, Callable[..., bool]] = {
    "logical_and": lambda a, b: a and b,
    "logical_or": lambda a, b: a or b,
    "logical_not": lambda a: not a,
}
