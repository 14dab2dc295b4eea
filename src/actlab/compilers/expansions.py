"""Words that a language lacks, or has without their last digits, written in the words that it has."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from actlab.compilers.coefficients import ERF, ERFCX, ERFCX_CENTRE, EXP, LOG, TANH
from actlab.formula import Expression, constant
from actlab.formula.expression import CONDITIONS, apply, rebuild, walk, where
from actlab.formula.primitives import REDUCTIONS, evaluate_word, exp, expm1, log, log1p, sqrt

Precision = Literal["single", "double"]

DENSITY_END = 14.5, 39.0  # the normal density is 0 before
ERF_END = 4.0, 6.0  # erf is 1 before
FEW_BITS = 2.0**8, 2.0**20  # a multiple of its reciprocal, up to DENSITY_END, has a square without rounding error
PAIRS = {("tanh", "softplus"): "tanh_of_softplus", ("sech", "softplus"): "sech_of_softplus"}


def expand(expression: Expression, words: Collection[str], precision: Precision) -> Expression:
    """The same formula in the words of a language, which keeps all digits in the tails and near 0.

    Nothing overflows on the way, not even in a branch that `where` does not take, so that a gradient which the
    framework itself takes stays finite. tanh and sech of a softplus, the gate of mish, become quotients in any case.

    Args:
        expression: A formula.
        words: The words that the language has. They may include "round", the nearest whole number, which is no word
            of formulas: a compiler that reorders sums would undo what stands in for it.
        precision: The floating-point type whose digits are kept: "single" is float32, "double" float64.

    Raises:
        NotImplementedError: for a word that the language lacks and that no simpler ones replace.

    >>> from actlab.formula import symbol
    >>> from actlab.formula.primitives import sech
    >>> expand(sech(symbol("x")), ("add", "multiply", "divide", "negative", "exp", "absolute"), "single")
    2 * exp(-abs(x)) / (1 + exp(-abs(x)) * exp(-abs(x)))
    """
    known = frozenset(words)
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        word, parts = node.word, node.arguments
        if parts and (pair := PAIRS.get((word, parts[0].word))):
            word, parts = pair, parts[0].arguments
        if word in ("symbol", "constant"):
            done[node] = node
        elif all(done[part].is_constant for part in parts) and word not in (*CONDITIONS, *REDUCTIONS, *PAIRS.values()):
            done[node] = constant(evaluate_word(word, [float(done[part].value) for part in parts]))  # in 53 bits
        else:
            done[node] = _write(word, [done[part] for part in parts], known, precision)
    return done[expression]


def _write(word: str, arguments: list[Expression], words: frozenset[str], precision: Precision) -> Expression:
    """The word applied to arguments that are expanded already."""
    if word in words:
        return rebuild(word, tuple(arguments))
    if word == "power":
        base, exponent = arguments
        return reduce(lambda product, _: product * base, range(int(exponent.value) - 1), base)
    if word not in RULES:
        raise NotImplementedError(
            f"This language has no {word}(), and no simpler words replace it; add it to its table."
        )
    return expand(RULES[word](Layout(precision == "single"), *arguments), words, precision)


@dataclass(frozen=True)
class Layout:
    """The floating-point type: what differs between the precisions."""

    single: bool

    def pick(self, single: float, double: float) -> Expression:
        """The number for this type."""
        return constant(single if self.single else double)

    def polynomial(self, x: Expression, table: tuple[tuple[float, ...], tuple[float, ...]]) -> Expression:
        """The polynomial of the table, by Horner's rule."""
        return horner(x, table[0] if self.single else table[1])


def horner(x: Expression, coefficients: tuple[float, ...]) -> Expression:
    """The polynomial with these coefficients, lowest power first."""
    *others, last = map(constant, coefficients)
    return reduce(lambda higher, coefficient: higher * x + coefficient, reversed(others), last)


def at_most(x: Expression, high: Expression) -> Expression:
    """`high` where x is above; nan stays."""
    return where(x > high, high, x)


def with_sign_of(x: Expression, size: Expression) -> Expression:
    """`size` where x is at least 0, and its negative elsewhere."""
    return where(x >= 0, size, -size)


def decay(x: Expression) -> Expression:
    """exp(-|x|), the same part for x and for -x."""
    return exp(-abs(x.arguments[0] if x.word == "negative" else x))


