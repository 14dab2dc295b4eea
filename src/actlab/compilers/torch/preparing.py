"""Activations for one kind of tensor, with all settled that can be: what is left is to call a kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from actlab.catalogue import Activation
from actlab.compilers.shortcuts import LONG
from actlab.compilers.torch.checking import check_room
from actlab.compilers.torch.running import DTYPES, called, start_threads

Array = npt.NDArray[Any]
MANY = 1000  # prepared at once: somebody tries many numbers, and old ones are not worth the memory


@dataclass(frozen=True, slots=True)
class Prepared:
    """An activation whose dtype, axis and numbers are settled, so that its kernels take arrays only.

    Args:
        activation: Which one.
        parameters: All of them, by name.
        axis: Along which softmax and its like add up and gated functions split.
        dtype: Of the tensors.
        parts: How many equal parts that axis is cut into; 0 where nobody speaks of an axis.
        value: The values of an array of less than LONG numbers.
        pullback: The gradient in such an array, given it and what arrives from above.
        long_value: The values of any array.
        long_pullback: The gradient in any array.
    """

    activation: Activation
    parameters: dict[str, float]
    axis: int
    dtype: torch.dtype
    parts: int
    value: Callable[[Array], Any]
    pullback: Callable[[Array, Array], Any]
    long_value: Callable[[Array], Any]
    long_pullback: Callable[[Array, Array], Any]

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether a tensor of this shape has the axis, and can be cut into parts there."""
        return -len(shape) <= self.axis < len(shape) and shape[self.axis] % self.parts == 0


PREPARED: dict[tuple[Activation, torch.dtype, int, tuple[float, ...]], Prepared | None] = {}


def prepare(activation: Activation, dtype: torch.dtype, axis: int, numbers: tuple[float, ...]) -> Prepared | None:
    """The activation for one tensor of a dtype; None where no kernel takes that one tensor alone. It goes to PREPARED.

    Args:
        activation: Which one.
        dtype: Of the tensor.
        axis: Along which softmax and its like add up and gated functions split.
        numbers: All parameters, each inside its domain; () for the defaults.
    """
    if len(PREPARED) >= MANY:
        PREPARED.clear()
    inputs = len(activation.inputs)
    made = None
    if dtype in DTYPES and dtype != torch.bfloat16 and (inputs == 1 or activation.elementwise):
        given = dict(zip(activation.defaults, numbers, strict=True)) if numbers else activation.defaults
        if numbers and dtype != torch.float64:
            for each in activation.parameters:
                check_room(activation.name, each, given[each.name])
        # One number has no axis, so that -1, which stands for none, is no axis of an elementwise function's input.
        parts = 0 if activation.univariate and axis == -1 else inputs
        made = Prepared(activation, given, axis, dtype, parts, *_kernels(activation, dtype, axis, [*given.values()]))
    PREPARED[activation, dtype, axis, numbers] = made
    return made


def _kernels(
    activation: Activation, dtype: torch.dtype, axis: int, given: Sequence[float]
) -> tuple[Any, Any, Any, Any]:
    """The value and the pullback of short arrays and of any."""
    from actlab.compilers.native import rows, ufuncs

    kind = np.float64 if dtype == torch.float64 else np.float32
    numbers = [kind(each) for each in given]
    kernels = ufuncs if activation.elementwise else rows
    both = kernels.value(activation, DTYPES[dtype]), kernels.pullback(activation, DTYPES[dtype])
    if len(activation.inputs) > 1:
        found = _of_parts(*both, numbers, len(activation.inputs), axis)
    elif not activation.elementwise:
        found = tuple(_along(kernel, numbers, axis) for kernel in both)
    else:
        value, pullback = (_with(kernel, numbers) for kernel in both)
        return *(_short(*both, numbers) if numbers else both), value, pullback
    return *found, *found


def _short(value: Any, pullback: Any, numbers: Sequence[Any]) -> tuple[Any, Any]:
    """Ufuncs with their parameters, for arrays where every call counts."""
    return lambda x: value(x, *numbers), lambda x, upstream: pullback(x, upstream, *numbers)


def _with(kernel: Any, numbers: Sequence[Any]) -> Any:
    """A ufunc with its parameters."""
    return lambda *arrays: called(kernel, [*arrays, *numbers])


def _along(kernel: Any, numbers: Sequence[Any], axis: int) -> Any:
    """A kernel over rows with its parameters."""
    return lambda *arrays: called(kernel, [*arrays, *numbers], axis=axis)[0]


def _of_parts(value: Any, pullback: Any, numbers: Sequence[Any], parts: int, axis: int) -> tuple[Any, Any]:
    """The kernels of several inputs, which are equal parts of one array; so is the gradient."""

    def values(x: Array) -> Any:
        return called(value, [*_cut(x, parts, axis), *numbers], parts)

    def gradient(x: Array, upstream: Array) -> Any:
        whole = _room(x)
        if x.size >= LONG:
            start_threads()
        pullback(*_cut(x, parts, axis), upstream, *numbers, out=tuple(_cut(whole, parts, axis)))
        return whole

    return values, gradient


def _room(x: Array) -> Array:
    """An array like it for a gradient."""
    if x.size < LONG or not x.flags.c_contiguous:
        return np.empty_like(x)
    from actlab.compilers.native import memory

    return memory.fresh(x.shape, x.dtype)


def _cut(array: Array, parts: int, axis: int) -> list[Array]:
    """The equal parts along an axis, as they lie in memory."""
    width, ahead = array.shape[axis] // parts, (slice(None),) * (axis % array.ndim)
    return [array[(*ahead, slice(place * width, (place + 1) * width))] for place in range(parts)]
