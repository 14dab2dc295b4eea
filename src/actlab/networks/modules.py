"""A trained network as PyTorch modules, with the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

try:
    import torch
except ImportError as error:
    raise ImportError('PyTorch is not installed; write pip install "actlab[torch]".') from error
from torch import Tensor, nn

from actlab.catalogue import Activation
from actlab.compilers.torch import module
from actlab.networks.architecture import Floats, Network


def sequential(network: Network) -> nn.Sequential:
    """The layers in their order, in evaluation mode.

    >>> from actlab.networks import Architecture
    >>> from actlab.networks.initialisation import initialise
    >>> sequential(initialise(Architecture(3, (4,), ("mish",), 1, "binary"), seed=0))
    Sequential(
      (0): Linear(in_features=3, out_features=4, bias=True)
      (1): ActivationModule(mish)
      (2): Linear(in_features=4, out_features=1, bias=True)
    )
    """
    layers: list[nn.Module] = []
    for place, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        layers.append(_linear(weights, biases))
        if place < len(network.architecture.hidden):
            layers.append(_activation(network.architecture.functions[place], network.parameters[place]))
    return nn.Sequential(*layers).eval()


def _linear(weights: Floats, biases: Floats) -> nn.Linear:
    inputs, units = weights.shape
    layer = nn.utils.skip_init(nn.Linear, inputs, units)  # without drawing weights that are thrown away
    _fill(layer.weight, weights.T)
    _fill(layer.bias, biases)
    return layer


def _activation(activation: Activation, values: Floats) -> nn.Module:
    kept = [each for each in activation.parameters if each.role != "random"]
    fixed: dict[str, Any] = {
        each.name: float(value)
        for each, value in zip(kept, values, strict=True)
        if each.role == "fixed" and value != np.float32(each.default)
    }
    layer = module(activation, **fixed)
    for each, value in zip(kept, values, strict=True):
        if each.role == "learned":
            _fill(layer.get_parameter(each.name), np.full(1, value, np.float32))
    return layer


def _fill(parameter: Tensor, values: npt.NDArray[np.float32]) -> None:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.array(values)))
