"""A ufunc's inner loop in LLVM's language: any strides, shared out to threads, and no floating-point flag raised.

Contiguous arrays go straight through the wide loop; others a block at a time through buffers in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from llvmlite import ir

from actlab.compilers.native.loops import (
    BLOCK,
    COUNT,
    POINTER,
    SHARE,
    SIZE,
    VOID,
    Body,
    Storage,
    counted,
    load,
    new_function,
    parameter_storage,
    store,
)
from actlab.compilers.native.machine import is_x86
from actlab.compilers.native.streams import LINE, goes_past, write_streamed
from actlab.compilers.native.threads import FUNCTIONS

GRANULE = 64  # elements; a thread's share begins at a cache line where the array does
WORTH = 4096  # elements from which it pays to begin at one
FLAGS_ELSEWHERE = 31  # FE_ALL_EXCEPT where the flags are not those of SSE


@dataclass(frozen=True)
class Operands:
    """How many arrays come in, how many parameters (arrays or one number each), and how many arrays go out."""

    arrays: int
    parameters: int
    results: int

    @property
    def count(self) -> int:
        """All of them, in this order."""
        return self.arrays + self.parameters + self.results

    def storages(self, storage: Storage) -> list[Storage]:
        """How each is kept."""
        plain = [storage] * self.arrays
        return [*plain, *[parameter_storage(storage)] * self.parameters, *[storage] * self.results]


def write_loop(module: ir.Module, name: str, storage: Storage, operands: Operands, body: Body) -> None:
    """void name(char** arrays, intp* lengths, intp* strides, void* threads), the inner loop of a NumPy ufunc."""
    steady = _write_chunk(module, storage, operands, body, steady=True)
    varying = _write_chunk(module, storage, operands, body, steady=False) if operands.parameters else steady
    span = _write_span(module, storage, operands, steady, varying)
    _write_entry(module, name, span, dimensions=0, granule=GRANULE)


def write_outer_loop(module: ir.Module, name: str, inner: Any, count: int, dimensions: int) -> None:
    """The inner loop of a generalised ufunc: `inner`(arrays…, lengths…) for one block of numbers after another.

    Args:
        module: Where it is written.
        name: What it is called.
        inner: A function of `count` pointers and as many lengths as a block has dimensions.
        count: How many arrays come in and go out.
        dimensions: How many dimensions a block has.
    """
    span, builder = new_function(module, "blocks", [POINTER, POINTER, POINTER, SIZE, SIZE])
    arrays, lengths, strides, first, blocks = span.args
    block = [builder.load(at(builder, lengths, k + 1, SIZE), typ=SIZE) for k in range(dimensions)]
    with counted(builder, blocks) as index:
        places = []
        for k in range(count):
            start = builder.load(at(builder, arrays, k, POINTER), typ=POINTER)
            stride = builder.load(at(builder, strides, k, SIZE), typ=SIZE)
            offset = builder.mul(builder.add(first, index), stride)
            places.append(builder.gep(start, [offset], source_etype=ir.IntType(8)))
        builder.call(inner, [*places, *block])
    builder.ret_void()
    _write_entry(module, name, span, dimensions, granule=1)


def _write_entry(module: ir.Module, name: str, span: Any, dimensions: int, granule: int) -> None:
    """void name(char** arrays, intp* lengths, intp* strides, void* threads): the span of all, in one or more threads.

    The first length is shared out, in multiples of the granule; the elements behind it decide whether that pays.
    """
    task = _write_task(module, span, granule)
    function, builder = new_function(module, name, [POINTER] * 4, internal=False)
    arrays, lengths, strides, threads = function.args
    restore = save_flags(module, builder)
    count, *block = (builder.load(at(builder, lengths, k, SIZE), typ=SIZE) for k in range(1 + dimensions))
    elements = reduce(builder.mul, block, count)
    parallel = builder.load(threads, typ=POINTER)
    is_long = builder.icmp_signed(">=", elements, SIZE(2 * SHARE))
    found = builder.icmp_unsigned("!=", parallel, ir.Constant(POINTER, None))
    several = builder.icmp_signed(">", count, SIZE(1))
    with builder.if_else(_all(builder, [is_long, found, several])) as (shared, alone):
        with shared:
            _share_out(builder, task, parallel, (*function.args, count), elements)
        with alone:
            builder.call(span, [arrays, lengths, strides, SIZE(0), count])
    restore(builder)
    builder.ret_void()


def _write_chunk(module: ir.Module, storage: Storage, operands: Operands, body: Body, *, steady: bool) -> Any:
    """void chunk(arrays…, parameters…, results…, count) over contiguous arrays that do not overlap."""
    name = "steady" if steady else "varying"
    function, builder = new_function(module, name, [POINTER] * operands.count + [SIZE])
    for argument in function.args[:-1]:
        argument.add_attribute("noalias")
    function.attributes.add("noinline")
    *pointers, count = function.args
    first, last = operands.arrays, operands.arrays + operands.parameters
    kept = list(zip(operands.storages(storage), pointers, strict=True))
    fixed = [load(builder, *each, SIZE(0)) for each in kept[first:last]] if steady else []
    with counted(builder, count) as index:
        values = [load(builder, *each, index) for each in kept[: first if steady else last]]
        for value, pointer in zip(body([*values, *fixed]), pointers[last:], strict=True):
            store(builder, storage, value, pointer, index)
    builder.ret_void()
    return function


def _write_span(module: ir.Module, storage: Storage, operands: Operands, steady: Any, varying: Any) -> Any:
    """void span(char** arrays, intp* lengths, intp* strides, start, count): some elements of arrays of any strides."""
    streamed = write_streamed(module, storage, operands.arrays, operands.results, steady)
    function, builder = new_function(module, "span", [POINTER, POINTER, POINTER, SIZE, SIZE])
    arrays, lengths, strides, start, count = function.args
    steps = [builder.load(at(builder, strides, k, SIZE), typ=SIZE) for k in range(operands.count)]
    places = [
        builder.gep(
            builder.load(at(builder, arrays, k, POINTER), typ=POINTER),
            [builder.mul(start, step)],
            source_etype=ir.IntType(8),
        )
        for k, step in enumerate(steps)
    ]
    first, last = operands.arrays, operands.arrays + operands.parameters
    moving = [*steps[:first], *steps[last:]]
    direct = _all(builder, [builder.icmp_signed("==", step, SIZE(storage.bytes)) for step in moving])
    for place in places[:last]:
        for result in places[last:]:  # the wide loop must not write what it still reads
            direct = builder.and_(direct, builder.icmp_unsigned("!=", place, result))
    is_steady = _all(builder, [builder.icmp_signed("==", step, SIZE(0)) for step in steps[first:last]])
    with builder.if_then(builder.and_(direct, is_steady), likely=True):
        ahead = _unaligned(builder, places[last], count, storage)
        builder.call(steady, [*places, ahead])
        further = [
            place if k in range(first, last) else builder.gep(place, [ahead], source_etype=storage.type)
            for k, place in enumerate(places)
        ]
        rest = builder.sub(count, ahead)
        total = builder.load(lengths, typ=SIZE)
        with builder.if_else(goes_past(builder, total, further[last:], storage)) as (past, through):
            with past:
                builder.call(streamed, [*further, rest])
            with through:
                builder.call(steady, [*further, rest])
        builder.ret_void()
    storages = operands.storages(storage)
    buffers = [_room(builder, ir.ArrayType(each.type, BLOCK)) for each in storages]
    with counted(builder, count, step=SIZE(BLOCK)) as index:
        rest = builder.sub(count, index)
        length = builder.select(builder.icmp_signed("<", rest, SIZE(BLOCK)), rest, SIZE(BLOCK))
        outside = [(place, step, index) for place, step in zip(places, steps, strict=True)]
        inside = [(buffer, SIZE(each.bytes), SIZE(0)) for buffer, each in zip(buffers, storages, strict=True)]
        for k in range(last):
            _copy(builder, storages[k], outside[k], inside[k], length)
        builder.call(varying, [*buffers, length])
        for k in range(last, operands.count):
            _copy(builder, storages[k], inside[k], outside[k], length)
    builder.ret_void()
    return function


def _unaligned(builder: Any, result: Any, count: Any, storage: Storage) -> Any:
    """How many elements to write before a cache line begins: a wide store across two of them takes twice as long."""
    address = builder.ptrtoint(result, SIZE)
    bytes_ahead = builder.and_(builder.neg(address), SIZE(LINE - 1))
    elements = builder.udiv(bytes_ahead, SIZE(storage.bytes))
    return builder.select(builder.icmp_signed(">=", count, SIZE(WORTH)), elements, SIZE(0))


def _copy(
    builder: Any, storage: Storage, source: tuple[Any, Any, Any], target: tuple[Any, Any, Any], length: Any
) -> None:
    """Numbers from one place to another; a place is a pointer, a stride in bytes and the index it begins at."""
    with counted(builder, length) as index:
        ends = [
            builder.gep(pointer, [builder.mul(builder.add(start, index), stride)], source_etype=ir.IntType(8))
            for pointer, stride, start in (source, target)
        ]
        builder.store(builder.load(ends[0], typ=storage.type), ends[1])


def _write_task(module: ir.Module, span: Any, granule: int) -> Any:
    """void task(work): what one thread of the pool does: its share of the whole."""
    function, builder = new_function(module, "task", [POINTER])
    (work,) = function.args
    *given, threads = (builder.load(at(builder, work, k, POINTER), typ=POINTER) for k in range(4))
    count = builder.load(at(builder, work, 4, SIZE), typ=SIZE)
    team, mine = (builder.sext(_ask(builder, threads, name), SIZE) for name in FUNCTIONS[2:])
    even = builder.sdiv(builder.add(count, builder.sub(team, SIZE(1))), team)
    share = builder.and_(builder.add(even, SIZE(granule - 1)), SIZE(-granule))
    start = builder.mul(mine, share)
    rest = builder.sub(count, start)
    with builder.if_then(builder.icmp_signed(">", rest, SIZE(0))):
        length = builder.select(builder.icmp_signed("<", rest, share), rest, share)
        builder.call(span, [*given, start, length])
    builder.ret_void()
    return function


def _share_out(builder: Any, task: Any, parallel: Any, given: Sequence[Any], elements: Any) -> None:
    """Let a team of threads run the task; `given` is what the entry was given, and how much there is to share."""
    work = _room(builder, ir.ArrayType(SIZE, len(given)))
    for k, each in enumerate(given):
        builder.store(each, at(builder, work, k, SIZE))
    most = builder.trunc(builder.sdiv(elements, SIZE(SHARE)), COUNT)
    cores = _ask(builder, given[3], FUNCTIONS[1])
    team = builder.select(builder.icmp_signed("<", most, cores), most, cores)
    kind = ir.FunctionType(VOID, [POINTER, POINTER, COUNT, COUNT])
    _call(builder, kind, parallel, [task, work, team, COUNT(0)])


def save_flags(module: ir.Module, builder: Any) -> Callable[[Any], None]:
    """Note the flags that say that something overflowed; the result puts them back, so that NumPy does not warn."""
    if not is_x86():
        kind = ir.FunctionType(COUNT, [COUNT])
        clear = ir.Function(module, kind, "feclearexcept")
        return lambda there: there.call(clear, [COUNT(FLAGS_ELSEWHERE)])
    kind = ir.FunctionType(VOID, [POINTER])
    read, write = (ir.Function(module, kind, f"llvm.x86.sse.{name}") for name in ("stmxcsr", "ldmxcsr"))
    room = _room(builder, COUNT)
    builder.call(read, [room])
    return lambda there: there.call(write, [room])


def _ask(builder: Any, threads: Any, name: str) -> Any:
    """The answer of one of OpenMP's functions without arguments."""
    function = builder.load(at(builder, threads, FUNCTIONS.index(name), POINTER), typ=POINTER)
    return _call(builder, ir.FunctionType(COUNT, []), function, [])


def _call(builder: Any, kind: ir.FunctionType, function: Any, arguments: Sequence[Any]) -> Any:
    function.type = kind.as_pointer()  # llvmlite asks a pointer what it can be called with
    return builder.call(function, arguments)


def _room(builder: Any, kind: ir.Type) -> Any:
    """A place on the stack, at the start of a cache line."""
    place = builder.alloca(kind)
    place.align = 64
    place.type = POINTER  # llvmlite still names what it points to
    return place


def at(builder: Any, pointer: Any, index: int, kind: ir.Type) -> Any:
    """The place of an element."""
    return builder.gep(pointer, [SIZE(index)], source_etype=kind)


def _all(builder: Any, conditions: Sequence[Any]) -> Any:
    result = ir.IntType(1)(1)
    for condition in conditions:
        result = builder.and_(result, condition)
    return result
