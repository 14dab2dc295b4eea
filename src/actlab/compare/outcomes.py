"""What became of one training: its scores, or what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab.compare.metrics import METRICS
from actlab.compare.records import Chosen, Plan, Run, Status
from actlab.compare.splits import Prepared
from actlab.data import Table
from actlab.networks import Trained, unit_readings

NAN = float("nan")


@dataclass(frozen=True)
class Task:
    """One network to be trained: which function, in which repeat, at which learning rate."""

    activation: str
    repeat: int
    rate: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """A run with its network and its scores, as long as they may still be needed."""

    run: Run
    trained: Trained | None = None
    validation_scores: npt.NDArray[np.float32] | None = None
    test_scores: npt.NDArray[np.float32] | None = None


def judge_training(plan: Plan, table: Table, prepared: Prepared, task: Task, result: Trained | Exception) -> Outcome:
    """What a training or its failure comes to, scored on the validation and the test rows."""
    if isinstance(result, Exception):
        return Outcome(_run(prepared, task, None, f"{type(result).__name__}: {result}"))
    if result.diverged or result.best_epoch == 0:
        return Outcome(_run(prepared, task, result, f"the loss was not finite after epoch {result.epochs}"))
    validation = _scores(result, prepared, prepared.X_validation)
    test = _scores(result, prepared, prepared.X_test)
    if not (np.isfinite(validation).all() and np.isfinite(test).all()):
        return Outcome(_run(prepared, task, result, "some of its answers were not finite"))
    score = METRICS[plan.metric].score
    on_validation = score(table.y[prepared.split.validation], validation, table)
    on_test = score(table.y[prepared.split.test], test, table)
    return Outcome(_run(prepared, task, result, "", on_validation, on_test), result, validation, test)


def _scores(trained: Trained, prepared: Prepared, X: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Probabilities, or numbers in the target's own unit."""
    scores = trained.network.scores(X)
    if trained.network.architecture.task != "regression":
        return scores
    return (scores * prepared.scale.deviation + prepared.scale.mean).astype(np.float32)


def _run(
    prepared: Prepared,
    task: Task,
    trained: Trained | None,
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
        seed=prepared.split.seed,
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


def read_chosen(prepared: Prepared, outcome: Outcome) -> Chosen:
    """A finished run as the chosen one of its repeat, with readings of its units before and after."""
    trained = outcome.trained
    assert trained is not None, "only finished runs are chosen, and they keep their network"
    assert outcome.validation_scores is not None, "and their scores"
    assert outcome.test_scores is not None, "on both parts"
    return Chosen(
        run=outcome.run,
        start=unit_readings(trained.start, prepared.X, prepared.y),
        end=unit_readings(trained.network, prepared.X, prepared.y),
        validation_rows=prepared.split.validation,
        validation_scores=outcome.validation_scores,
        test_rows=prepared.split.test,
        test_scores=outcome.test_scores,
    )
