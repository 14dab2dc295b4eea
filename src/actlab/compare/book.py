"""What a comparison holds while it runs: prepared repeats, finished runs, and the best network of each function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from actlab.compare.outcomes import Finished, Task, judge_failure, judge_training, read_chosen, unread_chosen
from actlab.compare.plan import training
from actlab.compare.records import Chosen, Plan, Run
from actlab.compare.splits import Prepared, make_split, prepare
from actlab.compare.timing import THOUSAND, Timed
from actlab.data import Table
from actlab.networks import Architecture, Job, Trained

Place = tuple[str, int]
"""A function and a repeat: where one network is chosen of those at all learning rates."""


@dataclass
class Book:
    """The state of a comparison while it runs.

    Of each function in each repeat only the best network so far is kept. As soon as a repeat is whole, these are
    read and the repeat's numbers let go. At every moment the book can be closed: what is half written in one entry
    is not counted in the next.
    """

    plan: Plan
    table: Table
    prepared: dict[int, Prepared] = field(default_factory=dict)
    runs: dict[Task, Run] = field(default_factory=dict)
    best: dict[Place, tuple[Run, Finished]] = field(default_factory=dict)
    chosen: dict[Place, Chosen] = field(default_factory=dict)
    timed: dict[str, Timed] = field(default_factory=dict)

    def repeat(self, number: int) -> Prepared:
        """One repeat's numbers, made when they are first asked for."""
        if number not in self.prepared:
            self.prepared[number] = prepare(self.table, make_split(self.plan, self.table, number))
        return self.prepared[number]

    def job(self, task: Task) -> Job:
        """The training of one task."""
        prepared = self.repeat(task.repeat)
        return Job(
            architecture=architecture(self.plan, self.table, task.activation, prepared.X.shape[1]),
            training=training(self.plan, task.rate),
            X=prepared.X,
            y=prepared.y,
            X_validation=prepared.X_validation,
            y_validation=prepared.y_validation,
            seed=prepared.split.seed,
        )

    def finish(self, task: Task, result: Trained | Exception) -> None:
        """Write down what became of a task, and close its repeat if it was the last one there."""
        if isinstance(result, Exception):
            outcome = judge_failure(self.plan, task, result)
        else:
            outcome = judge_training(self.plan, self.table, self.repeat(task.repeat), task, result)
        if outcome.finished is not None:
            self._keep_if_better(outcome.run, outcome.finished)
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
            self._keep_for_timing(place[0], finished, prepared)
            self.chosen[place] = read_chosen(prepared, run, finished)
            del self.best[place]
        self.prepared.pop(repeat, None)

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

    def _keep_if_better(self, run: Run, finished: Finished) -> None:
        """The lowest validation loss is best; of equal ones the earlier rate, whichever of them finished first."""

        def order(each: Run) -> tuple[float, int]:
            return each.validation_loss, self.plan.rates.index(each.rate)

        place = run.activation, run.repeat
        if place not in self.best or order(run) < order(self.best[place][0]):
            self.best[place] = run, finished

    def _keep_for_timing(self, name: str, finished: Finished, prepared: Prepared) -> None:
        """A network and rows of the same repeat: another repeat may have seen other categories."""
        if name not in self.timed:
            self.timed[name] = Timed(finished.trained.network, prepared.X_test[:THOUSAND].copy())


def architecture(plan: Plan, table: Table, activation: str, inputs: int) -> Architecture:
    """The layers of a plan's networks with one activation, for so many features."""
    return Architecture(
        inputs=inputs,
        hidden=plan.hidden,
        activations=(activation,) * len(plan.hidden),
        outputs=len(table.classes) if table.task == "multiclass" else 1,
        task=table.task,
    )
