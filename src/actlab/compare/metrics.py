"""How good a network's answers are: one score a task, each with its name and its direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.data import Scale, Table

RARE = 0.10
"""With a smaller share of the rarer class, ROC AUC flatters and average precision is taken."""


@dataclass(frozen=True)
class Metric:
    """A score with its name in words, the direction that is better (+1 or -1), and its formula.

    `score(y, answers, table)` takes the true values of some rows, the network's answers on them, and the table.
    """

    words: str
    direction: int
    score: Callable[[npt.NDArray[Any], npt.NDArray[Any], Table], float]


def metric_for(table: Table) -> str:
    """The name of the metric that fits a table's task."""
    if table.task == "own":
        return "loss"
    if table.task == "binary":
        return "average_precision" if min(table.class_counts) < RARE * table.rows else "roc_auc"
    return "balanced_accuracy" if table.task == "multiclass" else "rmse_over_deviation"


def _roc_auc(y: npt.NDArray[Any], answers: npt.NDArray[Any], _: Table) -> float:
    """Share of pairs, one row of each class, in which the positive one has the higher answer; ties count half.

    scikit-learn's spends milliseconds on checks, between trainings that take tens of them.
    """
    place, counts = np.unique(answers, return_inverse=True, return_counts=True)[1:]
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positive = int(y.sum())
    return float((ranks[y == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(y) - positive)))


def _average_precision(y: npt.NDArray[Any], answers: npt.NDArray[Any], table: Table) -> float:
    """Of the rarer class, whichever of the two counts as positive: for the common one it is near 1 for anything."""
    if table.class_counts[0] < table.class_counts[1]:
        y, answers = 1 - y, -answers
    order = np.argsort(-answers, kind="stable")
    hits, last = np.cumsum(y[order]), np.flatnonzero(np.append(np.diff(answers[order]) != 0, True))
    gained = np.diff(hits[last], prepend=0)  # rows with the same answer come into the list together
    return float((gained * hits[last] / (last + 1)).sum() / hits[-1])


def _balanced_accuracy(y: npt.NDArray[Any], answers: npt.NDArray[Any], _: Table) -> float:
    """Mean over the classes of the share of their rows that is answered rightly."""
    right = answers.argmax(axis=1) == y
    return float(np.mean([right[y == code].mean() for code in np.unique(y)]))


def _rmse_over_deviation(y: npt.NDArray[Any], answers: npt.NDArray[Any], table: Table) -> float:
    """Root mean squared error in units of the whole target's standard deviation: 1 is no better than its mean."""
    unit = Scale.of(table.y.astype(np.float64)).deviation
    return float(np.sqrt(np.mean((answers / unit - y / unit) ** 2)))  # divided first: 1e200 squared is infinite


def _own(_y: npt.NDArray[Any], answers: npt.NDArray[Any], _table: Table) -> float:
    """A person's loss has looked at the rows already: its mean is the answer."""
    return float(answers.mean())


METRICS = {
    "roc_auc": Metric("ROC AUC", 1, _roc_auc),
    "average_precision": Metric("average precision", 1, _average_precision),
    "balanced_accuracy": Metric("balanced accuracy", 1, _balanced_accuracy),
    "rmse_over_deviation": Metric("error over the target's deviation (RMSE)", -1, _rmse_over_deviation),
    "loss": Metric("loss", -1, _own),
}
