"""The compiled loop and the plain NumPy version give the same weights from the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from actlab.networks import Architecture, Network, Training, initialise, train
from actlab.networks.running import stream
from tests.networks import reference

ROWS, INPUTS, CLASSES = 53, 5, 3
ACTIVATIONS = ("relu", "tanh", "gelu", "prelu", "step", "rrelu", "elu", "mish")


def network(activations: tuple[str, ...], task: str) -> Architecture:
    return Architecture(INPUTS, (7, 6), activations, CLASSES if task == "multiclass" else 1, task)  # type: ignore[arg-type]


def rows(task: str, seed: int = 0, count: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((count, INPUTS)).astype(np.float32)
    value = (X[:, 0] * X[:, 1] + X[:, 2] + 0.1 * generator.standard_normal(count)).astype(np.float32)
    if task == "regression":
        return X, value
    return X, np.digitize(value, [0.0] if task == "binary" else [-0.5, 0.5]).astype(np.int64)


def assert_same(architecture: Architecture, training: Training, tolerance: float = 2e-5) -> None:
    task = architecture.task
    data = (*rows(task), *rows(task, seed=1, count=20))
    trained = train(architecture, training, *data, seed=3)
    expected = reference.train(initialise(architecture, 3), training, *data, stream=stream(3))
    assert trained.best_epoch == expected.best_epoch
    assert trained.training_losses == pytest.approx(expected.training_losses, rel=1e-4)
    assert trained.validation_losses == pytest.approx(expected.validation_losses, rel=1e-4)
    got = reference.Numbers.of(trained.network).arrays()
    for ours, theirs in zip(got, expected.best.arrays(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=tolerance)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_same_weights_for_every_task(activation: str, task: str) -> None:
    training = Training(rate=0.01, batch=16, epochs=6, weight_decay=0.1)
    assert_same(network((activation, activation), task), training)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_same_weights_with_momentum(activation: str, task: str) -> None:
    # Adam forgives a gradient that is too large by a factor; this does not
    training = Training(rate=0.02, optimiser="sgd", momentum=0.8, batch=16, epochs=6, weight_decay=0.1)
    assert_same(network((activation, activation), task), training)


@pytest.mark.parametrize("batch", [1, 7, ROWS - 1, ROWS, 400])
def test_same_weights_for_every_size_of_batch(batch: int) -> None:
    assert_same(network(("tanh", "prelu"), "binary"), Training(rate=0.01, batch=batch, epochs=3))


def test_same_weights_with_other_layers() -> None:
    training = Training(rate=0.01, batch=16, epochs=5)
    assert_same(Architecture(INPUTS, (9, 4, 17), ("rrelu", "prelu", "gelu"), 1, "regression"), training)
    assert_same(Architecture(INPUTS, (), (), CLASSES, "multiclass"), training)


def test_prelu_learns_its_slope() -> None:
    trained = train(
        network(("prelu", "relu"), "binary"), Training(rate=0.01, epochs=5), *rows("binary"), *rows("binary"), 0
    )
    assert abs(trained.network.parameters[0][0] - 0.25) > 0.005


def test_decay_leaves_biases_and_learned_parameters_alone() -> None:
    architecture, data = network(("prelu", "prelu"), "binary"), (*rows("binary"), *rows("binary"))
    # a decay whose share of a step is 1 wipes the weights out before each step, but nothing else
    training = Training(rate=1e-12, weight_decay=1e12, epochs=1, batch=ROWS)
    trained = train(architecture, training, *data, seed=0)
    assert all(np.abs(weights).max() < 1e-9 for weights in trained.network.weights)
    assert [float(slope[0]) for slope in trained.network.parameters] == [0.25, 0.25]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("activation", ["tanh", "gelu", "prelu", "rrelu"])
def test_gradient_of_the_reference_by_finite_differences(activation: str, task: str) -> None:
    architecture = network((activation, activation), task)
    X, y = rows(task)
    numbers = reference.Numbers.of(initialise(architecture, 0))

    def loss() -> float:
        return reference.loss_and_gradient(architecture, numbers, X, y, reference.Chance(9))[0] / len(y)

    gradient = reference.loss_and_gradient(architecture, numbers, X, y, reference.Chance(9))[1]
    learned = 0.0
    for values, slopes in zip(numbers.arrays(), gradient.arrays(), strict=True):
        for place in list(np.ndindex(values.shape))[:: max(1, values.size // 5)]:
            kept = values[place]
            values[place] = kept + 1e-6
            above = loss()
            values[place] = kept - 1e-6
            slope = (above - loss()) / 2e-6
            values[place] = kept
            assert slopes[place] == pytest.approx(slope, rel=1e-4, abs=1e-7)
            learned += abs(slope)
    assert learned > 0


def test_outputs_are_those_of_the_formulas() -> None:
    architecture = network(("gelu", "rrelu"), "multiclass")
    network_ = initialise(architecture, 1)
    X, _ = rows("multiclass", count=600)
    assert isinstance(network_, Network)
    seen = X.astype(float)
    for function, W, b in zip((*architecture.functions, None), network_.weights, network_.biases, strict=True):
        seen = seen @ W.astype(float) + b
        seen = seen if function is None else function(seen)
    np.testing.assert_allclose(network_.outputs(X), seen, rtol=1e-4, atol=1e-5)
