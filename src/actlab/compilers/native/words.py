"""The words of the formula language for kernels, without calls and branches, so that LLVM vectorises loops.

Each keeps nan, reaches its limits at ±inf, and underflows to 0 without losing its digits on the way. Exponential ones
ask their argument for the rest that its rounding left, and give results that know their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from actlab.compilers.coefficients import TANH
from actlab.compilers.native.floats import (
    Float,
    at_least,
    at_most,
    binary_exponent,
    copysign,
    fma,
    power_of_two,
    select,
)
from actlab.compilers.native.normal import erf, normal_cdf, normal_pdf, times_normal_cdf
from actlab.compilers.native.parts import (
    BOTTOM,
    DEEP,
    RAISED,
    Decay,
    Share,
    Split,
    argument,
    decay,
    exp_parts,
    fading,
    grown,
    log_near_one,
    one_minus,
    polynomial_split,
    product,
    result,
)
from actlab.compilers.native.values import LARGE, Value, where

__all__ = [
    "absolute", "asinh", "atan", "cos", "cosh", "damped", "erf", "exp", "expm1", "hypot", "log", "log1p",
    "maximum", "minimum", "normal_cdf", "normal_pdf", "power", "sech", "sech_of_softplus", "sech_squared", "sigmoid",
    "sigmoid_slope", "sign", "sin", "sinh", "softplus", "sqrt", "tanh", "tanh_of_softplus", "tanh_of_softplus_slope",
    "times_normal_cdf", "where", "x_minus_tanh",
]  # fmt: skip

INFINITY = math.inf
EXP_TOP = 89.0, 710.0  # exp overflows before
HYPOT_SMALL, HYPOT_UP = (2.0**-50, 2.0**-400), (2.0**100, 2.0**700)  # smaller sizes are scaled up, larger ones down,
HYPOT_LARGE, HYPOT_DOWN = (2.0**50, 2.0**400), (2.0**-70, 2.0**-550)  # so that their squares are normal numbers


def exp(x: Value) -> Value:
    """e to the power x."""
    at, low = argument(x)
    p, counted = exp_parts(at_most(at_least(at, at.pick(BOTTOM)), at.pick(EXP_TOP)), low, -1)  # 2**128 is no float
    raised = RAISED[not x.layout.single]
    deep = at < at.pick(DEEP)
    power = select(deep, power_of_two(counted, raised + 1), power_of_two(counted))
    power, scale = select(at < at.pick(BOTTOM), 0, power), select(deep, 2.0**-raised, 2)
    whole = grown(power, p.high)
    value = whole * scale
    made = result(x, value.high, value.low)
    return replace(made, lifting=lambda: (whole.high, scale, whole.low))


def expm1(x: Value) -> Value:
    """exp(x) - 1, accurate near 0."""
    at, low = argument(x)
    p, counted = exp_parts(at_most(at_least(at, at.pick(BOTTOM)), at.pick(EXP_TOP)), low, -1)
    power = select(at < at.pick(DEEP), 0, power_of_two(counted))
    half = fma(p.high, power, power - 0.5)
    rest = fma(p.low, power, fma(p.high, power, (power - 0.5) - half))
    return result(x, half + half, rest * 2)


def tanh(x: Value) -> Value:
    """(1 - e) / (1 + e) for e = exp(-2|x|)."""
    e = decay(x, 2)
    drop = e.minus_one()
    high, right = drop.high / e.share.bottom.high, e.share.times(drop)
    low = (right.high - high) + right.low
    return result(x, copysign(high, x.high), select(x.high < 0, low, -low))


def sech(x: Value) -> Value:
    """2 e / (1 + e**2) for e = exp(-|x|)."""
    e = decay(x)
    value = e.value
    bottom = fma(value.high, value.high, 1)
    low = fma(value.high + value.high, value.low, fma(value.high, value.high, 1 - bottom))
    return fading(x, e.times(Share(Split(bottom, low))) * 2, e)


def share_slope(e: Decay) -> Split:
    """s * (1 - s) over e.power, for s = e / (1 + e)."""
    ratio = e.times(e.share)
    share = ratio.high * e.power
    high = fma(-share, ratio.high, ratio.high)
    return Split(high, fma(ratio.low, fma(share, -2, 1), fma(-share, ratio.high, ratio.high - high)))


def sech_squared(x: Value) -> Value:
    """4 e / (1 + e)**2 for e = exp(-2|x|): the slope of tanh."""
    e = decay(x, 2)
    return fading(x, share_slope(e) * 4, e)


def sigmoid(x: Value) -> Value:
    """e / (1 + e) for e = exp(-|x|), or 1 minus that."""
    e = decay(x)
    share, quick = e.times(e.share), e.digits / e.share.bottom.high
    return where(x >= 0, one_minus(x, share, e, quick), fading(x, share, e, quick))


def sigmoid_slope(x: Value) -> Value:
    """e / (1 + e)**2 for e = exp(-|x|): sigmoid(x) * sigmoid(-x)."""
    e = decay(x)
    return fading(x, share_slope(e), e)


def softplus(x: Value) -> Value:
    """max(x, 0) + log(1 + e) for e = exp(-|x|), which far below 0 is e."""
    at, low = argument(x)
    e = decay(x)
    value = e.value
    big = value.high >= 0.5
    m = select(big, fma(value.high, 0.5, -0.5), value.high)
    log = log_near_one(m, select(big, value.low * 0.5, value.low)) + select(big, math.log(2), 0)
    log = log if low is None else log + select(at > 0, low, 0)
    digits = Split(e.digits, e.p - (e.digits - 1))
    return where(x < DEEP[not x.layout.single], fading(x, digits, e), result(x, select(at > 0, at, 0) + log))


def softplus_parts(x: Value) -> tuple[Decay, Value, Split, Share]:
    """e = exp(-|x|); whether x > 0; t; and 1 / (s**2 + 1) for s = 1 + exp(x), over e**2 where x > 0.

    t is (s**2 - 1) / exp(x), times e where x > 0.
    """
    e, above = decay(x), x.high > 0
    value = e.value
    factor, start = select(above, 2, 1), select(above, 1, 2)
    t = fma(value.high, factor, start)
    t_low = fma(value.low, factor, fma(value.high, factor, start - t))
    factor, start = select(above, value.high + value.high, t), select(above, t, 2)
    bottom = fma(value.high, factor, start)
    low = select(above, fma(4 * value.high, value.low, t_low), fma(value.low, t, value.high * t_low))
    return e, x > 0, Split(t, t_low), Share(Split(bottom, fma(value.high, factor, start - bottom) + low))


def tanh_of_softplus(x: Value) -> Value:
    """(s**2 - 1) / (s**2 + 1) for s = 1 + exp(x): mish's gate, with neither logarithm nor second exponential."""
    e, above, t, share = softplus_parts(x)
    ratio, quick = share.times(t), t.high / share.bottom.high
    below = fading(x, times_digits(ratio, e), e, grown(quick, e.p).high)
    return where(above, result(x, ratio.high, ratio.low, quick), below)


