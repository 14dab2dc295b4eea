"""Loops over arrays in LLVM's language: over contiguous numbers, over strides of any kind, and over threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from actlab.compilers.expansions import Precision
from actlab.compilers.native.values import LAYOUTS, Value

POINTER = ir.PointerType()
SIZE = ir.IntType(64)
COUNT = ir.IntType(32)
ONE = SIZE(1)
VOID = ir.VoidType()
BLOCK = 512  # elements; those of a few operands fit into the first cache
SHARE = 32768  # elements a thread at least: below, waking it costs more than it does
BIAS = 0x7FFF  # half of what a bfloat16 leaves out of a float32, less the last bit that is kept


@dataclass(frozen=True)
class Storage:
    """How numbers lie in memory, and the NumPy type that carries them."""

    type: ir.Type
    bytes: int
    computed: ir.Type  # the kind of float that a kernel computes in
    numpy: str


STORAGES = {
    "float16": Storage(ir.HalfType(), 2, ir.FloatType(), "float16"),
    "bfloat16": Storage(ir.IntType(16), 2, ir.FloatType(), "uint16"),
    "float32": Storage(ir.FloatType(), 4, ir.FloatType(), "float32"),
    "float64": Storage(ir.DoubleType(), 8, ir.DoubleType(), "float64"),
}


def precision_of(storage: Storage) -> Precision:
    """Whether single or double precision is computed in."""
    return "double" if storage.computed == ir.DoubleType() else "single"


Body = Callable[[Sequence[Value]], Sequence[Value]]


def parameter_storage(storage: Storage) -> Storage:
    """A parameter is kept in what is computed in: half of a number's digits would be too few for it."""
    return STORAGES["float64" if storage.computed == ir.DoubleType() else "float32"]


def load(builder: Any, storage: Storage, pointer: Any, index: Any) -> Value:
    """The number at an index, in the kind of float that is computed in."""
    content = builder.load(builder.gep(pointer, [index], source_etype=storage.type), typ=storage.type)
    if isinstance(storage.type, ir.IntType):
        wide = builder.shl(builder.zext(content, ir.IntType(32)), ir.IntType(32)(16))
        content = builder.bitcast(wide, storage.computed)
    elif storage.type != storage.computed:
        content = builder.fpext(content, storage.computed)
    return Value(builder, LAYOUTS[storage.computed], content)


def store(builder: Any, storage: Storage, value: Value, pointer: Any, index: Any) -> None:
    """Write a number to an index, rounded to nearest, ties to even."""
    content = value.content
    if isinstance(storage.type, ir.IntType):
        word = ir.IntType(32)
        bits = builder.bitcast(content, word)
        odd = builder.and_(builder.lshr(bits, word(16)), word(1))
        rounded = builder.lshr(builder.add(bits, builder.add(odd, word(BIAS))), word(16))
        quiet = builder.or_(builder.lshr(bits, word(16)), word(0x40))  # rounding may carry a nan into infinity
        content = builder.trunc(builder.select(value.is_nan.content, quiet, rounded), storage.type)
    elif storage.type != storage.computed:
        content = builder.fptrunc(content, storage.type)
    builder.store(content, builder.gep(pointer, [index], source_etype=storage.type))


@contextmanager
def counted(builder: Any, count: Any, step: Any = ONE, carried: list[Any] | None = None) -> Iterator[Any]:
    """The body of a loop from 0 to count; nothing happens where there is nothing to count.

    Args:
        builder: Stands where the loop is to be, and behind it afterwards.
        count: Where the loop ends.
        step: From one index to the next.
        carried: Values that each round hands on. The body sets new ones in the list that it is given; behind the
            loop, that list has the last ones.

    Yields:
        The index, or with carried values a pair of it and their list.
    """
    before, head, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
    builder.cbranch(builder.icmp_signed(">", count, SIZE(0)), head, after)
    builder.position_at_end(head)
    index, phis = builder.phi(SIZE), [builder.phi(value.type) for value in carried or ()]
    current: list[Any] = list(phis)
    yield (index, current) if carried is not None else index
    following = builder.add(index, step, flags=("nsw",))
    last = builder.block
    builder.cbranch(builder.icmp_signed("<", following, count), head, after)
    builder.position_at_end(after)
    for phi, start, end in zip((index, *phis), (SIZE(0), *(carried or ())), (following, *current), strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(end, last)
    for k, (start, end) in enumerate(zip(carried or (), list(current), strict=True)):
        joined = builder.phi(start.type)
        joined.add_incoming(start, before)
        joined.add_incoming(end, last)
        current[k] = joined


def new_function(module: ir.Module, name: str, arguments: Sequence[ir.Type], internal: bool = True) -> tuple[Any, Any]:
    """A function without result, and the builder that stands at its beginning."""
    function = ir.Function(module, ir.FunctionType(VOID, arguments), name)
    function.attributes.add("nounwind")
    if internal:
        function.linkage = "internal"
    return function, ir.IRBuilder(function.append_basic_block("entry"))
