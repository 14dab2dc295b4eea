"""NumPy ufuncs made of kernels: broadcasting, strides, `out=` and `where=` are NumPy's own.

Each is compiled for one kind of number when it is first asked for. bfloat16, which NumPy does not know, travels as its
bits, in uint16.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from actlab.catalogue import Activation, Parameter
from actlab.compilers.native import threads
from actlab.compilers.native.loops import STORAGES, Storage, precision_of
from actlab.compilers.native.machine import addresses, assembly, keep_forever, new_module
from actlab.compilers.native.strides import Operands, write_loop
from actlab.compilers.native.values import Value
from actlab.compilers.native.writer import whole, write
from actlab.formula import Expression, scaled, symbol

DTYPES = tuple(STORAGES)
MAKE_UFUNC, MAKE_GENERALISED = 1, 31  # PyUFunc_FromFuncAndData and …AndSignature in the table of NumPy's C interface
NO_IDENTITY = -1


@cache
def value(activation: Activation, dtype: str) -> np.ufunc:
    """The ufunc (inputs…, parameters…) -> f of an elementwise activation."""
    return _of(activation, (activation.formula,), dtype)


@cache
def derivative(activation: Activation, dtype: str) -> np.ufunc:
    """The ufunc (inputs…, parameters…) -> one slope for each input."""
    return _of(activation, activation.slopes, dtype)


@cache
def value_and_derivative(activation: Activation, dtype: str) -> np.ufunc:
    """The ufunc (inputs…, parameters…) -> f and one slope for each input, in one pass."""
    return _of(activation, (activation.formula, *activation.slopes), dtype)


@cache
def pullback(activation: Activation, dtype: str) -> np.ufunc:
    """The ufunc (inputs…, upstream, parameters…) -> the gradient of sum(upstream * f) in each input, in one pass."""
    gradients = tuple(scaled(slope, symbol("upstream")) for slope in _whole(activation, activation.slopes, dtype))
    arrays = (*activation.inputs, "upstream")
    return elementwise(activation.name, gradients, arrays, activation.parameters, dtype)


def _of(activation: Activation, formulas: Sequence[Expression], dtype: str) -> np.ufunc:
    outputs = _whole(activation, formulas, dtype)
    return elementwise(activation.name, outputs, activation.inputs, activation.parameters, dtype)


def _whole(activation: Activation, formulas: Sequence[Expression], dtype: str) -> tuple[Expression, ...]:
    """The formulas with nan and the limits at ±inf put right."""
    return tuple(whole(formula, activation, precision_of(STORAGES[dtype])) for formula in formulas)


@cache
def elementwise(
    name: str, outputs: tuple[Expression, ...], arrays: tuple[str, ...], parameters: tuple[Parameter, ...], dtype: str
) -> np.ufunc:
    """A ufunc of any elementwise formulas.

    Args:
        name: What it is called in NumPy's messages.
        outputs: A formula for each result, computed as it stands; `whole` puts limits in.
        arrays: The symbols that vary from element to element, in the order of the ufunc's arguments.
        parameters: The symbols that follow, mostly the same number for all elements.
        dtype: One of DTYPES.
    """
    module, operands = _module(name, outputs, arrays, parameters, dtype)
    (address,) = addresses(module, ["loop"])
    storages = operands.storages(STORAGES[dtype])
    return new_ufunc(name, address, storages[: -operands.results], storages[-operands.results :])


def listing(activation: Activation, dtype: str) -> str:
    """The machine code of value_and_derivative as text."""
    both = _whole(activation, (activation.formula, *activation.slopes), dtype)
    return assembly(_module(activation.name, both, activation.inputs, activation.parameters, dtype)[0])


def _module(
    name: str, outputs: Sequence[Expression], arrays: Sequence[str], parameters: Sequence[Parameter], dtype: str
) -> tuple[Any, Operands]:
    names = (*arrays, *(each.name for each in parameters))

    def body(numbers: Sequence[Value]) -> list[Value]:
        values = dict(zip(names, numbers, strict=True))
        return write(outputs, values)

    module, operands = new_module(name), Operands(len(arrays), len(parameters), len(outputs))
    write_loop(module, "loop", STORAGES[dtype], operands, body)
    return module, operands


def new_ufunc(
    name: str, address: int, ins: Sequence[Storage], outs: Sequence[Storage], signature: str = ""
) -> np.ufunc:
    """A ufunc of one compiled inner loop; with a signature such as (n)->(n) a generalised one."""
    loops = (ctypes.c_void_p * 1)(address)
    given = (ctypes.c_void_p * 1)(ctypes.addressof(threads.RUNTIME))
    types = bytes(np.dtype(each.numpy).num for each in (*ins, *outs))
    texts = [ctypes.create_string_buffer(each) for each in (types, name.encode(), signature.encode())]
    keep_forever((loops, given, texts))
    places = [ctypes.addressof(loops), ctypes.addressof(given), *map(ctypes.addressof, texts)]
    words, number, whole = ctypes.c_void_p, ctypes.c_int, ctypes.py_object
    kind = ctypes.PYFUNCTYPE(whole, *[words] * 3, *[number] * 4, *[words] * 2, number, *[words] * bool(signature))
    make = kind(_numpy_functions()[MAKE_GENERALISED if signature else MAKE_UFUNC])
    shape = [places[4]] if signature else []
    made: np.ufunc = make(*places[:3], 1, len(ins), len(outs), NO_IDENTITY, places[3], None, 0, *shape)
    return made


@cache
def _numpy_functions() -> Any:
    """The table of NumPy's C interface for ufuncs, whose order is part of its binary promise."""
    from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

    open_capsule = ctypes.pythonapi.PyCapsule_GetPointer
    open_capsule.restype, open_capsule.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = open_capsule(_multiarray_umath._UFUNC_API, None)
    return ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))
