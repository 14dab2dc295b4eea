"""The floating-point type that a formula is written for, and the polynomials and signs that formulas are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from actlab.formula import Expression, constant
from actlab.formula.expression import where

Precision = Literal["single", "double"]


@dataclass(frozen=True)
class Layout:
    """The floating-point type: what differs between the precisions."""

    single: bool

    @property
    def digits(self) -> int:
        """How many bits a number has."""
        return 24 if self.single else 53

    def pick(self, single: float, double: float) -> Expression:
        """The number for this type."""
        return constant(single if self.single else double)

    def polynomial(self, x: Expression, table: tuple[tuple[float, ...], tuple[float, ...]]) -> Expression:
        """The polynomial of the table, by Horner's rule."""
        return horner(x, table[0] if self.single else table[1])


def horner(x: Expression, coefficients: Iterable[float]) -> Expression:
    """The polynomial with these coefficients, lowest power first."""
    *others, last = map(constant, coefficients)
    return reduce(lambda higher, coefficient: higher * x + coefficient, reversed(others), last)


def with_sign_of(x: Expression, size: Expression) -> Expression:
    """`size` where x is at least 0, and its negative elsewhere."""
    return where(x >= 0, size, -size)
