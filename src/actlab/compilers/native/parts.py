"""What the words are made of: exponentials and quotients whose rounding errors are known, and logarithms.

Powers of two are made from bits, logarithms are split by bits, and between stand polynomials (coefficients.py says how
they were fitted). What is said to be exact relies on an `fma` that rounds once: on a processor without one, the words
lose about one unit in the last place, and the far tails of the normal distribution keep 5 digits of float32.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from actlab.compilers.coefficients import EXP, LOG
from actlab.compilers.native.floats import Float, Operand, at_least, at_most, fma, polynomial, power_of_two, select
from actlab.compilers.native.values import Value

LN2_HIGH = -0.693145751953125, -0.693147180369123816490  # their products with whole numbers are exact
LN2_LOW = -1.42860682030941723212e-6, -1.90821492927058770002e-10
RAISED = 64, 512  # the power of two that keeps a small exponential from being subnormal
DEEP = -80.0, -690.0  # where it is needed: raised, exp is still nothing beside 1
BOTTOM = -132.3911, -1063.982  # exp is 0 before: its raised power has the bits of 0
TOP = 43.0, 353.0  # from here on 1 is nothing beside exp, whose square does not overflow, whatever rest below 1 it has


@dataclass(frozen=True, eq=False)
class Split:
    """A float and what it lacks to the exact number."""

    high: Float
    low: Float

    def __mul__(self, factor: Operand) -> Split:
        """Times a power of two."""
        return Split(self.high * factor, self.low * factor)


def argument(x: Value) -> tuple[Float, Float | None]:
    """A word's argument and its rest; no rest where the argument, and so the rest, is out of range."""
    return x.high, x.rest and select(abs(x.rest) < 1, x.rest, 0)


def exp_parts(
    x: Float, low: Float | None, raised: int = 0, factors: tuple[Float, Float] | None = None
) -> tuple[Split, Float]:
    """(p, n) with exp(x + low) = (1 + p) * 2**(n - raised), |p| < 0.42, low a tiny rest; n as power_of_two takes it.

    Factors whose rounded product x is stand for it without that rounding.
    """
    magic = x.layout.magic + x.layout.bias + raised
    counted = fma(x, 1 / math.log(2), magic)
    whole = counted - magic
    high = x.pick(LN2_HIGH)
    rest = fma(whole, x.pick(LN2_LOW), fma(*factors, whole * high) if factors else fma(whole, high, x))
    rest = rest if low is None else rest + low
    square, series = rest * rest, polynomial(rest, EXP)
    p = fma(square, series, rest)
    return Split(p, fma(square, series, rest - p)), counted


@dataclass(frozen=True, eq=False)
class Exponential:
    """exp(x + low) for x <= TOP, in parts: (1 + p) * power * scale; nothing is computed that is not asked for.

    Where exp would be close to underflow, it is raised by a power of two, and `scale` takes that back; raised, it is
    still nothing beside 1, so that only products ask for the scale. At the bottom it is exactly 0.

    Args:
        x: No further down than BOTTOM, if there are factors.
        low: What is to be added to x.
        factors: Two floats whose rounded product x is, where their exact product is meant.
        lift: The powers of two by which it is raised in any case, in float32 and in float64.
    """

    x: Float
    low: Float | None = None
    factors: tuple[Float, Float] | None = None
    lift: tuple[int, int] | None = None

    @cached_property
    def at(self) -> Float:
        """x, no further down than counts."""
        return self.x if self.factors else at_least(self.x, self.x.pick(BOTTOM))

    @cached_property
    def _raised(self) -> int:
        return (self.lift or RAISED)[not self.x.layout.single]

    @cached_property
    def _parts(self) -> tuple[Split, Float]:
        return exp_parts(self.at, self.low, self._raised if self.lift else 0, self.factors)

    @cached_property
    def _is_deep(self) -> Float:
        return self.x < self.x.pick(DEEP)

    @property
    def p(self) -> Float:
        """exp(x) = (1 + p) * power * scale, |p| < 0.42."""
        return self._parts[0].high

    def minus_one(self) -> Split:
        """exp(x) - 1, accurate near 0."""
        p, power = self._parts[0], self.power
        high = fma(p.high, power, power - 1)
        return Split(high, fma(p.low, power, fma(p.high, power, (power - 1) - high)))

    @cached_property
    def digits(self) -> Float:
        """1 + p."""
        return 1 + self.p

    @cached_property
    def power(self) -> Float:
        """A power of two that is never subnormal."""
        counted = self._parts[1]
        return power_of_two(counted) if self.lift else power_of_two(counted, self._is_deep, self._raised)

    @cached_property
    def scale(self) -> Float:
        """Another power of two, 1 unless exp(x) is close to underflow, or raised in any case."""
        scale = self.x.number(2.0**-self._raised)
        return scale if self.lift else select(self._is_deep, scale, 1)

    @cached_property
    def value(self) -> Split:
        """exp(x) / scale."""
        high = self.digits * self.power
        return Split(high, fma(self.p, self.power, self.power - high))

    @cached_property
    def share(self) -> Share:
        """1 / (1 + exp(x))."""
        bottom = fma(self.p, self.power, 1 + self.power)
        return Share(Split(bottom, fma(self.p, self.power, self.power - (bottom - 1))))

    def times(self, share: Share) -> Split:
        """digits * share."""
        return grown(share.high, fma(self.digits, share.off, self.p))


