"""NumPy arrays and plain floats: checked, handed to the native kernels, and given back in the kind that came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers import shortcuts
from actlab.compilers.checking import (
    check_axis,
    checked_parameter,
    float_array,
    inputs_of,
    is_plain,
    name_of,
    numbers_of,
    shape_of,
    targets_of,
)
from actlab.compilers.native import memory, rows, threads, ufuncs
from actlab.compilers.native.gradients import gradients, summed
from actlab.compilers.shortcuts import LONG, What

__all__ = ["check_axis", "checked_parameter", "compute", "differentiate", "pull_back", "value_and_derivative"]

Array = npt.NDArray[Any]


def compute(
    activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int, out: Any = None
) -> Any:
    """The values: same kind, shape and dtype as the input, or written into `out`."""
    return _run(activation, "value", arrays, parameters, axis, out)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], out: Any = None) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    return _run(activation, "derivative", arrays, parameters, -1, out)


def value_and_derivative(
    activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], out: Any = None
) -> Any:
    """A tuple of the values and of the derivative with respect to each input, in one pass."""
    return _run(activation, "value_and_derivative", arrays, parameters, -1, out)


def pull_back(
    activation: Activation,
    arrays: Sequence[Any],
    upstream: Any,
    parameters: Mapping[str, Any],
    axis: int,
    wrt: Sequence[str] | None = None,
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input, or each name in `wrt`; a tuple if several."""
    inputs = inputs_of(activation, arrays, axis)
    arriving = float_array(activation.name, upstream, "upstream")
    shape = shape_of(inputs)
    if arriving.shape != shape:
        raise ValueError(
            f"{activation.name}.pullback got an upstream of shape {arriving.shape}; "
            f"it must have the output's shape {shape}."
        )
    dtype = _common(inputs, arrays)
    numbers = numbers_of(activation, parameters, dtype, shape, axis)
    whole = (*inputs, arriving)
    if wrt is not None:
        return _gradients_of(activation, whole, numbers, dtype, wrt, arrays)
    kernel = _kernel(activation, "pullback", dtype)
    found = _call(activation, kernel, whole, numbers, dtype, axis, None)
    results = _as_given(found, inputs, arrays, dtype)
    if len(results) == 1:
        return results[0]
    return tuple(results) if len(arrays) > 1 else np.concatenate(results, axis=axis)


def _as_given(
    gradients_found: Sequence[Array], inputs: Sequence[Array], arrays: Sequence[Any], dtype: np.dtype[Any]
) -> list[Any]:
    """The gradient of each input in that input's own shape, and in the kind of what was given."""
    sums = [summed(each, own.shape) for each, own in zip(gradients_found, inputs, strict=True)]
    return [_finish(_cast(each, dtype), arrays) for each in sums]


def _gradients_of(
    activation: Activation,
    whole: Sequence[Array],
    numbers: Sequence[Array],
    dtype: np.dtype[Any],
    wrt: Sequence[str],
    arrays: Sequence[Any],
) -> Any:
    """The gradients of inputs and learned parameters by name."""
    learned = [each.name for each in activation.parameters if each.role == "learned"]
    for name in wrt:
        if name not in (*activation.inputs, *learned) or not activation.elementwise:
            known = ", ".join((*activation.inputs, *learned)) if activation.elementwise else "none by name"
            raise ValueError(f"{activation.name}.pullback got wrt={name!r}; it has gradients for {known}.")
    given = [_cast(each, dtype) for each in whole]
    bits = name_of(dtype) == "bfloat16"
    if bits:
        given = [each.view(np.uint16) for each in given]
    ahead, sums = gradients(activation, name_of(dtype), given[:-1], given[-1], numbers)
    shaped = _as_given([each.view(dtype) if bits else each for each in ahead], whole[:-1], arrays, dtype)
    of_parameters = [_finish(_cast(each, dtype), arrays) for each in sums]
    found = dict(zip((*activation.inputs, *learned), [*shaped, *of_parameters], strict=True))
    results = tuple(found[name] for name in wrt)
    return results[0] if len(results) == 1 else results


def _run(
    activation: Activation,
    what: What,
    arrays: Sequence[Any],
    parameters: Mapping[str, Any],
    axis: int,
    out: Any,
) -> Any:
    inputs = inputs_of(activation, arrays, axis)
    dtype, shape = _common(inputs, arrays), shape_of(inputs)
    numbers = numbers_of(activation, parameters, dtype, shape, axis)
    kernel = _kernel(activation, what, dtype)
    targets = None if out is None else targets_of(activation, out, dtype, shape, kernel.nout)
    results = _call(activation, kernel, inputs, numbers, dtype, axis, targets)
    if targets is not None:
        return targets[0] if len(targets) == 1 else targets
    finished = [_finish(each, arrays) for each in results]
    return finished[0] if len(finished) == 1 else tuple(finished)


def _kernel(activation: Activation, what: What, dtype: np.dtype[Any]) -> Any:
    """The kernel for one dtype, to which plain arrays will find the short way from now on."""
    kind = ufuncs if activation.elementwise else rows
    kernel = getattr(kind, what)(activation, name_of(dtype))
    if is_plain(dtype) and name_of(dtype) != "bfloat16":
        shortcuts.prepare(activation, what, kernel, dtype)
    return kernel


def _call(
    activation: Activation,
    kernel: Any,
    inputs: Sequence[Array],
    numbers: Sequence[Array],
    dtype: np.dtype[Any],
    axis: int,
    out: tuple[Array, ...] | None,
) -> tuple[Array, ...]:
    """The kernel's results, of the inputs' common dtype."""
    given = [_cast(each, dtype) for each in inputs]
    if given[0].size >= LONG or given[-1].size >= LONG:
        threads.start()
    bits = name_of(dtype) == "bfloat16"
    if bits:
        given = [each.view(np.uint16) for each in given]
    operands, along = (*given, *numbers), None if activation.elementwise else axis
    if out is None:
        results = memory.called(kernel, operands, along)
    else:
        options = {} if along is None else {"axis": along}
        results = kernel(*operands, **options, out=tuple(each.view(np.uint16) for each in out) if bits else out)
    results = results if isinstance(results, tuple) else (results,)
    return tuple(each.view(dtype) for each in results) if bits else results


def _cast(array: Any, dtype: np.dtype[Any]) -> Any:
    """The same numbers in another dtype; those that it has no room for are infinite, as any result would be."""
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):
        return array.astype(dtype)


def _common(inputs: Sequence[Array], arrays: Sequence[Any]) -> np.dtype[Any]:
    """The inputs' common dtype; beside arrays, Python's own floats have none."""
    dtypes = {each.dtype for each in inputs}
    if len(dtypes) == 1:
        return dtypes.pop()
    weak = [type(array) is float for array in arrays]
    return np.result_type(*(each.dtype for each, is_weak in zip(inputs, weak, strict=True) if not is_weak))


def _finish(result: Array, arrays: Sequence[Any]) -> Any:
    """The result in the kind of what was given: an array, a NumPy number, or a float."""
    for array in arrays:
        if isinstance(array, np.ndarray):
            return np.asarray(result)
    return float(result) if all(type(array) is float for array in arrays) else result[()]
