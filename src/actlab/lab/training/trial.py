"""One network on its data: its steps, how it ends, and what a frame shows of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from actlab.catalogue import Activation
from actlab.lab.refusal import Refusal
from actlab.lab.training import units
from actlab.lab.training.descent import Optimiser
from actlab.lab.training.ending import TOO_LARGE, Ending, Outcome, Plateau, diverged, is_flat, plateau
from actlab.lab.training.material import material
from actlab.lab.training.network import Goal, Matrix, Network, made, passed
from actlab.lab.training.spec import Layer, Spec

LOOK = 50  # steps between two looks at the loss of all rows
WATCHED = 2000  # rows whose sums are shown at most: all of a toy, so that counts and pictures agree


class Trial:
    """A training that goes step by step.

    Args:
        spec: what was asked for.

    Raises:
        Refusal: a table that is not there, columns that cannot be used, or a loss that does not suit the target.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec, self.material = spec, material(spec.data)
        classes = len(self.material.classes)
        if spec.loss == "cross_entropy" and not classes:
            raise Refusal(
                "Cross-entropy compares classes, and {target} is a number; choose the squared error.",
                target=self.material.target,
            )
        loss = spec.loss or ("cross_entropy" if classes else "squared_error")
        self.goal = Goal(loss, self.material.outputs, classes)
        self.network = self._first = made(spec, self.material.outputs)
        self._X, self._y = self._rows(self.material.train.X), self._labels(self.material.train.y)
        self._chance, self._order = np.random.default_rng(spec.seed), np.arange(len(self._y))
        self._optimiser = Optimiser(spec.optimiser, spec.rate)
        self.step, self.state, self._first_loss = 0, "ready", self._loss()
        self._plateau = Plateau(self._first_loss)
        self.stops = spec.stop

    @property
    def batch(self) -> int:
        """Rows of one step."""
        return min(self.spec.batch or len(self._y), len(self._y))

    @property
    def epoch(self) -> float:
        """How often all rows have been learned from."""
        return self.step * self.batch / len(self._y)

    def resume(self) -> None:
        """Train on after a plateau."""
        if self.state == "plateau":
            self.state, self._plateau = "running", Plateau(self._first_loss)

    def swap(self, activation: Activation) -> None:
        """Another activation in every hidden layer; the weights stay."""
        layers = tuple(Layer(each.units, activation) for each in self.spec.layers)
        self.spec, self.network = replace(self.spec, layers=layers), self.network.swapped(activation)
        self.state, self._plateau = "running" if self.step else "ready", Plateau(self._first_loss)

    def advance(self) -> Ending | None:
        """One step; how it ended, if it did."""
        X, y = self._next()
        with np.errstate(all="ignore"):
            now = passed(self.network, self.goal, X, y)
            arrays = self._optimiser.moved(self.network.arrays, now.gradients)
        if not (now.loss < TOO_LARGE * max(1.0, self._first_loss)) or not all(
            np.isfinite(each).all() for each in arrays
        ):
            self.state = "diverged"
            return diverged(self.spec, self.goal, now.loss, self._first_loss)
        self.network = self.network.moved(arrays)
        self.step, self.state = self.step + 1, "running"
        return self._ended() if self.stops and self.step % LOOK == 0 else None

    def _ended(self) -> Ending | None:
        loss = self._loss()
        if not self._plateau.reached(loss, self.step):
            return None
        self.state = "plateau"
        return plateau(self.spec, self._outcome(loss))

    def _outcome(self, loss: float) -> Outcome:
        parts = {"train": self.material.train, "test": self.material.test}
        perfect = bool(self.goal.classes) and all(
            self._accuracy(name, self.answers(part.X)) == 1 for name, part in parts.items()
        )
        bent = sum(each.units for each in self.spec.layers if not is_flat(each.activation))
        return Outcome(loss, perfect, bent, self._dead(self.network), self._dead(self._first))

    def _dead(self, network: Network) -> int:
        """Units whose slope is 0 on every row, though their function has one somewhere."""
        now = passed(network, self.goal, self._X, self._y)
        bent = [not is_flat(layer.activation) for layer in network.hidden]
        return sum(int((slopes == 0).all(0).sum()) for slopes, able in zip(now.slopes, bent, strict=True) if able)

    def _loss(self) -> float:
        return self.goal.loss(self.network.outputs(self._X), self._y)[0]

    def _next(self) -> tuple[Matrix, Matrix]:
        size = self.batch
        if size == len(self._y):
            return self._X, self._y
        start = self.step % (len(self._y) // size) * size
        if start == 0:
            self._order = self._chance.permutation(len(self._y))
        rows = self._order[start : start + size]
        return self._X[rows], self._y[rows]

    def answers(self, X: Matrix) -> Matrix:
        """Scores, probabilities or numbers for inputs as a person has them, (rows, 2)."""
        answers = self.goal.answers(self.network.outputs(self._rows(X)))
        scale = self.material.scale
        return answers if self.goal.classes else answers * scale.deviation + scale.mean

    def _rows(self, X: Matrix) -> Matrix:
        return self.material.seen(X)

    def _labels(self, y: Matrix) -> Matrix:
        scale = self.material.scale
        return y if self.material.classes else (y - scale.mean) / scale.deviation

    def frame(self, side: int) -> tuple[dict[str, Any], dict[str, Matrix]]:
        """The header's part and the arrays of one side."""
        with np.errstate(all="ignore"):
            now = passed(self.network, self.goal, self._X, self._y)
            test = self.material.test
            loss, _ = self.goal.loss(self.network.outputs(self._rows(test.X)), self._labels(test.y))
            scores = {"train": self.answers(self.material.train.X), "test": self.answers(test.X)}
            arrays: dict[str, Matrix] = {f"scores/{part}": each for part, each in scores.items()}
            arrays |= self._pictures()
        layers: list[dict[str, Any]] = []
        for place, weights in enumerate(self.network.weights):
            arrays |= {f"weights/{place}": weights, f"biases/{place}": self.network.biases[place]}
            moved = weights - self._first.weights[place]
            layers.append(
                {"gradient": _size(now.weights[place]), "moved": _size(moved), "activation": "", "units": None}
            )
        for place, layer in enumerate(self.network.hidden):
            codes = units.health(layer, now.values[place], now.slopes[place])
            layers[place] |= {"activation": layer.activation.name, "units": units.counted(codes)}
            layers[place]["learned"] = dict(zip(layer.learned, layer.numbers.tolist(), strict=True))
            arrays |= {f"status/{place}": codes.astype(float), f"slopes/{place}": now.slopes[place].mean(0)}
            if self.spec.watch.before:
                arrays[f"before/{place}"] = now.before[place][:WATCHED].T
        header = {
            "loss": {"train": _finite(now.loss), "test": _finite(loss)},
            "accuracy": {part: self._accuracy(part, each) for part, each in scores.items()}
            if self.goal.classes
            else None,
            "state": self.state,
            "gradient": _size(np.concatenate([each.ravel() for each in now.weights])),
            "layers": layers,
        }
        return header, {f"{side}/{name}": array for name, array in arrays.items()}

    def _pictures(self) -> dict[str, Matrix]:
        watch, arrays = self.spec.watch, {}
        if watch.surface:
            seen = self.answers(self._grid(watch.surface))
            picture = seen.argmax(1) if self.goal.outputs > 1 else seen
            arrays["surface"] = picture.reshape(watch.surface, watch.surface).astype(float)
        if watch.heat:
            for place, values in enumerate(self.network.through(self._rows(self._grid(watch.heat)))):
                arrays[f"heat/{place}"] = values.T.reshape(-1, watch.heat, watch.heat)
        return arrays

    def _grid(self, side: int) -> Matrix:
        across, up = (np.linspace(low, high, side) for low, high in self.material.span)
        return np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)

    def _accuracy(self, part: str, scores: Matrix) -> float:
        said = scores.argmax(1) if self.goal.outputs > 1 else scores >= 0.5
        labels = self.material.train.y if part == "train" else self.material.test.y
        return float((said == labels).mean())

    @property
    def document(self) -> dict[str, Any]:
        """What the page is told when it is made."""
        return self.material.document


def _size(array: Matrix) -> float | None:
    """The root of the mean square."""
    return _finite(float(np.sqrt(np.mean(array**2))))


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
