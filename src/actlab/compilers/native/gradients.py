"""The gradient in the inputs and in learned parameters, in one pass: what reaches a parameter is added up on the way.

A parameter is mostly one number, or one a feature. So an array is seen as rows: along a row the parameter stays (one
number; features ahead of others, as in images), or rows lie across it (features last), each number with its own sum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir

from actlab.catalogue import Activation
from actlab.compilers.expansions import Precision
from actlab.compilers.native import memory
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
    precision_of,
    store,
)
from actlab.compilers.native.machine import addresses, new_module
from actlab.compilers.native.strides import write_outer_loop
from actlab.compilers.native.ufuncs import elementwise, new_ufunc, pullback
from actlab.compilers.native.values import Value
from actlab.compilers.native.writer import whole, write
from actlab.formula import Expression, derivative, scaled, symbol

Array = npt.NDArray[Any]
DOUBLE = STORAGES["float64"]
PARTS = 64  # of a sum over a whole array, so that threads can share them; the same ones for any number of threads


def gradients(
    activation: Activation, dtype: str, inputs: Sequence[Array], upstream: Array, parameters: Sequence[Array]
) -> tuple[list[Array], list[Array]]:
    """The gradient of sum(upstream * f) in each input, and in each learned parameter.

    Args:
        activation: An elementwise one.
        dtype: The name of the arrays' kind of number; bfloat16 as its bits.
        inputs: Arrays of one shape.
        upstream: What arrives from above, of that shape.
        parameters: All parameters in the order of their declaration, in the kind of number that is computed in; they
            broadcast to the inputs' shape.

    Returns:
        Arrays of the inputs' shape; and for each learned parameter an array of its own shape, in float64.
    """
    arrays = np.broadcast_arrays(*inputs, upstream)
    view = _view(arrays[0].shape, parameters)
    if view is None:
        return _one_by_one(activation, dtype, arrays, parameters)
    outer, features, inner = view
    across = inner == 1 < features
    shape = (outer, features) if across else view
    kernel = _kernel(activation, dtype, across)
    rows = [np.ascontiguousarray(each).reshape(shape) for each in arrays]
    steady = [np.broadcast_to(np.ravel(each), (features,)) for each in parameters]
    ahead = len(activation.inputs)
    room = memory.rooms(ahead, rows) or (None,) * ahead
    sums_anew = (None,) * (kernel.nout - ahead)
    results = kernel(*rows, *(np.ascontiguousarray(each) for each in steady), out=(*room, *sums_anew))
    sums = [each if across else each.sum(axis=0) for each in results[ahead:]]
    learned = [each for each, role in zip(parameters, _roles(activation), strict=True) if role == "learned"]
    totals = [np.asarray(total if own.size != 1 else total.sum()) for total, own in zip(sums, learned, strict=True)]
    return (
        [each.reshape(arrays[0].shape) for each in results[:ahead]],
        [total.reshape(own.shape) for total, own in zip(totals, learned, strict=True)],
    )


def _roles(activation: Activation) -> list[str]:
    return [each.role for each in activation.parameters]


def _learned(activation: Activation) -> list[str]:
    return [each.name for each in activation.parameters if each.role == "learned"]


def _view(shape: tuple[int, ...], parameters: Sequence[Array]) -> tuple[int, int, int] | None:
    """What lies outside the features, the features, and what lies inside; None for parameters of another form."""
    own = {(1,) * (len(shape) - each.ndim) + each.shape for each in parameters if each.size != 1}
    axes = [axis for each in own for axis, length in enumerate(each) if length != 1]
    if not axes:
        size = math.prod(shape)
        parts = PARTS if size % PARTS == 0 else 1
        return parts, 1, size // parts
    if len(axes) > 1:
        return None
    (axis,) = axes
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])


def _one_by_one(
    activation: Activation, dtype: str, arrays: Sequence[Array], parameters: Sequence[Array]
) -> tuple[list[Array], list[Array]]:
    """Every element's share of the gradient, and then their sums."""
    results = pullback(activation, dtype)(*arrays, *parameters)
    names = (*activation.inputs, "upstream")
    shares = _gradients(activation, "double")[len(activation.inputs) :]
    found = elementwise(activation.name, shares, names, activation.parameters, "float64")(
        *(_widened(each, dtype) for each in arrays), *(each.astype(np.float64) for each in parameters)
    )
    found = found if isinstance(found, tuple) else (found,)
    learned = [each for each, role in zip(parameters, _roles(activation), strict=True) if role == "learned"]
    sums = [summed(each, own.shape) for each, own in zip(found, learned, strict=True)]
    return list(results if isinstance(results, tuple) else (results,)), sums