def times_digits(a: Split, e: Decay) -> Split:
    """a * e.digits."""
    whole = grown(a.high, e.p)
    return Split(whole.high, fma(a.low, e.digits, whole.low))


def sech_of_softplus(x: Value) -> Value:
    """2 s / (s**2 + 1) for s = 1 + exp(x)."""
    e, above, _, share = softplus_parts(x)
    ratio = share.times(e.share.bottom * 2)
    return where(above, fading(x, times_digits(ratio, e), e), result(x, ratio.high, ratio.low))


def tanh_of_softplus_slope(x: Value) -> Value:
    """4 exp(x) s / (s**2 + 1)**2 for s = 1 + exp(x): sech(softplus(x))**2 * sigmoid(x)."""
    e, above, _, share = softplus_parts(x)
    factor = Split(select(above.high, e.value.high, 1), select(above.high, e.value.low, 0))
    ratio = share.times(share.times(product(e.share.bottom * 4, factor)))
    return fading(x, times_digits(ratio, e), e)


def log1p(x: Value) -> Value:
    """log(1 + x), accurate near 0."""
    at = x.high
    exponent, scale = binary_exponent(1 + at)
    inside = fma(exponent, math.log(2), log_near_one(fma(at * scale, 0.25, fma(scale, 0.25, -1))))
    return result(x, logarithm_at_ends(at, 1 + at, inside))