def exp_of_minus_square(layout: Layout, x: Expression, factor: float) -> Expression:
    """exp(-factor * x**2) for x up to DENSITY_END, where exp would blow up the rounding error of the square.

    It is split at a number of few bits: exp(-factor * head**2), whose argument is exact for factors 1 and 1/2, times
    a polynomial for the rest.
    """
    bits = layout.pick(*FEW_BITS)
    head = apply("round", x * bits) / bits
    rest = (head - x) * (head + x) * factor  # at most 0.06 in single, 4e-5 in double precision
    return exp(-(head * head * factor)) * horner(rest, (1.0, 1.0, 1 / 2, 1 / 6, 1 / 24))


def half_erfcx(layout: Layout, z: Expression) -> Expression:
    """exp(z**2) * erfc(z) / 2 for z >= 0."""
    centre = layout.pick(*ERFCX_CENTRE)
    return layout.polynomial((z - centre) / (z + centre), ERFCX) / (z + centre)


def erf_near_zero(layout: Layout, x: Expression) -> Expression:
    """erf(x) for |x| < 0.5; elsewhere any finite number."""
    square = at_most(x * x, constant(0.25))
    return x + x * layout.polynomial(square, ERF)


def erf(layout: Layout, x: Expression) -> Expression:
    """A polynomial near 0; farther out 1 - erfc(|x|)."""
    size = at_most(abs(x), layout.pick(*ERF_END))
    complement = exp_of_minus_square(layout, size, 1.0) * half_erfcx(layout, size)
    return where(abs(x) < 0.5, erf_near_zero(layout, x), with_sign_of(x, 1 - 2 * complement))


def normal_cdf(layout: Layout, x: Expression) -> Expression:
    """By erf near 0, where it is the more accurate; farther out by erfc, which keeps the left tail."""
    size = at_most(abs(x), layout.pick(*DENSITY_END))
    tail = exp_of_minus_square(layout, size, 0.5) * half_erfcx(layout, size * math.sqrt(0.5))
    near = 0.5 + 0.5 * erf_near_zero(layout, x * math.sqrt(0.5))
    return where(abs(x) < math.sqrt(0.5), near, where(x > 0, 1 - tail, tail))


def normal_pdf(layout: Layout, x: Expression) -> Expression:
    """exp(-x**2 / 2) / sqrt(2 pi)."""
    size = at_most(abs(x), layout.pick(*DENSITY_END))
    return exp_of_minus_square(layout, size, 0.5) * (1 / math.sqrt(2 * math.pi))


def expm1_by_exp(layout: Layout, x: Expression) -> Expression:
    """For |x| < log(2) by a polynomial for half of x, since exp(x) - 1 = m * (m + 2) for m = exp(x / 2) - 1."""
    near = abs(x) < math.log(2)
    half = where(near, x * 0.5, 0)
    m = half + half * half * layout.polynomial(half, EXP)
    return where(near, m * (m + 2), exp(x) - 1)


def log1p_by_log(layout: Layout, x: Expression) -> Expression:
    """A polynomial for -0.25 <= x <= 0.5; farther out 1 + x loses nothing that counts."""
    near = (x >= -0.25) & (x <= 0.5)
    small = where(near, x, 0)
    tail = layout.polynomial(small, LOG) * small
    return where(near, small + small * small * (tail - 0.5), log(where(near, 1, 1 + x)))


def tanh(layout: Layout, x: Expression) -> Expression:
    """A polynomial near 0; farther out 1 - 2 q / (1 + q) for q = exp(-2|x|)."""
    far = 1 - complement_of_tanh(x)
    return where(abs(x) < 1, x - small_difference(layout, x), with_sign_of(x, far))


def complement_of_tanh(x: Expression) -> Expression:
    """1 - tanh|x|."""
    square = exp(-2 * abs(x))
    return 2 * square / (1 + square)


def small_difference(layout: Layout, x: Expression) -> Expression:
    """x - tanh(x) for |x| < 1; elsewhere 0."""
    small = where(abs(x) < 1, x, 0)
    return small * (small * small) * layout.polynomial(small * small, TANH)


def x_minus_tanh(layout: Layout, x: Expression) -> Expression:
    """A polynomial near 0; farther out (|x| - 1) + (1 - tanh|x|), which cancels nothing."""
    far = abs(x) - 1 + complement_of_tanh(x)
    return where(abs(x) < 1, small_difference(layout, x), with_sign_of(x, far))


def sigmoid(_: Layout, x: Expression) -> Expression:
    """1 / (1 + e) or e / (1 + e) for e = exp(-|x|); both signs share the quotient."""
    share = 1 / (1 + decay(x))
    return where(x >= 0, share, decay(x) * share)


def sech(_: Layout, x: Expression) -> Expression:
    """2 e / (1 + e**2) for e = exp(-|x|)."""
    return 2 * decay(x) / (1 + decay(x) * decay(x))


