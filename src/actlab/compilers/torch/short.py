"""The short way: one tensor on the processor, parameters that are numbers, one kernel, and nothing asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy import asarray, ndarray
from torch import Tensor, from_numpy, is_grad_enabled
from torch._C import _are_functorch_transforms_active, _get_tracing_state, _len_torch_dispatch_stack
from torch._C._functorch import is_legacy_batchedtensor
from torch.autograd import Function, forward_ad
from torch.compiler import is_compiling

from actlab.catalogue import Activation
from actlab.compilers.shortcuts import LONG
from actlab.compilers.torch import functions
from actlab.compilers.torch.preparing import PREPARED, Prepared, prepare
from actlab.compilers.torch.running import PLAIN


class Shortcuts:
    """What an activation does first when it is called with a tensor: see `Activation.shortcuts`."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def value(self, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int, out: Any) -> Tensor | None:
        """The values, by the short way."""
        return None if parameters or out is not None or len(arrays) > 1 else value(self.activation, arrays[0], axis, ())

    def derivative(self, *_: Any) -> None:
        """Nothing: there is one way only."""

    value_and_derivative = pullback = derivative


def value(activation: Activation, x: Any, axis: int, numbers: tuple[float, ...]) -> Tensor | None:
    """The values at a tensor, with their gradient; None where the short way does not lead there.

    Args:
        activation: Whose values they are.
        x: What was given, of any kind.
        axis: Along which softmax and its like add up and gated functions split.
        numbers: All parameters, each inside its domain; () for the defaults.
    """
    begun = begin(activation, x, axis, numbers)
    if begun is None:
        return None
    made, array = begun
    if x.requires_grad and is_grad_enabled():
        kept: Tensor = _apply(made, array, x)
        return kept
    return _value(made, array)


def begin(activation: Activation, x: Any, axis: int, numbers: tuple[float, ...]) -> tuple[Prepared, Any] | None:
    """What is prepared for a tensor, and its array; None where the short way does not lead there."""
    if is_watched() or type(x) not in PLAIN or type(axis) is not int or not x.is_cpu:
        return None
    try:
        made = PREPARED[activation, x.dtype, axis, numbers]
    except KeyError:
        made = prepare(activation, x.dtype, axis, numbers)
    if made is None or (made.parts and not made.fits(x.shape)):
        return None
    try:
        return made, x.numpy(force=True)  # forced: without what autograd knows of it, and with its sign
    except (TypeError, RuntimeError):  # sparse, nested and batched ones: the long way knows what to say or do
        return None


def is_watched() -> bool:
    """Whether somebody follows the operators: a compiler, a mode, torch.func, forward mode or a trace."""
    return bool(
        is_compiling()  # first, since a compiler knows the answer and does not look at the others
        or _len_torch_dispatch_stack()
        or _are_functorch_transforms_active()
        or forward_ad._current_level >= 0
        or _get_tracing_state() is not None
    )


class Short(Function):
    """The value of one tensor, whose gradient is one kernel too; of both, only the tensor is kept."""

    @staticmethod
    def forward(ctx: Any, made: Prepared, array: Any, x: Tensor) -> Tensor:
        """Compute from the tensor's array."""
        ctx.made = made
        ctx.save_for_backward(x)
        return _value(made, array)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        """One kernel where two plain tensors come together; else the long way, which has gradients itself."""
        made, (x,) = ctx.made, ctx.saved_tensors
        if not (is_watched() or is_grad_enabled()) and are_plain(x, upstream, made.dtype):
            array, arriving = x.numpy(force=True), upstream.numpy(force=True)
            found = made.pullback(array, arriving) if array.size < LONG else made.long_pullback(array, arriving)
            return None, None, from_numpy(found if type(found) is ndarray else asarray(found))
        return None, None, functions.gradient_of_one(made.activation, x, upstream, made.parameters, made.axis)


_apply = super(Function, Short).apply  # without Function's own look at torch.func, which `value` has had


def are_plain(x: Tensor, upstream: Tensor, dtype: Any) -> bool:
    """Whether both lie in this process's memory; others than x may come out of the hooks of what autograd keeps."""
    return (
        upstream.dtype is dtype
        and x.dtype is dtype
        and type(upstream) in PLAIN
        and upstream.is_cpu
        and x.is_cpu
        and not is_legacy_batchedtensor(upstream)
    )


def _value(made: Prepared, array: Any) -> Tensor:
    """NumPy's memory as it is; a result without axes is a number of NumPy's."""
    found = made.value(array) if array.size < LONG else made.long_value(array)
    return from_numpy(found if type(found) is ndarray else asarray(found))
