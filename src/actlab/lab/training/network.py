"""A small network in float64: sums, values and slopes of each unit, and the gradient of its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab import sigmoid, softmax, softplus
from actlab.catalogue import Activation
from actlab.lab.training.spec import Layer, Spec
from actlab.networks.initialisation import gain_of

Matrix = npt.NDArray[np.float64]
Arrays = tuple[Matrix, ...]
SMALL = 0.01  # deviation of the first weights that are called small


@dataclass(frozen=True)
class Hidden:
    """What the units of a hidden layer compute; a learned parameter has one number for the whole layer."""

    activation: Activation
    parameters: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, layer: Layer) -> Hidden:
        """As a spec asks for it."""
        return cls(layer.activation, layer.parameters)

    @property
    def learned(self) -> tuple[str, ...]:
        """The names of the parameters that are trained with the weights."""
        return tuple(each.name for each in self.activation.parameters if each.role == "learned")

    @property
    def numbers(self) -> Matrix:
        """What the learned parameters are now."""
        known = {each.name: each.default for each in self.activation.parameters} | dict(self.parameters)
        return np.array([known[name] for name in self.learned])

    def moved(self, numbers: Matrix) -> Hidden:
        """The same layer with other numbers for its learned parameters."""
        now = dict(self.parameters) | dict(zip(self.learned, numbers.tolist(), strict=True))
        return replace(self, parameters=tuple(now.items()))

    def gradients(self, before: Matrix, upstream: Matrix) -> Matrix:
        """What the loss asks of each learned parameter, from the sums and what comes back from above."""
        given: Any = dict(self.parameters)  # no name of a parameter is a word of the call
        found = self.activation.pullback(before, upstream=upstream, wrt=self.learned, **given)
        return np.array(found, float).reshape(len(self.learned))

    def both(self, before: Matrix) -> tuple[Matrix, Matrix]:
        """Values and slopes at the sums."""
        value, slope = self.activation.value_and_derivative(before, **dict(self.parameters))
        return value, slope

    def value(self, before: Matrix) -> Matrix:
        """Values at the sums."""
        given: Any = dict(self.parameters)  # no name of a parameter is a word of the call
        value: Matrix = self.activation(before, **given)
        return value


@dataclass(frozen=True, eq=False)
class Network:
    """Weights (inputs, units) and biases (units,) of each layer, the output layer last."""

    hidden: tuple[Hidden, ...]
    weights: Arrays
    biases: Arrays

    @property
    def arrays(self) -> Arrays:
        """All that is learned: weights, biases, and the numbers of the layers whose functions learn too."""
        return (*self.weights, *self.biases, *(each.numbers for each in self.hidden if each.learned))

    def moved(self, arrays: Arrays) -> Network:
        """The same network with other numbers, in the order of `arrays`."""
        count = len(self.weights)
        rest = iter(arrays[2 * count :])
        hidden = tuple(each.moved(next(rest)) if each.learned else each for each in self.hidden)
        return Network(hidden, arrays[:count], arrays[count : 2 * count])

    def swapped(self, activation: Activation) -> Network:
        """The same weights with another activation in every hidden layer."""
        return replace(self, hidden=tuple(Hidden(activation) for _ in self.hidden))

    def outputs(self, X: Matrix) -> Matrix:
        """The output layer's sums, (rows, outputs)."""
        return self._sums(self.through(X)[-1] if self.hidden else X, -1)

    def through(self, X: Matrix) -> list[Matrix]:
        """The values of each hidden layer, (rows, units)."""
        values, signal = [], X
        for place, layer in enumerate(self.hidden):
            signal = layer.value(self._sums(signal, place))
            values.append(signal)
        return values

    def _sums(self, signal: Matrix, place: int) -> Matrix:
        return signal @ self.weights[place] + self.biases[place]


@dataclass(frozen=True, eq=False)
class Pass:
    """What rows do on their way through a network, and what its loss asks of each number.

    Args:
        before: sums of each hidden layer, (rows, units).
        values: what its activation makes of them.
        slopes: of the activation there.
        loss: mean over the rows.
        weights: gradients of the loss.
        biases: gradients of the loss.
        numbers: gradients in the learned parameters of each layer that has some.
    """

    before: Arrays
    values: Arrays
    slopes: Arrays
    loss: float
    weights: Arrays
    biases: Arrays
    numbers: Arrays

    @property
    def gradients(self) -> Arrays:
        """In the order of the network's `arrays`."""
        return (*self.weights, *self.biases, *self.numbers)


