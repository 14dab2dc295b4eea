"""Training: networks learn, stop in time, say when they break, and give the same numbers again."""

from __future__ import annotations

import _thread
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, make_moons

from actlab.networks import (
    Architecture,
    Job,
    Network,
    Trained,
    Training,
    engine,
    initialise,
    train,
    train_many,
    trainings,
)

Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def halves(X: np.ndarray, y: np.ndarray) -> Rows:
    order = np.random.default_rng(0).permutation(len(X))
    chosen, rest = order[: 2 * len(X) // 3], order[2 * len(X) // 3 :]
    scaled = ((X - X[chosen].mean(axis=0)) / (X[chosen].std(axis=0) + 1e-9)).astype(np.float32)
    return scaled[chosen], y[chosen], scaled[rest], y[rest]


def moons() -> Rows:
    return halves(*make_moons(600, noise=0.1, random_state=0))


def numbers(network: Network) -> bytes:
    return b"".join(a.tobytes() for a in (*network.weights, *network.biases, *network.parameters))


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "prelu", "rrelu"])
@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_two_moons_are_told_apart(activation: str, optimiser: str) -> None:
    data = moons()
    architecture = Architecture(2, (16, 16), (activation, activation), 1, "binary")
    training = Training(rate=0.01 if optimiser == "adam" else 0.05, optimiser=optimiser, epochs=100, batch=32)  # type: ignore[arg-type]
    trained = train(architecture, training, *data, seed=0)
    assert ((trained.network.scores(data[2]) > 0.5) == data[3]).mean() > 0.97


def test_breast_cancer_is_recognised() -> None:
    data = halves(*load_breast_cancer(return_X_y=True))
    trained = train(Architecture(30, (64, 64), ("relu", "relu"), 1, "binary"), Training(), *data, seed=0)
    assert ((trained.network.scores(data[2]) > 0.5) == data[3]).mean() > 0.95


def test_digits_are_read() -> None:
    data = halves(*load_digits(return_X_y=True))
    trained = train(Architecture(64, (64,), ("silu",), 10, "multiclass"), Training(epochs=40), *data, seed=0)
    scores = trained.network.scores(data[2])
    assert scores.shape == (len(data[2]), 10)
    assert scores.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (scores.argmax(axis=1) == data[3]).mean() > 0.95


def test_regression_beats_the_mean() -> None:
    X, y = load_diabetes(return_X_y=True)
    data = halves(X, ((y - y.mean()) / y.std()).astype(np.float32))
    trained = train(Architecture(10, (16,), ("tanh",), 1, "regression"), Training(), *data, seed=0)
    assert trained.network.scores(data[2]).shape == data[3].shape
    assert np.mean((trained.network.scores(data[2]) - data[3]) ** 2) < 0.7 * data[3].var()


def test_stops_when_the_validation_loss_no_longer_falls_and_keeps_the_best_weights() -> None:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((300, 5)).astype(np.float32)
    y = generator.integers(0, 2, 300)
    data = X[:200], y[:200], X[200:], y[200:]
    architecture = Architecture(5, (32,), ("relu",), 1, "binary")
    trained = train(architecture, Training(rate=0.01, patience=7), *data, seed=0)
    losses = trained.validation_losses
    assert trained.epochs == len(losses) == len(trained.training_losses) == trained.best_epoch + 7 < 200
    assert losses[trained.best_epoch - 1] == min(losses)
    probability = trained.network.scores(data[2])
    loss = -np.log(np.where(data[3] == 1, probability, 1 - probability)).mean()
    assert loss == pytest.approx(min(losses), rel=1e-5)
    assert not trained.diverged


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_divergence_is_noticed_and_ends_the_training(optimiser: str) -> None:
    data = moons()
    architecture = Architecture(2, (16, 16), ("relu", "relu"), 1, "regression")
    training = Training(rate=1e30, optimiser=optimiser)  # type: ignore[arg-type]
    trained = train(architecture, training, *data, seed=0)
    assert trained.diverged
    assert trained.epochs == len(trained.validation_losses) < 3
    assert np.isfinite(trained.validation_losses).all()
    if trained.best_epoch == 0:
        assert numbers(trained.network) == numbers(trained.start)


def test_starts_from_the_initialisation_of_its_seed() -> None:
    data, architecture = moons(), Architecture(2, (8,), ("prelu",), 1, "binary")
    trained = train(architecture, Training(epochs=1), *data, seed=5)
    assert numbers(trained.start) == numbers(initialise(architecture, 5))
    assert numbers(trained.start) != numbers(initialise(architecture, 6))
    assert numbers(trained.network) != numbers(trained.start)


def test_initialisation_keeps_the_deviation_of_the_gain() -> None:
    network = initialise(Architecture(400, (300, 200), ("relu", "relu"), 1, "binary"), 0)
    gain = network.weights[0].std() * 20
    assert gain == pytest.approx(2**0.5, rel=0.02)
    assert network.weights[1].std() * 300**0.5 == pytest.approx(gain, rel=0.02)
    assert network.weights[2].std() * 200**0.5 == pytest.approx(1, rel=0.2)
    assert not any(biases.any() for biases in network.biases)


