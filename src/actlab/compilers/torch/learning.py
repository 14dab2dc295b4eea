"""Gradients of learned parameters by the kernels that add them up on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from actlab.compilers.shortcuts import LONG
from actlab.compilers.torch.calculations import Calculation
from actlab.compilers.torch.running import (
    DTYPES,
    are_here,
    common_dtype,
    from_numpy,
    numbers_for_kernels,
    start_threads,
    to_numpy,
)

SHORT = 1 << 13  # elements below which preparing these kernels costs more than a second pass


def learned_gradients(
    which: Calculation, values: Sequence[Any], upstreams: Sequence[Tensor], needed: Sequence[bool]
) -> list[Tensor | None] | None:
    """The gradient of each value that needs one; None where these kernels cannot find them.

    The axes are taken in the order in which they lie in memory, so that channels-last images are read in one go.
    """
    count = len(which.arrays)
    wanted = {each.role for each, need in zip(which.parameters, needed[count:], strict=True) if need}
    if which.what != "value" or wanted != {"learned"} or not which.activation.elementwise:
        return None
    arrays, parameters = [*values[:count], *upstreams], values[count:]
    if arrays[0].numel() < SHORT and arrays[0].dtype.itemsize > 2:  # shares of two bytes are too coarse to be added up
        return None
    if len({each.shape for each in arrays}) > 1 or not are_here(arrays):
        return None
    if not all(isinstance(each, Tensor | float) for each in parameters):
        return None
    inputs, totals = _found(which, arrays, parameters)
    shares = iter(totals)
    by_parameter = [next(shares) if each.role == "learned" else None for each in which.parameters]
    found = [*inputs, *by_parameter]
    return [each if need else None for each, need in zip(found, needed, strict=True)]


def _found(
    which: Calculation, arrays: Sequence[Tensor], parameters: Sequence[Tensor | float]
) -> tuple[list[Tensor], list[Tensor]]:
    """The gradients of inputs and of learned parameters."""
    from actlab.compilers.native.gradients import gradients

    dtype, order = common_dtype(which, arrays), _order(arrays[0])
    if arrays[0].numel() >= LONG:
        start_threads()
    whole = [to_numpy(each.permute(order), dtype) for each in arrays]
    tensors = [each if isinstance(each, Tensor) else torch.tensor(each) for each in parameters]
    numbers = numbers_for_kernels([_aligned(each, order) for each in tensors], dtype)
    inputs, totals = gradients(which.activation, DTYPES[dtype], whole[:-1], whole[-1], numbers)
    back = [order.index(axis) for axis in range(len(order))]
    learned = [each for each, own in zip(tensors, which.parameters, strict=True) if own.role == "learned"]
    return [from_numpy(each, dtype).permute(back) for each in inputs], [
        from_numpy(total, torch.float64).reshape(own.shape).to(own.dtype)
        for total, own in zip(totals, learned, strict=True)
    ]


def _order(tensor: Tensor) -> list[int]:
    """The axes from the longest stride to the shortest."""
    strides = tensor.stride()
    return sorted(range(tensor.ndim), key=lambda axis: -strides[axis])


def _aligned(parameter: Tensor, order: Sequence[int]) -> Tensor:
    """A parameter with an axis for each of the input's, in their order."""
    ahead = len(order) - parameter.ndim
    return parameter.reshape((1,) * ahead + parameter.shape).permute(list(order))
