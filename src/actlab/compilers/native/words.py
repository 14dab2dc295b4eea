"""The words of the formula language for Numba, without calls and branches, so that LLVM vectorises loops.

Each keeps nan, reaches its limits at ±inf, and underflows to 0 without losing its digits on the way. Powers
of two are made from bits, logarithms are split by bits, and between stand polynomials (numba_coefficients.py
says how they were fitted). A square split in two relies on an `fma` that rounds once: on a processor without
one, the far tails of the normal distribution keep 5 digits of float32 and 13 of float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from actlab.compilers.numba_coefficients import ERF, ERFCX, ERFCX_CENTRE, EXP, LOG, TANH
from actlab.compilers.numba_values import (
    Operand,
    Value,
    binary_exponent,
    fma,
    polynomial,
    power_of_two_parts,
    where,
)

__all__ = [
    "absolute", "asinh", "atan", "cos", "cosh", "damped", "erf", "exp", "expm1", "hypot", "log", "log1p",
    "maximum", "minimum", "normal_cdf", "normal_pdf", "power", "sech", "sech_of_softplus", "sigmoid", "sign",
    "sin", "sinh", "softplus", "sqrt", "tanh", "tanh_of_softplus", "where", "x_minus_tanh",
]  # fmt: skip

INFINITY = math.inf
LN2_HIGH = -0.693145751953125, -0.693147180369123816490  # their products with whole numbers are exact
LN2_LOW = -1.42860682030941723212e-6, -1.90821492927058770002e-10
EXP_TOP = 89.0, 710.0  # exp overflows before
EXP_BOTTOM = -104.0, -746.0  # exp is 0 before
DENSITY_END = 14.5, 39.0  # the normal density is 0 before
ERF_END = 4.0, 6.0  # erf is 1 before


def coefficients(x: Value, table: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[float, ...]:
    """The polynomial for the type in use."""
    return table[0] if x.layout.single else table[1]


def at_least(x: Value, low: Operand) -> Value:
    """`low` where x is below; nan stays."""
    return where(x < low, low, x)


def at_most(x: Value, high: Operand) -> Value:
    """`high` where x is above; nan stays."""
    return where(x > high, high, x)


def copysign(size: Value, x: Value) -> Value:
    """`size` with the sign of x."""
    return size.call("llvm.copysign", size, x)


def exp_parts(x: Value, low: Value | None = None) -> tuple[Value, Value, Value]:
    """(p, a, b) with exp(x + low) = (1 + p) * a * b; a, b powers of two, |p| < 0.42, low a tiny rest."""
    counted = fma(x, 1 / math.log(2), x.layout.magic)
    whole = counted - x.layout.magic
    rest = fma(whole, x.pick(*LN2_LOW), fma(whole, x.pick(*LN2_HIGH), x))
    rest = rest if low is None else rest + low
    p = fma(rest * rest, polynomial(rest, coefficients(x, EXP)), rest)
    return p, *power_of_two_parts(counted)


def exp(x: Value) -> Value:
    """e to the power x."""
    p, a, b = exp_parts(at_most(at_least(x, x.pick(*EXP_BOTTOM)), x.pick(*EXP_TOP)))
    return fma(p, a, a) * b


def expm1(x: Value) -> Value:
    """exp(x) - 1, accurate near 0."""
    p, a, b = exp_parts(at_most(at_least(x, x.pick(*EXP_BOTTOM)), x.pick(*EXP_TOP)))
    half = a * 0.5 * b  # half of 2**n, which may overflow
    result = fma(p, half, half - 0.5)
    return result + result


def decay_parts(x: Value) -> tuple[Value, Value, Value]:
    """The parts of exp(-|x|): tanh, sech, sigmoid and softplus are all built on them, and so share them."""
    return exp_parts(at_least(-abs(x), x.pick(*EXP_BOTTOM)))


def decay(x: Value) -> Value:
    """exp(-|x|)."""
    p, a, b = decay_parts(x)
    return fma(p, a, a) * b


def tanh(x: Value) -> Value:
    """(1 - e) / (1 + e) for e = exp(-2|x|), by way of exp(-|x|) - 1 so that it is accurate near 0."""
    p, a, b = decay_parts(x)
    power = a * b
    m = fma(p, power, power - 1)  # exp(-|x|) - 1
    w = fma(m, m, m + m)  # exp(-2|x|) - 1
    return copysign(w / (w + 2), x)


def sech(x: Value) -> Value:
    """2 e / (1 + e**2) for e = exp(-|x|)."""
    e = decay(x)
    return (e + e) / fma(e, e, 1)


def sigmoid(x: Value) -> Value:
    """1 / (1 + e) or e / (1 + e) for e = exp(-|x|)."""
    e = decay(x)
    share = 1 / (1 + e)
    return where(x >= 0, share, e * share)


def softplus(x: Value) -> Value:
    """max(x, 0) + log(1 + exp(-|x|))."""
    return where(x > 0, x, 0) + finite_log1p(decay(x))


def softplus_parts(x: Value) -> tuple[Value, Value]:
    """e = exp(-|x|), and 1 / (s**2 + 1) for s = 1 + exp(x), times exp(-2x) where x > 0."""
    e = decay(x)
    twice = e + e
    return e, 1 / where(x > 0, fma(twice, e, twice + 1), fma(e, e, twice) + 2)


def tanh_of_softplus(x: Value) -> Value:
    """(s**2 - 1) / (s**2 + 1) for s = 1 + exp(x): mish's gate, with neither logarithm nor second exponential."""
    e, share = softplus_parts(x)
    return where(x > 0, e + e + 1, fma(e, e, e + e)) * share


