"""What comes in: tensors of floats, numbers, or a sentence that says what to write."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from actlab.catalogue import Activation, Parameter
from actlab.compilers.checking import check_axis, check_split
from actlab.compilers.torch.calculations import What
from actlab.compilers.torch.running import DTYPES, Draw, Value

NAMES = "float16, bfloat16, float32 and float64"


def values_of(
    activation: Activation, what: What, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int
) -> list[Value]:
    """What a calculation takes, in its order: a tensor for each input, the upstream if there is one, the parameters."""
    inputs = inputs_of(activation, arrays[:-1] if what == "pullback" else arrays, axis)
    if what == "value" and not activation.parameters:
        return [*inputs]
    upstream = [_upstream(activation, inputs, arrays[-1])] if what == "pullback" else []
    checked = [_checked(activation, each, parameters[each.name], inputs[0]) for each in activation.parameters]
    if all(each.dtype != torch.float64 for each in inputs):
        for each, value in zip(activation.parameters, checked, strict=True):
            _check_room(activation.name, each, value)
    return [*inputs, *upstream, *checked]


def inputs_of(activation: Activation, arrays: Sequence[Any], axis: int) -> list[Tensor]:
    """A tensor for each input, one tensor split among several."""
    expected = len(activation.inputs)
    given = [*arrays] if len(arrays) == 1 and isinstance(arrays[0], Tensor) else _beside_one_another(activation, arrays)
    for tensor in given:
        check_tensor(activation.name, tensor, "x")
    if len(given) == 1 and expected > 1:
        return _split(activation, given[0], axis)
    if len(given) != expected:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got {len(given)} tensors.")
    if len(given) > 1:
        _check_together(activation, given)
    shape = given[0].shape if len(given) == 1 else broadcast_shape(activation.name, given, "inputs")
    if not activation.elementwise and not shape:
        raise ValueError(
            f"{activation.name} works along an axis, and one number has none; write torch.tensor([1.0, 2.0])."
        )
    if axis != -1 or not activation.elementwise:  # one number too has the axis that nobody asked for
        check_axis(activation.name, axis, shape)
    return given


def check_tensor(name: str, tensor: Tensor, role: str) -> None:
    """Raise unless it is a dense tensor of floats."""
    if tensor.dtype not in DTYPES:
        raise TypeError(
            f"{name} got {role} of dtype {tensor.dtype}, but works on {NAMES}; write {_as_float(tensor.dtype, role)}."
        )
    if tensor.layout != torch.strided or tensor.is_nested:
        dense = f"torch.nested.to_padded_tensor({role}, 0.0)" if tensor.is_nested else f"{role}.to_dense()"
        raise TypeError(f"{name} got {role} of layout {tensor.layout}, but works on dense tensors; write {dense}.")


def broadcast_shape(name: str, tensors: Sequence[Tensor], what: str) -> torch.Size:
    """The shape that tensors have together."""
    try:
        return torch.broadcast_shapes(*(each.shape for each in tensors))
    except RuntimeError:
        shapes = " and ".join(str(tuple(each.shape)) for each in tensors)
        raise ValueError(f"{name} got {what} of shapes {shapes}, which do not fit; give them one shape.") from None


def _beside_one_another(activation: Activation, arrays: Sequence[Any]) -> list[Tensor]:
    """All inputs as tensors: plain floats beside them have neither dtype nor device of their own."""
    first = next((each for each in arrays if isinstance(each, Tensor)), None)
    if first is None and not arrays:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got 0 tensors.")
    found = []
    for each in arrays:
        if isinstance(each, Tensor):
            found.append(each)
        elif type(each) is float and first is not None:
            found.append(torch.full((), each, dtype=first.dtype, device=first.device))
        else:
            kind = f"{type(each).__module__}.{type(each).__qualname__}".removeprefix("builtins.")
            raise TypeError(f"{activation.name} works on tensors here, and got {kind}; write torch.as_tensor(x).")
    return found


def _check_together(activation: Activation, tensors: Sequence[Tensor]) -> None:
    broadcast_shape(activation.name, tensors, "inputs")
    devices = {each.device for each in tensors}
    if len(devices) > 1:
        places = " and ".join(sorted(map(str, devices)))
        raise ValueError(f"{activation.name} got inputs on {places}; move them to one device by x.to(device).")


def _upstream(activation: Activation, inputs: Sequence[Tensor], upstream: Any) -> Tensor:
    if not isinstance(upstream, Tensor):
        raise TypeError(
            f"{activation.name}.pullback got an upstream of type {type(upstream).__name__} beside a tensor; "
            f"write torch.as_tensor(upstream)."
        )
    check_tensor(activation.name, upstream, "upstream")
    expected = broadcast_shape(activation.name, inputs, "inputs")
    if upstream.shape != expected:
        raise ValueError(
            f"{activation.name}.pullback got an upstream of shape {tuple(upstream.shape)}; "
            f"it must have the output's shape {tuple(expected)}."
        )
    return upstream


def _split(activation: Activation, tensor: Tensor, axis: int) -> list[Tensor]:
    parts = len(activation.inputs)
    check_split(activation.name, activation.inputs, tensor.shape, axis, "tensors")
    width = tensor.shape[axis] // parts
    return [tensor.narrow(axis, place * width, width) for place in range(parts)]


def _checked(activation: Activation, parameter: Parameter, value: Any, like: Tensor) -> Value:
    if value is parameter.default or isinstance(value, Draw):
        return value
    if isinstance(value, Tensor):
        _check_parameter(activation.name, parameter, value, like)
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        parameter.check(float(value), activation.name)
        return float(value)
    if isinstance(value, torch.SymFloat | torch.SymInt):
        return float(value)
    raise TypeError(
        f"{activation.name} got {parameter.name} of type {type(value).__name__}, but beside a tensor it is a number "
        f"or a tensor; write {parameter.name}={parameter.default:g} or torch.as_tensor({parameter.name})."
    )


def _check_parameter(name: str, parameter: Parameter, value: Tensor, like: Tensor) -> None:
    check_tensor(name, value, parameter.name)
    if value.device != like.device:
        raise ValueError(
            f"{name} got x on {like.device} and {parameter.name} on {value.device}; "
            f"write {parameter.name}.to(x.device)."
        )
    if value.ndim > like.ndim or any(
        length not in (1, whole) for length, whole in zip(value.shape[::-1], like.shape[::-1], strict=False)
    ):
        raise ValueError(
            f"{name} got {parameter.name} of shape {tuple(value.shape)} for x of shape {tuple(like.shape)}; "
            f"a parameter is stretched to x, not x to it."
        )
    bounded = parameter.low > -math.inf or parameter.high < math.inf or value.dtype == torch.float64
    if bounded and parameter.role != "random" and value.device.type == "cpu" and not _is_watched(value):
        for extreme in value.detach().aminmax() if value.numel() else ():
            parameter.check(float(extreme), name)


def _check_room(name: str, parameter: Parameter, value: Value) -> None:
    """Raise where a parameter is a number of float64 only, and float32 is computed in."""
    if isinstance(value, float) and value is not parameter.default:
        check_room(name, parameter, value)
    if isinstance(value, Tensor) and value.dtype == torch.float64 and value.device.type == "cpu":
        for extreme in value.detach().aminmax() if value.numel() and not _is_watched(value) else ():
            check_room(name, parameter, float(extreme))


def check_room(name: str, parameter: Parameter, value: float) -> None:
    """Raise unless a number inside the parameter's domain is there as a float32 too."""
    with np.errstate(all="ignore"):
        narrow = float(np.float32(value))
    if parameter.role != "random" and not parameter.low < narrow < parameter.high:
        raise ValueError(
            f"{name} got {parameter.name}={value}, for which float32 has no room; "
            f"give a smaller one, or write x.double()."
        )


def _is_watched(value: Tensor) -> bool:
    """Whether its numbers may not be looked at, because a graph is being made of it."""
    return (
        torch.compiler.is_compiling()
        or torch._C._are_functorch_transforms_active()
        or bool(torch._C._len_torch_dispatch_stack())
        or type(value) not in (Tensor, torch.nn.Parameter)
    )


def _as_float(dtype: torch.dtype, role: str) -> str:
    if dtype.is_complex:
        return f"{role}.real or {role}.abs()"
    return f"{role}.dequantize()" if "q" in str(dtype) else f"{role}.float()"
