"""Matrix products of the sizes that small networks need, on one core: their factors lie in its cache as they are.

A library packs the factors first, which pays for large ones only. A tile of the result stays in registers while its
sum runs along the inner axis, one number after the other: the result depends on nothing but the factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from llvmlite import binding, ir

from actlab.compilers.native.loops import POINTER, SIZE, counted, new_function
from actlab.compilers.native.machine import addresses, new_module

FLOAT, BIT = ir.FloatType(), ir.IntType(1)
BYTES = 4


@dataclass(frozen=True)
class Tile:
    """The part of a result that is worked on at once; its numbers and one vector more must fit into registers."""

    rows: int
    vectors: int
    lanes: int  # numbers a vector
    narrow_rows: int  # of the tile for what is left of the columns, one vector wide

    @property
    def columns(self) -> int:
        """Numbers in a row of it."""
        return self.vectors * self.lanes


@cache
def products() -> tuple[int, int]:
    """The kernels for this processor, void(a, b, start, factor, c, int64 rows, int64 inner, int64 columns).

    All numbers are float32: c = (start + a · b) * factor, where a is (rows, inner), b (inner, columns), start one row
    of c and factor like c; null pointers stand for a start of 0 and a factor of 1.

    Returns:
        The address of the kernel as described, and of one that takes a as (inner, rows).
    """
    module = new_module("products")
    for name, transposed in (("plain", False), ("across", True)):
        Writer(module, name, transposed, best_tile()).write()
    plain, across = addresses(module, ["plain", "across"])
    return plain, across


def best_tile() -> Tile:
    """What fits the registers: 32 of 16 numbers, 16 of 8, or 16 of 4."""
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return Tile(6, 4, 16, 16)
    return Tile(6, 2, 8 if features.get("avx2") else 4, 10)


class Writer:
    """Writes one of the two kernels."""

    def __init__(self, module: ir.Module, name: str, transposed: bool, tile: Tile) -> None:
        self.name, self.transposed, self.tile = name, transposed, tile
        self.function, self.builder = new_function(module, name, [POINTER] * 5 + [SIZE] * 3, internal=False)
        self.vector = ir.VectorType(FLOAT, tile.lanes)
        self.mask = ir.VectorType(BIT, tile.lanes)
        names = ("a", "b", "start", "factor", "c")
        self.pointers = dict(zip(names, self.function.args[:5], strict=True))
        self.rows, self.inner, self.columns = self.function.args[5:]
        for argument in self.function.args[:5]:
            argument.add_attribute("noalias")

    def write(self) -> None:
        """Broad panels of columns, then narrow ones, the last of them cut off."""
        builder, tile = self.builder, self.tile
        whole = builder.sub(self.columns, builder.srem(self.columns, SIZE(tile.columns)))
        with counted(builder, whole, SIZE(tile.columns)) as column:
            self._panel(column, tile.rows, tile.vectors, None)
        with counted(builder, builder.sub(self.columns, whole), SIZE(tile.lanes)) as beyond:
            column = builder.add(whole, beyond)
            self._panel(column, tile.narrow_rows, 1, self._mask(builder.sub(self.columns, column)))
        builder.ret_void()

    def _panel(self, column: Any, most: int, vectors: int, mask: Any) -> None:
        """All tiles of some columns. The last one overlaps its neighbour, which writes the same numbers twice."""
        builder, height = self.builder, SIZE(most)
        last = builder.sub(self.rows, height)
        with builder.if_else(builder.icmp_signed(">=", last, SIZE(0))) as (many, few):
            with many, counted(builder, self.rows, height) as wanted:
                row = builder.select(builder.icmp_signed("<", wanted, last), wanted, last)
                self._tile(row, column, most, vectors, mask)
            with few, counted(builder, self.rows) as row:
                self._tile(row, column, 1, vectors, mask)

    def _tile(self, row: Any, column: Any, height: int, vectors: int, mask: Any) -> None:
        builder, zero = self.builder, ir.Constant(self.vector, None)
        starts = [self._optional("start", self._along(column, v), mask, zero) for v in range(vectors)]
        sums = [start for _ in range(height) for start in starts]
        with counted(builder, self.inner, carried=sums) as (k, totals):
            line = builder.add(builder.mul(k, self.columns), column)
            factors = [self._load("b", self._along(line, v), mask) for v in range(vectors)]
            for r in range(height):
                number = self._spread(self._place(builder.add(row, SIZE(r)), k))
                for v, other in enumerate(factors):
                    place = r * vectors + v
                    totals[place] = self._call("llvm.fmuladd", self.vector, [number, other, totals[place]])
        for r in range(height):
            line = builder.add(builder.mul(builder.add(row, SIZE(r)), self.columns), column)
            for v in range(vectors):
                place = self._along(line, v)
                factor = self._optional("factor", place, mask, ir.Constant(self.vector, [1.0] * self.tile.lanes))
                self._store(builder.fmul(totals[r * vectors + v], factor), place, mask)

    def _place(self, row: Any, k: Any) -> Any:
        """The index of a number of a."""
        first, length, second = (k, self.rows, row) if self.transposed else (row, self.inner, k)
        return self.builder.add(self.builder.mul(first, length), second)

    def _along(self, index: Any, vectors: int) -> Any:
        return self.builder.add(index, SIZE(vectors * self.tile.lanes))

    def _at(self, name: str, index: Any) -> Any:
        return self.builder.gep(self.pointers[name], [index], source_etype=FLOAT)

    def _spread(self, index: Any) -> Any:
        """One number of a, in all lanes."""
        builder = self.builder
        number = builder.load(self._at("a", index), typ=FLOAT, align=BYTES)
        empty = ir.Constant(self.vector, ir.Undefined)
        single = builder.insert_element(empty, number, ir.IntType(32)(0))
        return builder.shuffle_vector(single, empty, ir.Constant(ir.VectorType(ir.IntType(32), self.tile.lanes), None))

    def _load(self, name: str, index: Any, mask: Any, otherwise: Any = None) -> Any:
        if mask is None:
            return self.builder.load(self._at(name, index), typ=self.vector, align=BYTES)
        passed = ir.Constant(self.vector, None) if otherwise is None else otherwise
        return self._masked("load", self.vector, [self._at(name, index), mask, passed])

    def _optional(self, name: str, index: Any, mask: Any, otherwise: Any) -> Any:
        """Numbers, or what stands for them where the pointer is null."""
        builder = self.builder
        given = builder.icmp_unsigned("!=", self.pointers[name], ir.Constant(POINTER, None))
        with builder.if_else(given) as (there, missing):
            with there:
                loaded, loading = self._load(name, index, mask), builder.block
            with missing:
                skipping = builder.block
        result = builder.phi(self.vector)
        result.add_incoming(loaded, loading)
        result.add_incoming(otherwise, skipping)
        return result

    def _store(self, value: Any, index: Any, mask: Any) -> None:
        if mask is None:
            self.builder.store(value, self._at("c", index), align=BYTES)
        else:
            self._masked("store", ir.VoidType(), [value, self._at("c", index), mask])

    def _mask(self, left: Any) -> Any:
        """Lanes below the number of columns left."""
        builder, lanes = self.builder, self.tile.lanes
        words = ir.VectorType(SIZE, lanes)
        single = builder.insert_element(ir.Constant(words, ir.Undefined), left, ir.IntType(32)(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), None)
        spread = builder.shuffle_vector(single, ir.Constant(words, ir.Undefined), zeros)
        return builder.icmp_signed("<", ir.Constant(words, list(range(lanes))), spread)

    def _masked(self, what: str, result: Any, values: list[Any]) -> Any:
        """A load or store of those lanes that the mask names; the address need suit a single number only."""
        place = 1 if what == "load" else 2
        values = [*values[:place], ir.IntType(32)(BYTES), *values[place:]]
        return self._call(f"llvm.masked.{what}", result, values, ".p0")

    def _call(self, name: str, result: Any, values: list[Any], suffix: str = "") -> Any:
        full = f"{name}.v{self.tile.lanes}f32{suffix}"
        function = self.builder.module.globals.get(full)
        if function is None:
            kind = ir.FunctionType(result, [value.type for value in values])
            function = ir.Function(self.builder.module, kind, full)
        return self.builder.call(function, values)