def many(count: int = 6, **settings: int) -> list[Job]:
    data = moons()
    names = ("relu", "rrelu", "prelu", "gelu")
    return [
        Job(Architecture(2, (24, 24), (names[i % 4],) * 2, 1, "binary"), Training(epochs=4, **settings), *data, seed=i)  # type: ignore[arg-type]
        for i in range(count)
    ]


def test_same_seed_same_weights_whatever_the_number_of_workers() -> None:
    jobs = many(8)
    alone, together = train_many(jobs, workers=1), train_many(iter(jobs), workers=2)
    by_itself = train(jobs[3].architecture, jobs[3].training, *moons(), seed=3)
    assert [numbers(t.network) for t in alone] == [numbers(t.network) for t in together]
    assert numbers(by_itself.network) == numbers(alone[3].network)
    assert len({numbers(t.network) for t in alone}) == 8


def test_the_first_training_of_a_process_is_like_any_later_one() -> None:
    code = """
from tests.networks.test_training import many, numbers, train_many
first, second = (numbers(train_many(many(1), workers=1)[0].network) for _ in range(2))
assert first == second
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_results_are_told_as_they_come() -> None:
    seen: dict[int, Trained] = {}
    results = train_many(many(), workers=2, on_finish=seen.__setitem__)
    assert [seen[i] for i in range(6)] == results
    assert train_many([]) == []


def test_interrupting_keeps_what_is_finished_and_ends_the_rest() -> None:
    data = moons()
    finished: dict[int, Trained] = {}
    endless = Training(epochs=500_000, patience=500_000)
    long = Job(Architecture(2, (24,), ("relu",), 1, "binary"), endless, *data, seed=0)
    train_many(many(4), workers=2)  # compiled before the clock starts
    timer = threading.Timer(1.0, _thread.interrupt_main)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    began = time.perf_counter()
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            train_many([*many(4), long, long, long, long], workers=2, on_finish=finished.__setitem__)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert time.perf_counter() - began < 10
    assert sorted(finished) == [0, 1, 2, 3]


def test_a_failing_job_ends_the_rest_and_is_told() -> None:
    X, y, X_validation, y_validation = moons()
    bad = Job(Architecture(3, (4,), ("relu",), 1, "binary"), Training(), X, y, X_validation, y_validation, seed=0)
    with pytest.raises(ValueError, match="rows of 3 numbers"):
        train_many([*many(2), bad, *many(2)], workers=2)


def test_a_failing_job_is_handed_over_and_costs_no_other() -> None:
    X, y, X_validation, y_validation = moons()
    bad = Job(Architecture(3, (4,), ("relu",), 1, "binary"), Training(), X, y, X_validation, y_validation, seed=0)
    jobs = many(8)
    found = dict(trainings([*jobs[:2], bad, *jobs[2:]], workers=2))
    error = found.pop(2)
    assert isinstance(error, ValueError)
    assert "rows of 3 numbers" in str(error)
    expected = train_many(jobs, workers=1)
    for result, same in zip((found[index] for index in sorted(found)), expected, strict=True):
        assert isinstance(result, Trained)
        assert numbers(result.network) == numbers(same.network)


def test_leaving_early_ends_the_running_ones() -> None:
    endless = Training(epochs=500_000, patience=500_000)
    long = Job(Architecture(2, (24,), ("relu",), 1, "binary"), endless, *moons(), seed=0)
    began = time.perf_counter()
    finished = trainings([*many(1), long, long, long, long], workers=2)
    assert next(finished)[0] == 0
    finished.close()
    assert time.perf_counter() - began < 10


def test_inputs_of_any_layout_train_the_same() -> None:
    X, y, X_validation, y_validation = moons()
    locked = X.copy()
    locked.flags.writeable = False
    job = many(1)[0]
    expected = train(job.architecture, job.training, X, y, X_validation, y_validation, 0)
    compiled = len(engine.train.signatures)
    for rows in (X.astype(float), np.asfortranarray(X), locked, X.tolist(), np.repeat(X, 2, axis=0)[::2]):
        trained = train(job.architecture, job.training, rows, y.tolist(), X_validation.astype(float), y_validation, 0)
        assert numbers(trained.network) == numbers(expected.network)
    assert len(engine.train.signatures) == compiled  # another layout would be compiled anew, for seconds


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"X": np.zeros((400, 3))}, "rows of 2 numbers"),
        ({"X": np.zeros(400)}, "rows of 2 numbers"),
        ({"y": np.zeros(3)}, "one target for each row"),
        ({"X": np.zeros((0, 2)), "y": np.zeros(0)}, "one target for each row"),
        ({"X": np.full((400, 2), np.nan)}, "inputs are not finite"),
        ({"y": np.full(400, np.nan)}, "targets are not finite"),
        ({"y": np.full(400, 2)}, "from 0 to 1, but 2 came"),
        ({"y": np.full(400, 0.5)}, "from 0 to 1, but 0.5 came"),
        ({"X_validation": np.zeros((0, 2)), "y_validation": np.zeros(0)}, "one target for each row"),
    ],
)
def test_rows_that_do_not_fit_get_one_sentence(change: dict[str, np.ndarray], sentence: str) -> None:
    data = dict(zip(("X", "y", "X_validation", "y_validation"), moons(), strict=True)) | change
    with pytest.raises(ValueError, match=sentence):
        train(Architecture(2, (4,), ("relu",), 1, "binary"), Training(), **data, seed=0)


def test_workers_must_be_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        train_many([], workers=0)
