"""Training every network of a plan, and keeping what each repeat's best learning rate gave."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence, Sized
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from actlab.compare.book import Book, architecture
from actlab.compare.executors import Executor, Processes, Threads
from actlab.compare.modelling import model_refusals
from actlab.compare.models import ModelTable
from actlab.compare.outcomes import Task, tasks
from actlab.compare.pace import Pace
from actlab.compare.plan import training
from actlab.compare.records import Chosen, Plan, Progress, Run
from actlab.compare.store import StoreFailure
from actlab.compare.timing import Timable
from actlab.data import Table
from actlab.networks import Trained, train

if TYPE_CHECKING:
    from actlab.compare.journal import Journal

OnProgress = Callable[[Progress], None]


class TimeUp(Exception):
    """The time limit was over before any network was finished."""


@dataclass
class TimeLimit:
    """So many seconds from now on; `hit` says that they ended the training."""

    seconds: float
    hit: bool = False
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.seconds

    @property
    def up(self) -> TimeUp:
        """What to raise where not one network was finished in it."""
        return TimeUp(f"No network was finished within {self.seconds:g} s; give it more time.")


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
    executor: Executor | None = None,
    limit: TimeLimit | None = None,
) -> Ran:
    """Train all networks of a plan, one a core; of those in the journal none is trained again.

    Args:
        plan: what to train.
        table: on what.
        workers: networks at once on this machine; None for one a core.
        on_progress: called after each network, in this thread; its errors end the comparison.
        journal: where each run is kept as soon as it is finished.
        executor: what trains; None for this machine.
        limit: when to stop.

    Returns:
        The runs; after Ctrl-C, when time is up, or when the store fails, those that were finished, marked as
        incomplete.

    Raises:
        KeyboardInterrupt, TimeUp, StoreFailure: when it comes before any network is finished.
    """
    book = Book(plan, table, journal=journal)
    wanted = tasks(plan)
    executor = executor or executor_for(table, workers)

    def finish(task: Task, result: Trained | Exception) -> None:
        book.finish(task, result)
        pace.finished(task, book.runs[task].seconds)
        if on_progress is not None:
            done, left = len(book.runs), pace.seconds_left
            on_progress(Progress(done, len(wanted), task.activation, task.repeat, task.rate, left))
        if journal is not None:
            journal.check()

    try:
        if journal is not None:
            journal.restore(book)
        left = [task for task in wanted if task not in book.runs]
        refused, book.limit = refusals(plan, table, executor, {task.activation for task in left})
        pace = Pace(left)
        for task in left:
            if task.activation in refused:
                finish(task, refused[task.activation])
        usable = [task for task in left if task.activation not in refused]
        train_all(book, longest_first(usable), executor, finish, None if limit is None else limit.until)
        _check_time(limit, book, wanted)
    except (KeyboardInterrupt, StoreFailure):
        if not book.runs:
            raise
    return _gathered(book, wanted)


def _check_time(limit: TimeLimit | None, book: Book, wanted: Sized) -> None:
    if limit is not None and len(book.runs) < len(wanted):
        limit.hit = True
        if not book.runs:
            raise limit.up


def executor_for(table: Table, workers: int | None) -> Executor:
    """Threads for actlab's networks; processes for a person's model, of which there is one on a device of its own."""
    if not isinstance(table, ModelTable):
        return Threads(workers)
    return Processes(1 if workers is None and table.own.plan.device != "cpu" else workers)


def longest_first(wanted: Iterable[Task]) -> list[Task]:
    """Repeat by repeat; small rates learn longest, and at the end no core shall wait for another one."""
    return sorted(wanted, key=lambda task: (task.repeat, task.rate))


def refusals(
    plan: Plan, table: Table, executor: Executor, needed: Container[str] | None = None
) -> tuple[dict[str, Exception], float | None]:
    """Functions that cannot be trained at all (a formula that does not compile, say), each found by one short try.

    With `needed`, only those functions are tried.

    Returns:
        These and what went wrong, and for a person's model the seconds after which a training is taken to hang.
    """
    if isinstance(table, ModelTable):
        return model_refusals(plan, table, plan.activations if needed is None else needed, executor)
    refused: dict[str, Exception] = {}
    for name in plan.activations:
        if needed is not None and name not in needed:
            continue
        try:
            rehearse(plan, table, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this function alone
            refused[name] = error
    return refused, None


def rehearse(plan: Plan, table: Table, activation: str) -> None:
    """Compile a function, and train it for an epoch on random rows: what fails here is not the data's fault."""
    X = np.random.default_rng(0).standard_normal((32, 4), np.float32)
    y = np.arange(32) % max(2, len(table.classes))
    short = training(plan, plan.rates[0], epochs=1)
    train(architecture(plan, table, activation, 4), short, X, y, X, y, seed=0)


@dataclass(frozen=True, eq=False)
class Jobs:
    """The trainings of tasks, made when they are asked for; how many there are is known before."""

    book: Book
    wanted: Sequence[Task]

    def __len__(self) -> int:
        return len(self.wanted)

    def __iter__(self) -> Iterator[Any]:
        return map(self.book.job, self.wanted)


def train_all(
    book: Book,
    wanted: list[Task],
    executor: Executor,
    finish: Callable[[Task, Trained | Exception], None],
    until: float | None = None,
) -> None:
    """Train tasks, and hand over each result, or the error that it ended with, until all are done or time is up."""
    with closing(executor.results(Jobs(book, wanted), until)) as results:
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
