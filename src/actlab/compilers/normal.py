"""The normal distribution in plain words: by an exponential and a quotient of polynomials, which keep the left tail."""

from __future__ import annotations

import math

from actlab.compilers.coefficients import ERF, MILLS_REST, MILLS_TOP
from actlab.compilers.exponents import at_most, exp_of_minus_square
from actlab.compilers.precision import Layout, with_sign_of
from actlab.formula import Expression, constant
from actlab.formula.expression import where

DENSITY_END = 14.5, 39.0  # the normal density is 0 before
ERF_END = 4.0, 6.0  # erf is 1 before
ROOT = 2.5066282746310002  # sqrt(2 pi)


def normal_tail(layout: Layout, size: Expression) -> tuple[Expression, Expression]:
    """exp(-size**2 / 2), and what stays beside it in normal_cdf(-size) = power / (sqrt(2 pi) size + ratio)."""
    ratio = layout.polynomial(size, MILLS_REST) / layout.polynomial(size, MILLS_TOP)
    return exp_of_minus_square(layout, size, 0.5), ratio


def erf_near_zero(layout: Layout, x: Expression) -> Expression:
    """erf(x) for |x| < 0.5; elsewhere any finite number."""
    square = at_most(x * x, constant(0.25))
    return x + x * layout.polynomial(square, ERF)


def erf(layout: Layout, x: Expression) -> Expression:
    """A polynomial near 0; farther out 1 - erfc(|x|)."""
    size = at_most(abs(x), layout.pick(*ERF_END))
    power, ratio = normal_tail(layout, size * math.sqrt(2))
    complement = 2 * power / (size * (math.sqrt(2) * ROOT) + ratio)
    return where(abs(x) < 0.5, erf_near_zero(layout, x), with_sign_of(x, 1 - complement))


def normal_cdf(layout: Layout, x: Expression) -> Expression:
    """By erf near 0, where it is the more accurate; farther out by erfc, which keeps the left tail."""
    size = at_most(abs(x), layout.pick(*DENSITY_END))
    power, ratio = normal_tail(layout, size)
    tail = power / (size * ROOT + ratio)
    near = 0.5 + 0.5 * erf_near_zero(layout, x * math.sqrt(0.5))
    return where(abs(x) < math.sqrt(0.5), near, where(x > 0, 1 - tail, tail))


def normal_pdf(layout: Layout, x: Expression) -> Expression:
    """exp(-x**2 / 2) / sqrt(2 pi)."""
    size = at_most(abs(x), layout.pick(*DENSITY_END))
    return exp_of_minus_square(layout, size, 0.5) * (1 / math.sqrt(2 * math.pi))


def times_normal_cdf(layout: Layout, x: Expression) -> Expression:
    """x * normal_cdf(x); far from 0 max(x, 0) - |x| * normal_cdf(-|x|), with one rounding less than two factors."""
    size = at_most(abs(x), layout.pick(*DENSITY_END))
    power, ratio = normal_tail(layout, size)
    tail = power / (ROOT + ratio / where(size < 0.5, 0.5, size))
    near = x * (0.5 + 0.5 * erf_near_zero(layout, x * math.sqrt(0.5)))
    return where(abs(x) < math.sqrt(0.5), near, where(x > 0, x - tail, -tail))


def slope_of_gelu(layout: Layout, x: Expression) -> Expression:
    """normal_cdf(x) + x * normal_pdf(x); far from 0 by one exponential times what stays beside it."""
    size = at_most(abs(x), layout.pick(*DENSITY_END))
    power, ratio = normal_tail(layout, size)
    tail = power * (1 / (size * ROOT + ratio) - size * (1 / ROOT))
    near = normal_cdf(layout, x) + x * normal_pdf(layout, x)
    return where(abs(x) < math.sqrt(0.5), near, where(x > 0, 1 - tail, tail))
