"""Numba kernels: a layer's activation and its slope in one compiled pass, kept on disk."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from numba import types

from actlab.catalogue import Activation
from actlab.compilers.numba_cache import compile_function
from actlab.compilers.numba_source import Source, write

Array = npt.NDArray[np.floating[Any]]
Dtype = Literal["float32", "float64"]

_FLOATS = {"float32": types.float32, "float64": types.float64}
_SHAPES = {
    "value": "****n",
    "forward": "******nn",
    "parameter_gradient": "****dn",
}  # pointers, doubles, sizes
_compiling = threading.RLock()
_kept: list[Any] = []  # a C function lives as long as the object that Numba made for it


@dataclass(frozen=True)
class LayerKernels:
    """Addresses of C functions over arrays of one float type T; each is compiled when it is first asked for.

    `parameters` holds the fixed and learned parameters in the order of their declaration; `noise` one number
    in [0, 1) for each element, from which random parameters are drawn. Either may be a null pointer where
    there are none. Arrays are C-contiguous and do not overlap.
    """

    source: Source
    dtype: Dtype

    @cached_property
    def forward(self) -> int:
        """void(T* z, T* bias, T* noise, T* parameters, T* out, T* slope, int64 rows, int64 columns).

        Adds the bias to each row of z in place (a null pointer adds none), then out = f(z) and slope = f'(z).
        """
        return _address(self.source, "forward", self.dtype)

    @cached_property
    def parameter_gradient(self) -> int:
        """void(T* z, T* noise, T* upstream, T* parameters, double* gradient, int64 n).

        Adds to gradient[k] the sum of upstream times the derivative in learned parameter k. The address is 0
        where no parameter is learned.
        """
        return _address(self.source, "parameter_gradient", self.dtype) if self.source.learned else 0

    @cached_property
    def value(self) -> int:
        """void(T* x, T* noise, T* parameters, T* out, int64 n): out = f(x)."""
        return _address(self.source, "value", self.dtype)


@cache
def layer_kernels(activation: Activation, dtype: Dtype = "float32") -> LayerKernels:
    """The kernels of an elementwise activation of one input.

    Raises:
        TypeError: for gated functions and those that work along an axis.
        ValueError: for another dtype than float32 and float64.
    """
    if dtype not in _FLOATS:
        raise ValueError(f'Kernels exist for float32 and float64, not for {dtype!r}; write dtype="float32".')
    return LayerKernels(write(activation), dtype)


def value_and_derivative(activation: Activation, dtype: Dtype = "float32") -> Callable[..., None]:
    """A function (x, out, slope, parameters=None, noise=None): out = f(x) and slope = f'(x) in one pass.

    All are contiguous arrays of that dtype, of one shape, without overlap; parameters are the fixed and
    learned ones, by default those of the declaration; noise is 0.5 by default, the mean of random parameters.
    """
    kernels = layer_kernels(activation, dtype)
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 6, ctypes.c_int64, ctypes.c_int64)(kernels.forward)
    given = [each.default for each in activation.parameters if each.role != "random"]
    defaults = np.array(given, dtype)
    is_random = len(given) < len(activation.parameters)

    def run(x: Array, out: Array, slope: Array, parameters: Array | None = None, noise: Array | None = None) -> None:
        numbers = defaults if parameters is None else np.ascontiguousarray(parameters, dtype)
        drawn = x if not is_random else np.full(x.shape, 0.5, dtype) if noise is None else noise
        for name, array in (("x", x), ("out", out), ("slope", slope), ("noise", drawn)):
            _check(name, array, dtype, x.shape)
        for name, array in (("out", out), ("slope", slope)):
            if not array.flags.writeable:
                raise ValueError(f"{name} is read-only, and the result goes into it; write np.empty_like(x).")
        if numbers.size != defaults.size:
            raise ValueError(f"{activation.name} takes {len(given)} parameters, not {numbers.size}.")
        addresses = (
            x.ctypes.data,
            None,
            drawn.ctypes.data,
            numbers.ctypes.data,
            out.ctypes.data,
            slope.ctypes.data,
        )
        call(*addresses, 1, x.size)

    return run


def _check(name: str, array: Array, dtype: str, shape: tuple[int, ...]) -> None:
    if array.dtype != dtype or array.shape != shape or not array.flags.c_contiguous:
        layout = "contiguous" if array.flags.c_contiguous else "strided"
        raise ValueError(
            f"{name} is a {layout} {array.dtype} array of shape {array.shape}; this kernel needs a "
            f"contiguous {dtype} array of shape {shape}; write np.ascontiguousarray({name}, {dtype!r})."
        )


def _address(source: Source, function: str, dtype: Dtype) -> int:
    kinds = {"*": types.CPointer(_FLOATS[dtype]), "d": types.CPointer(types.float64), "n": types.int64}
    signature = types.void(*(kinds[letter] for letter in _SHAPES[function]))
    with _compiling:
        _kept.append(compile_function(source, function, signature))
        address: int = _kept[-1].address
    return address
