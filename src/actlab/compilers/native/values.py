"""The values of sub-formulas inside a kernel: floats that know what rounding took from them.

A value is a float, perhaps the rest that it lacks to the exact result, and perhaps two factors of it, of which one is a
power of two. A word whose error would grow, such as exp of a large number, asks its argument for the rest; a product
takes a factor that would lose its digits as a subnormal number in its two parts. What nobody asks for is never
computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from llvmlite import ir

from actlab.compilers.native.floats import LAYOUTS, Float, Layout, fma, select
from actlab.formula.expression import Number

__all__ = ["LARGE", "LAYOUTS", "PI", "Layout", "Operand", "Rest", "Value", "where"]

Operand: TypeAlias = "Value | Number"
Rest: TypeAlias = Callable[[], Float | None]

PI = Fraction(31415926535897932384626433832795028841971, 10**40)
LARGE = 1e30  # no rest is: beside an infinity it may be nan or infinite


@dataclass(frozen=True, eq=False)
class Value:
    """A number, or the answer of a comparison, inside the loop of a kernel.

    Args:
        builder: LLVM's, which stands where the next instruction is to be written.
        layout: The kind of float.
        content: LLVM's value, ready to be stored.
        factors: Two floats whose rounded product this is.
        beyond: Gives what the exact value has beyond this one, or beyond the exact product of the factors.
        careful: Whether sums are to add the rest: it is known to more digits than rounding would leave.
        lifting: Gives the value as a float that is not subnormal and a power of two, and that float's rest.
    """

    builder: Any
    layout: Layout
    content: Any
    factors: tuple[Float, Float] | None = None
    beyond: Rest | None = None
    careful: bool = False
    lifting: Callable[[], tuple[Float, Float, Float | None]] | None = None

    @property
    def high(self) -> Float:
        """The float alone, without its rest."""
        return Float(self.builder, self.layout, self.content)

    @cached_property
    def rest(self) -> Float | None:
        """What `high` lacks to the exact value; None where it lacks nothing that is known."""
        beyond = self.beyond and self.beyond()
        return sum_of(fma(self.factors[0], self.factors[1], -self.high) if self.factors else None, beyond)

    @cached_property
    def lifted(self) -> tuple[Float, Float, Float | None] | None:
        """The value for products: in two factors where it may be subnormal, and the rest of the first."""
        return self.lifting and self.lifting()

    @property
    def is_zero(self) -> bool:
        """Whether this is the constant 0."""
        return isinstance(self.content, ir.Constant) and self.content.constant == 0

    @property
    def sized(self) -> Float:
        """What is 0, negative or nan where this is, and is computed for products in any case."""
        if self.lifted is None:
            return self.high
        high, power, _ = self.lifted
        return high * power

    def made(self, high: Float, beyond: Rest | None = None, careful: bool = False) -> Value:
        """Another value of the same kernel."""
        return Value(self.builder, self.layout, high.content, None, beyond, careful)

    def _scaled(self, high: Float, power: Float, rest: Rest, careful: bool) -> Value:
        """(high + rest) * power, the power of two kept apart for a next product."""

        def beyond() -> Float | None:
            lost = rest()
            return lost and lost * power

        made = Value(self.builder, self.layout, (high * power).content, (high, power), beyond, careful)
        return replace(made, lifting=lambda: (high, power, rest()))

    def number(self, operand: Operand) -> Value:
        """`operand`; a plain number as a constant that knows its digits beyond the type's."""
        if isinstance(operand, Value):
            return operand
        high = self.layout.rounded(operand)
        low = float(Fraction(operand) - Fraction(high)) if math.isfinite(high) else 0.0
        return self.made(self.high.number(high), (lambda: self.high.number(low)) if low else None)

    def __add__(self, other: Operand) -> Value:
        first, second = self, self.number(other)
        if second.factors is None:
            first, second = second, first
        high = fma(*second.factors, first.high) if second.factors else first.high + second.high
        beyond = second.beyond() if second.beyond and second.careful else None
        known = sum_of(first.rest if first.careful else None, beyond)
        if known is not None:
            high = high + select(abs(known) < LARGE, known, 0)
        return self.made(high, lambda: rest_of_sum(high, first, second), known is not None)

    def __radd__(self, other: Operand) -> Value:
        return self.number(other) + self

    def __sub__(self, other: Operand) -> Value:
        return self + -self.number(other)

    def __rsub__(self, other: Operand) -> Value:
        return self.number(other) - self

    def __mul__(self, other: Operand) -> Value:
        a, b = self, self.number(other)
        if a.lifted is None:
            a, b = b, a
        careful = a.careful or b.careful
        left, power, left_rest = a.lifted or (a.high, None, None)
        high = left * b.high

        def beyond(lost: Float | None = None) -> Float | None:
            rest = left_rest if power is not None else a.rest
            for one, factor in ((rest, b.high), (b.rest, left)):
                if one is not None:
                    lost = one * factor if lost is None else fma(one, factor, lost)
            return lost

        if power is not None:
            return self._scaled(high, power, lambda: beyond(fma(left, b.high, -high)), careful)
        return Value(self.builder, self.layout, high.content, (left, b.high), beyond, careful)

    def __rmul__(self, other: Operand) -> Value:
        return self.number(other) * self

    def __truediv__(self, other: Operand) -> Value:
        b = self.number(other)
        left, power, _ = self.lifted or (self.high, None, None)
        ratio = left / b.high
        if b.careful and b.rest is not None:
            change = ratio * (1 / b.high) * b.rest
            ratio = ratio - select(abs(change) < LARGE, change, 0)
        high = ratio if power is None else ratio * power

        def beyond() -> Float | None:
            lost = fma(-high, b.high, self.high)
            left = sum_of(lost, self.rest) if b.rest is None else fma(-high, b.rest, sum_of(lost, self.rest) or 0)
            return left and left * (1 / b.high)

        made = self.made(high, beyond)
        return made if power is None else replace(made, lifting=lambda: (ratio, power, None))

    def __rtruediv__(self, other: Operand) -> Value:
        return self.number(other) / self

    def __neg__(self) -> Value:
        factors = self.factors and (-self.factors[0], self.factors[1])

        def turned(rest: Float | None) -> Float | None:
            return rest and -rest

        return self._turned(factors, lambda: turned(self.beyond and self.beyond()), lambda high: -high, turned)

    def __abs__(self) -> Value:
        def turned(rest: Float | None) -> Float | None:
            return rest and select(self.high < 0, -rest, rest)

        return self._turned(None, lambda: turned(self.rest), abs, turned)

    def _turned(
        self,
        factors: tuple[Float, Float] | None,
        beyond: Rest,
        turn: Callable[[Float], Float],
        turn_rest: Callable[[Float | None], Float | None],
    ) -> Value:
        def lifting() -> tuple[Float, Float, Float | None]:
            assert self.lifted is not None, "asked only where there is one"
            high, power, rest = self.lifted
            return turn(high), power, turn_rest(rest)

        content, lift = turn(self.high).content, self.lifting and lifting
        return Value(self.builder, self.layout, content, factors, beyond, self.careful, lift)

    def compare(self, sign: str, other: Operand) -> Value:
        """A comparison that is false when either side is nan."""
        left, right = self, self.number(other)
        if left.is_zero or right.is_zero:
            return self.made(left.sized.compare(sign, right.sized))
        return self.made(left.high.compare(sign, right.high))

    def __gt__(self, other: Operand) -> Value:
        return self.compare(">", other)

    def __ge__(self, other: Operand) -> Value:
        return self.compare(">=", other)

    def __lt__(self, other: Operand) -> Value:
        return self.compare("<", other)

    def __le__(self, other: Operand) -> Value:
        return self.compare("<=", other)

    def equals(self, other: Operand) -> Value:
        """Whether both are the same number."""
        return self.compare("==", other)

    @property
    def is_nan(self) -> Value:
        """Whether this is nan."""
        return self.made(self.high.same(self.builder.fcmp_unordered("uno", self.content, self.content)))

    def __and__(self, other: Value) -> Value:
        return self.made(self.high.same(self.builder.and_(self.content, other.content)))

    def __or__(self, other: Value) -> Value:
        return self.made(self.high.same(self.builder.or_(self.content, other.content)))

    def __invert__(self) -> Value:
        return self.made(self.high.same(self.builder.not_(self.content)))