def log(x: Value) -> Value:
    """The natural logarithm, of subnormal numbers too."""
    at = x.high
    small = at < at.pick((2.0**-100, 2.0**-1000))  # a subnormal number has no exponent to read
    lifted = select(small, at * at.pick((2.0**24, 2.0**54)), at)
    exponent, scale = binary_exponent(lifted)
    exponent = select(small, exponent - at.pick((24, 54)), exponent)
    inside = fma(exponent, math.log(2), log_near_one(fma(lifted * scale, 0.25, -1)))
    return result(x, logarithm_at_ends(at, at, inside))


def logarithm_at_ends(x: Float, antilog: Float, inside: Float) -> Float:
    """-inf at 0, inf at inf, nan below 0."""
    below = select(antilog.equals(0), -INFINITY, math.nan)
    return select(antilog <= 0, below, select(x.equals(INFINITY), x, inside))


def x_minus_tanh(x: Value) -> Value:
    """A polynomial near 0; farther out (|x| - 1) + (1 - tanh|x|), which cancels nothing."""
    at = x.high
    size, e = abs(at), decay(x, 2)
    lag = e.times(e.share) * 2 * e.power
    square = at * at
    series = polynomial_split(square, TANH)
    cube = product(series, Split(square, fma(at, at, -square)))
    near = fma(cube.high, at, cube.low * at)
    return result(x, select(size < 0.75, near, copysign((size - 1) + lag.high + lag.low, at)))


def absolute(x: Value) -> Value:
    """|x|."""
    return abs(x)


def sign(x: Value) -> Value:
    """-1, 0 or 1."""
    return where(x > 0, 1, where(x < 0, -1, x))


def sqrt(x: Value) -> Value:
    """The square root."""
    at, rest = x.high, x.rest
    root = at.call("llvm.sqrt", at)

    def beyond() -> Float:
        lost = fma(-root, root, at)
        return select(root > 0, (lost if rest is None else lost + rest) * (0.5 / root), 0)

    return x.made(root, beyond)


def minimum(a: Value, b: Value) -> Value:
    """The smaller one; nan if either is."""
    return where((a <= b) | a.is_nan, a, b)


def maximum(a: Value, b: Value) -> Value:
    """The larger one; nan if either is."""
    return where((a >= b) | a.is_nan, a, b)


def hypot(a: Value, b: Value) -> Value:
    """sqrt(a**2 + b**2), both scaled by a power of two so that no square overflows or is subnormal."""
    left, right = abs(a.high), abs(b.high)
    larger = select(left > right, left, right)
    small, large = larger < larger.pick(HYPOT_SMALL), larger > larger.pick(HYPOT_LARGE)
    up, down = larger.pick(HYPOT_UP), larger.pick(HYPOT_DOWN)
    scale, back = select(small, up, select(large, down, 1)), select(small, 1 / up, select(large, 1 / down, 1))
    left, right = left * scale, right * scale
    square = right * right
    total = fma(left, left, square)
    root = total.call("llvm.sqrt", total)

    lost = fma(-root, root, total) + fma(left, left, square - total) + fma(right, right, -square)
    rest = select((root > 0) & (root < INFINITY), lost * (0.5 / root), 0) * back
    return result(a, root * back, rest)


def damped(decay: Value, growth: Value) -> Value:
    """decay * growth, and 0 where decay is 0, even if growth has overflowed."""
    return where(decay.equals(0) & ~(abs(growth) < LARGE), 0, decay * growth)


def power(base: Value, exponent: int) -> Value:
    """By squaring; a negative exponent gives the reciprocal."""
    if exponent < 0:
        return 1 / power(base, -exponent)
    if exponent < 2:
        return base if exponent else base.number(1)
    half = power(base, exponent // 2)
    if exponent == 2 and half.careful and half.rest is not None:
        return result(base, fma(half.high, half.high, 2 * half.high * half.rest))
    return half * half * base if exponent % 2 else half * half


def c_function(name: str) -> Callable[[Value], Value]:
    """A rare word: the C library's function, exact, but one number at a time."""

    def word(x: Value) -> Value:
        return result(x, x.high.external(name))

    return word


sin = c_function("sin")
cos = c_function("cos")
atan = c_function("atan")
sinh = c_function("sinh")
cosh = c_function("cosh")
asinh = c_function("asinh")
