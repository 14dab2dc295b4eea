"""What keeping every network costs, and what each executor does: the same networks, the ways in turn.

python benchmarks/store_overhead.py [--rounds 9] [--repeats 4]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from actlab.compare.beginning import begin
from actlab.compare.book import Book
from actlab.compare.executors import Executor, Processes, Threads
from actlab.compare.executors.cluster import Cluster
from actlab.compare.outcomes import tasks
from actlab.compare.plan import make_plan
from actlab.compare.records import Plan
from actlab.compare.runs import longest_first, run
from actlab.compare.store.protocol import Source
from actlab.data import Table, read

RESULTS = Path(__file__).parent / "results" / "store_overhead.json"
DATA = ("sklearn:breast_cancer", "sklearn:digits")

Way = Callable[[], None]


def main() -> None:
    """Measure, print a table, and write the numbers down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=4, help="of the plan: how many networks there are")
    asked = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder, Cluster("local") as cluster:
        for name in DATA:
            table = read(name, "target")
            plan = make_plan(table, repeats=asked.repeats)
            stored = measured(comparisons(plan, table, Path(folder)), asked.rounds)
            executed = measured(executions(plan, table, cluster), asked.rounds)
            found[name] = {"networks": plan.networks, "store": stored, "executor": executed}
            show(name, plan.networks, stored)
            show(name, plan.networks, executed)
    RESULTS.write_text(json.dumps({"rounds": asked.rounds, "data": found}, indent=1) + "\n", encoding="utf-8")


def comparisons(plan: Plan, table: Table, folder: Path) -> dict[str, Way]:
    """All runs of a plan, without a store and with one on this disk."""
    stores = count()

    def plain() -> None:
        run(plan, table)

    def kept() -> None:
        source = Source.of(plan.data, table.target, None, None)
        store = folder / f"{table.name}-{next(stores)}.sqlite"
        with begin(plan, table, source, command="", store=str(store), folder=None).journal as journal:
            run(plan, table, journal=journal)
            assert journal.failure is None

    return {"no store": plain, "SQLite": kept}


def executions(plan: Plan, table: Table, cluster: Cluster) -> dict[str, Way]:
    """The training alone, by each executor."""
    book = Book(plan, table)
    jobs = [book.job(task) for task in longest_first(tasks(plan))]

    def by(executor: Executor) -> Way:
        def work() -> None:
            assert len(list(executor.results(jobs))) == len(jobs)

        return work

    return {"threads": by(Threads()), "processes": by(Processes()), "Dask, local": by(cluster)}


def measured(ways: dict[str, Way], rounds: int) -> dict[str, dict[str, float]]:
    """Seconds of each way, the least and the median, and how much longer it takes than the first one in its round."""
    for work in ways.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        order = list(ways.items())
        for name, work in order if number % 2 else order[::-1]:
            before = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - before)
    first = next(iter(ways))
    return {
        name: {
            "least_seconds": min(taken),
            "median_seconds": statistics.median(taken),
            "least_more": min(taken) / min(seconds[first]) - 1,
            "median_more": statistics.median(a / b for a, b in zip(taken, seconds[first], strict=True)) - 1,
        }
        for name, taken in seconds.items()
    }


def show(data: str, networks: int, found: dict[str, dict[str, float]]) -> None:
    """Print a table."""
    for name, each in found.items():
        print(
            f"{data:24} {networks:4} networks  {name:12}"
            f" least {each['least_seconds']:7.3f} s ({each['least_more']:+.1%})"
            f"  median {each['median_seconds']:7.3f} s ({each['median_more']:+.1%})"
        )


if __name__ == "__main__":
    main()