def nothing() -> None:
    """The rest of an exact value."""


def sum_of(a: Float | None, b: Float | None) -> Float | None:
    """The sum of two rests."""
    return b if a is None else a if b is None else a + b


def rest_of_sum(high: Float, a: Value, b: Value) -> Float | None:
    """What `high` lacks to a + b, whichever is the larger (Knuth's TwoSum)."""
    total = a.high + b.high
    share = total - a.high
    lost = (a.high - (total - share)) + (b.high - share)
    return sum_of(total - high, sum_of(lost, sum_of(a.rest, b.rest)))


def where(condition: Value, yes: Operand, no: Operand) -> Value:
    """Both sides are computed and one is taken, without a branch."""
    a, b = condition.number(yes), condition.number(no)
    chosen = condition.high

    def rest() -> Float | None:
        if a.rest is None and b.rest is None:
            return None
        return select(chosen, a.rest or 0, b.rest or 0)

    def lifting() -> tuple[Float, Float, Float | None]:
        (x, power, low), (y, other, rest) = (each.lifted or (each.high, a.high.number(1), each.rest) for each in (a, b))
        return select(chosen, x, y), select(chosen, power, other), select(chosen, low or 0, rest or 0)

    lift = None if a.lifting is None and b.lifting is None else lifting
    high = select(chosen, a.high, b.high)
    return Value(high.builder, high.layout, high.content, None, rest, a.careful or b.careful, lift)