def _widened(array: Array, dtype: str) -> Array:
    if dtype == "bfloat16":
        return (array.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return array.astype(np.float64)


def summed(gradient: Array, shape: tuple[int, ...]) -> Array:
    """The gradient of what was stretched: the sum over all the places where it was used, in double precision."""
    if gradient.shape == shape:
        return gradient
    ahead = gradient.ndim - len(shape)
    stretched = [ahead + k for k, length in enumerate(shape) if length != gradient.shape[ahead + k]]
    return np.asarray(gradient.sum(axis=(*range(ahead), *stretched), dtype=np.float64)).reshape(shape)


@cache
def _kernel(activation: Activation, dtype: str, across: bool) -> np.ufunc:
    """A generalised ufunc (inputs…, upstream, parameters…) -> gradients of the inputs…, sums of learned parameters…."""
    storage = STORAGES[dtype]
    learned = _learned(activation)
    arrays, steady = len(activation.inputs) + 1, len(activation.parameters)
    ins = [storage] * arrays + [parameter_storage(storage)] * steady
    outs = [storage] * len(activation.inputs) + [DOUBLE] * len(learned)
    module = new_module(activation.name)
    block = _write_block(module, activation, ins, outs, across=across)
    write_outer_loop(module, "loop", block, len(ins) + len(outs), 2 if across else 1)
    (address,) = addresses(module, ["loop"])
    row, one = ("(m,n)", "(n)") if across else ("(n)", "()")
    signature = (
        ",".join([row] * arrays + [one] * steady)
        + "->"
        + ",".join([row] * len(activation.inputs) + [one] * len(learned))
    )
    return new_ufunc(activation.name, address, ins, outs, signature)


def _write_block(
    module: ir.Module, activation: Activation, ins: Sequence[Storage], outs: Sequence[Storage], *, across: bool
) -> Any:
    """void block(arrays…, parameters…, results…, sums…, [rows,] length), over contiguous numbers."""
    count = len(ins) + len(outs)
    function, builder = new_function(module, "block", [POINTER] * count + [SIZE] * (2 if across else 1))
    pointers, (*rows, length) = function.args[:count], function.args[count:]
    for pointer in pointers:
        pointer.add_attribute("noalias")
    arrays, steady = len(activation.inputs) + 1, len(ins)
    targets, sums = pointers[steady : steady + arrays - 1], pointers[steady + arrays - 1 :]
    kept = list(zip(ins, pointers, strict=False))
    zero = ir.Constant(DOUBLE.type, 0.0)

    def shares(place: Any, own: Any) -> list[Value]:
        numbers = [load(builder, *each, place) for each in kept[:arrays]]
        results = _results(activation, [*numbers, *(load(builder, *each, own) for each in kept[arrays:])], ins[0])
        for target, result in zip(targets, results, strict=False):
            store(builder, ins[0], result, target, place)
        return results[len(targets) :]

    if across:
        with counted(builder, length) as index:
            for total in sums:
                builder.store(zero, builder.gep(total, [index], source_etype=DOUBLE.type))
        with counted(builder, *rows) as row, counted(builder, length) as index:
            found = shares(builder.add(builder.mul(row, length), index), index)
            for total, share in zip(sums, found, strict=True):
                here = builder.gep(total, [index], source_etype=DOUBLE.type)
                builder.store(accumulated(builder, builder.load(here, typ=DOUBLE.type), share), here)
    else:
        with counted(builder, length, carried=[zero] * len(sums)) as (index, totals):
            for k, share in enumerate(shares(index, SIZE(0))):
                totals[k] = accumulated(builder, totals[k], share)
        for total, last in zip(sums, totals, strict=True):
            builder.store(last, total)
    builder.ret_void()
    return function


def _results(activation: Activation, numbers: Sequence[Value], storage: Storage) -> list[Value]:
    """The gradient of each input, and each learned parameter's share in it."""
    values = dict(zip((*activation.inputs, "upstream", *activation.defaults), numbers, strict=True))
    return write(_gradients(activation, precision_of(storage)), values)


def _gradients(activation: Activation, precision: Precision) -> tuple[Expression, ...]:
    """The formulas of the gradients of the inputs and of each learned parameter's share."""
    slopes = (*activation.slopes, *(derivative(activation.formula, name) for name in _learned(activation)))
    return tuple(scaled(whole(slope, activation, precision), symbol("upstream")) for slope in slopes)
