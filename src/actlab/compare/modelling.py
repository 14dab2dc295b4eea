"""A person's own model at work in a comparison: its rows of each repeat, its jobs, first tries and timings."""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from actlab.catalogue import find
from actlab.compare.models import ModelTable
from actlab.compare.outcomes import Task
from actlab.compare.plan import training
from actlab.compare.records import Plan
from actlab.compare.splits import Prepared, Split, make_split, prepare, repeat_seed
from actlab.compare.timing import THOUSAND
from actlab.data import Scale, UsageError

if TYPE_CHECKING:
    from actlab.compare.executors import Executor
    from actlab.networks.models import Feed, Goal, ModelJob

SURELY, MANY_TIMES = 60.0, 20.0  # seconds, and times what its first step lets expect, until a training is taken to hang


def prepared_for(plan: Plan, table: ModelTable, repeat: int) -> Prepared:
    """One repeat's rows: a table's are prepared as for actlab's own networks, others stay as they are."""
    if table.own.material is None:
        return prepare(table, make_split(plan, table, repeat))
    nothing = np.zeros((0, 0), np.float32)
    split = _given_split(plan, table, repeat) if table.own.sizes else make_split(plan, table, repeat)
    return Prepared(split, Scale(), nothing, nothing, nothing, nothing, nothing)


def model_job(plan: Plan, table: ModelTable, prepared: Prepared, task: Task, limit: float | None = None) -> ModelJob:
    """The training of one task, which may take so many seconds."""
    from actlab.networks.models import ModelJob

    own = table.own
    fitting, validation, test, inputs = _fed(table, prepared)
    return ModelJob(
        activation=find(task.activation),
        maker=own.maker,
        goal=_goal(table),
        training=training(plan, task.rate),
        fitting=fitting,
        validation=validation,
        test=test,
        inputs=inputs,
        seed=prepared.split.seed,
        device=own.plan.device,
        loss=own.loss,
        step=own.step,
        limit=limit,
    )


def _fed(table: ModelTable, prepared: Prepared) -> tuple[Feed, Feed, Feed, int]:
    """Where the three parts come from, and the numbers in a row."""
    material, split = table.own.material, prepared.split
    if material is None:
        return (*_table_feeds(table, prepared), prepared.X.shape[1])
    if material.given:
        fitting, validation, test = material.given
    else:
        assert material.picked is not None, "rows either come in parts or can be picked"
        fitting, validation, test = (material.picked(rows) for rows in (split.fitting, split.validation, split.test))
    return fitting, validation, test, material.inputs


def _table_feeds(table: ModelTable, prepared: Prepared) -> tuple[Feed, Feed, Feed]:
    """A table's rows as they were prepared; the test rows' targets are not looked at."""
    from torch import from_numpy

    from actlab.networks.models import ArrayFeed

    parts = (
        (prepared.X, prepared.y),
        (prepared.X_validation, prepared.y_validation),
        (prepared.X_test, table.y[prepared.split.test]),
    )
    fitting, validation, test = (ArrayFeed(from_numpy(X), from_numpy(y)) for X, y in parts)
    return fitting, validation, test


def _goal(table: ModelTable) -> Goal:
    from actlab.networks.models import Goal

    return Goal(table.task, len(table.classes))


def _given_split(plan: Plan, table: ModelTable, repeat: int) -> Split:
    """The parts as they came; only the seed is another one in each repeat."""
    fitting, validation, test = np.split(np.arange(table.rows), np.cumsum(table.own.sizes)[:-1])
    return Split(repeat, repeat_seed(plan, repeat), fitting, validation, test)


@dataclass(frozen=True, eq=False)
class TimedModel:
    """How long a person's model takes to answer; it is made once more, for time does not depend on the weights."""

    job: ModelJob
    repeat: int

    @cached_property
    def _made(self) -> Any:
        from actlab.networks.models import timed_model

        return timed_model(self.job, THOUSAND)

    def seconds(self, rows: int, calls: int) -> float:
        """Of one call; nan where the model cannot be called with so many rows."""
        from actlab.networks.models import model_seconds

        with suppress(Exception):
            model, x = self._made
            return model_seconds(model, x, rows, calls)
        return float("nan")


def model_refusals(
    plan: Plan, table: ModelTable, needed: Container[str], executor: Executor
) -> tuple[dict[str, Exception], float]:
    """Functions with which the model cannot be made, trained or asked at all, each found by one step.

    Returns:
        These and what went wrong, and the seconds after which a training is taken to hang.

    Raises:
        UsageError: it fails with every function, so it is the model.
    """
    from actlab.networks.models import ModelRehearsal, Rehearsed

    names = [name for name in plan.activations if name in needed]
    prepared = prepared_for(plan, table, 0)
    jobs = [ModelRehearsal(model_job(plan, table, prepared, Task(name, 0, plan.rates[0]))) for name in names]
    results = {names[index]: result for index, result in executor.results(jobs)}
    refused = {name: result for name, result in results.items() if isinstance(result, Exception)}
    if len(refused) == len(plan.activations):
        first = refused[plan.baseline]
        raise UsageError(f"The model fails with every function: {first}.") from first
    passes = [each.seconds * ceil(table.rows / each.rows) for each in results.values() if isinstance(each, Rehearsed)]
    return refused, SURELY + MANY_TIMES * plan.epochs * max(passes, default=0.0)
