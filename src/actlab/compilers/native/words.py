"""The words of the formula language for kernels, without calls and branches, so that LLVM vectorises loops.

Each keeps nan, reaches its limits at ±inf, and underflows to 0 without losing its digits on the way. Exponential ones
ask their argument for the rest that its rounding left, and give results that know their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from actlab.compilers.coefficients import LOG1P, TANH
from actlab.compilers.native.floats import (
    Float,
    at_least,
    at_most,
    binary_exponent,
    copysign,
    fma,
    polynomial,
    power_of_two,
    select,
)
from actlab.compilers.native.normal import erf, normal_cdf, normal_gate_slope, normal_pdf, times_normal_cdf
from actlab.compilers.native.parts import (
    BOTTOM,
    DEEP,
    RAISED,
    TOP,
    Exponential,
    Share,
    Split,
    argument,
    decay,
    exp_parts,
    fading,
    grown,
    growth,
    log_near_one,
    result,
    scaled,
)
from actlab.compilers.native.values import LARGE, Operand, Value, where

__all__ = [
    "absolute", "asinh", "atan", "cos", "cosh", "damped", "erf", "exp", "expm1", "hypot", "log", "log1p", "lowered",
    "maximum", "minimum", "mish_slope", "normal_cdf", "normal_gate_slope", "normal_pdf", "power", "raised_exp",
    "sech", "sech_squared", "sigmoid", "sigmoid_gate_slope", "sigmoid_slope", "sign", "sin", "sinh", "softplus",
    "sqrt", "squareplus", "squareplus_slope", "tanh", "tanh_of_softplus", "tanh_squared", "times_normal_cdf", "where",
    "x_minus_tanh",
]  # fmt: skip

INFINITY = math.inf
EXP_TOP = 89.0, 710.0  # exp overflows before
THIRD, THIRD_REST = (0.3333333432674408, 0.3333333333333333), (-9.934107462565104e-09, 1.850371707708594e-17)
HYPOT_SMALL, HYPOT_UP = (2.0**-50, 2.0**-400), (2.0**100, 2.0**700)  # smaller sizes are scaled up, larger ones down,
HYPOT_LARGE, HYPOT_DOWN = (2.0**50, 2.0**400), (2.0**-70, 2.0**-550)  # so that their squares are normal numbers
SQUARE_SMALL, SQUARE_UP = (2.0**-100, 2.0**-800), (2.0**64, 2.0**450)
SQUARE_LARGE, SQUARE_DOWN = (2.0**80, 2.0**800), (2.0**-50, 2.0**-450)


def exp(x: Value) -> Value:
    """e to the power x."""
    at, low = argument(x)
    p, counted = exp_parts(at_most(at_least(at, at.pick(BOTTOM)), at.pick(EXP_TOP)), low, -1)  # 2**128 is no float
    deep, raised = at < at.pick(DEEP), RAISED[not x.layout.single]
    power, scale = power_of_two(counted, deep, raised + 1), select(deep, 2.0**-raised, 2)
    whole = grown(power, p.high)
    return scaled(x, whole.high, scale, whole.low)


def raised_exp(x: Value) -> Value:
    """exp(x) for x <= 0 times a power of two that keeps it from being subnormal; `lowered` takes the power back."""
    at, low = argument(x)
    p, counted = exp_parts(at_least(at, at.pick(BOTTOM)), low, RAISED[not at.layout.single])
    power = power_of_two(counted)
    return x.made(fma(power, p.high, power))


def lowered(x: Value) -> Value:
    """What raised_exp, or a sum of such, is without the power of two."""
    return x.made(x.high * x.high.pick((2.0 ** -RAISED[0], 2.0 ** -RAISED[1])))


def expm1(x: Value) -> Value:
    """exp(x) - 1, accurate near 0."""
    at, low = argument(x)
    p, counted = exp_parts(at_most(at_least(at, at.pick(DEEP)), at.pick(EXP_TOP)), low, -1)
    power = power_of_two(counted)
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


def tanh_squared(x: Value) -> Value:
    """tanh(x)**2: the slope of x - tanh(x)."""
    e = decay(x, 2)
    root = e.share.times(e.minus_one())
    return result(x, fma(root.high, root.high, (root.high + root.high) * root.low))


def sech(x: Value) -> Value:
    """2 e / (1 + e**2) for e = exp(-|x|)."""
    e = decay(x)
    value = e.value
    bottom = fma(value.high, value.high, 1)
    low = fma(value.high + value.high, value.low, fma(value.high, value.high, 1 - bottom))
    return fading(x, e.times(Share(Split(bottom, low))) * 2, e)


def share_slope(e: Exponential) -> Split:
    """s * (1 - s) over e.power, for s = e / (1 + e)."""
    small = e.digits * e.power
    more = 2 + small
    square = fma(small, more, 1)  # (1 + e)**2
    return e.times(Share(Split(square, fma(small, more, 1 - square))))


def sech_squared(x: Value) -> Value:
    """4 e / (1 + e)**2 for e = exp(-2|x|): the slope of tanh."""
    e = decay(x, 2)
    return fading(x, share_slope(e) * 4, e)


def sigmoid(x: Value) -> Value:
    """e / (1 + e) for e = exp(x)."""
    e = growth(x)
    return fading(x, e.times(e.share), e, e.digits / e.share.bottom.high)


def sigmoid_slope(x: Value) -> Value:
    """e / (1 + e)**2 for e = exp(-|x|): sigmoid(x) * sigmoid(-x)."""
    e = decay(x)
    return fading(x, share_slope(e), e)


def sigmoid_gate_slope(u: Value, v: Value, w: Operand = 1) -> Value:
    """sigmoid(u) + v * w * sigmoid(u) * sigmoid(-u), as e * (1 + e + v * w) / (1 + e)**2 for e = exp(u)."""
    e = growth(u)
    lifted = e.digits * e.power
    bottom = 1 + lifted
    share = squared(Split(bottom, lifted - (bottom - 1)))
    if u is v and w == 1:
        return over(u, e, 1 + e.at + lifted, share)
    weight = v.number(w)
    rest = lifted if weight.rest is None else fma(v.high, weight.rest, lifted)
    top = select(abs(u.high) < -u.high.pick(BOTTOM), fma(v.high, weight.high, 1) + rest, bottom)
    return over(u, e, top, share)


def over(x: Value, e: Exponential, top: Float, bottom: Share) -> Value:
    """e * top / bottom."""
    ratio = top * bottom.high * e.power
    return scaled(x, fma(ratio, fma(e.digits, bottom.off, e.p), ratio), e.scale)


def squared(bottom: Split) -> Share:
    """1 / bottom**2."""
    square = bottom.high * bottom.high
    low = fma(bottom.high + bottom.high, bottom.low, fma(bottom.high, bottom.high, -square))
    return Share(Split(square, low))


def softplus(x: Value) -> Value:
    """max(x, 0) + log(1 + e) for e = exp(-|x|), which far below 0 is e."""
    at, e = x.high, decay(x)
    value = e.digits * e.power
    log = fma(value * value, polynomial(value, LOG1P), value)
    return scaled(x, select(at > 0, at, 0) + log, select(at > 0, 1, e.scale))


def softplus_parts(x: Value) -> tuple[Exponential, Float, Split]:
    """e = exp(x), 2 + e, and s**2 + 1 for s = 1 + e."""
    at, low = argument(x)
    e = Exponential(at_least(at_most(at, at.pick(TOP) / 2), at.pick(BOTTOM)), low)
    lifted = e.digits * e.power
    more = 2 + lifted
    bottom = fma(lifted, more, 2)
    return e, more, Split(bottom, fma(lifted, lifted - (more - 2), fma(lifted, more, 2 - bottom)))


def tanh_of_softplus(x: Value) -> Value:
    """(s**2 - 1) / (s**2 + 1) for s = 1 + exp(x): mish's gate, with neither logarithm nor second exponential."""
    e, more, bottom = softplus_parts(x)
    ratio = more / bottom.high * e.power
    return scaled(x, fma(ratio, e.p, ratio), e.scale)


