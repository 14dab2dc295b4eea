"""Exponentials of products and powers, whose argument is kept in two parts: its rounding error would blow up."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce

from actlab.compilers.coefficients import EXP
from actlab.compilers.precision import Layout, horner
from actlab.formula import Expression, constant, symbol, symbols_of
from actlab.formula.expression import apply, where
from actlab.formula.primitives import exp

FEW_STEP = 2.0**-8, 2.0**-20  # a multiple of it, up to 40, has a square without rounding error
LAST = 110.0, 760.0  # exp(-x) is 0 before
HEAD_BITS = 9, 20  # of a number whose square, times one of FACTOR_BITS, has no rounding error
FACTOR_BITS = 7, 12
ZERO = Fraction(0)


def exp_of_minus_square(layout: Layout, x: Expression, factor: float) -> Expression:
    """exp(-factor * x**2) for x up to 40.

    It is split at a number of few bits: exp(-factor * head**2), whose argument is exact for factors 1 and 1/2, times
    a polynomial for the rest.
    """
    head = rounded(x, layout.pick(*FEW_STEP))
    rest = (head - x) * (head + x) * factor  # at most 0.06 in single, 4e-5 in double precision
    power = exp(-(head * head * factor))
    return power + power * (rest * horner(rest, (1.0, 1 / 2, 1 / 6, 1 / 24)))


def decay(layout: Layout, x: Expression) -> Expression:
    """exp(-|x|), the same part for x and for -x; its argument in two parts if it is a * x + b * x**3."""
    cubic = odd_cubic(x)
    if cubic is None or not cubic[1] * cubic[2] > 0:
        return exp(-abs(x.arguments[0] if x.word == "negative" else x))
    return exp_of_minus_cubic(layout, cubic[0], abs(cubic[1]), abs(cubic[2]))


def exp_of_minus_cubic(layout: Layout, x: Expression, first: Fraction, third: Fraction) -> Expression:
    """exp(-(a |x| + b |x|**3)) for positive a and b.

    For a head h of few bits, x**3 - h**3 = (x - h) * (x**2 + x h + h**2) leaves a small rest. Of h * (a + b h**2), the
    sum in brackets is known to more bits than a number has, as exact + small, and split again, so that its head times
    h has no rounding error.
    """
    last, bits, few = (
        (LAST[0], HEAD_BITS[0], FACTOR_BITS[0]) if layout.single else (LAST[1], HEAD_BITS[1], FACTOR_BITS[1])
    )
    end = _end(first, third, last)
    size = at_most(abs(x), constant(end))
    head = rounded(size, constant(_step(end, bits)))
    square = head * head
    factor = _rounded(third, _step(third, few))
    start = _rounded(first, _step(end, bits) ** 2 * _step(third, few))
    exact, small = start + factor * square, (first - start) + (third - factor) * square
    whole = rounded(exact + small, constant(_step(first + third * end * end, layout.digits - bits)))
    rest = head * ((exact - whole) + small) + (size - head) * (first + third * (square + size * head + size * size))
    return grown(layout, exp(-(head * whole)), -rest)


def grown(layout: Layout, power: Expression, rest: Expression) -> Expression:
    """power * exp(rest), for a small rest."""
    return power + power * (rest + rest * rest * layout.polynomial(rest, EXP))


def rounded(x: Expression, step: Expression) -> Expression:
    """The nearest multiple of the step, which is a power of two."""
    return apply("round", x / step) * step


def at_most(x: Expression, high: Expression) -> Expression:
    """`high` where x is above; nan stays."""
    return where(x > high, high, x)


def _end(first: Fraction, third: Fraction, last: float) -> int:
    """A whole number at which a * x + b * x**3 has passed the last argument of exp."""
    end = 1
    while first * end + third * end**3 < last:
        end += 1
    return end


def _step(size: float | Fraction, bits: int) -> Fraction:
    """The last place of a number of this size that has so many bits."""
    return Fraction(2) ** (math.ceil(math.log2(size)) - bits)


def _rounded(x: Fraction, step: Fraction) -> Fraction:
    return round(x / step) * step


def odd_cubic(formula: Expression) -> tuple[Expression, Fraction, Fraction] | None:
    """x, a and b, if the formula is a * x + b * x**3 for a symbol x."""
    names = symbols_of(formula)
    powers = _powers(formula) if len(names) == 1 else None
    return (symbol(*names), powers[1], powers[3]) if powers and set(powers) == {1, 3} else None


def _powers(x: Expression) -> dict[int, Fraction] | None:
    """The coefficient of each power, if the expression is a polynomial of degree 3 at most."""
    if x.word in ("symbol", "constant"):
        return {1: Fraction(1)} if x.word == "symbol" else {0: Fraction(x.value)}
    if x.word == "negative":
        return _times(_powers(x.arguments[0]), {0: Fraction(-1)})
    if x.word == "power":
        base, exponent = x.arguments
        return reduce(_times, [_powers(base)] * int(exponent.value))
    if x.word == "multiply":
        return _times(*map(_powers, x.arguments))
    if x.word == "add":
        left, right = map(_powers, x.arguments)
        return left and right and {place: left.get(place, ZERO) + right.get(place, ZERO) for place in {*left, *right}}
    return None


def _times(left: dict[int, Fraction] | None, right: dict[int, Fraction] | None) -> dict[int, Fraction] | None:
    if not left or not right or max(left) + max(right) > 3:
        return None
    product: dict[int, Fraction] = {}
    for a, x in left.items():
        for b, y in right.items():
            product[a + b] = product.get(a + b, ZERO) + x * y
    return product
