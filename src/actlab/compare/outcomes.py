"""What became of one training: its scores, or what went wrong."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from actlab.compare.executors.processes import Lost
from actlab.compare.metrics import METRICS
from actlab.compare.records import Chosen, Plan, Run, Status
from actlab.compare.splits import Prepared, repeat_seed
from actlab.data import Table
from actlab.networks import LayerReading, Trained, unit_readings

if TYPE_CHECKING:
    from actlab.networks.models import ModelTrained

NAN = float("nan")


@dataclass(frozen=True)
class Task:
    """One network to be trained: which function, in which repeat, at which learning rate."""

    activation: str
    repeat: int
    rate: float


def tasks(plan: Plan) -> tuple[Task, ...]:
    """All networks of a plan, repeat by repeat, so that an interrupted comparison has whole repeats."""
    return tuple(
        Task(activation, repeat, rate)
        for repeat in range(plan.repeats)
        for activation in plan.activations
        for rate in plan.rates
    )


@dataclass(frozen=True, eq=False)
class Outcome:
    """A run, and if it finished the network and its answers, until it is known whether they are needed."""

    run: Run
    finished: Finished | None = None


@dataclass(frozen=True, eq=False)
class Finished:
    """What a finished run leaves beside its record; numbers that were predicted are in the target's own unit."""

    trained: Trained | ModelTrained
    validation_scores: npt.NDArray[Any]
    test_scores: npt.NDArray[Any]

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What a store keeps of it until its repeat is read: weights, or of a person's model what was read already."""
        if isinstance(self.trained, Trained):
            network = self.trained.network
            return (*network.weights, *network.biases, *network.parameters)
        return _numbers(self.trained.start), _numbers(self.trained.end)


def judge_failure(plan: Plan, task: Task, error: Exception) -> Outcome:
    """What an error comes to: a run without numbers that says what went wrong."""
    return Outcome(_run(repeat_seed(plan, task.repeat), task, None, _said(plan, error)))


def judge_training(
    plan: Plan, table: Table, prepared: Prepared, task: Task, trained: Trained | ModelTrained
) -> Outcome:
    """What a training comes to, scored on the validation and the test rows."""
    seed = prepared.split.seed
    if trained.diverged or trained.best_epoch == 0:
        return Outcome(_run(seed, task, trained, f"the loss was not finite after epoch {trained.epochs}"))
    if isinstance(trained, Trained):
        answers = [trained.network.scores(X) for X in (prepared.X_validation, prepared.X_test)]
    else:
        answers = [trained.validation_scores, trained.test_scores]
    validation, test = (_in_own_unit(plan, prepared, each) for each in answers)
    if not (np.isfinite(validation).all() and np.isfinite(test).all()):
        return Outcome(_run(seed, task, trained, "some of its answers were not finite"))
    score = METRICS[plan.metric].score
    on_validation = score(table.y[prepared.split.validation], validation, table)
    on_test = score(table.y[prepared.split.test], test, table)
    return Outcome(_run(seed, task, trained, "", on_validation, on_test), Finished(trained, validation, test))


def readings_in(numbers: npt.NDArray[Any]) -> tuple[LayerReading, ...]:
    """Readings from the numbers that a store keeps of them."""
    found = []
    for row in numbers.tolist():
        layer, units, dead, sparse, alive = (int(row[place]) for place in (0, 1, 3, 4, 5))
        found.append(LayerReading(layer, units, row[2], dead, sparse, alive, row[6]))
    return tuple(found)


def _numbers(readings: tuple[LayerReading, ...]) -> npt.NDArray[np.float64]:
    return np.array([astuple(each) for each in readings], np.float64).reshape(-1, len(fields(LayerReading)))


def _said(plan: Plan, error: Exception) -> str:
    """The error in words; that of a person's model or of a process is a sentence already."""
    if isinstance(error, Lost):
        return str(error)
    if plan.model is not None:
        from actlab.networks.models import ModelError

        if isinstance(error, ModelError):
            return str(error)
    return f"{type(error).__name__}: {error}"


def _in_own_unit(plan: Plan, prepared: Prepared, scores: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Probabilities as float32, or numbers in the target's own unit as float64, which a large offset leaves whole."""
    if plan.task != "regression":
        return scores
    return scores.astype(np.float64) * prepared.scale.deviation + prepared.scale.mean


def _run(
    seed: int,
    task: Task,
    trained: Trained | ModelTrained | None,
    message: str,
    validation_score: float = NAN,
    test_score: float = NAN,
) -> Run:
    broken: Status = "failed" if trained is None else "diverged"
    losses = trained.validation_losses if trained else ()
    best = trained.best_epoch if trained else 0
    return Run(
        activation=task.activation,
        repeat=task.repeat,
        rate=task.rate,
        seed=seed,
        status=broken if message else "finished",
        message=message,
        epochs=trained.epochs if trained else 0,
        best_epoch=best,
        seconds=trained.seconds if trained else NAN,
        validation_loss=losses[best - 1] if best else NAN,
        validation_score=validation_score,
        test_score=test_score,
        training_curve=trained.training_losses if trained else (),
        validation_curve=losses,
    )


def read_chosen(prepared: Prepared, run: Run, finished: Finished) -> Chosen:
    """A finished run as the chosen one of its repeat, with readings of its units before and after."""
    trained, unread = finished.trained, unread_chosen(prepared, run, finished)
    if not isinstance(trained, Trained):
        return replace(unread, start=trained.start, end=trained.end)
    return replace(
        unread,
        start=unit_readings(trained.start, prepared.X, prepared.y),
        end=unit_readings(trained.network, prepared.X, prepared.y),
    )


def unread_chosen(prepared: Prepared, run: Run, finished: Finished) -> Chosen:
    """The same without readings, when there is no time left for them."""
    return Chosen(
        run=run,
        start=(),
        end=(),
        validation_rows=prepared.split.validation,
        validation_scores=finished.validation_scores,
        test_rows=prepared.split.test,
        test_scores=finished.test_scores,
    )
