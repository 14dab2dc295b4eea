"""Networks a second: actlab's compiled loop against scikit-learn, PyTorch and JAX, all on the same cores.

Everybody trains 64-64 hidden units, batches of 128, Adam, 50 epochs in float32, holds out a tenth of the rows, looks
at it after every epoch and keeps the best weights; ten activations in turn (scikit-learn knows four: the ratio to it
is taken on those). Rounds are interleaved, figures are medians. Compilation is not in them, but told apart.

Run from the checkout: python -m benchmarks.networks_per_second [--rounds 7] [--seeds 6] [--markdown]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.network_ours import PRODUCTS, THEIRS, Products
from benchmarks.network_work import BATCH, CORES, EPOCHS, LOADERS, TEN, Work, architecture, split
from benchmarks.network_workers import Team

RESULTS = Path(__file__).resolve().parent / "results" / "networks_per_second.json"
FOUR = tuple(THEIRS)
APART, TOGETHER = [[core] for core in CORES], [CORES]
OURS, SHARED, ALONE, RATE = "actlab", "actlab, four activations", "actlab, one core", "large matrix products"


@dataclass(frozen=True)
class Contestant:
    """Who trains, in which processes, what, and what share of a round's seeds: the slow ones get fewer."""

    module: str
    peer: str
    groups: list[list[int]]
    activations: tuple[str, ...] = TEN
    share: float = 1.0


CONTESTANTS = {
    OURS: Contestant("network_ours", "Actlab", TOGETHER),
    SHARED: Contestant("network_ours", "Actlab", TOGETHER, FOUR),
    ALONE: Contestant("network_ours", "Actlab", [CORES[:1]], share=0.5),
    "scikit-learn, joblib": Contestant("network_ours", "ScikitLearn", TOGETHER, FOUR),
    "PyTorch, a loop in each of two processes": Contestant("network_torch", "Loop", APART, share=0.34),
    "PyTorch, stacked weights": Contestant("network_torch", "Stacked", APART),
    "PyTorch, stacked weights, compiled": Contestant("network_torch", "Compiled", APART),
    "torch.func.vmap": Contestant("network_torch", "Vmap", APART, share=0.34),
    "torch.func.vmap, compiled": Contestant("network_torch", "CompiledVmap", APART),
    "JAX, one process": Contestant("network_jax", "Mapped", TOGETHER),
    "JAX, two pinned processes": Contestant("network_jax", "Mapped", APART),
    RATE: Contestant("network_ours", "Products", APART),
}

FIRST_NETWORK = """
import numpy as np
from actlab.networks import Architecture, Training, train
X = np.random.default_rng(0).standard_normal((200, 30)); y = (X[:, 0] > 0).astype(int)
train(Architecture(30, (64, 64), ("relu", "relu"), 1, "binary"), Training(epochs=2), X, y, X, y, 0)
"""


def first_network() -> dict[str, float]:
    """Seconds of a whole process that trains one small network: with nothing compiled before, and the next one."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/loop", "ACTLAB_CACHE": f"{folder}/kernels"}

        def seconds() -> float:
            before = time.perf_counter()
            subprocess.run([sys.executable, "-c", FIRST_NETWORK], env=environment, check=True)
            return time.perf_counter() - before

        return {"from_cold": seconds(), "from_cache": seconds()}


def operations(table: str) -> float:
    """Additions and multiplications of the matrix products in one network's training, looks at held rows included."""
    widths = architecture(table, "relu").widths
    learned, held = (len(rows) for rows in split(table, 0))
    sizes = [2.0 * inputs * units for inputs, units in pairwise(widths)]
    forward, backward = sum(sizes), 2 * sum(sizes) - sizes[0]  # nobody needs the gradient of the inputs
    return EPOCHS * (learned * (forward + backward) + held * forward)


