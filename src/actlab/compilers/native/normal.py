"""The words of the normal distribution: by an exponential and a quotient of polynomials, which keep the left tail."""

from __future__ import annotations

import math
from dataclasses import replace

from actlab.compilers.coefficients import ERF, GATE_BOTTOM, GATE_TOP, GATE_ZERO, GATE_ZERO_REST, MILLS_REST, MILLS_TOP
from actlab.compilers.native.floats import Float, at_most, copysign, fma, polynomial, select
from actlab.compilers.native.parts import (
    RAISED,
    Exponential,
    Share,
    Split,
    argument,
    fading,
    grown,
    one_minus,
    polynomial_split,
    result,
    scaled,
)
from actlab.compilers.native.values import Value, where

DENSITY_END = 16.26, 46.125  # the normal density is 0 before, and so is its raised exponential here, not below
DEEP_TAIL = -12.6, -37.1  # its products need no raising before, and do not overflow behind
ROOT = 2.5066282746310002  # sqrt(2 pi)
DENSITY, DENSITY_REST = 0.3989422804014327, -2.49232720227773e-17  # together 1 / sqrt(2 pi)
ERF_END = 4.0, 6.0  # erf is 1 before


def tail_ratio(size: Float, e: Exponential) -> tuple[Split, Float]:
    """normal_cdf(-size) over e.power for e = exp(-size**2 / 2), and the same by a quicker way."""
    top, start = polynomial_split(size, MILLS_TOP), polynomial_split(size, MILLS_REST)
    factor = size.number(size.layout.rounded(ROOT))
    scaled = size * factor
    larger = scaled * top.high
    bottom = larger + start.high
    low = fma(scaled, top.high, -larger) + (start.high - (bottom - larger)) + fma(scaled, top.low, start.low)
    low = fma(fma(size, factor, -scaled), top.high, low)
    digits = grown(top.high, e.p)
    quick = top.high / fma(scaled, top.high, start.high)
    return Share(Split(bottom, low)).times(Split(digits.high, digits.low + top.low)), grown(quick, e.p).high


def minus_half_square(x: Value, lift: tuple[int, int] | None = None) -> tuple[Float, Exponential]:
    """|x| and exp(-x**2 / 2) for the exact square; `lift` as Exponential takes it."""
    at, low = argument(x)
    size = at_most(abs(at), at.pick(DENSITY_END))
    half = size * -0.5
    rest = None if low is None else size * select(at < 0, low, -low)
    return size, Exponential(half * size, rest, (half, size), lift)


def normal_cdf(x: Value) -> Value:
    """exp(-x**2 / 2) times a quotient of polynomials, which keeps the left tail."""
    size, e = minus_half_square(x)
    ratio, _ = tail_ratio(size, e)
    return where(x < 0, fading(x, ratio, e), one_minus(x, ratio, e))


def times_normal_cdf(x: Value) -> Value:
    """x * normal_cdf(x), as max(x, 0) - |x| * normal_cdf(-|x|)."""
    size, e = minus_half_square(x, RAISED)
    _, digits = tail_ratio(size, e)
    tail = -(digits * e.power * size)
    high = fma(tail, e.scale, select(x.high < 0, 0, x.high))

    def lifting() -> tuple[Float, Float, None]:
        deep = x.high < x.high.pick(DEEP_TAIL)  # elsewhere a product with the raised tail might overflow
        return select(deep, tail, high), select(deep, e.scale, 1), None

    return replace(x.made(high), lifting=lifting)


def normal_gate_slope(x: Value) -> Value:
    """normal_cdf(x) + x * normal_pdf(x): for negative x a multiple of the density, else 1 minus that of -x."""
    size, e = minus_half_square(x)
    slope = polynomial(size, GATE_TOP) / polynomial(size, GATE_BOTTOM) + x.layout.rounded(DENSITY)
    ratio = fma(size.pick(GATE_ZERO) - size, slope, slope * size.pick(GATE_ZERO_REST)) * e.power
    tail, below = fma(ratio, e.p, ratio), x.high < 0
    return scaled(x, select(below, tail, 1 - tail), select(below, e.scale, 1))


def normal_pdf(x: Value) -> Value:
    """exp(-x**2 / 2) / sqrt(2 pi)."""
    _, e = minus_half_square(x)
    top = x.layout.rounded(DENSITY)
    digits = grown(x.high.number(top), e.p)
    return fading(x, Split(digits.high, fma(e.digits, (DENSITY - top) + DENSITY_REST, digits.low)), e)


def erf(x: Value) -> Value:
    """A polynomial near 0; farther out 1 - erfc(|x|)."""
    at = x.high
    size = at_most(abs(at), at.pick(ERF_END))
    e = Exponential(size * -size, None, (size, -size), (0, 0))
    _, tail = tail_ratio(size * math.sqrt(2), e)
    far = fma(tail * -2, e.power, 1)
    near = fma(polynomial(at * at, ERF), at, at)
    return result(x, select(size < 0.625, near, copysign(far, at)))
