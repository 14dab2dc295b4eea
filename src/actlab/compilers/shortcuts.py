"""The short way: plain arrays of one dtype and shape go straight into their kernel, since every check costs time.

An activation keeps its shortcuts; a kernel is put there when the long way, `compilers.arrays`, has used it once. A
shortcut gives None where anything is left to check or to convert: then the long way does it, or says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers.checking import computed, numbers_of, parts_of
from actlab.compilers.native import memory, threads

Array = npt.NDArray[Any]
What = Literal["value", "derivative", "value_and_derivative", "pullback"]
Ready = dict[np.dtype[Any], tuple[Any, tuple[Array, ...]]]  # by dtype: a kernel, and the parameters' defaults
LONG = 1 << 16  # elements from which threads may pay
LAST = -1  # the axis where none is given


def prepare(activation: Activation, what: What, kernel: Any, dtype: np.dtype[Any]) -> None:
    """From now on the calculation on plain arrays of this dtype goes the short way."""
    if np.ndarray not in activation.shortcuts:
        activation.shortcuts[np.ndarray] = Shortcuts(activation)
    kind = computed(dtype)
    defaults = tuple(np.asarray(each.default, kind) for each in activation.parameters)
    activation.shortcuts[np.ndarray].ready[what][dtype] = kernel, defaults


class Shortcuts:
    """The calculations of one activation on plain arrays; each gives None where the long way is needed."""

    def __init__(self, activation: Activation) -> None:
        self.ready: dict[What, Ready] = {"value": {}, "derivative": {}, "value_and_derivative": {}, "pullback": {}}
        self.value = _calculation(activation, self.ready["value"])
        self.derivative = _calculation(activation, self.ready["derivative"])
        self.value_and_derivative = _calculation(activation, self.ready["value_and_derivative"])
        self.pullback = _pullback(activation, self.ready["pullback"])


def _calculation(activation: Activation, ready: Ready) -> Callable[..., Any]:
    count, axis_of_rows = len(activation.inputs), None if activation.elementwise else LAST

    def calculate(arrays: tuple[Any, ...], parameters: Mapping[str, Any], axis: Any, out: Any) -> Any:
        first = arrays[0]
        made = ready.get(first.dtype)
        if made is None or axis is not LAST or not first.ndim:
            return None
        kernel, defaults = made
        inputs = arrays if count == 1 == len(arrays) else _inputs(arrays, count)
        numbers = _numbers(activation, first.dtype, parameters) if parameters else defaults
        if inputs is None or numbers is None:
            return None
        if out is None and axis_of_rows is None and 0 < first.size < LONG:
            return kernel(*inputs, *numbers)
        return _called(kernel, (*inputs, *numbers), axis_of_rows, out)

    return calculate


def _pullback(activation: Activation, ready: Ready) -> Callable[..., Any]:
    count, axis_of_rows = len(activation.inputs), None if activation.elementwise else LAST

    def calculate(arrays: tuple[Any, ...], upstream: Any, parameters: Mapping[str, Any], axis: Any) -> Any:
        first = arrays[0]
        made = ready.get(first.dtype)
        if made is None or axis is not LAST or not first.ndim or type(upstream) is not np.ndarray:
            return None
        kernel, defaults = made
        inputs = arrays if count == 1 == len(arrays) else _inputs(arrays, count)
        numbers = _numbers(activation, first.dtype, parameters) if parameters else defaults
        if inputs is None or numbers is None:
            return None
        if upstream.dtype is not first.dtype or upstream.shape != inputs[0].shape:
            return None
        operands = (*inputs, upstream, *numbers)
        if count > len(arrays):
            return _in_one_array(kernel, operands, first, count)
        if axis_of_rows is None and 0 < first.size < LONG:
            return kernel(*operands)
        return _called(kernel, operands, axis_of_rows, None)

    return calculate


def _inputs(arrays: tuple[Any, ...], count: int) -> Sequence[Array] | None:
    """As many plain arrays as there are inputs, all alike; one array in equal parts."""
    first = arrays[0]
    if len(arrays) == 1:
        return None if first.shape[-1] % count else parts_of(first, count, LAST)
    if len(arrays) != count:
        return None
    for each in arrays:
        if type(each) is not np.ndarray or each.dtype is not first.dtype or each.shape != first.shape:
            return None
    return arrays


def _numbers(activation: Activation, dtype: np.dtype[Any], parameters: Mapping[str, Any]) -> tuple[Array, ...] | None:
    """The parameters in the kind that is computed in, if all that are given are Python's own floats."""
    for name, value in parameters.items():
        if type(value) is not float or not value or name not in activation.defaults:  # 0.0 and -0.0 are one key
            return None
    return _checked(activation, dtype, tuple(parameters.items()))


@lru_cache(maxsize=1024)
def _checked(activation: Activation, dtype: np.dtype[Any], given: tuple[tuple[str, float], ...]) -> tuple[Array, ...]:
    return tuple(numbers_of(activation, {**activation.defaults, **dict(given)}, dtype, (), LAST))


def _called(kernel: Any, operands: tuple[Array, ...], axis: int | None, out: Any) -> Any:
    """The kernel's results in `out`, or in fresh memory; large arrays are shared out to threads."""
    first = operands[0]
    if not first.size:
        return None
    if first.size >= LONG:
        threads.start()
    if out is None:
        results = memory.called(kernel, operands, axis)
    else:
        fits = type(out) is np.ndarray and out.dtype is first.dtype and out.shape == first.shape
        if not fits or kernel.nout > 1 or not out.flags.writeable:
            return None
        results = kernel(*operands, out=(out,)) if axis is None else kernel(*operands, axis=axis, out=(out,))
    if out is not None:
        return out
    return results[0] if kernel.nout == 1 and axis is not None else results


def _in_one_array(kernel: Any, operands: tuple[Array, ...], like: Array, count: int) -> Array | None:
    """The gradients in the inputs side by side, as the inputs were given."""
    if not like.size:
        return None
    if like.size >= LONG:
        threads.start()
    whole = memory.fresh(like.shape, like.dtype) if like.flags.c_contiguous else np.empty_like(like)
    kernel(*operands, out=tuple(parts_of(whole, count, LAST)))
    return whole
