"""Training every network of a plan, and keeping what each repeat's best learning rate gave."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from actlab.compare.book import Book, architecture
from actlab.compare.modelling import model_refusals, model_results
from actlab.compare.models import ModelTable
from actlab.compare.outcomes import Task, tasks
from actlab.compare.plan import training
from actlab.compare.records import Chosen, Plan, Progress, Run
from actlab.compare.store import StoreFailure
from actlab.compare.timing import Timable
from actlab.data import Table
from actlab.networks import Trained, train, trainings

if TYPE_CHECKING:
    from actlab.compare.journal import Journal

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
    timed: dict[str, Timable] = field(default_factory=dict)


def run(
    plan: Plan,
    table: Table,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    journal: Journal | None = None,
) -> Ran:
    """Train all networks of a plan, one a core; of those in the journal none is trained again.

    Args:
        plan: what to train.
        table: on what.
        workers: networks at once; None for one a core.
        on_progress: called after each network, in this thread; its errors end the comparison.
        journal: where each run is kept as soon as it is finished.

    Returns:
        The runs; after Ctrl-C, or when the store fails, those that were finished, marked as incomplete.

    Raises:
        KeyboardInterrupt, StoreFailure: when it comes before any network is finished.
    """
    book = Book(plan, table, journal=journal)
    wanted = tasks(plan)

    def finish(task: Task, result: Trained | Exception) -> None:
        book.finish(task, result)
        if on_progress is not None:
            on_progress(Progress(len(book.runs), len(wanted), task.activation, task.repeat, task.rate))
        if journal is not None:
            journal.check()

    try:
        if journal is not None:
            journal.restore(book)
        left = [task for task in wanted if task not in book.runs]
        refused = refusals(plan, table, {task.activation for task in left})
        for task in left:
            if task.activation in refused:
                finish(task, refused[task.activation])
        train_all(book, [task for task in left if task.activation not in refused], workers, finish)
    except (KeyboardInterrupt, StoreFailure):
        if not book.runs:
            raise
    return _gathered(book, wanted)


def refusals(plan: Plan, table: Table, needed: Container[str] | None = None) -> dict[str, Exception]:
    """Functions that cannot be trained at all (a formula that does not compile, say), each found by one short try.

    With `needed`, only those functions are tried.
    """
    if isinstance(table, ModelTable):
        return model_refusals(plan, table, plan.activations if needed is None else needed)
    refused: dict[str, Exception] = {}
    for name in plan.activations:
        if needed is not None and name not in needed:
            continue
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
    jobs = (book.job(task) for task in wanted)
    with closing(_results(book, jobs, workers)) as results:
        for index, result in results:
            finish(wanted[index], result)


def _results(book: Book, jobs: Any, workers: int | None) -> Any:
    return model_results(jobs) if isinstance(book.table, ModelTable) else trainings(jobs, workers)


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
