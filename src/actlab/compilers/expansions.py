"""Words that a language lacks, or has without their last digits, written in the words that it has."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import reduce

from actlab.compilers import phrases
from actlab.compilers.coefficients import EXP, LOG, TANH
from actlab.compilers.crossings import beside_zeros
from actlab.compilers.exponents import at_most, decay
from actlab.compilers.normal import erf, normal_cdf, normal_pdf
from actlab.compilers.phrases import with_phrases
from actlab.compilers.precision import Layout, Precision, with_sign_of
from actlab.formula import Expression, constant
from actlab.formula.expression import CONDITIONS, FOLDING, rebuild, walk, where
from actlab.formula.primitives import REDUCTIONS, evaluate_word, exp, expm1, log, log1p, sqrt

FINE = 2**128
PI = Fraction("3.14159265358979323846264338327950288419716939937510")

__all__ = ["RULES", "Precision", "expand"]


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
    whole = beside_zeros(expression) if precision == "single" else expression
    return _expanded(with_phrases(whole), frozenset(words), precision)


def _expanded(expression: Expression, known: frozenset[str], precision: Precision) -> Expression:
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        word, parts = node.word, node.arguments
        if word in ("symbol", "constant"):
            done[node] = node
        elif all(done[part].is_constant for part in parts) and word not in (*CONDITIONS, *REDUCTIONS, *phrases.RULES):
            done[node] = _folded(word, [done[part] for part in parts])
        else:
            done[node] = _write(word, [done[part] for part in parts], known, precision)
    return done[expression]


def _folded(word: str, numbers: list[Expression]) -> Expression:
    """The word of numbers as a number, as a fraction of more digits than any type has where that is simple."""
    if word == "pi":
        return constant(PI)
    if word == "sqrt" and not isinstance(numbers[0].value, float) and numbers[0].value > 0:
        square = Fraction(numbers[0].value)
        return constant(Fraction(math.isqrt(int(square * FINE**2)), FINE))
    if word in FOLDING:
        return rebuild(word, tuple(numbers))
    return constant(evaluate_word(word, [float(each.value) for each in numbers]))


def _write(word: str, arguments: list[Expression], words: frozenset[str], precision: Precision) -> Expression:
    """The word applied to arguments that are expanded already."""
    if word in words:
        return rebuild(word, tuple(arguments))
    if word == "power":
        base, exponent = arguments
        return reduce(lambda product, _: product * base, range(int(exponent.value) - 1), base)
    if word not in {*RULES, *phrases.RULES}:
        raise NotImplementedError(
            f"This language has no {word}(), and no simpler words replace it; add it to its table."
        )
    return _expanded(
        (RULES.get(word) or phrases.RULES[word])(Layout(precision == "single"), *arguments), words, precision
    )


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


def sigmoid(layout: Layout, x: Expression) -> Expression:
    """1 / (1 + e) or e / (1 + e) for e = exp(-|x|)."""
    e = decay(layout, x)
    return where(x >= 0, 1, e) / (1 + e)


def sech(layout: Layout, x: Expression) -> Expression:
    """2 e / (1 + e**2) for e = exp(-|x|)."""
    e = decay(layout, x)
    return 2 * e / (1 + e * e)


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
    "softplus": lambda layout, x: where(x > 0, x, 0) + log1p(decay(layout, x)),
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
    "sigmoid": sigmoid,
    "sinh": sinh,
    "tanh": tanh,
    "x_minus_tanh": x_minus_tanh,
}
