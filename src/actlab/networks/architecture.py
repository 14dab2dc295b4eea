"""The records of feed-forward networks: what one looks like, how it is trained, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation, find

if TYPE_CHECKING:
    from torch import nn

Floats = npt.NDArray[np.float32]
Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Architecture:
    """Layers from the inputs to the outputs.

    Args:
        inputs: how many numbers a row has.
        hidden: units of each hidden layer; may be empty, which leaves one straight line.
        activations: the name of an elementwise activation for each hidden layer.
        outputs: 1 for "binary" (a logit) and "regression" (a value), the number of classes for "multiclass".
        task: decides the loss: cross-entropy of the logit, cross-entropy of the softmax, mean squared error.

    Raises:
        ValueError: sizes that make no network, or an activation that needs its whole layer (as softmax does).
        LookupError: an activation that the catalogue does not know.
    """

    inputs: int
    hidden: tuple[int, ...]
    activations: tuple[str, ...]
    outputs: int
    task: Task

    def __post_init__(self) -> None:
        if self.task not in ("binary", "multiclass", "regression"):
            raise ValueError(f'The task is {self.task!r}. Write "binary", "multiclass" or "regression".')
        if min((self.inputs, self.outputs, *self.hidden)) < 1:
            raise ValueError(f"Every layer needs at least one unit, but this network has {self.widths}.")
        if len(self.activations) != len(self.hidden):
            raise ValueError(
                f"{len(self.hidden)} hidden layers need as many activations, but {len(self.activations)} came. "
                f'Write one a hidden layer, such as activations=("relu",) * {len(self.hidden)}.'
            )
        if self.task == "multiclass" and self.outputs < 2:
            raise ValueError('A "multiclass" network needs one output a class. For two classes write "binary".')
        if self.task != "multiclass" and self.outputs != 1:
            raise ValueError(f'A "{self.task}" network has 1 output, but {self.outputs} came. Write outputs=1.')
        for activation in self.functions:
            if not activation.elementwise or len(activation.inputs) != 1:
                raise ValueError(
                    f"{activation.name} does not work on one number at a time, as a hidden layer needs it. "
                    "Take an elementwise activation, such as relu."
                )

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of every layer, inputs and outputs included."""
        return (self.inputs, *self.hidden, self.outputs)

    @property
    def functions(self) -> tuple[Activation, ...]:
        """The activations themselves, one a hidden layer."""
        return tuple(find(name) for name in self.activations)


@dataclass(frozen=True)
class Training:
    """How a network is trained.

    Args:
        rate: the learning rate, size of one step.
        optimiser: "adam" or "sgd".
        momentum: share of the last step that sgd repeats.
        weight_decay: decoupled from the loss; each step shrinks the weights (not biases) by rate * weight_decay.
        batch: rows a step; the last batch of an epoch may be shorter.
        epochs: most passes over the rows.
        patience: epochs without a lower validation loss after which training ends.

    Raises:
        ValueError: a number outside its range.
    """

    rate: float = 1e-3
    optimiser: Literal["adam", "sgd"] = "adam"
    momentum: float = 0.9
    weight_decay: float = 0.0
    batch: int = 64
    epochs: int = 200
    patience: int = 20

    def __post_init__(self) -> None:
        if self.optimiser not in ("adam", "sgd"):
            raise ValueError(f'The optimiser is {self.optimiser!r}. Write "adam" or "sgd".')
        if not 0 < self.rate < np.inf:
            raise ValueError(f"The learning rate is {self.rate}, but it must be above 0, such as 0.001.")
        if not 0 <= self.momentum < 1:
            raise ValueError(f"The momentum is {self.momentum}, but it must lie in [0, 1), such as 0.9.")
        if not 0 <= self.weight_decay < np.inf:
            raise ValueError(f"The weight decay is {self.weight_decay}, but it must be 0 or above, such as 0.01.")
        for name in ("batch", "epochs", "patience"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, but it must be at least 1.")


@dataclass(frozen=True, eq=False)
class Network:
    """Weights of a feed-forward network.

    Args:
        architecture: its layers.
        weights: one (inputs, units) matrix a layer, the output layer last.
        biases: one (units,) vector a layer.
        parameters: for each hidden layer the values of its activation's fixed and learned parameters.
    """

    architecture: Architecture
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    parameters: tuple[Floats, ...]

    def outputs(self, X: npt.ArrayLike) -> Floats:
        """What the output units say, before any sigmoid or softmax.

        Args:
            X: rows, shape (rows, inputs).

        Returns:
            float32 of shape (rows, outputs).
        """
        from actlab.networks.running import outputs  # Numba is slow to import and only needed here

        return outputs(self, X)

    def to_torch(self) -> nn.Sequential:
        """The network as torch.nn.Linear layers and activation modules with copies of its weights.

        Its answers are those of `outputs`, not of `scores`: logits, to which a torch loss adds its sigmoid or softmax.

        Returns:
            A torch.nn.Sequential in evaluation mode; call train() on it to go on training.

        Raises:
            ImportError: PyTorch is not installed.
        """
        from actlab.networks.modules import sequential

        return sequential(self)

    def scores(self, X: npt.ArrayLike) -> Floats:
        """The network's answer for each row.

        Args:
            X: rows, shape (rows, inputs).

        Returns:
            float32: the probability of class 1, (rows,), for "binary"; of each class, (rows, classes), for
            "multiclass"; the value, (rows,), for "regression".
        """
        raw = self.outputs(X)
        if self.architecture.task == "multiclass":
            shares = np.exp(raw - raw.max(axis=1, keepdims=True))
            return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
        if self.architecture.task == "regression":
            return raw[:, 0]
        small = np.exp(-np.abs(raw[:, 0]))
        return np.asarray(np.where(raw[:, 0] >= 0, np.float32(1), small) / (1 + small), np.float32)


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished training.

    Args:
        network: with the weights of the epoch whose validation loss was lowest.
        start: the network as it was initialised.
        training_losses: mean loss of each whole epoch, seen while it was learning.
        validation_losses: loss at the end of each whole epoch.
        best_epoch: the epoch of `network`, counted from 1; 0 if none ended, and `network` is `start`.
        epochs: whole epochs done.
        seconds: how long it took.
        diverged: the loss was no longer a finite number, and training ended there.
    """

    network: Network
    start: Network
    training_losses: tuple[float, ...]
    validation_losses: tuple[float, ...]
    best_epoch: int
    epochs: int
    seconds: float
    diverged: bool


@dataclass(frozen=True, eq=False)
class Job:
    """One training to be done: the arguments of `train`, in its order."""

    architecture: Architecture
    training: Training
    X: npt.ArrayLike = field(repr=False)
    y: npt.ArrayLike = field(repr=False)
    X_validation: npt.ArrayLike = field(repr=False)
    y_validation: npt.ArrayLike = field(repr=False)
    seed: int = 0

    def train(self, stop: npt.NDArray[np.int64]) -> Trained:
        """Train it on one core; whoever calls it has limited the BLAS to one thread, and may set `stop[0]` to 1."""
        from actlab.networks.running import run

        return run(self, stop)
