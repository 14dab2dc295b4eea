"""Calculations with gradients: our own formulas are the backward, so that it is right at kinks, far out and twice.

Of the forward nothing is kept but its inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch._C._functorch import is_legacy_batchedtensor
from torch.autograd import Function, forward_ad

from actlab.catalogue import Activation, find
from actlab.compilers.torch.calculations import Calculation, What, calculation
from actlab.compilers.torch.checking import inputs_of, values_of
from actlab.compilers.torch.learning import learned_gradients
from actlab.compilers.torch.running import Draw, Value, by_words, run, without_numbers


def compute(
    activation: Activation, what: What, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int
) -> tuple[Tensor, ...]:
    """The results of a calculation, with gradients in each way that torch asks for them.

    Args:
        activation: Whose formulas are computed.
        what: Which of them.
        arrays: A tensor for each input, or one to split; then the upstream for "pullback".
        parameters: All of them, by name.
        axis: Along which softmax and its like add up and gated functions split.
    """
    if torch.compiler.is_dynamo_compiling():
        return traced(activation.name, what, axis, tuple(parameters), *parameters.values(), *arrays)
    return _compute(activation, what, arrays, parameters, axis)


def drawn(like: Tensor, low: float, high: float) -> Tensor | Draw:
    """Random numbers from torch's generator, one for each element of a tensor."""
    if torch.compiler.is_compiling() or not like.is_cpu or _is_transformed():
        return torch.rand_like(like, requires_grad=False) * (high - low) + low
    return Draw(int(torch.randint(2**62, ())), low, high)


@torch.compiler.allow_in_graph
def traced(name: str, what: What, axis: int, names: tuple[str, ...], *values: Any) -> tuple[Tensor, ...]:
    """What torch.compile puts into its graph whole, and later looks through down to the plain words."""
    parameters = dict(zip(names, values, strict=False))
    return _compute(find(name), what, values[len(names) :], parameters, axis, is_traced=True)


def _compute(
    activation: Activation,
    what: What,
    arrays: Sequence[Any],
    parameters: Mapping[str, Any],
    axis: int,
    *,
    is_traced: bool = False,
) -> tuple[Tensor, ...]:
    values = values_of(activation, what, arrays, parameters, axis)
    which = calculation(activation, what, axis)
    results = _transformable(*without_numbers(which, values)) if is_traced else _apply(which, values)
    if what != "pullback":
        return results
    return tuple(summed(gradient, value) for gradient, value in zip(results, values, strict=False))


def _apply(which: Calculation, values: Sequence[Value]) -> tuple[Tensor, ...]:
    if (
        torch.compiler.is_compiling() or torch._C._get_tracing_state() is not None
    ):  # exported for use elsewhere, without our backward
        return by_words(*without_numbers(which, values))
    if _is_transformed():
        return _transformable(*without_numbers(which, values))
    if torch.is_grad_enabled():
        for value in values:
            if isinstance(value, Tensor) and value.requires_grad:
                return _as_tuple(Kept.apply(which, *values))
    return run(which, values)


def _is_transformed() -> bool:
    """Whether torch.func or forward mode is at work, which need Functions of another kind."""
    return torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0


class Kept(Function):
    """A calculation outside of torch.func: the quickest way."""

    @staticmethod
    def forward(ctx: Any, which: Calculation, *values: Value) -> Any:
        """Compute, and keep the tensors that came."""
        tensors = [value for value in values if isinstance(value, Tensor)]
        ctx.which = which
        ctx.others = None if len(tensors) == len(values) else [None if isinstance(v, Tensor) else v for v in values]
        ctx.save_for_backward(*tensors)
        results = run(which, values)
        return results if len(results) > 1 else results[0]

    @staticmethod
    def backward(ctx: Any, *upstreams: Tensor) -> Any:
        """One calculation for all gradients that are needed."""
        values, which, needed = ctx.saved_tensors, ctx.which, ctx.needs_input_grad[1:]
        if ctx.others is not None:
            saved = iter(values)
            values = [next(saved) if other is None else other for other in ctx.others]
        return (None, *gradients(which, values, upstreams, needed))


