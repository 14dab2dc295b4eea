"""Readings of units: built networks whose dead, sparse and living units are known."""

from __future__ import annotations

import numpy as np
import pytest

from actlab.networks import Architecture, Network, Training, inference_seconds, initialise, train, unit_readings
from actlab.networks.running import stream
from tests.networks import reference

ROWS = 600  # more than are done at once


def rows(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((ROWS, 4)).astype(np.float32)
    X[:, 3] = np.arange(ROWS) == 7
    return X, (X[:, 0] > 0).astype(np.int64)


def built(activation: str) -> Network:
    """Five hidden units: two far below zero on every row, one above it on row 7 only, two on about half."""
    network = initialise(Architecture(4, (5,), (activation,), 1, "binary"), 0)
    weights = np.zeros((4, 5), np.float32)
    weights[3, 2] = 1
    weights[0, 3] = weights[1, 4] = 1
    biases = np.array([-1000, -1000, -0.5, 0, 0], np.float32)
    return Network(network.architecture, (weights, network.weights[1]), (biases, network.biases[1]), network.parameters)


def test_dead_sparse_and_living_units_of_relu() -> None:
    X, y = rows()
    (reading,) = unit_readings(built("relu"), X, y)
    assert (reading.layer, reading.units, reading.dead, reading.sparse, reading.alive) == (1, 5, 2, 1, 2)
    silent = 3 * ROWS - 1 + (X[:, :2] <= 0).sum()
    assert reading.zeros == pytest.approx(silent / (5 * ROWS), abs=1e-12)


def test_leaky_relu_has_no_dead_units_and_no_zeros() -> None:
    (reading,) = unit_readings(built("leaky_relu"), *rows())
    assert (reading.dead, reading.sparse, reading.alive, reading.zeros) == (0, 0, 5, 0.0)


def test_zeros_are_not_death() -> None:
    network = initialise(Architecture(4, (64, 64), ("relu", "relu"), 1, "binary"), 0)
    first, second = unit_readings(network, *rows())
    assert first.zeros == pytest.approx(0.5, abs=0.1)
    assert first.dead == 0
    assert (first.layer, second.layer) == (1, 2)


@pytest.mark.parametrize(("activation", "task"), [("gelu", "binary"), ("rrelu", "multiclass"), ("prelu", "regression")])
def test_gradient_is_that_of_the_whole_data(activation: str, task: str) -> None:
    outputs = 2 if task == "multiclass" else 1
    network = initialise(Architecture(4, (5, 6), (activation, activation), outputs, task), 1)  # type: ignore[arg-type]
    X, y = rows()
    _, gradient = reference.loss_and_gradient(network.architecture, reference.Numbers.of(network), X, y)
    for reading, expected in zip(unit_readings(network, X, y), gradient.weights, strict=False):
        assert reading.gradient == pytest.approx(np.sqrt((expected**2).mean()), rel=1e-4)


def test_step_learns_nothing_in_its_hidden_layers() -> None:
    X, y = rows()
    architecture = Architecture(4, (8, 8), ("step", "step"), 1, "binary")
    trained = train(architecture, Training(rate=0.01, epochs=5), X, y, X, y, seed=0)
    for layer in range(2):
        assert np.array_equal(trained.network.weights[layer], trained.start.weights[layer])
        assert np.array_equal(trained.network.biases[layer], trained.start.biases[layer])
    assert not np.array_equal(trained.network.weights[2], trained.start.weights[2])
    for reading in unit_readings(trained.network, X, y):
        assert (reading.dead, reading.alive, reading.gradient) == (8, 0, 0.0)


def test_inference_takes_time_and_any_number_of_rows() -> None:
    X, _ = rows()
    assert inference_seconds(built("relu"), X, 1, calls=3) > 0
    assert inference_seconds(built("relu"), X[:3], 1000, calls=3) > 0


def test_the_two_streams_of_chance_differ() -> None:
    assert stream(0) != stream(1)
    assert stream(0) < 2**63
