"""The product of large matrices by the BLAS that comes with SciPy, which packs them first: that pays for large ones."""

from __future__ import annotations

import ctypes
from typing import Any

from llvmlite import ir
from scipy.linalg import cython_blas  # here, so that it is loaded when the threads of all libraries are limited

from actlab.compilers.native.loops import POINTER, VOID
from actlab.networks.steps import Table, add_to_rows, scale

INT, FLOAT = ir.IntType(32), ir.FloatType()
NULL = ir.Constant(POINTER, None)


def sgemm() -> int:
    """The address of Fortran's single-precision product."""
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    capsule = cython_blas.__pyx_capi__["sgemm"]
    return int(get_pointer(capsule, get_name(capsule)))


def plain(builder: Any, *arguments: Any) -> None:
    """(a, b, start, factor, c, function, rows, inner, columns): as in products.py, by sgemm, which is at `function`."""
    _product(builder, False, *arguments)


def across(builder: Any, *arguments: Any) -> None:
    """The same with a as (inner, rows)."""
    _product(builder, True, *arguments)


def _product(
    builder: Any, turned: bool, a: Any, b: Any, start: Any, factor: Any, c: Any, function: Any, *shape: Any
) -> None:
    rows, inner, columns = shape
    m, n, k = (_kept(builder, builder.trunc(size, INT)) for size in (columns, rows, inner))
    one, nothing = _kept(builder, FLOAT(1.0)), _kept(builder, FLOAT(0.0))
    as_it_is, other = (_kept(builder, ir.IntType(8)(ord(letter))) for letter in ("N", "T" if turned else "N"))
    # Fortran has columns first, so that b comes before a
    arguments = [as_it_is, other, m, n, k, one, b, m, a, n if turned else k, nothing, c, m]
    kind = ir.FunctionType(VOID, [POINTER] * len(arguments))
    builder.call(builder.inttoptr(function, kind.as_pointer()), arguments)
    with builder.if_then(builder.icmp_unsigned("!=", start, NULL)):
        add_to_rows(builder, c, start, rows, columns)
    with builder.if_then(builder.icmp_unsigned("!=", factor, NULL)):
        scale(builder, c, factor, builder.mul(rows, columns))


def _kept(builder: Any, value: Any) -> Any:
    """Where a value lies in memory: Fortran takes all its arguments by address."""
    place = builder.alloca(value.type)
    builder.store(value, place)
    return place


LIBRARY: Table = {"plain_by_library": (5, 4, plain), "across_by_library": (5, 4, across)}
