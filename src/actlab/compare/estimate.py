"""How long a plan will take, from a few of its networks."""

from __future__ import annotations

import time

from actlab.compare.outcomes import Task
from actlab.compare.plainness import plainness
from actlab.compare.records import Plan
from actlab.compare.runs import Book, rehearse, train_all
from actlab.data import Table

ENOUGH_SECONDS = 2.0


def estimate_seconds(plan: Plan, table: Table, workers: int | None = None) -> float:
    """About how long the plan will take, measured in this place in a few seconds.

    The baseline and the least plain function are trained at every learning rate, early stopping included, in up to
    two repeats; their mean stands for all networks. What is compiled on the way is kept.
    """
    book = Book(plan, table)
    two = (plan.baseline, max(plan.activations, key=plainness))
    for name in two:
        rehearse(book, name, epochs=1)
    before = time.perf_counter()
    for repeat in range(2):
        tasks = [Task(name, repeat, rate) for rate in sorted(plan.rates) for name in two]  # the longest trainings first
        train_all(book, tasks, workers, book.finish)
        if time.perf_counter() - before > ENOUGH_SECONDS:
            break
    return (time.perf_counter() - before) / len(book.outcomes) * plan.networks
