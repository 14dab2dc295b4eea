"""Leading terms c * t**power * log(t)**logs * exp(exponent) for t → +inf, and how they add and multiply."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


class UndecidedError(ArithmeticError):
    """The leading terms cancel, so they do not decide the limit."""


@dataclass(frozen=True)
class Leading:
    """The leading term for t → +inf.

    `whole` says that nothing was dropped: the term is the formula. `exact` is False where a factor was lost, because
    what was dropped stood inside an exponential. `bound` says that the formula is smaller than the term, by an
    unknown order: that is left where two terms cancel.
    """

    coefficient: float
    power: float = 0.0
    logs: float = 0.0
    exponent: Leading | None = None
    exact: bool = True
    whole: bool = False
    bound: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.coefficient):
            raise UndecidedError("the coefficient is beyond all numbers")

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
        """The limit; 0 keeps the sign of the side it is reached from, where that is known."""
        if self.bound:
            if self.trend > 0:
                raise UndecidedError("smaller than a growing term may mean anything")
            return 0.0
        if self.trend == 0 and not self.exact:
            raise UndecidedError("a constant factor was lost inside an exponential")
        if self.trend == 0:
            return self.coefficient
        return math.copysign(math.inf if self.trend > 0 else 0.0, self.coefficient)


ZERO = Leading(0.0, whole=True)
ROUNDING = 1e-12  # coefficients that differ by less may be equal


def multiply(a: Leading, b: Leading) -> Leading:
    """The leading term of a product."""
    if a.coefficient == 0 or b.coefficient == 0:
        return ZERO
    exponent, exact = a.exponent or b.exponent, a.exact and b.exact
    if a.exponent is not None and b.exponent is not None:
        exponent = add(a.exponent, b.exponent)
        if exponent.bound:
            raise UndecidedError("the exponents cancel")
        exact = exact and exponent.whole
        exponent = exponent if exponent.trend > 0 else None
    return Leading(
        a.coefficient * b.coefficient,
        a.power + b.power,
        a.logs + b.logs,
        exponent,
        exact,
        a.whole and b.whole,
        a.bound or b.bound,
    )


def reciprocal(a: Leading) -> Leading:
    """The leading term of 1 / a."""
    if a.coefficient == 0 or a.bound:
        raise UndecidedError("division by something that may be zero")
    exponent = None if a.exponent is None else negative(a.exponent)
    return Leading(1 / a.coefficient, -a.power, -a.logs, exponent, a.exact, a.whole)


def negative(a: Leading) -> Leading:
    """The leading term of -a."""
    return replace(a, coefficient=-a.coefficient)


def absolute(a: Leading) -> Leading:
    """The leading term of |a|."""
    return replace(a, coefficient=abs(a.coefficient))


def add(a: Leading, b: Leading) -> Leading:
    """The leading term of a sum: the dominant one, or both together when they are of one order."""
    if a.coefficient == 0 or b.coefficient == 0:
        return b if a.coefficient == 0 else a
    try:
        ratio = multiply(replace(a, bound=False), reciprocal(replace(b, bound=False)))
    except UndecidedError:
        return _decaying_alike(a, b)
    if ratio.trend != 0:
        return replace(a if ratio.trend > 0 else b, whole=False)
    if a.bound or b.bound:
        return replace(b if a.bound else a, whole=False)
    together = a.coefficient + b.coefficient
    cancels = abs(together) <= ROUNDING * abs(a.coefficient)
    if (a.exact and b.exact and not cancels) or a.coefficient * b.coefficient > 0:
        return replace(a, coefficient=together, exact=a.exact and b.exact, whole=a.whole and b.whole)
    if together == 0 and a.whole and b.whole:
        return ZERO
    if together == 0 and a.exact and b.exact:
        return replace(a, bound=True, whole=False)
    raise UndecidedError("the leading terms cancel")


def _decaying_alike(a: Leading, b: Leading) -> Leading:
    """A bound for the sum of two terms whose exponents have the same leading term, and differ by lower ones."""
    if a.exponent is None or a.trend > 0 or b.trend > 0:
        raise UndecidedError("the exponents cancel")
    return Leading(1.0, exponent=multiply(a.exponent, Leading(0.5)), bound=True)


def power(a: Leading, exponent: int) -> Leading:
    """The leading term of a ** exponent."""
    product = Leading(1.0, whole=True)
    for _ in range(exponent):
        product = multiply(product, a)
    return product


def sqrt(a: Leading) -> Leading:
    """The leading term of the square root."""
    if a.coefficient < 0:
        raise UndecidedError("the square root of a negative number")
    exponent = None if a.exponent is None else multiply(a.exponent, Leading(0.5, whole=True))
    return replace(a, coefficient=math.sqrt(a.coefficient), power=a.power / 2, logs=a.logs / 2, exponent=exponent)