def mish_slope(x: Value) -> Value:
    """The slope of x * tanh(softplus(x)): e * (4 x + 4 + (4 x + 6) e + 4 e**2 + e**3) / (s**2 + 1)**2."""
    e, _, bottom = softplus_parts(x)
    lifted = e.digits * e.power
    top = fma(lifted, fma(lifted, 4 + lifted, fma(e.x, 4, 6)), fma(e.x, 4, 4))
    return over(x, e, top, squared(bottom))


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
    double = e.share.high * 2 * e.power
    far = (size - 1) + fma(double, e.p, double)
    square = at * at
    cube, third = at * square, at.pick(THIRD)
    low = fma(at, fma(at, at, -square), fma(at, square, -cube))
    bend = fma(polynomial(square, (TANH[0][1:], TANH[1][1:])), square, at.pick(THIRD_REST))
    near = fma(third, cube, fma(bend, cube, (third + bend) * low))
    return result(x, select(size < 1, near, copysign(far, at)))


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


@dataclass(frozen=True, eq=False)
class Hypotenuse:
    """sqrt(x**2 + b) and what it is made of, scaled so that no square over- or underflows; scales depend on b alone."""

    side: Float  # |x|, no longer than counts beside b
    square: Float  # b
    total: Float  # side**2 + square
    root: Float
    back: Float  # takes the scale back
    is_far: Float  # b is nothing beside x**2


def hypotenuse(x: Value, b: Value) -> Hypotenuse:
    """That of x and the root of b."""
    at, size = b.high, abs(x.high)
    small, large = at < at.pick(SQUARE_SMALL), at > at.pick(SQUARE_LARGE)
    up, down = at.pick(SQUARE_UP), at.pick(SQUARE_DOWN)
    scale, back = select(small, up, select(large, down, 1)), select(small, 1 / up, select(large, 1 / down, 1))
    square = (at * scale) * scale
    cap = square.call("llvm.sqrt", square) * back * 2.0**30
    side = at_most(size, cap) * scale
    total = fma(side, side, square)
    return Hypotenuse(side, square, total, total.call("llvm.sqrt", total), back, size > cap)


def squareplus(x: Value, b: Value) -> Value:
    """(x + r) / 2 for r = sqrt(x**2 + b); for negative x, where that cancels, b / 4 over (r - x) / 2."""
    hypot, size = hypotenuse(x, b), abs(x.high)
    root = select(hypot.is_far, size, hypot.root * hypot.back)
    larger = fma(root, 0.5, size * 0.5)
    return result(x, select(x.high > 0, larger, b.high * 0.25 / larger))


def squareplus_slope(x: Value, b: Value) -> Value:
    """(1 + x / r) / 2 for r = sqrt(x**2 + b); for negative x, where that cancels, b / 2 over r**2 - x * r."""
    hypot, size = hypotenuse(x, b), abs(x.high)
    near = hypot.square * 0.5 / fma(hypot.root, hypot.side, hypot.total)
    ratio = hypot.square.call("llvm.sqrt", hypot.square) * hypot.back / size
    below = select(hypot.is_far, ratio * ratio * 0.25, near)
    return result(x, select(x.high > 0, 1 - below, below))


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
