"""Sums that cancel: beside a zero of such a sum, float32 takes a polynomial with that very zero instead."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Chebyshev, Polynomial

from actlab.compilers import numpy as reference
from actlab.compilers.precision import horner
from actlab.formula import Expression, symbol, symbols_of
from actlab.formula.expression import rebuild, walk, where

Array = npt.NDArray[np.float64]

GRID = np.arange(-40.0, 40.0, 1 / 64) + 1 / 200  # without 0, where functions pass through 0 with all their digits
CANCELLED = 0.8  # of the larger term: what a sum has to fall below for the polynomial to be better
NARROWER = 0.85  # the next try, where no polynomial fits
ENOUGH = 2.0**-26  # the polynomial's relative error
SHORTEST = 0.1
LARGEST_DEGREE = 12
MOST_CANCELLED = 4.0  # how many times as large as a polynomial its terms may be together
BENT = frozenset({"exp", "sigmoid", "tanh", "sech", "softplus", "normal_cdf", "normal_pdf", "erf", "sin", "cos"})
THROUGH = frozenset({"where", "multiply", "divide", "damped", "negative"})


def beside_zeros(expression: Expression) -> Expression:
    """The same formula, its outermost sums of one symbol written as polynomials beside their zeros.

    For float32 only, since the polynomials are fitted in float64.
    """
    done: dict[Expression, Expression] = {}
    for node in walk(expression, parts=lambda node: node.arguments if node.word in THROUGH else ()):
        if node.word in THROUGH:
            done[node] = rebuild(node.word, tuple(done[part] for part in node.arguments))
        else:
            done[node] = _beside_zeros(node) if _may_cancel(node) else node
    return done[expression]


def _may_cancel(node: Expression) -> bool:
    """Whether this is a sum of two terms that are both rounded."""
    if node.word not in ("add", "subtract") or len(symbols_of(node)) != 1:
        return False
    return all(any(part.word in BENT for part in walk(term)) for term in node.arguments)


@lru_cache(maxsize=1024)
def _beside_zeros(total: Expression) -> Expression:
    (name,) = symbols_of(total)
    x, result = symbol(name), total
    for zero, widest in _zeros(total, name):
        for low, high in _narrowing(zero, *widest):
            centre = round((low + high) / 2 * 8) / 8  # of few bits, so that subtracting it loses nothing
            coefficients = _fitted(total, name, zero, (low, high), centre)
            if coefficients is not None:
                head = float(np.float32(zero))
                polynomial = (x - head - (zero - head)) * horner(x - centre, coefficients)
                result = where((x > low) & (x < high), polynomial, result)
                break
    return result


def _narrowing(zero: float, low: float, high: float) -> Iterator[tuple[float, float]]:
    """Ever shorter stretches around the zero."""
    while high - low > SHORTEST:
        yield low, high
        if zero - low > high - zero:
            low = zero + NARROWER * (low - zero)
        else:
            high = zero + NARROWER * (high - zero)


def _zeros(total: Expression, name: str) -> Iterator[tuple[float, tuple[float, float]]]:
    """Where the sum changes its sign, and between which numbers it is small there beside its terms."""
    values, *terms = (_at(each, name, GRID) for each in (total, *total.arguments))
    small = np.abs(values) < CANCELLED * np.maximum(*np.abs(terms))
    for place in np.flatnonzero(values[:-1] * values[1:] < 0):
        if small[place] and small[place + 1]:
            low, high = place, place + 1
            while low > 0 and small[low - 1] and values[low - 1] * values[place] > 0:
                low -= 1
            while high < len(GRID) - 1 and small[high + 1] and values[high + 1] * values[place + 1] > 0:
                high += 1
            yield _bisected(total, name, GRID[place], GRID[place + 1]), (float(GRID[low]), float(GRID[high]))


def _bisected(total: Expression, name: str, low: float, high: float) -> float:
    """The zero between two numbers, to the last digit of float64."""
    side = _at(total, name, np.array([low]))[0]
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _at(total, name, np.array([middle]))[0] * side > 0 else (low, middle)
    return float(low)


def _fitted(
    total: Expression, name: str, zero: float, ends: tuple[float, float], centre: float
) -> tuple[float, ...] | None:
    """The polynomial in x - centre that times x - zero is the sum; None if it loses digits or is not close enough."""
    low, high = ends
    x = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * (np.arange(4 * LARGEST_DEGREE) + 0.5) / 4 / LARGEST_DEGREE)
    quotient = _at(total, name, x) / (x - zero)
    series = Chebyshev.fit(x, quotient, LARGEST_DEGREE).trim(ENOUGH / 8 * float(np.abs(quotient).min()))
    moved = series.convert(kind=Polynomial)(Polynomial([centre, 1.0]))
    terms = Polynomial(np.abs(moved.coef))(np.abs(x - centre))
    close = np.abs(moved(x - centre) / quotient - 1) < ENOUGH
    return tuple(map(float, moved.coef)) if np.all(close & (terms < MOST_CANCELLED * np.abs(quotient))) else None


def _at(expression: Expression, name: str, x: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(reference.run(expression, {name: x}), np.float64), x.shape)
