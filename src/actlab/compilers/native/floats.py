"""Floats inside a kernel that is being compiled: each operator on a Float writes one LLVM instruction.

So a word of the formula language is an ordinary Python function, run once while its kernel is compiled; it is always
inlined, and serves float32 and float64 alike.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from llvmlite import ir

from actlab.formula.expression import Number

Operand: TypeAlias = "Float | Number"


@dataclass(frozen=True)
class Layout:
    """The bits of a float: how wide it is, its fraction, and the number whose last bits count whole steps."""

    type: ir.Type
    word: ir.IntType
    fraction: int  # bits
    bias: int
    magic: float  # 1.5 * 2**fraction: adding it rounds to a whole number, held in the low bits of the sum
    single: bool

    def rounded(self, number: Number) -> float:
        """The nearest number of this type."""
        if not self.single:
            return float(number)
        try:
            single: float = struct.unpack("f", struct.pack("f", number))[0]
        except OverflowError:
            return math.copysign(math.inf, number)
        return single


LAYOUTS = {
    ir.FloatType(): Layout(ir.FloatType(), ir.IntType(32), 23, 127, 12582912.0, True),
    ir.DoubleType(): Layout(ir.DoubleType(), ir.IntType(64), 52, 1023, 6755399441055744.0, False),
}


@dataclass(frozen=True, eq=False)
class Float:
    """A float, or the answer of a comparison, inside the loop of a kernel."""

    builder: Any
    layout: Layout
    content: Any

    def same(self, content: Any) -> Float:
        """Another float of the same kernel."""
        return Float(self.builder, self.layout, content)

    def number(self, operand: Operand) -> Float:
        """`operand`, plain numbers as constants of this kernel's type."""
        if isinstance(operand, Float):
            return operand
        return self.same(ir.Constant(self.layout.type, float(operand)))

    def pick(self, pair: tuple[float, float]) -> Float:
        """The constant for the type in use, of one for float32 and one for float64."""
        return self.number(pair[not self.layout.single])

    def call(self, name: str, *operands: Operand) -> Float:
        """The LLVM intrinsic called `name`, on floats."""
        kind = self.layout.type
        signature = ir.FunctionType(kind, [kind] * len(operands))
        function = self.builder.module.declare_intrinsic(name, (kind,), signature)
        return self.same(self.builder.call(function, [self.number(operand).content for operand in operands]))

    def _join(self, write: Callable[..., Any], left: Operand, right: Operand) -> Float:
        return self.same(write(self.number(left).content, self.number(right).content))

    def __add__(self, other: Operand) -> Float:
        return self._join(self.builder.fadd, self, other)

    def __radd__(self, other: Operand) -> Float:
        return self._join(self.builder.fadd, other, self)

    def __sub__(self, other: Operand) -> Float:
        return self._join(self.builder.fsub, self, other)

    def __rsub__(self, other: Operand) -> Float:
        return self._join(self.builder.fsub, other, self)

    def __mul__(self, other: Operand) -> Float:
        return self._join(self.builder.fmul, self, other)

    def __rmul__(self, other: Operand) -> Float:
        return self._join(self.builder.fmul, other, self)

    def __truediv__(self, other: Operand) -> Float:
        return self._join(self.builder.fdiv, self, other)

    def __rtruediv__(self, other: Operand) -> Float:
        return self._join(self.builder.fdiv, other, self)

    def __neg__(self) -> Float:
        return self.same(self.builder.fneg(self.content))

    def __abs__(self) -> Float:
        return self.call("llvm.fabs", self)

    def compare(self, sign: str, other: Operand) -> Float:
        """A comparison that is false when either side is nan."""
        return self._join(lambda a, b: self.builder.fcmp_ordered(sign, a, b), self, other)

    def __gt__(self, other: Operand) -> Float:
        return self.compare(">", other)

    def __ge__(self, other: Operand) -> Float:
        return self.compare(">=", other)

    def __lt__(self, other: Operand) -> Float:
        return self.compare("<", other)

    def __le__(self, other: Operand) -> Float:
        return self.compare("<=", other)

    def equals(self, other: Operand) -> Float:
        """Whether both are the same number."""
        return self.compare("==", other)

    def __and__(self, other: Float) -> Float:
        return self.same(self.builder.and_(self.content, other.content))

    def external(self, name: str) -> Float:
        """The C library's function of one number called `name`: exact, but one number at a time."""
        kind = self.layout.type
        symbol = name + "f" * self.layout.single
        module = self.builder.module
        function = module.globals.get(symbol) or ir.Function(module, ir.FunctionType(kind, [kind]), symbol)
        return self.same(self.builder.call(function, [self.content]))


def select(condition: Float, yes: Operand, no: Operand) -> Float:
    """Both sides are computed and one is taken, without a branch."""
    a, b = condition.number(yes), condition.number(no)
    return condition.same(condition.builder.select(condition.content, a.content, b.content))


def fma(a: Float, b: Operand, c: Operand) -> Float:
    """a * b + c, rounded once where the processor can; llvm.fma would call a slow function elsewhere."""
    return a.call("llvm.fmuladd", a, b, c)


def at_least(x: Float, low: Operand) -> Float:
    """`low` where x is below; nan stays."""
    return select(x < low, low, x)


def at_most(x: Float, high: Operand) -> Float:
    """`high` where x is above; nan stays."""
    return select(x > high, high, x)


def copysign(size: Float, x: Float) -> Float:
    """`size` with the sign of x."""
    return size.call("llvm.copysign", size, x)


def polynomial(x: Float, table: tuple[Sequence[float], Sequence[float]]) -> Float:
    """Horner's scheme, lowest power first, with the coefficients for the type in use."""
    coefficients = table[not x.layout.single]
    result = x.number(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = fma(result, x, coefficient)
    return result


def power_of_two(counted: Float, where: Float | None = None, raised: int = 0) -> Float:
    """2**n, and 2**(n + raised) where asked, for counted = magic + bias + n; right where that is normal or 0."""
    builder, layout = counted.builder, counted.layout
    bits = builder.bitcast(counted.content, layout.word)
    if where is not None:
        more = builder.select(where.content, ir.Constant(layout.word, raised), ir.Constant(layout.word, 0))
        bits = builder.add(bits, more)
    return counted.same(builder.bitcast(builder.shl(bits, ir.Constant(layout.word, layout.fraction)), layout.type))


def binary_exponent(x: Float) -> tuple[Float, Float]:
    """k and 4 / 2**k, with 0.75 <= x / 2**k < 1.5, for a normal x > 0; times 4, to be normal too."""
    builder, layout = x.builder, x.layout
    bits, fraction = layout.word, layout.fraction
    three_quarters = (layout.bias << fraction) - (1 << (fraction - 1))
    four = (layout.bias + 2) << fraction
    offset = builder.sub(builder.bitcast(x.content, bits), ir.Constant(bits, three_quarters))
    shifted = builder.and_(offset, ir.Constant(bits, -1 << fraction))
    exponent = builder.sitofp(builder.ashr(shifted, ir.Constant(bits, fraction)), layout.type)
    scale = builder.bitcast(builder.sub(ir.Constant(bits, four), shifted), layout.type)
    return x.same(exponent), x.same(scale)
