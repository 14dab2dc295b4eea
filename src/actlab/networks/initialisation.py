"""First weights that keep a signal's size from layer to layer, for any activation."""

from __future__ import annotations

import math

import numpy as np

from actlab.catalogue import Activation
from actlab.networks.architecture import Architecture, Floats, Network
from actlab.properties import of


def initialise(architecture: Architecture, seed: int) -> Network:
    """Draw a network: normal weights with deviation gain / sqrt(inputs of the layer), biases 0.

    Args:
        architecture: its layers; the gain of each layer belongs to its activation, the output layer's is 1.
        seed: decides every number drawn.

    Returns:
        The network as it is before training; parameters of activations have their declared values.
    """
    generator = np.random.default_rng(seed)
    widths = architecture.widths
    gains = [gain_of(function) for function in architecture.functions] + [1.0]
    weights = tuple(
        generator.standard_normal((inputs, units), np.float32) * np.float32(gain / np.sqrt(inputs))
        for inputs, units, gain in zip(widths[:-1], widths[1:], gains, strict=True)
    )
    return Network(
        architecture,
        weights,
        tuple(np.zeros(units, np.float32) for units in widths[1:]),
        tuple(starting_parameters(function) for function in architecture.functions),
    )


def gain_of(activation: Activation) -> float:
    """The gain; 1 where no number keeps the signal's size, as for a function that is 0 almost everywhere."""
    gain = of(activation).gain.value
    return gain if 0 < gain < math.inf else 1.0


def starting_parameters(activation: Activation) -> Floats:
    """The declared values of an activation's fixed and learned parameters, in their order."""
    return np.array([p.default for p in activation.parameters if p.role != "random"], np.float32)
