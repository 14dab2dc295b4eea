"""The same training in plain NumPy and float64, written to be read: what the compiled loop is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation, find
from actlab.compilers import numpy as compiler
from actlab.formula import derivative
from actlab.networks import Architecture, Network, Training

Array = npt.NDArray[np.float64]


@dataclass
class Chance:
    """The counted stream of splitmix64: number i needs no number before it."""

    stream: int
    count: int = 0

    def bits(self, size: int) -> npt.NDArray[np.uint64]:
        word = np.uint64(self.stream) + np.arange(self.count + 1, self.count + size + 1, dtype=np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )
        self.count += size
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return word ^ (word >> np.uint64(31))

    def uniforms(self, shape: tuple[int, int]) -> Array:
        return 2.0**-24 * (self.bits(shape[0] * shape[1]) >> np.uint64(40)).reshape(shape).astype(float)

    def shuffle(self, order: npt.NDArray[np.int64]) -> None:
        numbers = self.bits(len(order) - 1)
        for last, number in zip(range(len(order) - 1, 0, -1), numbers, strict=True):
            pick = (int(number) >> 32) * (last + 1) >> 32
            order[[last, pick]] = order[[pick, last]]


@dataclass
class Numbers:
    """Weights, biases and parameters of activations; gradients and moments have the same form."""

    weights: list[Array]
    biases: list[Array]
    parameters: list[Array]

    @classmethod
    def of(cls, network: Network) -> Numbers:
        groups = (network.weights, network.biases, network.parameters)
        return cls(*([values.astype(float) for values in group] for group in groups))

    def arrays(self) -> list[Array]:
        return [*self.weights, *self.biases, *self.parameters]

    def copy(self) -> Numbers:
        return Numbers(*([values.copy() for values in group] for group in (self.weights, self.biases, self.parameters)))

    def zeros(self) -> Numbers:
        return Numbers(
            *([np.zeros_like(values) for values in group] for group in (self.weights, self.biases, self.parameters))
        )


@dataclass
class Reference:
    """What came of the training."""

    best: Numbers
    last: Numbers
    training_losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    best_epoch: int = 0


def arguments(activation: Activation, values: Array, chance: Chance | None, shape: tuple[int, int]) -> dict[str, Any]:
    """The parameters by name: fixed and learned ones as they are, random ones drawn, or at their mean."""
    noise = np.full(shape, 0.5)
    if chance is not None and any(p.role == "random" for p in activation.parameters):
        noise = chance.uniforms(shape)
    kept = iter(values)
    return {
        p.name: p.low + (p.high - p.low) * noise if p.role == "random" else next(kept) for p in activation.parameters
    }


def loss_and_upstream(task: str, outputs: Array, y: npt.NDArray[np.int64] | Array) -> tuple[float, Array]:
    """Summed loss, and the gradient of the mean loss with respect to the outputs."""
    rows = len(y)
    if task == "binary":
        z = outputs[:, 0]
        probability = 1 / (1 + np.exp(-z))
        return float((np.logaddexp(0, z) - z * y).sum()), ((probability - y) / rows)[:, None]
    if task == "regression":
        error = outputs[:, 0] - y
        return float((error**2).sum()), (2 * error / rows)[:, None]
    shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    hit = np.arange(rows), y.astype(int)
    loss = -np.log(shares[hit]).sum()
    shares[hit] -= 1
    return float(loss), shares / rows


def loss_and_gradient(
    architecture: Architecture,
    numbers: Numbers,
    X: Array,
    y: npt.NDArray[np.int64] | Array,
    chance: Chance | None = None,
) -> tuple[float, Numbers]:
    """Summed loss of some rows, and the gradient of their mean loss with respect to everything."""
    functions = [find(name) for name in architecture.activations]
    gradient = numbers.zeros()
    seen, before = [], X
    for function, W, b, values in zip(
        functions, numbers.weights[:-1], numbers.biases[:-1], numbers.parameters, strict=True
    ):
        z = before @ W + b
        given = arguments(function, values, chance, z.shape)
        seen.append((before, z, given))
        before = function(z, **given)
    loss, upstream = loss_and_upstream(architecture.task, before @ numbers.weights[-1] + numbers.biases[-1], y)
    gradient.weights[-1], gradient.biases[-1] = before.T @ upstream, upstream.sum(axis=0)
    for layer in reversed(range(len(functions))):
        before, z, given = seen[layer]
        upstream = upstream @ numbers.weights[layer + 1].T
        kept = [p for p in functions[layer].parameters if p.role != "random"]
        for k, parameter in enumerate(kept):
            if parameter.role == "learned":
                slope = compiler.run(derivative(functions[layer].formula, parameter.name), {"x": z, **given})
                gradient.parameters[layer][k] = (upstream * slope).sum()
        upstream = upstream * functions[layer].derivative(z, **given)
        gradient.weights[layer], gradient.biases[layer] = before.T @ upstream, upstream.sum(axis=0)
    return loss, gradient


def train(
    start: Network,
    training: Training,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    X_validation: npt.ArrayLike,
    y_validation: npt.ArrayLike,
    stream: int,
) -> Reference:
    """The whole training, from the same first weights and the same stream of chance."""
    rows, targets = np.asarray(X, float), np.asarray(y)
    validation, wanted = np.asarray(X_validation, float), np.asarray(y_validation)
    numbers, chance, order = Numbers.of(start), Chance(stream), np.arange(len(targets))
    first, second, step = numbers.zeros(), numbers.zeros(), 0
    result = Reference(numbers.copy(), numbers)
    for epoch in range(training.epochs):
        chance.shuffle(order)
        total = 0.0
        for begin in range(0, len(order), training.batch):
            chosen = order[begin : begin + training.batch]
            loss, gradient = loss_and_gradient(start.architecture, numbers, rows[chosen], targets[chosen], chance)
            total, step = total + loss, step + 1
            update(numbers, gradient, first, second, training, step)
        result.training_losses.append(total / len(order))
        loss, _ = loss_and_gradient(start.architecture, numbers, validation, wanted)
        result.validation_losses.append(loss / len(wanted))
        if result.validation_losses[-1] < min(result.validation_losses[:-1], default=np.inf):
            result.best, result.best_epoch = numbers.copy(), epoch + 1
        elif epoch + 1 - result.best_epoch >= training.patience:
            break
    return result


def update(numbers: Numbers, gradient: Numbers, first: Numbers, second: Numbers, training: Training, step: int) -> None:
    """Adam (Kingma & Ba 2015) or momentum, with decay of the weights apart from the loss."""
    for weights in numbers.weights:
        weights[...] = (1 - training.rate * training.weight_decay) * weights
    for values, g, m, v in zip(numbers.arrays(), gradient.arrays(), first.arrays(), second.arrays(), strict=True):
        if training.optimiser == "adam":
            m[...] = 0.9 * m + 0.1 * g
            v[...] = 0.999 * v + 0.001 * g**2
            values[...] = values - training.rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        else:
            m[...] = training.momentum * m + g
            values[...] = values - training.rate * m
