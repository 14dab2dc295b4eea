"""Where one network a core stops to pay: large tables, wide layers and many classes, beside PyTorch on all cores.

actlab trains two networks at once, one a core; PyTorch one after the other, each with BLAS threads on all cores.

python benchmarks/large_networks.py [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

from actlab.networks import Architecture, Job, Training, train_many
from actlab.networks.architecture import Task

RESULTS = Path(__file__).parent / "results" / "large_networks.json"
NETWORKS, RATE, HELD = 2, 1e-3, 1000


@dataclass(frozen=True)
class Case:
    """A table and the networks for it."""

    rows: int
    features: int
    classes: int
    hidden: tuple[int, ...]
    batch: int = 256

    def __str__(self) -> str:
        widths = "-".join(map(str, self.hidden))
        return f"{self.rows:,} × {self.features}, {self.classes} classes, {widths} hidden".replace(",", " ", 1)


CASES = (
    Case(1_000_000, 21, 2, (64, 64)),
    Case(200_000, 21, 2, (64, 64, 64, 64, 64, 64)),
    Case(100_000, 100, 1000, (64, 64)),
    Case(50_000, 100, 10, (256, 256)),
    Case(20_000, 784, 10, (512, 512)),
    Case(10_000, 784, 10, (1024, 1024)),
    Case(5_000, 784, 10, (2048, 2048)),
)


def main() -> None:
    """Measure, print a table, and write the numbers down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found = []
    for case in CASES:
        ways = {"actlab": ours(case), "PyTorch": theirs(case)}
        for way in ways.values():
            way()
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(asked.rounds):
            for name, way in ways.items():
                seconds[name].append(timed(way))
        ratio = statistics.median(b / a for a, b in zip(seconds["actlab"], seconds["PyTorch"], strict=True))
        rate = NETWORKS * case.rows / statistics.median(seconds["actlab"])
        found.append({**asdict(case), "seconds": seconds, "times_as_fast": ratio, "rows_a_second": rate})
        print(f"{case}: {rate / 1e3:.0f} thousand rows a second, {ratio:.2f} times PyTorch", flush=True)
    RESULTS.write_text(json.dumps({"rounds": asked.rounds, "cases": found}, indent=1) + "\n", encoding="utf-8")


def table(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal numbers, and classes that hang on some of them."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((case.rows, case.features), dtype=np.float32)
    return X, (np.abs(X[:, :3]).sum(axis=1) * 7.3).astype(np.int64) % case.classes


def ours(case: Case) -> Callable[[], object]:
    """An epoch of each network, in the compiled loop."""
    X, y = table(case)
    outputs = 1 if case.classes == 2 else case.classes
    task: Task = "binary" if case.classes == 2 else "multiclass"
    architecture = Architecture(case.features, case.hidden, ("relu",) * len(case.hidden), outputs, task)
    training = Training(rate=RATE, batch=case.batch, epochs=1, patience=1)
    jobs = [Job(architecture, training, X, y, X[:HELD], y[:HELD], seed) for seed in range(NETWORKS)]
    return lambda: train_many(jobs)


def theirs(case: Case) -> Callable[[], object]:
    """An epoch of each network, fused Adam, all cores in each matrix product."""
    X, y = (torch.from_numpy(array) for array in table(case))
    outputs = 1 if case.classes == 2 else case.classes
    widths = (case.features, *case.hidden, outputs)

    def train() -> None:
        for seed in range(NETWORKS):
            torch.manual_seed(seed)
            layers = [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), nn.ReLU())]
            model = nn.Sequential(*layers[:-1])
            optimiser = torch.optim.Adam(model.parameters(), RATE, fused=True)
            order = torch.randperm(case.rows)
            for rows in order.split(case.batch):
                said, wanted = model(X[rows]), y[rows]
                if outputs == 1:
                    loss = nn.functional.binary_cross_entropy_with_logits(said[:, 0], wanted.float())
                else:
                    loss = nn.functional.cross_entropy(said, wanted)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()

    return train


def timed(way: Callable[[], object]) -> float:
    """Seconds of one call."""
    before = time.perf_counter()
    way()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
