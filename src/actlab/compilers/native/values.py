"""Numbers inside a kernel that is being compiled: each operator on a Value writes one LLVM instruction.

So a word of the formula language is an ordinary Python function, run once while Numba compiles; it costs no
type inference, is always inlined, and serves float32 and float64 alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from actlab.formula.expression import Number

Operand: TypeAlias = "Value | Number"


@dataclass(frozen=True)
class Layout:
    """The bits of a float: how wide it is, its fraction, and the number whose last bits count whole steps."""

    type: ir.Type
    word: ir.IntType
    fraction: int  # bits
    bias: int
    magic: float  # 1.5 * 2**fraction: adding it rounds to a whole number, held in the low bits of the sum
    single: bool


LAYOUTS = {
    ir.FloatType(): Layout(ir.FloatType(), ir.IntType(32), 23, 127, 12582912.0, True),
    ir.DoubleType(): Layout(ir.DoubleType(), ir.IntType(64), 52, 1023, 6755399441055744.0, False),
}


@dataclass(frozen=True, eq=False)
class Value:
    """A float, or the answer of a comparison, inside the loop of a kernel."""

    builder: Any
    layout: Layout
    content: Any

    def same(self, content: Any) -> Value:
        """Another value of the same kernel."""
        return Value(self.builder, self.layout, content)

    def number(self, operand: Operand) -> Value:
        """`operand`, plain numbers as constants of this kernel's type."""
        if isinstance(operand, Value):
            return operand
        return self.same(ir.Constant(self.layout.type, float(operand)))

    def pick(self, single: Number, double: Number) -> Value:
        """The constant for the type in use."""
        return self.number(single if self.layout.single else double)

    def call(self, name: str, *operands: Operand) -> Value:
        """The LLVM intrinsic called `name`, on floats."""
        kind = self.layout.type
        signature = ir.FunctionType(kind, [kind] * len(operands))
        function = self.builder.module.declare_intrinsic(name, (kind,), signature)
        return self.same(self.builder.call(function, [self.number(operand).content for operand in operands]))

    def _join(self, write: Callable[..., Any], left: Operand, right: Operand) -> Value:
        return self.same(write(self.number(left).content, self.number(right).content))

    def __add__(self, other: Operand) -> Value:
        return self._join(self.builder.fadd, self, other)

    def __radd__(self, other: Operand) -> Value:
        return self._join(self.builder.fadd, other, self)

    def __sub__(self, other: Operand) -> Value:
        return self._join(self.builder.fsub, self, other)

    def __rsub__(self, other: Operand) -> Value:
        return self._join(self.builder.fsub, other, self)

    def __mul__(self, other: Operand) -> Value:
        return self._join(self.builder.fmul, self, other)

    def __rmul__(self, other: Operand) -> Value:
        return self._join(self.builder.fmul, other, self)

    def __truediv__(self, other: Operand) -> Value:
        return self._join(self.builder.fdiv, self, other)

    def __rtruediv__(self, other: Operand) -> Value:
        return self._join(self.builder.fdiv, other, self)

    def __neg__(self) -> Value:
        return self.same(self.builder.fneg(self.content))

    def __abs__(self) -> Value:
        return self.call("llvm.fabs", self)

    def compare(self, sign: str, other: Operand) -> Value:
        """A comparison that is false when either side is nan."""
        return self._join(lambda a, b: self.builder.fcmp_ordered(sign, a, b), self, other)

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

    def external(self, name: str) -> Value:
        """The C library's function of one number called `name`: exact, but one number at a time."""
        kind = self.layout.type
        symbol = name + "f" * self.layout.single
        signature = ir.FunctionType(kind, [kind])
        function = cgutils.get_or_insert_function(self.builder.module, signature, symbol)
        return self.same(self.builder.call(function, [self.content]))

    @property
    def is_nan(self) -> Value:
        """Whether this is nan."""
        return self.same(self.builder.fcmp_unordered("uno", self.content, self.content))

    def __and__(self, other: Value) -> Value:
        return self.same(self.builder.and_(self.content, other.content))

    def __or__(self, other: Value) -> Value:
        return self.same(self.builder.or_(self.content, other.content))

    def __invert__(self) -> Value:
        return self.same(self.builder.not_(self.content))


def where(condition: Value, yes: Operand, no: Operand) -> Value:
    """Both sides are computed and one is taken, without a branch."""
    a, b = condition.number(yes), condition.number(no)
    return condition.same(condition.builder.select(condition.content, a.content, b.content))


def fma(a: Value, b: Operand, c: Operand) -> Value:
    """a * b + c, rounded once where the processor can; llvm.fma would call a slow function elsewhere."""
    return a.call("llvm.fmuladd", a, b, c)


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """Horner's scheme, lowest power first."""
    result = x.number(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = fma(result, x, coefficient)
    return result


def power_of_two_parts(counted: Value) -> tuple[Value, Value]:
    """Two powers of two whose product is 2**n, for counted = magic + n; 2**n itself may be out of range."""
    builder, layout = counted.builder, counted.layout
    bits = layout.word
    magic_bits = builder.bitcast(ir.Constant(layout.type, layout.magic), bits)
    exponent = builder.sub(builder.bitcast(counted.content, bits), magic_bits)
    first = builder.ashr(exponent, ir.Constant(bits, 1))

    def power(whole: Any) -> Value:
        raised = builder.add(whole, ir.Constant(bits, layout.bias))
        return counted.same(builder.bitcast(builder.shl(raised, ir.Constant(bits, layout.fraction)), layout.type))

    return power(first), power(builder.sub(exponent, first))


def binary_exponent(x: Value) -> tuple[Value, Value]:
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


def elementwise(results: int) -> Callable[[Callable[..., Sequence[Operand]]], Any]:
    """Makes a function over Values callable in Numba: a tuple of floats of one type in, `results` out."""

    def decorate(body: Callable[..., Sequence[Operand]]) -> Any:
        @intrinsic
        def function(_typing_context: Any, numbers: Any) -> Any:
            def generate(context: Any, builder: Any, signature: Any, contents: Any) -> Any:
                parts = [builder.extract_value(contents[0], k) for k in range(numbers.count)]
                inputs = [Value(builder, LAYOUTS[part.type], part) for part in parts]
                outputs = [inputs[0].number(output).content for output in body(*inputs)]
                return context.make_tuple(builder, signature.return_type, outputs)

            return types.UniTuple(numbers.dtype, results)(numbers), generate

        return function

    return decorate


@intrinsic
def load(_typing_context: Any, pointer: Any, index: Any) -> Any:
    """The number at pointer[index]."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.load(builder.gep(values[0], [values[1]]))

    return pointer.dtype(pointer, index), generate


@intrinsic
def store(_typing_context: Any, pointer: Any, index: Any, _value: Any) -> Any:
    """Writes a number to pointer[index]."""

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        builder.store(values[2], builder.gep(values[0], [values[1]]))
        return context.get_dummy_value()

    return types.void(pointer, index, pointer.dtype), generate


@intrinsic
def accumulate(_typing_context: Any, total: Any, value: Any) -> Any:
    """total + value in double precision, in any order: otherwise the loop could not be vectorised."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        wide = values[1] if values[1].type == ir.DoubleType() else builder.fpext(values[1], ir.DoubleType())
        return builder.fadd(values[0], wide, flags=("reassoc",))

    return types.float64(total, value), generate


@intrinsic
def is_null(_typing_context: Any, pointer: Any) -> Any:
    """Whether a pointer leads nowhere."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.icmp_unsigned("==", values[0], ir.Constant(values[0].type, None))

    return types.boolean(pointer), generate