def tanh_of_softplus(_: Layout, x: Expression) -> Expression:
    """(s**2 - 1) / (s**2 + 1) for s = 1 + exp(x), with neither logarithm nor second exponential."""
    e = decay(x)
    return where(x > 0, 2 * e + 1, e * (e + 2)) / _square_plus_one(x)


def sech_of_softplus(_: Layout, x: Expression) -> Expression:
    """2 s / (s**2 + 1) for s = 1 + exp(x)."""
    e = decay(x)
    return (2 + 2 * e) * where(x > 0, e, 1) / _square_plus_one(x)


def _square_plus_one(x: Expression) -> Expression:
    """s**2 + 1 for s = 1 + exp(x), times exp(-2x) where x > 0."""
    e = decay(x)
    return where(x > 0, 2 * e * (e + 1) + 1, e * (e + 2) + 2)


def damped(_: Layout, shrinking: Expression, growing: Expression) -> Expression:
    """Their product, and 0 where the first one is 0."""
    return shrinking * where((shrinking >= 0) & (shrinking <= 0), 0, growing)


def hypot(layout: Layout, a: Expression, b: Expression) -> Expression:
    """sqrt(a**2 + b**2), both sides first multiplied by a power of two that keeps the squares within range."""
    larger = where(abs(a) > abs(b), abs(a), abs(b))
    shrink = where(larger > layout.pick(2.0**60, 2.0**500), layout.pick(2.0**-70, 2.0**-600), 1)
    scale = where(larger < layout.pick(2.0**-40, 2.0**-400), layout.pick(2.0**100, 2.0**700), shrink)
    return sqrt(a * scale * (a * scale) + b * scale * (b * scale)) / scale


def asinh(layout: Layout, x: Expression) -> Expression:
    """log(|x| + sqrt(x**2 + 1)), near 0 as a logarithm of 1 + …, far out as log(2 |x|)."""
    far = layout.pick(2.0**30, 2.0**60)
    size = where(abs(x) > far, 1, abs(x))
    near = log1p(size + size * size / (1 + sqrt(size * size + 1)))
    return with_sign_of(x, where(abs(x) > far, log(at_least_one(abs(x))) + math.log(2), near))


def sinh(_: Layout, x: Expression) -> Expression:
    """Half of m + m / (m + 1) for m = exp(|x|) - 1; far out a product, which overflows no sooner than sinh."""
    m = expm1(at_most(abs(x), constant(20)))
    return with_sign_of(x, where(abs(x) > 20, large_half_exp(x), (m + m / (m + 1)) * 0.5))


def cosh(_: Layout, x: Expression) -> Expression:
    """Half of exp(|x|) + exp(-|x|); far out a product, which overflows no sooner than cosh."""
    grown = exp(at_most(abs(x), constant(20)))
    return where(abs(x) > 20, large_half_exp(x), (grown + 1 / grown) * 0.5)


def large_half_exp(x: Expression) -> Expression:
    """exp(|x|) / 2."""
    root = exp(abs(x) * 0.5)
    return root * 0.5 * root


def rounded(layout: Layout, x: Expression) -> Expression:
    """The nearest whole number: beside the magic number no fraction has room."""
    magic = layout.pick(1.5 * 2.0**23, 1.5 * 2.0**52)
    return x + magic - magic


def at_least_one(x: Expression) -> Expression:
    """1 where x is below; nan stays."""
    return where(x < 1, 1, x)


RULES: Mapping[str, Callable[..., Expression]] = {
    "pi": lambda _: constant(math.pi),
    "absolute": lambda _, x: where(x < 0, -x, x),
    "sign": lambda _, x: where(x > 0, 1, where(x < 0, -1, x)),
    "minimum": lambda _, a, b: where((a <= b) | ~(a >= a), a, b),
    "maximum": lambda _, a, b: where((a >= b) | ~(a >= a), a, b),
    "round": lambda layout, x: (
        x + layout.pick(1.5 * 2.0**23, 1.5 * 2.0**52) - layout.pick(1.5 * 2.0**23, 1.5 * 2.0**52)
    ),
    "softplus": lambda _, x: where(x > 0, x, 0) + log1p(decay(x)),
    "asinh": asinh,
    "cosh": cosh,
    "damped": damped,
    "erf": erf,
    "expm1": expm1_by_exp,
    "hypot": hypot,
    "log1p": log1p_by_log,
    "normal_cdf": normal_cdf,
    "normal_pdf": normal_pdf,
    "sech": sech,
    "sech_of_softplus": sech_of_softplus,
    "sigmoid": sigmoid,
    "sinh": sinh,
    "tanh": tanh,
    "tanh_of_softplus": tanh_of_softplus,
    "x_minus_tanh": x_minus_tanh,
}
