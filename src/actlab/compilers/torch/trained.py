"""The short way where one number is learned, as in prelu."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, float32, float64, from_numpy, is_grad_enabled
from torch.autograd import Function

from actlab.catalogue import Activation
from actlab.compilers.torch import functions, short
from actlab.compilers.torch.calculations import calculation
from actlab.compilers.torch.learning import SHORT
from actlab.compilers.torch.preparing import Prepared
from actlab.compilers.torch.running import DTYPES, called


def value(activation: Activation, x: Any, learned: Sequence[Tensor]) -> Tensor | None:
    """The values at a tensor, with the gradients of it and of the number; None where the short way does not lead there.

    Args:
        activation: Whose values they are; of one parameter, which is learned.
        x: What was given, of any kind.
        learned: The parameter, of the shape (1,), and no other.
    """
    if len(learned) != 1 or len(activation.parameters) != 1 or not activation.univariate:
        return None
    begun, (parameter,), own = short.begin(activation, x, -1, ()), learned, activation.parameters[0]
    if begun is None or parameter.dtype is not x.dtype or own.low > -math.inf or own.high < math.inf:
        return None
    if x.dtype not in (float32, float64) or not x.ndim or not parameter.is_cpu:
        return None
    made, array = begun
    if is_grad_enabled() and (x.requires_grad or parameter.requires_grad):
        kept: Tensor = _apply(made, array, x, parameter)
        return kept
    return _value(made, array, parameter)


class Trained(Function):
    """The value of one tensor and of a number that is learned, whose gradients come from one kernel."""

    @staticmethod
    def forward(ctx: Any, made: Prepared, array: Any, x: Tensor, parameter: Tensor) -> Tensor:
        """Compute from the tensor's array."""
        ctx.made = made
        ctx.save_for_backward(x, parameter)
        return _value(made, array, parameter)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        """One kernel where short plain tensors come together; else the long way, which has gradients itself."""
        made, (x, parameter), needed = ctx.made, ctx.saved_tensors, ctx.needs_input_grad[2:]
        which = calculation(made.activation, "value")
        is_short = not short.is_watched() and x.numel() < SHORT and needed == BOTH and not is_grad_enabled()
        if is_short and short.are_plain(x, upstream, made.dtype):
            number = parameter.numpy(force=True)
            kernel = which.gradients(BOTH).kernel(DTYPES[made.dtype])
            gradient, shares = kernel(x.numpy(force=True), upstream.numpy(force=True), number)
            total = np.add.reduce(shares, axis=None, dtype=np.float64)
            return None, None, from_numpy(gradient), from_numpy(np.asarray(total, number.dtype).reshape(number.shape))
        return None, None, *functions.gradients(which, (x, parameter), (upstream,), needed)


BOTH = (True, True)
_apply = super(Function, Trained).apply  # as in `short`


def _value(made: Prepared, array: Any, parameter: Tensor) -> Tensor:
    kernel = calculation(made.activation, "value").kernel(DTYPES[made.dtype])
    return from_numpy(called(kernel, [array, parameter.numpy(force=True)]))