def sech_of_softplus(x: Value) -> Value:
    """2 s / (s**2 + 1) for s = 1 + exp(x)."""
    e, share = softplus_parts(x)
    return (2 + (e + e)) * where(x > 0, e, 1) * share


def log_near_one(m: Value, exponent: Value) -> Value:
    """log((1 + m) * 2**exponent) for -0.25 <= m < 0.5."""
    tail = polynomial(m, coefficients(m, LOG)) * m
    return fma(exponent, math.log(2), fma(tail, m * m, fma(m * -0.5, m, m)))


def finite_log1p(x: Value) -> Value:
    """log(1 + x) for -1 < x < inf."""
    exponent, scale = binary_exponent(1 + x)
    return log_near_one(fma(x * scale, 0.25, fma(scale, 0.25, -1)), exponent)


def log1p(x: Value) -> Value:
    """log(1 + x), accurate near 0."""
    return logarithm_at_ends(x, 1 + x, finite_log1p(x))


def log(x: Value) -> Value:
    """The natural logarithm, of subnormal numbers too."""
    small = x < x.pick(2.0**-100, 2.0**-1000)  # a subnormal number has no exponent to read
    lifted = where(small, x * x.pick(2.0**24, 2.0**54), x)
    exponent, scale = binary_exponent(lifted)
    exponent = where(small, exponent - x.pick(24, 54), exponent)
    return logarithm_at_ends(x, x, log_near_one(fma(lifted * scale, 0.25, -1), exponent))


def logarithm_at_ends(x: Value, antilog: Value, inside: Value) -> Value:
    """-inf at 0, inf at inf, nan below 0."""
    below = where(antilog.equals(0), -INFINITY, math.nan)
    return where(antilog <= 0, below, where(x.equals(INFINITY), x, inside))


def half_erfcx(z: Value) -> Value:
    """exp(z**2) * erfc(z) / 2 for z >= 0."""
    centre = z.pick(*ERFCX_CENTRE)
    share = 1 / (z + centre)
    return polynomial((z - centre) * share, coefficients(z, ERFCX)) * share


