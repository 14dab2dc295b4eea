"""Rows to columns in machine code: square blocks are turned inside the registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from actlab.compilers.native.loops import SIZE, counted, load, store
from actlab.networks.products import BYTES, best_tile
from actlab.networks.steps import FLOAT, Table


def transpose(builder: Any, source: Any, out: Any, rows: Any, columns: Any) -> None:
    """(source, out, rows, columns): turn rows into columns."""
    side = best_tile().lanes
    whole_rows, whole_columns = (builder.sub(each, builder.srem(each, SIZE(side))) for each in (rows, columns))
    with counted(builder, whole_rows, SIZE(side)) as row, counted(builder, whole_columns, SIZE(side)) as column:
        block = [_place(builder, source, columns, builder.add(row, SIZE(k)), column) for k in range(side)]
        vector = ir.VectorType(FLOAT.type, side)
        lines = turned(builder, [builder.load(place, typ=vector, align=BYTES) for place in block])
        for k, line in enumerate(lines):
            builder.store(line, _place(builder, out, rows, builder.add(column, SIZE(k)), row), align=BYTES)
    with counted(builder, builder.sub(columns, whole_columns)) as beyond, counted(builder, rows) as row:
        _move(builder, source, out, rows, columns, row, builder.add(whole_columns, beyond))
    with counted(builder, builder.sub(rows, whole_rows)) as beyond, counted(builder, whole_columns) as column:
        _move(builder, source, out, rows, columns, builder.add(whole_rows, beyond), column)


def turned(builder: Any, lines: list[Any]) -> list[Any]:
    """Rows of a square, as its columns: interleaving the first half with the second, once for each doubling."""
    count = len(lines)
    half = count // 2
    for _ in range(half.bit_length()):
        pairs = zip(lines[:half], lines[half:], strict=True)
        lines = [_interleaved(builder, *pair, start) for pair in pairs for start in (0, half)]
    return lines


def _interleaved(builder: Any, first: Any, second: Any, start: int) -> Any:
    """Numbers from `start` on of two vectors in turn."""
    lanes = first.type.count
    order = [place for k in range(start, start + lanes // 2) for place in (k, lanes + k)]
    mask = ir.Constant(ir.VectorType(ir.IntType(32), lanes), order)
    return builder.shuffle_vector(first, second, mask)


def _place(builder: Any, pointer: Any, length: Any, row: Any, column: Any) -> Any:
    return builder.gep(pointer, [builder.add(builder.mul(row, length), column)], source_etype=FLOAT.type)


def _move(builder: Any, source: Any, out: Any, rows: Any, columns: Any, row: Any, column: Any) -> None:
    value = load(builder, FLOAT, source, builder.add(builder.mul(row, columns), column))
    store(builder, FLOAT, value, out, builder.add(builder.mul(column, rows), row))


TURNING: Table = {"transpose": (2, 2, transpose)}
