"""How a person's model learns: plain epochs, early stopping, and the weights of the best epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from actlab.networks.models.conditions import one_thread, seeded
from actlab.networks.models.failures import ModelError, told
from actlab.networks.models.feeds import Feed, rows_in
from actlab.networks.models.goals import mean_of
from actlab.networks.models.jobs import ModelJob, ModelTrained, Rehearsed
from actlab.networks.models.looking import unit_readings_of


def train(job: ModelJob, stop: Any = None) -> ModelTrained:
    """Train one model under the conditions that all have.

    Raises:
        ModelError: what a person's code raised, or a model that does not fit the task.
    """
    with one_thread(), seeded(job.seed, job.device):
        pupil = Pupil(job)
        start = pupil.look()
        course = pupil.learn(stop)
        if course.diverged or not course.best_epoch:
            nothing = np.zeros(0, np.float32)
            return course.ended(nothing, nothing, start, ())
        pupil.model.load_state_dict(course.best)
        return course.ended(pupil.ask(pupil.validation), pupil.ask(pupil.test), start, pupil.look())


def rehearse(job: ModelJob) -> Rehearsed:
    """Make a model twice, train it for one step, and ask it for one batch.

    Raises:
        ModelError: what would go wrong in each training.
    """
    with one_thread(), seeded(job.seed, job.device):
        other = job.maker.model(job.activation, job.inputs, job.goal.outputs)
        pupil = Pupil(job)
        mine = {id(each) for each in pupil.model.parameters()}
        if any(id(each) in mine for each in other.parameters()):
            raise ModelError(f"{job.maker.name} gives the same weights again; let it build a new model at each call")
        batch = next(pupil.batches(pupil.fitting))
        before = time.perf_counter()
        pupil.model.train()
        float(pupil.step(batch))
        seconds = time.perf_counter() - before
        pupil.model.eval()
        pupil.evaluate(batch)
        if job.goal.kind != "own":
            pupil.answers(batch)
        return Rehearsed(seconds, rows_in(batch))


@dataclass
class Course:
    """How a training goes; `best` holds the weights of its best epoch."""

    best: dict[str, Any] = field(default_factory=dict)
    training_losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    best_epoch: int = 0
    diverged: bool = False
    seconds: float = 0.0

    def ended(self, validation: Any, test: Any, start: Any, end: Any) -> ModelTrained:
        """Its record."""
        return ModelTrained(
            training_losses=tuple(self.training_losses),
            validation_losses=tuple(self.validation_losses),
            validation_scores=validation,
            test_scores=test,
            start=start,
            end=end,
            best_epoch=self.best_epoch,
            epochs=len(self.validation_losses),
            seconds=self.seconds,
            diverged=self.diverged,
        )


class Pupil:
    """A model with its optimiser and its rows."""

    def __init__(self, job: ModelJob) -> None:
        self.job, self.training = job, job.training
        self.fitting, self.validation, self.test = (
            each.begin(job.seed, job.device) for each in (job.fitting, job.validation, job.test)
        )
        self.order = torch.Generator().manual_seed(job.seed)
        model = job.maker.model(job.activation, job.inputs, job.goal.outputs)
        with told(f"moving the model to {job.device}"):
            self.model = model.to(job.device)
        self._wake()
        with told("the optimiser"):
            self.optimiser = self._optimiser()

    def learn(self, stop: Any) -> Course:
        """Epoch after epoch, until the validation loss has not fallen for as many as the plan's patience."""
        course, before = Course(), time.perf_counter()
        for epoch in range(1, self.training.epochs + 1):
            learning = self._epoch(stop)
            if stop is not None and stop[0]:
                break
            held_out = self.loss_on(self.validation) if math.isfinite(learning) else math.nan
            if not math.isfinite(held_out):
                course.diverged = True
                break
            course.training_losses.append(learning)
            course.validation_losses.append(held_out)
            if held_out < min(course.validation_losses[:-1], default=math.inf):
                course.best_epoch, course.best = epoch, deepcopy(self.model.state_dict())
            elif epoch - course.best_epoch >= self.training.patience:
                break
        course.seconds = time.perf_counter() - before
        return course

    def step(self, batch: Any) -> Tensor:
        """Learn from one batch, and give its loss; the model is in training mode."""
        if self.job.step is not None:
            with told("step"):
                return mean_of(self.job.step(self.model, batch, self.optimiser), "step").detach()
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(self.model, batch)
        with told("the backward pass"):
            loss.backward()
            self._decay()
            self.optimiser.step()
        return loss.detach()

    def loss(self, model: nn.Module, batch: Any) -> Tensor:
        """The person's loss of a batch, or the task's."""
        if self.job.loss is not None:
            with told("loss"):
                return mean_of(self.job.loss(model, batch), "loss")
        x, y = pair_in(batch)
        with told(f"the model with {self.job.activation.name}"):
            outputs = model(x)
        return self.job.goal.loss(outputs, y)

    def evaluate(self, batch: Any) -> Tensor:
        """The loss of a batch without learning from it; the model is in evaluation mode."""
        with torch.no_grad():
            return self.loss(self.model, batch)

    def loss_on(self, feed: Feed) -> float:
        """The mean loss a row of a feed."""
        self.model.eval()
        total: Any = 0.0
        rows = 0
        for batch in self.batches(feed):
            total, rows = total + self.evaluate(batch).double() * rows_in(batch), rows + rows_in(batch)
        return _mean(total, rows)

    def ask(self, feed: Feed) -> Any:
        """The answer for each row of a feed, or where a loss says it all, that."""
        if self.job.goal.kind == "own":
            return np.array([self.loss_on(feed)])
        self.model.eval()
        return np.concatenate([self.answers(batch) for batch in self.batches(feed)])

    def answers(self, batch: Any) -> Any:
        """The answer for each row of a batch; the model is in evaluation mode."""
        x, y = pair_in(batch)
        with torch.no_grad(), told(f"the model with {self.job.activation.name}"):
            outputs = self.model(x)
        return self.job.goal.scores(outputs, len(y))

    def look(self) -> Any:
        """Readings of the units on the rows learned from."""
        with torch.random.fork_rng(devices=()):
            return unit_readings_of(self.model, self.job.activation, self.fitting, self.training.batch, self.loss)

    def batches(self, feed: Feed, order: torch.Generator | None = None) -> Iterator[Any]:
        """The batches of a feed; what a person's data raises is told as theirs."""
        with told("the data"):
            found = feed.batches(self.training.batch, order)
        while True:
            with told("the data"):
                batch = next(found, None)
            if batch is None:
                return
            yield batch

    def _epoch(self, stop: Any) -> float:
        self.model.train()
        total: Any = 0.0
        rows = 0
        for batch in self.batches(self.fitting, self.order):
            total, rows = total + self.step(batch).double() * rows_in(batch), rows + rows_in(batch)
            if stop is not None and stop[0]:
                break
        return _mean(total, rows)

    def _wake(self) -> None:
        """Show a batch to lazy layers, which have no weights before."""
        if any(isinstance(each, UninitializedParameter) for each in self.model.parameters()):
            self.model.eval()
            self.evaluate(next(self.batches(self.fitting)))

    def _optimiser(self) -> torch.optim.Optimizer:
        weights = [each for each in self.model.parameters() if each.requires_grad]
        if not weights:
            raise ModelError("the model has no weights to train")
        if self.training.optimiser == "adam":
            return torch.optim.Adam(weights, lr=self.training.rate)
        return torch.optim.SGD(weights, lr=self.training.rate, momentum=self.training.momentum)

    def _decay(self) -> None:
        """Shrink matrices, not biases, whatever the gradient."""
        if self.training.weight_decay:
            with torch.no_grad():
                for each in self.model.parameters():
                    if each.ndim > 1 and each.requires_grad:
                        each.mul_(1 - self.training.rate * self.training.weight_decay)


def _mean(total: Any, rows: int) -> float:
    if not rows:
        raise ModelError("the data gives no batch")
    return float(total) / rows


def pair_in(batch: Any) -> tuple[Any, Tensor]:
    """What the model is given, and what it should answer.

    Raises:
        ModelError: a batch of another form.
    """
    if isinstance(batch, list | tuple) and len(batch) == 2 and isinstance(batch[1], Tensor):
        return batch[0], batch[1]
    raise ModelError(
        f"a batch is a {type(batch).__name__}, and a pair (x, y) is expected; write loss=… with a function that takes "
        "the model and such a batch"
    )