def exp_of_minus_square(x: Value, factor: float) -> Value:
    """exp(-factor * x**2), the square kept in two parts, for factor 1 or 1/2."""
    scaled = x * -factor
    square = scaled * x
    p, a, b = exp_parts(square, fma(scaled, x, -square))
    return fma(p, a, a) * b


def erf_near_zero(x: Value) -> Value:
    """erf(x) for |x| < 0.5."""
    return fma(polynomial(x * x, coefficients(x, ERF)), x, x)


def erf(x: Value) -> Value:
    """A polynomial near 0; farther out 1 - erfc(|x|)."""
    size = at_most(abs(x), x.pick(*ERF_END))
    complement = exp_of_minus_square(size, 1.0) * half_erfcx(size)
    far = copysign(1 - (complement + complement), x)
    return where(abs(x) < 0.5, erf_near_zero(x), far)


def normal_cdf(x: Value) -> Value:
    """By erf near 0, where it is the more accurate; farther out by erfc, which keeps the left tail."""
    end = x.pick(*DENSITY_END)
    z = x * math.sqrt(0.5)
    kept = at_least(at_most(x, end), -end)
    tail = exp_of_minus_square(kept, 0.5) * half_erfcx(abs(kept) * math.sqrt(0.5))
    far = where(x < 0, tail, 1 - tail)
    return where(abs(z) < 0.5, fma(erf_near_zero(z), 0.5, 0.5), far)


def normal_pdf(x: Value) -> Value:
    """exp(-x**2 / 2) / sqrt(2 pi)."""
    end = x.pick(*DENSITY_END)
    return exp_of_minus_square(at_least(at_most(x, end), -end), 0.5) * (1 / math.sqrt(2 * math.pi))


def x_minus_tanh(x: Value) -> Value:
    """A polynomial near 0; farther out (|x| - 1) + (1 - tanh|x|), which cancels nothing."""
    size = abs(x)
    e = decay(x)
    square = e * e
    far = (size - 1) + (square + square) / (1 + square)
    near = polynomial(x * x, coefficients(x, TANH)) * (x * x) * x
    return where(size < 1, near, copysign(far, x))


def absolute(x: Value) -> Value:
    """|x|."""
    return abs(x)


def sign(x: Value) -> Value:
    """-1, 0 or 1."""
    return where(x > 0, 1, where(x < 0, -1, x))


def sqrt(x: Value) -> Value:
    """The square root."""
    return x.call("llvm.sqrt", x)


def minimum(a: Value, b: Value) -> Value:
    """The smaller one; nan if either is."""
    return where((a <= b) | a.is_nan, a, b)


def maximum(a: Value, b: Value) -> Value:
    """The larger one; nan if either is."""
    return where((a >= b) | a.is_nan, a, b)


def hypot(a: Value, b: Value) -> Value:
    """sqrt(a**2 + b**2), scaled by the larger side so that nothing overflows."""
    left, right = abs(a), abs(b)
    larger, smaller = where(left > right, left, right), where(left > right, right, left)
    ratio = smaller / larger
    plain = larger * sqrt(fma(ratio, ratio, 1))
    return where(larger.equals(0) | larger.equals(INFINITY), larger + smaller, plain)


def damped(decay: Value, growth: Value) -> Value:
    """decay * growth, and 0 where decay is 0."""
    return where(decay.equals(0), 0, decay * growth)


def power(base: Value, exponent: int) -> Value:
    """By squaring; a negative exponent gives the reciprocal."""
    if exponent < 0:
        return 1 / power(base, -exponent)
    if exponent == 0:
        return base.number(1)
    half = power(base, exponent // 2)
    return half * half * base if exponent % 2 and exponent > 1 else base if exponent == 1 else half * half


def c_function(name: str) -> Callable[[Value], Value]:
    """A rare word: the C library's function, exact, but one number at a time."""

    def word(x: Value) -> Value:
        return x.external(name)

    return word


sin = c_function("sin")
cos = c_function("cos")
atan = c_function("atan")
sinh = c_function("sinh")
cosh = c_function("cosh")
asinh = c_function("asinh")