def measure(table: str, rounds: int, seeds: int, only: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Interleaved rounds of all on one table."""
    chosen = {name: each for name, each in CONTESTANTS.items() if only in name or name in (OURS, SHARED, RATE)}
    works = {
        name: Work(table, each.activations, tuple(range(max(len(each.groups), round(seeds * each.share)))))
        for name, each in chosen.items()
    }
    ready: dict[str, float] = {}
    seen: dict[str, list[float]] = {name: [] for name in chosen}
    with ExitStack() as stack:
        teams = {}
        for name, each in chosen.items():
            teams[name] = stack.enter_context(closing(Team(f"benchmarks.{each.module}", each.peer, each.groups)))
            ready[name] = teams[name].prepare(works[name])
            say(f"{table}: {name} is ready after {ready[name]:.1f} s")
        for turn in range(rounds):
            for name, team in teams.items():
                seen[name].append(amount(name, works[name]) / team.train())
            say(f"{table}: round {turn + 1} of {rounds}")
        accuracies = {name: team.accuracy() for name, team in teams.items()}
    found = {
        name: {
            "rate": median(rates),
            "rounds": rates,
            "test_accuracy": accuracies[name],
            "networks_a_round": works[name].networks,
            "ready_seconds": ready[name],
        }
        for name, rates in seen.items()
    }
    return {"contestants": found, **ratios(seen), "share_of_rate": share(table, seen)}


def amount(name: str, work: Work) -> float:
    """What a round does: networks, or for the products their operations on all cores."""
    return len(CORES) * PRODUCTS * 2.0 * Products.side**3 if name == RATE else work.networks


def ratios(seen: dict[str, list[float]]) -> dict[str, Any]:
    """actlab's rate over each other's, round by round; the median."""
    against = {}
    for name, rates in seen.items():
        ours = seen[SHARED if "scikit" in name else OURS]
        if name not in (OURS, SHARED, RATE):
            against[name] = median(mine / theirs for mine, theirs in zip(ours, rates, strict=True))
    return {"times_as_fast": against}


def share(table: str, seen: dict[str, list[float]]) -> float:
    """What share of the rate of large products actlab's networks reach with theirs alone."""
    pairs = zip(seen[OURS], seen[RATE], strict=True)
    return median(networks * operations(table) / rate for networks, rate in pairs)


def markdown(results: dict[str, Any]) -> str:
    """The figures as a table of the documentation."""
    tables = results["tables"]
    lines = ["| | " + " | ".join(f"{name}: networks/s | accuracy | actlab is" for name in tables) + " |"]
    lines.append("|---|" + "---:|---:|---:|" * len(tables))
    names = list(dict.fromkeys(name for found in tables.values() for name in found["contestants"]))
    for name in (name for name in names if name != RATE):
        cells = []
        for found in tables.values():
            each, times = found["contestants"][name], found["times_as_fast"].get(name)
            ratio = "" if times is None else f"{times:.1f} ×"
            cells += [f"{each['rate']:.1f}", f"{100 * each['test_accuracy']:.1f} %", ratio]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines.append("")
    for name, found in tables.items():
        rate = found["contestants"][RATE]["rate"] / 1e9
        lines.append(f"- {name}: {100 * found['share_of_rate']:.0f} % of {rate:.0f} G operations/s in large products.")
    calls = results["first_network_seconds"]
    lines.append(f"- First network: {calls['from_cold']:.1f} s cold, {calls['from_cache']:.1f} s from the cache.")
    return "\n".join(lines)


def main() -> None:
    """Measure, save the figures, print the table; or print the saved ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds of each (default 7)")
    parser.add_argument("--seeds", type=int, default=6, help="networks of each activation a round (default 6)")
    parser.add_argument("--only", default="", help="peers whose name has this in it; saves nothing")
    parser.add_argument("--markdown", action="store_true", help="print the saved figures, measure nothing")
    given = parser.parse_args()
    if given.markdown:
        print(markdown(json.loads(RESULTS.read_text(encoding="utf-8"))))
        return
    packages = ("actlab", "jax", "joblib", "llvmlite", "numba", "numpy", "scikit-learn", "scipy", "torch")
    results = {
        "cores": len(CORES),
        "machine": platform.platform(),
        "versions": {name: version(name) for name in packages},
        "batch": BATCH,
        "first_network_seconds": first_network(),
        "tables": {
            name: measure(name, given.rounds, given.seeds, given.only, lambda text: print(text, file=sys.stderr))
            for name in LOADERS
        },
    }
    if not given.only:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(markdown(results))


if __name__ == "__main__":
    main()
