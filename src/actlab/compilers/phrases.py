"""Phrases: sums and products of several words that keep more digits when they are written as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from actlab.compilers.exponents import decay, odd_cubic
from actlab.compilers.normal import slope_of_gelu, times_normal_cdf
from actlab.compilers.precision import Layout
from actlab.formula import Expression
from actlab.formula.expression import apply, multiply, rebuild, walk, where
from actlab.formula.primitives import damped, exp, normal_pdf, sech, sigmoid

Phrase = tuple[str, tuple[Expression, ...]]


def with_phrases(expression: Expression) -> Expression:
    """The same formula with a word of its own for each phrase.

    >>> from actlab.catalogue import find
    >>> with_phrases(find("gelu").formula), with_phrases(find("mish").slopes[0])
    (times_normal_cdf(x), slope_of_mish(x))
    """
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        found = READERS[node.word](node) if node.word in READERS else None
        if found is None:
            done[node] = rebuild(node.word, tuple(done[part] for part in node.arguments)) if node.arguments else node
        else:
            word, arguments = found
            done[node] = apply(word, *map(with_phrases, arguments))
    return done[expression]


def _of_softplus(node: Expression) -> Phrase | None:
    """tanh or sech of softplus(u)."""
    inner = node.arguments[0]
    return (f"{node.word}_of_softplus", inner.arguments) if inner.word == "softplus" else None


def _power(node: Expression) -> Phrase | None:
    """sech(u)**2."""
    base, exponent = node.arguments
    is_one = base.word == "sech" and exponent.is_number(2) and base.arguments[0].word != "softplus"
    return ("square_of_sech", base.arguments) if is_one else None


def _product(node: Expression) -> Phrase | None:
    """u * normal_cdf(u), or sigmoid(u) * sigmoid(-u) among other factors."""
    factor, last = node.arguments
    if last.word == "normal_cdf":
        return ("times_normal_cdf", last.arguments) if factor is last.arguments[0] else None
    factors = _factors(node)
    for each in factors:
        others = _without([each, _opposite(each)], factors) if each.word == "sigmoid" else None
        if others is not None:
            return ("bells", (*each.arguments, *others))
    return None


def _sum(node: Expression) -> Phrase | None:
    """The slopes of gelu, mish and u * sigmoid(v)."""
    first, second = node.arguments
    u = first.arguments[0] if first.arguments else first
    factors = _factors(second, ("multiply", "damped"))  # what replaces them is damped too
    if first.word == "normal_cdf":
        return ("slope_of_gelu", (u,)) if _without([u, normal_pdf(u)], factors) == [] else None
    if first.word == "tanh" and u.word == "softplus":
        (x,) = u.arguments
        return ("slope_of_mish", (x,)) if _without([x, sech(u) ** 2, sigmoid(x)], factors) == [] else None
    others = _without([first, _opposite(first)], factors) if first.word == "sigmoid" else None
    return ("slope_of_swish", (u, reduce(multiply, others))) if others else None


READERS: Mapping[str, Callable[[Expression], Phrase | None]] = {
    "tanh": _of_softplus,
    "sech": _of_softplus,
    "power": _power,
    "multiply": _product,
    "add": _sum,
}


def _factors(product: Expression, words: tuple[str, ...] = ("multiply",)) -> list[Expression]:
    if product.word not in words:
        return [product]
    return [each for part in product.arguments for each in _factors(part, words)]


def _without(wanted: list[Expression], factors: list[Expression]) -> list[Expression] | None:
    """The factors without those; None where one of them is missing."""
    left = list(factors)
    for each in wanted:
        if each not in left:
            return None
        left.remove(each)
    return left


def _opposite(gate: Expression) -> Expression:
    return sigmoid(-gate.arguments[0])


def bells(layout: Layout, x: Expression, *factors: Expression) -> Expression:
    """sigmoid(x) * sigmoid(-x) times the factors; e / (1 + e)**2 for e = exp(-|x|)."""
    e = decay(layout, x)
    return reduce(multiply, (*factors, e / _square_of_one_plus(e)))


def square_of_sech(_: Layout, x: Expression) -> Expression:
    """4 q / (1 + q)**2 for q = exp(-2|x|)."""
    q = exp(-2 * abs(x))
    return 4 * q / _square_of_one_plus(q)


def tanh_of_softplus(layout: Layout, x: Expression) -> Expression:
    """(s**2 - 1) / (s**2 + 1) for s = 1 + exp(x), with neither logarithm nor second exponential."""
    e = decay(layout, x)
    return where(x > 0, 2 * e + 1, e * e + 2 * e) / _square_plus_one(x, e)


def sech_of_softplus(layout: Layout, x: Expression) -> Expression:
    """2 s / (s**2 + 1) for s = 1 + exp(x)."""
    e = decay(layout, x)
    return (2 + 2 * e) * where(x > 0, e, 1) / _square_plus_one(x, e)


def slope_of_mish(layout: Layout, x: Expression) -> Expression:
    """The slope of x * tanh(softplus(x)): one fraction, whose numerator has x only beside exact numbers."""
    e = decay(layout, x)
    below = _square_plus_one(x, e)
    right = (2 * e + 1) * below + damped(e * e, 4 * x * (1 + e))
    left = damped(e, 4 * (1 + x) + e * ((6 + 4 * x) + e * (4 + e)))
    return where(x > 0, right, left) / (below * below)


def slope_of_swish(layout: Layout, u: Expression, v: Expression) -> Expression:
    """sigmoid(u) + v * sigmoid(u) * sigmoid(-u), as one fraction, so that what cancels has few roundings."""
    e = decay(layout, u)
    if (cubic := odd_cubic(v)) is not None:
        x, first, third = cubic
        v = x * (first + third * (x * x))
    return where(u >= 0, (1 + e) + damped(e, v), damped(e, (1 + v) + e)) / _square_of_one_plus(e)


def _square_of_one_plus(e: Expression) -> Expression:
    """(1 + e)**2, where what is rounded is small."""
    return 1 + e * (2 + e)


def _square_plus_one(x: Expression, e: Expression) -> Expression:
    """s**2 + 1 for s = 1 + exp(x), times exp(-2x) where x > 0, for e = exp(-|x|)."""
    return where(x > 0, 2 * (e * e) + (2 * e + 1), (e * e + 2 * e) + 2)


RULES: Mapping[str, Callable[..., Expression]] = {
    "bells": bells,
    "sech_of_softplus": sech_of_softplus,
    "slope_of_gelu": slope_of_gelu,
    "slope_of_mish": slope_of_mish,
    "slope_of_swish": slope_of_swish,
    "square_of_sech": square_of_sech,
    "tanh_of_softplus": tanh_of_softplus,
    "times_normal_cdf": times_normal_cdf,
}
