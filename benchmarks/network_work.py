"""The networks that everybody trains in the benchmark of networks a second: tables, splits, starts and orders of rows.

Peers get all of this prepared, outside of what is timed; actlab draws its own starts and orders, on the clock.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from actlab.networks import Architecture, Network, initialise

LOADERS: dict[str, Callable[..., Any]] = {"digits": load_digits, "breast_cancer": load_breast_cancer}
TEN = ("relu", "leaky_relu", "prelu", "elu", "sigmoid", "tanh", "gelu", "silu", "softplus", "mish")
HIDDEN, BATCH, EPOCHS, RATE = (64, 64), 128, 50, 1e-3
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


@dataclass(frozen=True)
class Work:
    """One network for each pair of an activation and a seed."""

    table: str
    activations: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def networks(self) -> int:
        """How many they are."""
        return len(self.activations) * len(self.seeds)


class Peer(Protocol):
    """One way to train networks."""

    def prepare(self, work: Work) -> None:
        """Lay out arrays, and compile what can be compiled."""

    def train(self) -> None:
        """Train all networks; this is timed."""

    def accuracy(self) -> float:
        """Share of test rows that the networks of the last training get right, on average."""


@dataclass(frozen=True)
class Data:
    """A table, a quarter of it kept for the test."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    @property
    def outputs(self) -> int:
        """Units of the last layer: one for two classes."""
        classes = int(self.y.max()) + 1
        return 1 if classes == 2 else classes


@cache
def load(name: str) -> Data:
    """A bundled table, standardised by its training part."""
    X, y = LOADERS[name](return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, stratify=y, random_state=0)
    scaler = StandardScaler().fit(X)
    return Data(scaler.transform(X).astype(np.float32), y, scaler.transform(X_test).astype(np.float32), y_test)


@cache
def split(name: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from, and the tenth held out as MLPClassifier does it."""
    y = load(name).y
    learned, held = train_test_split(np.arange(len(y)), test_size=0.1, stratify=y, random_state=seed)
    return learned, held


def architecture(name: str, activation: str) -> Architecture:
    """The network of a table."""
    data = load(name)
    task = "binary" if data.outputs == 1 else "multiclass"
    return Architecture(data.X.shape[1], HIDDEN, (activation,) * len(HIDDEN), data.outputs, task)  # type: ignore[arg-type]


def starts(work: Work, activation: str) -> list[Network]:
    """One network a seed, not trained yet."""
    return [initialise(architecture(work.table, activation), seed) for seed in work.seeds]


def orders(work: Work) -> np.ndarray:
    """Which rows each network sees, (seeds, epochs, rows learned from)."""
    drawn = []
    for seed in work.seeds:
        generator, (learned, _) = np.random.default_rng(seed), split(work.table, seed)
        drawn.append([generator.permutation(learned) for _ in range(EPOCHS)])
    return np.array(drawn)


def held_out(work: Work) -> np.ndarray:
    """The rows that each network is looked at with after an epoch, (seeds, rows)."""
    return np.array([split(work.table, seed)[1] for seed in work.seeds])


def right(said: np.ndarray, data: Data) -> float:
    """Share of test rows that are told from outputs, (…, rows, units)."""
    decided = said[..., 0] > 0 if data.outputs == 1 else said.argmax(axis=-1)
    return float((decided == data.y_test).mean())