def gradients(
    which: Calculation, values: Sequence[Value], upstreams: Sequence[Tensor], needed: tuple[bool, ...]
) -> list[Tensor | None]:
    """The gradient of each value that needs one, by one calculation."""
    if any(is_legacy_batchedtensor(upstream) for upstream in upstreams):
        return _batched(which, values, upstreams, needed)
    count = len(which.arrays)
    if True in needed[count:] and not torch.is_grad_enabled():
        found_at_once = learned_gradients(which, values, upstreams, needed)
        if found_at_once is not None:
            return found_at_once
    found = iter(_apply(which.gradients(needed), (*values[:count], *upstreams, *values[count:])))
    return [summed(next(found), value) if need else None for value, need in zip(values, needed, strict=True)]


def _batched(
    which: Calculation, values: Sequence[Value], upstreams: Sequence[Tensor], needed: tuple[bool, ...]
) -> list[Tensor | None]:
    """The same under torch.autograd's own vmap, which looks into no Function: slopes first, then torch's product."""
    tensors = [each.like(values[0]) if isinstance(each, Draw) else each for each in values]  # type: ignore[arg-type]  # arrays are tensors
    count, along = len(which.arrays), which.gradients(needed)
    if not which.activation.elementwise:
        found = iter(by_words(*without_numbers(along, (*tensors[:count], *upstreams, *tensors[count:]))))
        return [summed(next(found), value) if need else None for value, need in zip(values, needed, strict=True)]
    totals: list[Any] = [None] * len(values)
    for place, upstream in enumerate(upstreams):
        units = [torch.full(upstream.shape, float(k == place), dtype=upstream.dtype) for k in range(len(upstreams))]
        slopes = iter(_apply(along, (*tensors[:count], *units, *tensors[count:])))
        for k, value in enumerate(values):
            if needed[k]:
                share = summed(next(slopes) * upstream, value)
                totals[k] = share if totals[k] is None else totals[k] + share
    return totals


def gradient_of_one(
    activation: Activation, x: Tensor, upstream: Tensor, parameters: Mapping[str, float], axis: int
) -> Tensor:
    """The gradient in the one tensor that was given, which may have been split; with gradients of its own."""
    which, parts = calculation(activation, "value", axis), inputs_of(activation, (x,), axis)
    needed = (True,) * len(parts) + (False,) * len(parameters)
    found: list[Any] = gradients(which, (*parts, *parameters.values()), (upstream,), needed)[: len(parts)]
    return found[0] if len(found) == 1 else torch.cat(found, dim=axis)


def summed(gradient: Tensor, value: Any) -> Tensor:
    """The gradient of a tensor that was stretched: the sum over all the places where it was used."""
    if gradient.shape == value.shape:
        return gradient if gradient.dtype == value.dtype else gradient.to(value.dtype)
    ahead = gradient.ndim - value.ndim
    places = [place for place in range(gradient.ndim) if place < ahead or value.shape[place - ahead] == 1]
    return gradient.sum(places, keepdim=True, dtype=value.dtype).reshape(value.shape)


def _transformable(which: Calculation, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The calculation by plain words as a Function that torch.func and torch.compile look through."""
    if not which.activation.elementwise:
        return by_words(which, tensors)  # torch's own derivatives of sums are right
    function = which.once("function", lambda: _function(which))
    return _as_tuple(function.apply(*tensors))


def _as_tuple(results: Any) -> tuple[Tensor, ...]:
    return results if isinstance(results, tuple) else (results,)


def _function(which: Calculation) -> type[Function]:
    class InWords(Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(*tensors: Tensor) -> Any:
            results = by_words(which, tensors)
            return results if len(results) > 1 else results[0]

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:  # noqa: ARG004 (torch's interface)
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)

        @staticmethod
        def backward(ctx: Any, *upstreams: Tensor) -> Any:
            values, count = ctx.saved_tensors, len(which.arrays)
            gradients = which.gradients((True,) * len(values))
            found = _transformable(gradients, (*values[:count], *upstreams, *values[count:]))
            return tuple(summed(gradient, value) for gradient, value in zip(found, values, strict=True))

        @staticmethod
        def jvp(ctx: Any, *tangents: Tensor | None) -> Any:
            values, count = ctx.saved_tensors, len(which.arrays)
            moved = {name: each for name, each in zip(which.symbols, tangents, strict=True) if each is not None}
            along = which.tangents(tuple(moved))
            found = _transformable(along, (*values[:count], *moved.values(), *values[count:]))
            return found if len(found) > 1 else found[0]

    return InWords
