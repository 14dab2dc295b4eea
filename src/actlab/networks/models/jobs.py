"""One training of a person's model, as it is sent to whoever trains it, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.networks.architecture import Training
from actlab.networks.models.feeds import Feed
from actlab.networks.models.goals import Goal
from actlab.networks.models.making import Maker
from actlab.networks.units import LayerReading


@dataclass(frozen=True, eq=False)
class ModelTrained:
    """A finished training; the model itself stays where it was trained.

    Attributes:
        training_losses: mean loss of each whole epoch, seen while it was learning.
        validation_losses: loss at the end of each whole epoch.
        validation_scores: answers of the best epoch, as `Goal.scores` gives them; where a loss says it all, that one
            number; empty where no epoch was finished.
        test_scores: the same on the test rows.
        start: readings of the units before, as far as they can be read.
        end: readings of the best epoch.
        best_epoch: counted from 1; 0 if none ended.
        epochs: whole epochs done.
        seconds: how long it took.
        diverged: the loss was no longer a finite number, and training ended there.
    """

    training_losses: tuple[float, ...]
    validation_losses: tuple[float, ...]
    validation_scores: npt.NDArray[Any] = field(repr=False)
    test_scores: npt.NDArray[Any] = field(repr=False)
    start: tuple[LayerReading, ...]
    end: tuple[LayerReading, ...]
    best_epoch: int
    epochs: int
    seconds: float
    diverged: bool


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """That a model can be made, trained for one step and asked; how long a step took, and its rows."""

    seconds: float
    rows: int


@dataclass(frozen=True, eq=False)
class ModelJob:
    """One training to be done.

    Attributes:
        activation: what the model is made with.
        maker: makes it.
        goal: what its outputs mean.
        training: optimiser, sizes and limits.
        fitting: rows to learn from.
        validation: rows that only decide when to stop.
        test: rows that are only scored.
        inputs: numbers a row, for makers that ask; 0 where rows are not vectors.
        seed: decides first weights, the order of rows and all other chance; same seed, same numbers.
        device: where it is trained.
        loss: a person's own, of a model and a batch; None for the goal's.
        step: a person's own training step, of a model, a batch and an optimiser; None for a plain one.
        limit: seconds after which a process that trains it is taken to hang; None for never.
    """

    activation: Activation
    maker: Maker
    goal: Goal
    training: Training
    fitting: Feed = field(repr=False)
    validation: Feed = field(repr=False)
    test: Feed = field(repr=False)
    inputs: int = 0
    seed: int = 0
    device: str = "cpu"
    loss: Callable[..., Any] | None = None
    step: Callable[..., Any] | None = None
    limit: float | None = None

    def train(self, stop: Any = None) -> ModelTrained:
        """Train and ask it; `stop[0]`, when it is set, ends it after its batch."""
        from actlab.networks.models.learning import train

        return train(self, stop)


@dataclass(frozen=True, eq=False)
class ModelRehearsal:
    """A short try of a job: what fails here fails always."""

    job: ModelJob
    limit: float = 120.0

    def train(self, stop: Any = None) -> Rehearsed:  # noqa: ARG002 - it takes one step
        """Make the model twice, and train it for one step."""
        from actlab.networks.models.learning import rehearse

        return rehearse(self.job)
