"""actlab's way to train many networks, and scikit-learn's: both from this process, on all cores."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from actlab.networks import Job, Trained, Training, train_many
from benchmarks.network_work import BATCH, CORES, EPOCHS, HIDDEN, RATE, Data, Work, architecture, load, split

THEIRS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic", "identity": "identity"}


class Actlab:
    """One network a core, each in the compiled loop."""

    def prepare(self, work: Work) -> None:
        """The jobs; one network of each activation is trained for an epoch, which compiles its kernels."""
        self.data = load(work.table)
        self.jobs = [self._job(work.table, name, seed) for seed in work.seeds for name in work.activations]
        short = Training(rate=RATE, batch=BATCH, epochs=1, patience=1)
        train_many([replace(job, training=short) for job in self.jobs[: len(work.activations)]])

    def train(self) -> None:
        """All of them."""
        self.trained: list[Trained] = train_many(self.jobs)

    def accuracy(self) -> float:
        """On the test rows."""
        scores = [trained.network.scores(self.data.X_test) for trained in self.trained]
        decided = [each > 0.5 if each.ndim == 1 else each.argmax(axis=1) for each in scores]
        return float(np.mean([(each == self.data.y_test).mean() for each in decided]))

    @staticmethod
    def _job(table: str, name: str, seed: int) -> Job:
        data, (learned, held) = load(table), split(table, seed)
        training = Training(rate=RATE, batch=BATCH, epochs=EPOCHS, patience=EPOCHS)
        rows = data.X[learned], data.y[learned], data.X[held], data.y[held]
        return Job(architecture(table, name), training, *rows, seed)


class ScikitLearn:
    """One network a process of joblib's, one BLAS thread each; it knows four activations."""

    def prepare(self, work: Work) -> None:
        """The first networks start the processes."""
        self.work, self.data = work, load(work.table)
        self.pool = Parallel(n_jobs=len(CORES), backend="loky", inner_max_num_threads=1)
        self.pool(delayed(one_of_theirs)(self.data, "relu", seed, 1) for seed in range(2 * len(CORES)))

    def train(self) -> None:
        """All of them."""
        pairs = [(THEIRS[name], seed) for name in self.work.activations for seed in self.work.seeds]
        self.models: list[Any] = self.pool(delayed(one_of_theirs)(self.data, *pair, EPOCHS) for pair in pairs)

    def accuracy(self) -> float:
        """On the test rows."""
        return float(np.mean([model.score(self.data.X_test, self.data.y_test) for model in self.models]))


def one_of_theirs(data: Data, activation: str, seed: int, epochs: int) -> MLPClassifier:
    """One network of scikit-learn's, which holds out its tenth itself."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # it warns of having used all of its epochs
    model = MLPClassifier(
        HIDDEN, activation=activation, alpha=0.0, batch_size=BATCH, learning_rate_init=RATE, max_iter=epochs,
        random_state=seed, tol=0.0, early_stopping=True, validation_fraction=0.1, n_iter_no_change=epochs,
    )  # fmt: skip
    return model.fit(data.X, data.y)


class Products:
    """No networks at all: the products of two large square matrices, for the rate the machine has."""

    side = 1024

    def prepare(self, work: Work) -> None:
        """The matrices."""
        del work
        self.factor = np.random.default_rng(0).standard_normal((self.side, self.side), np.float32)
        self.train()

    def train(self) -> None:
        """Some of them, 2 * side**3 operations each."""
        for _ in range(PRODUCTS):
            self.factor @ self.factor

    def accuracy(self) -> float:
        """Of nothing."""
        return 1.0


PRODUCTS = 50
