"""The plain loops of a training step in machine code: they need not be compiled with the big one, and run wide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llvmlite import ir

from actlab.compilers.native.loops import POINTER, SIZE, STORAGES, counted, load, new_function, store
from actlab.compilers.native.machine import addresses, new_module

FLOAT, DOUBLE, INDEX = STORAGES["float32"], STORAGES["float64"], ir.IntType(64)
FREE = ("contract", "arcp")  # a reciprocal and a product are three times as fast as a quotient, and as good here
MEAN_MEMORY, SQUARE_MEMORY, EPSILON = 0.9, 0.999, 1e-8  # Kingma & Ba 2015

Table = Mapping[str, tuple[int, int, Callable[..., None]]]  # pointers, whole numbers behind them, who writes the loop


def compiled(table: Table) -> dict[str, int]:
    """The address of each loop, by its name; their arguments are in the docstrings of those who write them."""
    module = new_module("steps")
    for name, (pointers, sizes, write) in table.items():
        function, builder = new_function(module, name, [POINTER] * pointers + [SIZE] * sizes, internal=False)
        for argument in function.args[:pointers]:
            argument.add_attribute("noalias")
        write(builder, *function.args)
        builder.ret_void()
    return dict(zip(table, addresses(module, list(table)), strict=True))


def gather(builder: Any, inputs: Any, targets: Any, order: Any, batch: Any, wanted: Any, *shape: Any) -> None:
    """(inputs, targets, int64* order, batch, batch_targets, rows, columns): copy the chosen rows into the batch."""
    rows, columns = shape
    with counted(builder, rows) as row:
        chosen = builder.load(builder.gep(order, [row], source_etype=INDEX), typ=INDEX)
        store(builder, FLOAT, load(builder, FLOAT, targets, chosen), wanted, row)
        start, place = builder.mul(chosen, columns), builder.mul(row, columns)
        with counted(builder, columns) as column:
            value = load(builder, FLOAT, inputs, builder.add(start, column))
            store(builder, FLOAT, value, batch, builder.add(place, column))


def copy(builder: Any, source: Any, out: Any, count: Any) -> None:
    """(source, out, count): copy numbers."""
    with counted(builder, count) as index:
        store(builder, FLOAT, load(builder, FLOAT, source, index), out, index)


def add_to_rows(builder: Any, numbers: Any, added: Any, rows: Any, columns: Any) -> None:
    """(numbers, added, rows, columns): add the same to every row."""
    with counted(builder, rows) as row, counted(builder, columns) as column:
        place = builder.add(builder.mul(row, columns), column)
        value = load(builder, FLOAT, numbers, place) + load(builder, FLOAT, added, column)
        store(builder, FLOAT, value, numbers, place)


def sum_columns(builder: Any, source: Any, out: Any, rows: Any, columns: Any) -> None:
    """(source, out, rows, columns): add up each column."""
    with counted(builder, columns) as column:
        builder.store(FLOAT.type(0.0), builder.gep(out, [column], source_etype=FLOAT.type))
    with counted(builder, rows) as row, counted(builder, columns) as column:
        value = load(builder, FLOAT, source, builder.add(builder.mul(row, columns), column))
        store(builder, FLOAT, load(builder, FLOAT, out, column) + value, out, column)


def scale(builder: Any, numbers: Any, factors: Any, count: Any) -> None:
    """(numbers, factors, count): multiply each number by its factor."""
    with counted(builder, count) as index:
        value = load(builder, FLOAT, numbers, index) * load(builder, FLOAT, factors, index)
        store(builder, FLOAT, value, numbers, index)


def adam(builder: Any, vector: Any, gradient: Any, first: Any, second: Any, numbers: Any, count: Any) -> None:
    """(vector, gradient, first, second, (keep, pace, widen), count): Adam in one pass; `keep` is left by the decay."""
    keep, pace, widen = (content(builder, numbers, SIZE(k)) for k in range(3))
    root = builder.module.declare_intrinsic("llvm.sqrt", (FLOAT.type,))
    with counted(builder, count) as index:
        g = content(builder, gradient, index)
        mean = _mixed(builder, MEAN_MEMORY, first, index, g)
        square = _mixed(builder, SQUARE_MEMORY, second, index, builder.fmul(g, g))
        below = builder.fmul(builder.call(root, [square]), widen, flags=FREE)
        below = builder.fadd(below, FLOAT.type(EPSILON), flags=FREE)
        step = builder.fdiv(builder.fmul(pace, mean, flags=FREE), below, flags=FREE)
        kept = builder.fmul(keep, content(builder, vector, index), flags=FREE)
        keep_content(builder, builder.fsub(kept, step, flags=FREE), vector, index)


def descend(builder: Any, vector: Any, gradient: Any, velocity: Any, _: Any, numbers: Any, count: Any) -> None:
    """(vector, gradient, velocity, -, (keep, rate, momentum), count): gradient descent with momentum."""
    keep, rate, momentum = (content(builder, numbers, SIZE(k)) for k in range(3))
    with counted(builder, count) as index:
        kept = builder.fmul(momentum, content(builder, velocity, index))
        moved = builder.fadd(kept, content(builder, gradient, index))
        keep_content(builder, moved, velocity, index)
        left = builder.fmul(keep, content(builder, vector, index))
        keep_content(builder, builder.fsub(left, builder.fmul(rate, moved)), vector, index)


def _mixed(builder: Any, memory: float, mean: Any, index: Any, new: Any) -> Any:
    """A running mean with a new number in it, written down."""
    old = builder.fmul(FLOAT.type(memory), content(builder, mean, index), flags=FREE)
    mixed = builder.fadd(old, builder.fmul(FLOAT.type(1.0 - memory), new, flags=FREE), flags=FREE)
    keep_content(builder, mixed, mean, index)
    return mixed


def content(builder: Any, pointer: Any, index: Any) -> Any:
    """The float at an index, as LLVM's value."""
    return load(builder, FLOAT, pointer, index).content


def keep_content(builder: Any, value: Any, pointer: Any, index: Any) -> None:
    """Write LLVM's value to an index."""
    builder.store(value, builder.gep(pointer, [index], source_etype=value.type))


LOOPS: Table = {
    "gather": (5, 2, gather),
    "copy": (2, 1, copy),
    "add_to_rows": (2, 2, add_to_rows),
    "sum_columns": (2, 2, sum_columns),
    "scale": (2, 1, scale),
    "adam": (5, 1, adam),
    "descend": (5, 1, descend),
}
