"""How long a plan will take, from a few of its networks."""

from __future__ import annotations

import time
from dataclasses import replace

from actlab.compare.book import Book
from actlab.compare.executors import Executor
from actlab.compare.models import ModelTable
from actlab.compare.outcomes import Task
from actlab.compare.plainness import plainness
from actlab.compare.records import Plan
from actlab.compare.runs import executor_for, longest_first, refusals, train_all
from actlab.compare.timing import ROUNDS, inference_timings
from actlab.data import Table

ENOUGH_SECONDS = 2.0

FEW_EPOCHS = 3

REPORT_SECONDS = 2.5
"""What judging, drawing and writing take, whatever the plan."""


def estimate_seconds(plan: Plan, table: Table, workers: int | None = None, executor: Executor | None = None) -> float:
    """About how long the plan will take from here to its report, measured in this place in a few seconds.

    For a person's own model it is a bound: a short training of the baseline, as if every network took all its epochs.
    For actlab's networks all functions are compiled, and stay so. The baseline and the least plain function are then
    trained at every learning rate, early stopping and readings included, in up to two repeats; their mean stands for
    all networks.
    """
    executor = executor or executor_for(table, workers)
    refused, _ = refusals(plan, table, executor)
    if isinstance(table, ModelTable):
        return _bound(plan, table, len(refused), executor)
    usable = sorted((name for name in plan.activations if name not in refused), key=lambda name: name != plan.baseline)
    if not usable:
        return REPORT_SECONDS
    two = tuple(dict.fromkeys((usable[0], max(usable, key=plainness))))
    _warm_up(Book(replace(plan, activations=two, rates=plan.rates[:1], epochs=1), table), executor)
    book = Book(replace(plan, activations=two), table)
    networks = len(usable) * plan.repeats * len(plan.rates)
    training = _training_seconds(book, executor) / len(book.runs) * networks
    return training + _timing_seconds(book) / len(two) * len(usable) + REPORT_SECONDS


def _bound(plan: Plan, table: ModelTable, refused: int, executor: Executor) -> float:
    """Of some short trainings side by side the mean, for all networks and all their epochs."""
    short = replace(plan, activations=(plan.baseline,), repeats=1, epochs=FEW_EPOCHS)
    book, before = Book(short, table), time.perf_counter()
    train_all(book, [Task(plan.baseline, 0, rate) for rate in plan.rates], executor, book.finish)
    epochs = sum(run.epochs for run in book.runs.values())
    seconds = (time.perf_counter() - before) / epochs if epochs else 0.0
    networks = (len(plan.activations) - refused) * plan.repeats * len(plan.rates)
    return seconds * plan.epochs * networks + REPORT_SECONDS


def _warm_up(book: Book, executor: Executor) -> None:
    """Train, read and time one epoch each, so that nothing is left to compile when the clock runs."""
    train_all(book, [Task(name, 0, book.plan.rates[0]) for name in book.plan.activations], executor, book.finish)
    inference_timings(book.timed, rounds=1)


def _training_seconds(book: Book, executor: Executor) -> float:
    """How long the book's functions took in one or two repeats."""
    before = time.perf_counter()
    for repeat in range(2):
        tasks = [Task(name, repeat, rate) for rate in book.plan.rates for name in book.plan.activations]
        train_all(book, longest_first(tasks), executor, book.finish)
        if time.perf_counter() - before > ENOUGH_SECONDS:
            break
    return time.perf_counter() - before


def _timing_seconds(book: Book) -> float:
    """How long it will take to time the book's functions."""
    before = time.perf_counter()
    inference_timings(book.timed, rounds=1)
    return (time.perf_counter() - before) * ROUNDS
