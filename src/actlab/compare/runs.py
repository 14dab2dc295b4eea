"""Training every network of a plan, and keeping what each repeat's best learning rate gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from actlab.compare.outcomes import Outcome, Task, judge_training, read_chosen
from actlab.compare.plan import training
from actlab.compare.records import Chosen, Plan, Progress, Run
from actlab.compare.splits import Prepared, make_split, prepare
from actlab.data import Table
from actlab.networks import Architecture, Job, Network, Trained, train, train_many

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, eq=False)
class Ran:
    """What the runs left: all of them, the chosen ones of whole repeats, and whether all were done.

    `networks` has one chosen network a function, and `X` rows they can answer for, to time them.
    """

    runs: tuple[Run, ...]
    chosen: tuple[Chosen, ...]
    repeats: tuple[int, ...]
    complete: bool
    networks: dict[str, Network] = field(default_factory=dict)
    X: npt.NDArray[np.float32] | None = None


@dataclass
class Book:
    """The state of a comparison while it runs: prepared repeats and finished runs."""

    plan: Plan
    table: Table
    prepared: dict[int, Prepared] = field(default_factory=dict)
    outcomes: dict[Task, Outcome] = field(default_factory=dict)

    def repeat(self, number: int) -> Prepared:
        """One repeat's numbers, made when they are first asked for."""
        if number not in self.prepared:
            self.prepared[number] = prepare(self.table, make_split(self.plan, self.table, number))
        return self.prepared[number]

    def finish(self, task: Task, result: Trained | Exception) -> None:
        """Write down what became of a task."""
        self.outcomes[task] = judge_training(self.plan, self.table, self.repeat(task.repeat), task, result)

    def job(self, task: Task) -> Job:
        """The training of one task."""
        prepared = self.repeat(task.repeat)
        return Job(
            architecture=_architecture(self.plan, self.table, task.activation, prepared.X.shape[1]),
            training=training(self.plan, task.rate),
            X=prepared.X,
            y=prepared.y,
            X_validation=prepared.X_validation,
            y_validation=prepared.y_validation,
            seed=prepared.split.seed,
        )


def tasks(plan: Plan) -> tuple[Task, ...]:
    """All networks of a plan, repeat by repeat, so that an interrupted comparison has whole repeats."""
    return tuple(
        Task(activation, repeat, rate)
        for repeat in range(plan.repeats)
        for activation in plan.activations
        for rate in plan.rates
    )


def run(plan: Plan, table: Table, workers: int | None = None, on_progress: OnProgress | None = None) -> Ran:
    """Train all networks of a plan, one a core.

    Args:
        plan: what to train.
        table: on what.
        workers: networks at once; None for one a core.
        on_progress: called after each network, in this thread.

    Returns:
        The runs; after Ctrl-C those that were finished, marked as incomplete.

    Raises:
        KeyboardInterrupt: when it comes before any network is finished.
    """
    book = Book(plan, table)
    wanted = tasks(plan)

    def finish(task: Task, result: Trained | Exception) -> None:
        book.finish(task, result)
        if on_progress is not None:
            on_progress(Progress(len(book.outcomes), len(wanted), task.activation, task.repeat, task.rate))

    try:
        refused = _refused(book)
        for task in wanted:
            if task.activation in refused:
                finish(task, refused[task.activation])
        train_all(book, [task for task in wanted if task.activation not in refused], workers, finish)
    except KeyboardInterrupt:
        if not book.outcomes:
            raise
    return _gathered(book, wanted)


def _refused(book: Book) -> dict[str, Exception]:
    """Functions that cannot be trained at all (a formula that does not compile, say), each found by one short try."""
    refused: dict[str, Exception] = {}
    for name in book.plan.activations:
        try:
            rehearse(book, name, epochs=1)
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this function alone
            refused[name] = error
    return refused


def rehearse(book: Book, activation: str, epochs: int) -> Trained:
    """Train one network of the first repeat for a few epochs: compiles it, and shows what an epoch takes."""
    job = book.job(Task(activation, 0, book.plan.rates[0]))
    short = training(book.plan, book.plan.rates[0], epochs)
    return train(job.architecture, short, job.X, job.y, job.X_validation, job.y_validation, job.seed)


def train_all(
    book: Book,
    wanted: list[Task],
    workers: int | None,
    finish: Callable[[Task, Trained | Exception], None],
) -> None:
    """Train tasks one a core, and hand over each result; what one failing network stops is finished singly."""
    try:
        train_many((book.job(task) for task in wanted), workers, lambda index, trained: finish(wanted[index], trained))
    except Exception:  # noqa: BLE001 - one network failed and stopped all: the rest go singly, the failing one is named
        for task in wanted:
            if task not in book.outcomes:
                finish(task, _tried(book, task))


def _tried(book: Book, task: Task) -> Trained | Exception:
    job = book.job(task)
    try:
        return train(job.architecture, job.training, job.X, job.y, job.X_validation, job.y_validation, job.seed)
    except Exception as error:  # noqa: BLE001 - it becomes a failed run with this message
        return error


def _architecture(plan: Plan, table: Table, activation: str, inputs: int) -> Architecture:
    return Architecture(
        inputs=inputs,
        hidden=plan.hidden,
        activations=(activation,) * len(plan.hidden),
        outputs=len(table.classes) if table.task == "multiclass" else 1,
        task=table.task,
    )


def _gathered(book: Book, wanted: Iterable[Task]) -> Ran:
    missing = {task.repeat for task in wanted if task not in book.outcomes}
    repeats = tuple(repeat for repeat in range(book.plan.repeats) if repeat not in missing)
    best = list(_best(book, repeats))
    with threadpool_limits(1, "blas"):  # sums in one order, whatever the machine
        chosen = tuple(read_chosen(book.repeat(outcome.run.repeat), outcome) for outcome in best)
    return Ran(
        runs=tuple(book.outcomes[task].run for task in wanted if task in book.outcomes),
        chosen=chosen,
        repeats=repeats,
        complete=not missing,
        networks={each.run.activation: each.trained.network for each in reversed(best) if each.trained},
        X=book.repeat(repeats[0]).X_test if repeats else None,
    )


def _best(book: Book, repeats: Iterable[int]) -> Iterator[Outcome]:
    """Of each function in each whole repeat, the finished run with the lowest validation loss."""
    for repeat in repeats:
        for activation in book.plan.activations:
            tried = [book.outcomes[Task(activation, repeat, rate)] for rate in book.plan.rates]
            finished = [outcome for outcome in tried if outcome.run.status == "finished"]
            if finished:
                yield min(finished, key=lambda outcome: outcome.run.validation_loss)
