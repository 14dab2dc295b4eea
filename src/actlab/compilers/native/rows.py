"""Kernels of functions that work along an axis, such as softmax: some passes over each row while it lies in the cache.

Every sum over a row costs a pass that adds it up in double precision. A share, exp(u - log_total_exp(u)), is made of
its exponentials, which are computed once and wait where the result is to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir

from actlab.catalogue import Activation, Parameter
from actlab.compilers.native import words
from actlab.compilers.native.layers import accumulated
from actlab.compilers.native.loops import (
    POINTER,
    SIZE,
    STORAGES,
    Storage,
    counted,
    load,
    new_function,
    parameter_storage,
    store,
)
from actlab.compilers.native.machine import addresses, new_module
from actlab.compilers.native.strides import Operands, write_outer_loop
from actlab.compilers.native.ufuncs import new_ufunc
from actlab.compilers.native.values import LAYOUTS, Layout, Value
from actlab.compilers.native.writer import write
from actlab.formula import Expression, symbol
from actlab.formula import pullback as pulled_back
from actlab.formula.expression import rebuild, walk
from actlab.formula.primitives import REDUCTIONS, exp

Array = npt.NDArray[Any]


@cache
def value(activation: Activation, dtype: str) -> Any:
    """The function (inputs…, parameters…, axis=-1, out=None) -> f."""
    return _along_axis(activation, (activation.formula,), activation.inputs, dtype)


@cache
def pullback(activation: Activation, dtype: str) -> Any:
    """The function (inputs…, upstream, parameters…, axis=-1) -> the gradient of sum(upstream * f) in each input."""
    gradients = pulled_back(activation.formula, activation.inputs)
    return _along_axis(activation, gradients, (*activation.inputs, "upstream"), dtype)


class _AlongAxis:
    """Ufuncs over rows, one a formula, which find the rows along any axis."""

    def __init__(self, kernels: Sequence[np.ufunc], arrays: int) -> None:
        self.kernels, self.arrays, self.nout = kernels, arrays, len(kernels)

    def __call__(self, *operands: Array, axis: int = -1, out: tuple[Array, ...] | None = None) -> tuple[Array, ...]:
        arrays, parameters = operands[: self.arrays], operands[self.arrays :]
        if len(arrays) > 1:
            arrays = np.broadcast_arrays(*arrays)
        is_last = axis in (-1, arrays[0].ndim - 1)
        rows = [np.ascontiguousarray(each if is_last else np.moveaxis(each, axis, -1)) for each in arrays]
        if is_last and out is not None:
            return tuple(kernel(*rows, *parameters, out=each) for kernel, each in zip(self.kernels, out, strict=True))
        results = [kernel(*rows, *parameters) for kernel in self.kernels]
        if not is_last:
            results = [np.moveaxis(each, -1, axis) for each in results]
        for target, result in zip(out or (), results, strict=False):
            np.copyto(target, result)
        return tuple(results)


def _along_axis(activation: Activation, formulas: Sequence[Expression], arrays: Sequence[str], dtype: str) -> Any:
    kernels = [_kernel(activation.name, formula, tuple(arrays), activation.parameters, dtype) for formula in formulas]
    return _AlongAxis(kernels, len(arrays))


def _kernel(
    name: str, formula: Expression, arrays: tuple[str, ...], parameters: tuple[Parameter, ...], dtype: str
) -> np.ufunc:
    module, storage = new_module(name), STORAGES[dtype]
    operands = Operands(len(arrays), len(parameters), 1)
    row, builder = new_function(module, "row", [POINTER] * operands.count + [SIZE])
    for argument in row.args[:-1]:
        argument.add_attribute("noalias")
    _Row(builder, storage, operands, row.args, (*arrays, *(each.name for each in parameters))).write(formula)
    builder.ret_void()
    write_outer_loop(module, "loop", row, operands.count, 1)
    (address,) = addresses(module, ["loop"])
    rows, single = ["(n)"] * len(arrays), ["()"] * len(parameters)
    *ins, out = operands.storages(storage)
    return new_ufunc(name, address, ins, [out], f"{','.join(rows + single)}->(n)")


class _Row:
    """Writes the passes over one row of contiguous numbers."""

    def __init__(
        self, builder: Any, storage: Storage, operands: Operands, arguments: Sequence[Any], names: Sequence[str]
    ) -> None:
        *places, self.result, self.length = arguments
        self.builder, self.storage = builder, storage
        self.arrays = dict(zip(names, places[: operands.arrays], strict=False))
        ahead, steady = operands.arrays, parameter_storage(storage)
        kept = zip(names[ahead:], places[ahead:], strict=True)
        self.steady = {name: load(builder, steady, place, SIZE(0)) for name, place in kept}
        self.waiting: Expression | None = None  # the share whose exponentials lie in the result
        self.found: dict[Expression, Callable[[Any], Value]] = {}

    def write(self, formula: Expression) -> None:
        """Every sum, innermost first, and then the result."""
        nodes = list(walk(formula))
        for node in nodes:
            if node.word == "total":
                total = self._sum(partial(self._at, node.arguments[0]))
                self.found[node] = constantly(total)
            elif node.word in REDUCTIONS:
                self._normalise(node, nodes)
        with counted(self.builder, self.length) as index:
            store(self.builder, self.storage, self._at(formula, index), self.result, index)

    def _normalise(self, node: Expression, nodes: Sequence[Expression]) -> None:
        """log_total_exp(u): the largest u of the row, and the sum of exp(u - largest), raised by a power of two."""
        (inner,) = node.arguments
        largest = self._largest(inner)
        share = exp(inner - node)
        is_exact = self.storage.type == self.storage.computed  # half the width would round them once more
        waits = share in nodes and self.waiting is None and is_exact

        def exponential(index: Any) -> Value:
            return words.raised_exp(self._at(inner, index) - largest)

        def waiting(index: Any) -> Value:
            return load(self.builder, self.storage, self.result, index)

        if waits:  # a sum in the same loop would halve its width, being in double precision
            with counted(self.builder, self.length) as index:
                store(self.builder, self.storage, exponential(index), self.result, index)
        total = self._sum(waiting if waits else exponential)
        part = 1 / total
        self.found[node] = lambda _index: largest + words.log(words.lowered(total))
        if waits:
            self.waiting = share
            self.found[share] = lambda index: waiting(index) * part

    def _largest(self, inner: Expression) -> Value:
        """By their bits, which whole numbers order as floats: a nan may be missed, for the sum is nan with it."""
        layout = LAYOUTS[self.storage.computed]
        lowest = self._ordered(ir.Constant(layout.type, float("-inf")), layout)
        with counted(self.builder, self.length, carried=[lowest]) as (index, carried):
            bits = self._ordered(self._at(inner, index).content, layout)
            is_larger = self.builder.icmp_signed(">", bits, carried[0])
            carried[0] = self.builder.select(is_larger, bits, carried[0])
        found = self._turned(carried[0], layout)
        return Value(self.builder, layout, self.builder.bitcast(found, layout.type))

    def _ordered(self, content: Any, layout: Layout) -> Any:
        return self._turned(self.builder.bitcast(content, layout.word), layout)

    def _turned(self, bits: Any, layout: Layout) -> Any:
        """The bits behind the sign turned over where it is negative; turned twice, they are as before."""
        signs = self.builder.ashr(bits, layout.word(layout.word.width - 1))
        return self.builder.xor(bits, self.builder.lshr(signs, layout.word(1)))

    def _sum(self, term: Callable[[Any], Value]) -> Value:
        double = ir.DoubleType()
        with counted(self.builder, self.length, carried=[ir.Constant(double, 0.0)]) as (index, carried):
            carried[0] = accumulated(self.builder, carried[0], term(index))
        layout = LAYOUTS[self.storage.computed]
        narrow = carried[0] if layout.type == double else self.builder.fptrunc(carried[0], layout.type)
        return Value(self.builder, layout, narrow)

    def _at(self, formula: Expression, index: Any) -> Value:
        """A formula's value at an index, with what is known by now in the place of its sums."""
        values = {name: load(self.builder, self.storage, place, index) for name, place in self.arrays.items()}
        values |= self.steady
        stand_ins = {node: symbol(f"found {k}") for k, node in enumerate(self.found)}
        replaced = _replace(formula, stand_ins)
        known = {stand_in.name: self.found[node](index) for node, stand_in in stand_ins.items()}
        return write([replaced], {**values, **known})[0]


def constantly(value: Value) -> Callable[[Any], Value]:
    """A function that gives the same value at every index."""
    return lambda _index: value


def _replace(formula: Expression, stand_ins: Mapping[Expression, Expression]) -> Expression:
    if formula in stand_ins:
        return stand_ins[formula]
    parts = tuple(map(partial(_replace, stand_ins=stand_ins), formula.arguments))
    return rebuild(formula.word, parts) if parts else formula
