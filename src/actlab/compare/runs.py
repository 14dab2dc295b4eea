"""Training every network of a plan, and keeping what each repeat's best learning rate gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from actlab.compare.book import Book, architecture
from actlab.compare.outcomes import Task
from actlab.compare.plan import training
from actlab.compare.records import Chosen, Plan, Progress, Run
from actlab.compare.timing import Timed
from actlab.data import Table
from actlab.networks import Trained, train, trainings

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, eq=False)
class Ran:
    """What the runs left: all of them, the chosen ones of whole repeats, and whether all were done.

    `timed` has one chosen network a function, with rows that it can answer for.
    """

    runs: tuple[Run, ...]
    chosen: tuple[Chosen, ...]
    repeats: tuple[int, ...]
    complete: bool
    timed: dict[str, Timed] = field(default_factory=dict)


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
        on_progress: called after each network, in this thread; its errors end the comparison.

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
            on_progress(Progress(len(book.runs), len(wanted), task.activation, task.repeat, task.rate))

    try:
        refused = refusals(plan, table)
        for task in wanted:
            if task.activation in refused:
                finish(task, refused[task.activation])
        train_all(book, [task for task in wanted if task.activation not in refused], workers, finish)
    except KeyboardInterrupt:
        if not book.runs:
            raise
    return _gathered(book, wanted)


def refusals(plan: Plan, table: Table) -> dict[str, Exception]:
    """Functions that cannot be trained at all (a formula that does not compile, say), each found by one short try."""
    refused: dict[str, Exception] = {}
    for name in plan.activations:
        try:
            rehearse(plan, table, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this function alone
            refused[name] = error
    return refused


def rehearse(plan: Plan, table: Table, activation: str) -> None:
    """Compile a function, and train it for an epoch on random rows: what fails here is not the data's fault."""
    X = np.random.default_rng(0).standard_normal((32, 4), np.float32)
    y = np.arange(32) % max(2, len(table.classes))
    short = training(plan, plan.rates[0], epochs=1)
    train(architecture(plan, table, activation, 4), short, X, y, X, y, seed=0)


def train_all(
    book: Book,
    wanted: list[Task],
    workers: int | None,
    finish: Callable[[Task, Trained | Exception], None],
) -> None:
    """Train tasks one a core, and hand over each result, or the error that it ended with."""
    with closing(trainings((book.job(task) for task in wanted), workers)) as results:
        for index, result in results:
            finish(wanted[index], result)


def _gathered(book: Book, wanted: Iterable[Task]) -> Ran:
    repeats = tuple(filter(book.is_whole, range(book.plan.repeats)))
    try:
        with threadpool_limits(1, "blas"):  # sums in one order, whatever the machine
            for repeat in repeats:  # those that Ctrl-C kept from being read
                book.close(repeat)
    except KeyboardInterrupt:
        book.close_unread(repeats)
    places = [(name, repeat) for repeat in repeats for name in book.plan.activations]
    return Ran(
        runs=tuple(book.runs[task] for task in wanted if task in book.runs),
        chosen=tuple(book.chosen[place] for place in places if place in book.chosen),
        repeats=repeats,
        complete=len(repeats) == book.plan.repeats,
        timed=book.timed,
    )