def decay(x: Value, factor: int = 1) -> Exponential:
    """exp(-factor * |x|), which tanh, sech, sigmoid and softplus are built on, and so share; factor is 1 or 2."""
    at, low = argument(x)
    if low is not None:
        low = select(at < 0, low, -low) * factor
    return Exponential(-abs(at) * factor if factor != 1 else -abs(at), low)


def growth(x: Value) -> Exponential:
    """exp(x), and no more of it than counts beside 1."""
    at, low = argument(x)
    return Exponential(at_most(at, at.pick(TOP)), low)


def product(a: Split, b: Split) -> Split:
    """a * b."""
    high = a.high * b.high
    return Split(high, fma(a.high, b.high, -high) + fma(a.high, b.low, a.low * b.high))


def polynomial_split(x: Float, table: tuple[Sequence[float], Sequence[float]]) -> Split:
    """The polynomial, with what its last step rounds away; its first coefficient is the larger part."""
    inner, start = polynomial(x, (table[0][1:], table[1][1:])), x.pick((table[0][0], table[1][0]))
    high = fma(inner, x, start)
    return Split(high, fma(inner, x, start - high))


@dataclass(frozen=True, eq=False)
class Share:
    """The reciprocal of a number, which is (1 + off) * high."""

    bottom: Split

    @cached_property
    def high(self) -> Float:
        """The reciprocal, rounded."""
        return 1 / self.bottom.high

    @cached_property
    def off(self) -> Float:
        """What it is off by, relatively."""
        return fma(-self.high, self.bottom.low, fma(-self.high, self.bottom.high, 1))

    def times(self, top: Split) -> Split:
        """top / bottom, nearly rounded right."""
        rough = top.high * self.high
        lost = fma(top.low, self.high, fma(rough, self.off, fma(top.high, self.high, -rough)))
        high = rough + lost
        return Split(high, lost - (high - rough))


def grown(start: Float, p: Float) -> Split:
    """(1 + p) * start for |p| < 0.42."""
    high = fma(start, p, start)
    return Split(high, fma(start, p, start - high))


def log_near_one(m: Float, low: Float | None = None) -> Float:
    """log(1 + m + low) for -0.25 <= m <= 0.5."""
    bend = fma(polynomial(m, LOG), m, -0.5)
    return m + (bend * (m * m) if low is None else fma(bend, m * m, low))


def result(x: Value, high: Float, low: Float | None = None, quick: Float | None = None) -> Value:
    """A word's value, whose rest sums will add, and a quicker one for products, whose errors may be larger."""
    value = x.made(high, None if low is None else (lambda: low), low is not None)
    if quick is None or low is None:
        return value
    return replace(value, lifting=lambda: (quick, quick.number(1), (high - quick) + low))


def scaled(x: Value, high: Float, scale: Float, low: Float | None = None) -> Value:
    """A word's value (high + low) * scale, whose scale products keep apart until the end."""
    content = (high * scale).content
    rest = None if low is None else lambda: low * scale
    return Value(x.builder, x.layout, content, None, rest, low is not None, lambda: (high, scale, low))


def fading(x: Value, digits: Split, e: Exponential, quick: Float | None = None) -> Value:
    """digits * e.power * e.scale: the value of a word that underflows; `quick` are quicker digits for products."""
    value = digits * e.power
    made = scaled(x, value.high, e.scale, value.low)
    if quick is None:
        return made
    given = Split(quick, (digits.high - quick) + digits.low) * e.power
    return replace(made, lifting=lambda: (given.high, e.scale, given.low))


def one_minus(x: Value, digits: Split, e: Exponential, quick: Float | None = None) -> Value:
    """1 - digits * e.power."""
    high = fma(-digits.high, e.power, 1)
    low = fma(-digits.low, e.power, fma(-digits.high, e.power, 1 - high))
    return result(x, high, low, quick and fma(-quick, e.power, 1))
