"""Results too long for the nearer caches, written past them: they need not be read before they are overwritten."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from actlab.compilers.native.loops import COUNT, POINTER, SIZE, VOID, Storage, counted, new_function
from actlab.compilers.native.machine import is_x86

LINE = 64  # bytes of a cache line
PIECE = 1024  # elements computed into the first cache, before they go on
LONG = 1 << 26  # bytes of a result; shorter ones may still be in a cache when somebody reads them
LINES = ir.VectorType(COUNT, LINE // 4)


def write_streamed(module: ir.Module, storage: Storage, inputs: int, results: int, chunk: Any) -> Any:
    """void streamed(inputs…, parameters…, results…, count): `chunk` piece by piece; results begin at cache lines.

    Args:
        module: Where it is written.
        storage: How inputs and results are kept.
        inputs: How many arrays come in.
        results: How many go out; parameters lie between them.
        chunk: A function of the same arguments.
    """
    function, builder = new_function(module, "streamed", [each.type for each in chunk.args])
    *places, count = function.args
    first = len(places) - results
    buffers = []
    for _ in range(results):
        buffer = builder.alloca(ir.ArrayType(storage.type, PIECE))
        buffer.align, buffer.type = LINE, POINTER
        buffers.append(buffer)
    whole = builder.and_(count, SIZE(-(LINE // storage.bytes)))  # what fills whole lines

    def moved(index: Any) -> list[Any]:
        return [
            place if inputs <= k < first else builder.gep(place, [index], source_etype=storage.type)
            for k, place in enumerate(places)
        ]

    with counted(builder, whole, step=SIZE(PIECE)) as index:
        rest = builder.sub(whole, index)
        length = builder.select(builder.icmp_signed("<", rest, SIZE(PIECE)), rest, SIZE(PIECE))
        here = moved(index)
        builder.call(chunk, [*here[:first], *buffers, length])
        for buffer, target in zip(buffers, here[first:], strict=True):
            _pass_on(builder, storage, buffer, target, length)
    builder.call(chunk, [*moved(whole), builder.sub(count, whole)])
    if is_x86():  # other threads may read from here on
        builder.call(ir.Function(module, ir.FunctionType(VOID, []), "llvm.x86.sse.sfence"), [])
    builder.ret_void()
    return function


def _pass_on(builder: Any, storage: Storage, source: Any, target: Any, length: Any) -> None:
    """Whole lines from the first cache to memory, past the other caches."""
    past = builder.module.add_metadata([COUNT(1)])
    with counted(builder, builder.sdiv(length, SIZE(LINE // storage.bytes))) as line:
        content = builder.load(builder.gep(source, [line], source_etype=LINES), typ=LINES, align=LINE)
        written = builder.store(content, builder.gep(target, [line], source_etype=LINES), align=LINE)
        written.set_metadata("nontemporal", past)


def goes_past(builder: Any, total: Any, results: list[Any], storage: Storage) -> Any:
    """Whether results of this many elements in all are long, and begin at cache lines."""
    condition = builder.icmp_signed(">=", total, SIZE(LONG // storage.bytes))
    for each in results:
        ahead = builder.and_(builder.ptrtoint(each, SIZE), SIZE(LINE - 1))
        condition = builder.and_(condition, builder.icmp_unsigned("==", ahead, SIZE(0)))
    return condition
