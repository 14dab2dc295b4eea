"""Networks a second: actlab's compiled loop against scikit-learn's MLPClassifier under joblib, on all cores.

Both train 64-64 hidden units, batches of 128, Adam, 50 epochs in float32, hold out a tenth of the rows, look at it
after every epoch and keep the best weights. scikit-learn knows four activations, so the ratio is taken on those;
actlab's ten are timed beside them. Rounds are interleaved; figures are medians.

Run from the checkout: python benchmarks/networks_per_second.py [--rounds 5] [--networks 40]
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
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from actlab.networks import Architecture, Job, Trained, Training, train_many

RESULTS = Path(__file__).resolve().parent / "results" / "networks_per_second.json"
LOADERS = {"digits": load_digits, "breast_cancer": load_breast_cancer}
SHARED = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic", "identity": "identity"}
TEN = ("relu", "leaky_relu", "prelu", "elu", "sigmoid", "tanh", "gelu", "silu", "softplus", "mish")
HIDDEN, BATCH, EPOCHS, RATE = (64, 64), 128, 50, 1e-3
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

FIRST_CALL = """
import time, numpy as np
from actlab.networks import Architecture, Training, train
X = np.random.default_rng(0).standard_normal((200, 5)); y = (X[:, 0] > 0).astype(int)
before = time.perf_counter()
train(Architecture(5, (8,), ("relu",), 1, "binary"), Training(epochs=2), X, y, X, y, 0)
print(time.perf_counter() - before)
"""


@dataclass(frozen=True)
class Data:
    """A table, a quarter of it kept for the test."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


@dataclass(frozen=True)
class Round:
    """Networks a second, and how often they were right about the test rows."""

    rate: float
    accuracy: float


def load(name: str) -> Data:
    """A bundled table, standardised by its training part."""
    X, y = LOADERS[name](return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, stratify=y, random_state=0)
    scaler = StandardScaler().fit(X)
    return Data(scaler.transform(X).astype(np.float32), y, scaler.transform(X_test).astype(np.float32), y_test)


def job(data: Data, activation: str, seed: int) -> Job:
    """One network of actlab's; the tenth is held out as MLPClassifier does it."""
    X, X_held, y, y_held = train_test_split(data.X, data.y, test_size=0.1, stratify=data.y, random_state=seed)
    classes = int(data.y.max()) + 1
    outputs, task = (1, "binary") if classes == 2 else (classes, "multiclass")
    architecture = Architecture(data.X.shape[1], HIDDEN, (activation,) * len(HIDDEN), outputs, task)  # type: ignore[arg-type]
    training = Training(rate=RATE, batch=BATCH, epochs=EPOCHS, patience=EPOCHS)
    return Job(architecture, training, X, y, X_held, y_held, seed)


def accuracy(trained: Trained, data: Data) -> float:
    """Share of test rows that a network of actlab's gets right."""
    scores = trained.network.scores(data.X_test)
    decided = scores > 0.5 if scores.ndim == 1 else scores.argmax(axis=1)
    return float((decided == data.y_test).mean())


def actlab_round(data: Data, activations: tuple[str, ...], networks: int) -> Round:
    """Train that many networks, the activations in turn, one a core."""
    before = time.perf_counter()
    trained = train_many((job(data, activations[i % len(activations)], i) for i in range(networks)), workers=CORES)
    seconds = time.perf_counter() - before
    return Round(networks / seconds, float(np.mean([accuracy(each, data) for each in trained])))


def one_of_theirs(data: Data, activation: str, seed: int) -> MLPClassifier:
    """One network of scikit-learn's."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # it warns of having used all of its epochs
    model = MLPClassifier(
        HIDDEN, activation=activation, alpha=0.0, batch_size=BATCH, learning_rate_init=RATE, max_iter=EPOCHS,
        random_state=seed, tol=0.0, early_stopping=True, validation_fraction=0.1, n_iter_no_change=EPOCHS,
    )  # fmt: skip
    return model.fit(data.X, data.y)


def their_round(data: Data, pool: Parallel, networks: int) -> Round:
    """The same in scikit-learn, one process a core, one BLAS thread each."""
    names = list(SHARED.values())
    before = time.perf_counter()
    models = pool(delayed(one_of_theirs)(data, names[i % len(names)], i) for i in range(networks))
    seconds = time.perf_counter() - before
    return Round(networks / seconds, float(np.mean([m.score(data.X_test, data.y_test) for m in models])))


def first_calls() -> dict[str, float]:
    """Seconds of the very first training, with nothing compiled before, and of the first one of a later process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/loop", "ACTLAB_CACHE": f"{folder}/kernels"}

        def seconds() -> float:
            command = [sys.executable, "-c", FIRST_CALL]
            return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)

        return {"compiling": seconds(), "from_cache": seconds()}


def measure(rounds: int, networks: int) -> dict[str, Any]:
    """Interleaved rounds of all three on both tables."""
    measured: dict[str, Any] = {}
    with Parallel(n_jobs=CORES, backend="loky", inner_max_num_threads=1) as pool:
        for name in LOADERS:
            data = load(name)
            contestants = {
                "actlab": lambda data=data: actlab_round(data, tuple(SHARED), networks),
                "scikit-learn": lambda data=data: their_round(data, pool, max(len(SHARED), networks // 2)),
                "actlab, ten activations": lambda data=data: actlab_round(data, TEN, networks),
            }
            actlab_round(data, tuple({*SHARED, *TEN}), len({*SHARED, *TEN}))  # compiles every kernel
            their_round(data, pool, CORES)  # starts the processes
            seen: dict[str, list[Round]] = {contestant: [] for contestant in contestants}
            for _ in range(rounds):
                for contestant, run in contestants.items():
                    seen[contestant].append(run())
            measured[name] = {
                contestant: {
                    "networks_per_second": median(r.rate for r in each),
                    "rounds": [r.rate for r in each],
                    "test_accuracy": median(r.accuracy for r in each),
                }
                for contestant, each in seen.items()
            }
            measured[name]["ratio"] = median(
                ours.rate / theirs.rate for ours, theirs in zip(seen["actlab"], seen["scikit-learn"], strict=True)
            )
    return measured


def table(results: dict[str, Any]) -> str:
    """The figures as text."""
    lines = [f"{'table':14} {'who':24} {'networks/s':>10} {'slowest':>8} {'fastest':>8} {'accuracy':>9}"]
    for name, seen in results["tables"].items():
        for who in ("actlab", "scikit-learn", "actlab, ten activations"):
            rates = seen[who]["rounds"]
            lines.append(
                f"{name:14} {who:24} {seen[who]['networks_per_second']:10.1f} {min(rates):8.1f} {max(rates):8.1f} "
                f"{seen[who]['test_accuracy']:9.4f}"
            )
        lines.append(f"{name:14} actlab / scikit-learn, relu tanh sigmoid identity: {seen['ratio']:.1f} times")
    calls = results["first_call_seconds"]
    lines.append(f"first call: {calls['compiling']:.1f} s compiling, {calls['from_cache']:.2f} s from the cache")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, save the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each (default 5)")
    parser.add_argument("--networks", type=int, default=40, help="networks a round of actlab's (default 40)")
    given = parser.parse_args()
    results = {
        "cores": CORES,
        "machine": platform.platform(),
        "versions": {name: version(name) for name in ("numba", "numpy", "scikit-learn", "joblib")},
        "first_call_seconds": first_calls(),
        "tables": measure(given.rounds, given.networks),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(table(results))


if __name__ == "__main__":
    main()
