"""What a comparison holds while it runs: prepared repeats, finished runs, and the best network of each function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from actlab.compare.modelling import TimedModel, model_job, prepared_for
from actlab.compare.models import ModelTable
from actlab.compare.outcomes import Finished, Task, judge_failure, judge_training, read_chosen, unread_chosen
from actlab.compare.plan import training
from actlab.compare.records import Chosen, Plan, Run
from actlab.compare.splits import Prepared, make_split, prepare
from actlab.compare.timing import THOUSAND, Timable, Timed
from actlab.data import Table
from actlab.networks import Architecture, Job, Trained

if TYPE_CHECKING:
    from actlab.compare.journal import Journal
    from actlab.networks.models import ModelJob, ModelTrained

Place = tuple[str, int]
"""A function and a repeat: where one network is chosen of those at all learning rates."""


@dataclass
class Book:
    """The state of a comparison while it runs.

    Of each function in each repeat only the best network so far is kept. As soon as a repeat is whole, these are
    read and the repeat's numbers let go. At every moment the book can be closed: what is half written in one entry
    is not counted in the next. With a journal, each entry goes there before it counts here. Trainings that take longer
    than the limit in seconds are taken to hang.
    """

    plan: Plan
    table: Table
    prepared: dict[int, Prepared] = field(default_factory=dict)
    runs: dict[Task, Run] = field(default_factory=dict)
    best: dict[Place, tuple[Run, Finished]] = field(default_factory=dict)
    chosen: dict[Place, Chosen] = field(default_factory=dict)
    timed: dict[str, Timable] = field(default_factory=dict)
    journal: Journal | None = None
    limit: float | None = None

    def repeat(self, number: int) -> Prepared:
        """One repeat's numbers, made when they are first asked for."""
        if number not in self.prepared:
            if isinstance(self.table, ModelTable):
                self.prepared[number] = prepared_for(self.plan, self.table, number)
            else:
                self.prepared[number] = prepare(self.table, make_split(self.plan, self.table, number))
        return self.prepared[number]

    def job(self, task: Task) -> Job | ModelJob:
        """The training of one task."""
        prepared = self.repeat(task.repeat)
        if isinstance(self.table, ModelTable):
            return model_job(self.plan, self.table, prepared, task, self.limit)
        return Job(
            architecture=architecture(self.plan, self.table, task.activation, prepared.X.shape[1]),
            training=training(self.plan, task.rate),
            X=prepared.X,
            y=prepared.y,
            X_validation=prepared.X_validation,
            y_validation=prepared.y_validation,
            seed=prepared.split.seed,
        )

    def finish(self, task: Task, result: Trained | ModelTrained | Exception) -> None:
        """Write down what became of a task, and close its repeat if it was the last one there."""
        if isinstance(result, Exception):
            outcome = judge_failure(self.plan, task, result)
        else:
            outcome = judge_training(self.plan, self.table, self.repeat(task.repeat), task, result)
        best = outcome.finished if self._is_better(outcome.run) else None
        if self.journal is not None:
            self.journal.ran(task, outcome.run, best)
        if best is not None:
            self.best[task.activation, task.repeat] = outcome.run, best
        self.runs[task] = outcome.run
        if self.is_whole(task.repeat):
            self.close(task.repeat)

    def is_whole(self, repeat: int) -> bool:
        """Whether all networks of a repeat were trained."""
        return all(Task(name, repeat, rate) in self.runs for name in self.plan.activations for rate in self.plan.rates)

    def close(self, repeat: int) -> None:
        """Read the best networks of a whole repeat, and let go of everything else that it needed."""
        for place in self._open_places(repeat):
            prepared, (run, finished) = self.repeat(repeat), self.best[place]
            self.keep_for_timing(Task(run.activation, repeat, run.rate), finished, prepared)
            self.chosen[place] = read_chosen(prepared, run, finished)
            del self.best[place]
        self.prepared.pop(repeat, None)
        if self.journal is not None:
            own = [self.chosen[name, repeat] for name in self.plan.activations if (name, repeat) in self.chosen]
            self.journal.closed(repeat, own, {name for name, each in self.timed.items() if each.repeat == repeat})

    def close_unread(self, repeats: Iterable[int]) -> None:
        """Close whole repeats without looking into the networks: no reading is taken of functions that lack one."""
        for repeat in repeats:
            for place in self._open_places(repeat):
                self.chosen[place] = unread_chosen(self.repeat(repeat), *self.best[place])
        unread = {name for (name, _), each in self.chosen.items() if not each.end}
        for place in [place for place in self.chosen if place[0] in unread]:
            self.chosen[place] = replace(self.chosen[place], start=(), end=())

    def _open_places(self, repeat: int) -> list[Place]:
        places = [(name, repeat) for name in self.plan.activations]
        return [place for place in places if place in self.best and place not in self.chosen]

    def _is_better(self, run: Run) -> bool:
        """The lowest validation loss is best; of equal ones the earlier rate, whichever of them finished first."""

        def order(each: Run) -> tuple[float, int]:
            return each.validation_loss, self.plan.rates.index(each.rate)

        before = self.best.get((run.activation, run.repeat))
        return run.status == "finished" and (before is None or order(run) < order(before[0]))

    def keep_for_timing(self, task: Task, finished: Finished, prepared: Prepared) -> None:
        """A network and rows of the same repeat: another repeat may have seen other categories."""
        if task.activation in self.timed:
            return
        if isinstance(self.table, ModelTable):
            job = model_job(self.plan, self.table, prepared, task)
            self.timed[task.activation] = TimedModel(job, task.repeat)
        elif isinstance(finished.trained, Trained):
            rows = prepared.X_test[:THOUSAND].copy()
            self.timed[task.activation] = Timed(finished.trained.network, rows, task.repeat)


def architecture(plan: Plan, table: Table, activation: str, inputs: int) -> Architecture:
    """The layers of a plan's networks with one activation, for so many features."""
    assert table.task != "own", "a loss of one's own needs a model of one's own"
    return Architecture(
        inputs=inputs,
        hidden=plan.hidden,
        activations=(activation,) * len(plan.hidden),
        outputs=len(table.classes) if table.task == "multiclass" else 1,
        task=table.task,
    )