@dataclass(frozen=True)
class Goal:
    """A loss: from the output layer's sums and the labels to its mean, its gradient in the sums, and the answers."""

    name: str
    outputs: int
    classes: int

    def answers(self, sums: Matrix) -> Matrix:
        """The score of class 1, (rows,), probabilities of several classes, (rows, classes), or the number, (rows,)."""
        if self.outputs > 1:
            shares: Matrix = softmax(sums)
            return shares
        scores: Matrix = sigmoid(sums[:, 0]) if self.classes else sums[:, 0]
        return scores

    def loss(self, sums: Matrix, y: Matrix) -> tuple[float, Matrix]:
        """The mean loss and its gradient, (rows, outputs)."""
        loss, gradient = self._entropy(sums, y) if self.name == "cross_entropy" else self._square(sums, y)
        return float(loss.mean()), gradient / len(y)

    def _entropy(self, sums: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
        if self.outputs == 1:
            turned = np.where(y > 0.5, -1.0, 1.0)
            return softplus(sums[:, 0] * turned), (sigmoid(sums[:, 0] * turned) * turned)[:, None]
        shares, wanted = softmax(sums), self._wanted(y)
        top = sums.max(1, keepdims=True)
        logarithm = np.log(np.exp(sums - top).sum(1)) + top[:, 0]
        return logarithm - (sums * wanted).sum(1), shares - wanted

    def _square(self, sums: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
        answers = self.answers(sums)
        if self.outputs == 1:
            error = answers - y
            slope = answers * (1 - answers) if self.classes else 1.0
            return error**2, (2 * error * slope)[:, None]
        error = answers - self._wanted(y)
        return (error**2).sum(1), 2 * answers * (error - (error * answers).sum(1, keepdims=True))

    def _wanted(self, y: Matrix) -> Matrix:
        wanted: Matrix = np.eye(self.outputs)[y.astype(int)]
        return wanted


def passed(network: Network, goal: Goal, X: Matrix, y: Matrix) -> Pass:
    """Rows forward and their gradients backward."""
    signals, before, slopes = [X], [], []
    for layer, weights, biases in zip(network.hidden, network.weights, network.biases, strict=False):
        before.append(signals[-1] @ weights + biases)
        value, slope = layer.both(before[-1])
        signals.append(value)
        slopes.append(slope)
    loss, upstream = goal.loss(signals[-1] @ network.weights[-1] + network.biases[-1], y)
    steps: list[Matrix] = []
    shifts: list[Matrix] = []
    turns: list[Matrix] = []
    for place in reversed(range(len(network.weights))):
        steps.append(signals[place].T @ upstream)
        shifts.append(upstream.sum(0))
        if place:
            upstream, layer = upstream @ network.weights[place].T, network.hidden[place - 1]
            if layer.learned:
                turns.append(layer.gradients(before[place - 1], upstream))
            upstream = upstream * slopes[place - 1]
    return Pass(
        tuple(before), tuple(signals[1:]), tuple(slopes), loss,
        tuple(steps[::-1]), tuple(shifts[::-1]), tuple(turns[::-1]),
    )  # fmt: skip


def made(spec: Spec, outputs: int) -> Network:
    """The network of a spec before its first step; the same seed draws the same numbers for every activation."""
    chance = np.random.default_rng(spec.seed)
    hidden = tuple(map(Hidden.of, spec.layers))
    widths = (2, *(layer.units for layer in spec.layers), outputs)
    deviation = DEVIATIONS[spec.initialisation]
    weights = tuple(
        chance.standard_normal((inputs, units))
        * deviation(hidden[place] if place < len(hidden) else None, inputs, units)
        for place, (inputs, units) in enumerate(pairwise(widths))
    )
    biases = tuple(np.full(units, spec.bias) for units in widths[1:-1])
    return Network(hidden, weights, (*biases, np.zeros(outputs)))


def _matched(layer: Hidden | None, inputs: int, _units: int) -> float:
    return float((gain_of(layer.activation) if layer else 1) / np.sqrt(inputs))


def _he(_layer: Hidden | None, inputs: int, _units: int) -> float:
    return float(np.sqrt(2 / inputs))


def _glorot(_layer: Hidden | None, inputs: int, units: int) -> float:
    return float(np.sqrt(2 / (inputs + units)))


DEVIATIONS: Mapping[str, Callable[[Hidden | None, int, int], float]] = {
    "matched": _matched,
    "he": _he,
    "glorot": _glorot,
    "small": lambda *_: SMALL,
    "zeros": lambda *_: 0.0,
}
