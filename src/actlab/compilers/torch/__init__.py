"""PyTorch: activations on tensors, with gradients of any order, and as modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

try:
    import torch
except ImportError as error:
    raise ImportError('PyTorch is not installed; write pip install "actlab[torch]".') from error

from actlab.catalogue import Activation
from actlab.compilers.torch import functions, short
from actlab.compilers.torch.modules import ActivationModule

__all__ = ["ActivationModule", "compute", "differentiate", "module", "pull_back"]


def compute(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int) -> torch.Tensor:
    """The values: of the input's shape, dtype, device and memory format."""
    if parameters is activation.defaults and len(arrays) == 1:
        found = short.value(activation, arrays[0], axis, ())
        if found is not None:
            activation.shortcuts[type(arrays[0])] = short.Shortcuts(activation)  # from now on this is tried first
            return found
    return functions.compute(activation, "value", arrays, parameters, axis)[0]


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    results = functions.compute(activation, "derivative", arrays, parameters, -1)
    return results if len(results) > 1 else results[0]


def pull_back(
    activation: Activation,
    arrays: Sequence[Any],
    upstream: Any,
    parameters: Mapping[str, Any],
    axis: int,
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input; a tuple if there are several."""
    results = functions.compute(activation, "pullback", (*arrays, upstream), parameters, axis)
    if len(results) == 1:
        return results[0]
    return results if len(arrays) > 1 else torch.cat(results, dim=axis)


def module(activation: Activation, features: int | None = None, axis: int = -1, **parameters: Any) -> ActivationModule:
    """The activation as a layer: see `ActivationModule`."""
    return ActivationModule(activation, features, axis, **parameters)
