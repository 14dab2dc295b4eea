"""A network as torch modules says what it says itself."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from actlab.catalogue import names  # noqa: E402
from actlab.networks import Architecture, Network  # noqa: E402
from actlab.networks.architecture import Task  # noqa: E402
from actlab.networks.initialisation import initialise  # noqa: E402

X = np.random.default_rng(0).normal(size=(50, 5)).astype(np.float32)
ELEMENTWISE = [name for name in names() if name not in ("softmax", "glu", "geglu", "swiglu")]


def network(*activations: str, outputs: int = 3) -> Network:
    """One with biases and parameters that no initialisation has."""
    task: Task = "multiclass" if outputs > 1 else "regression"
    plain = initialise(Architecture(5, (7,) * len(activations), activations, outputs, task), seed=1)
    generator = np.random.default_rng(2)
    biases = tuple(generator.normal(size=each.shape).astype(np.float32) for each in plain.biases)
    parameters = tuple(np.float32(1.25) * each for each in plain.parameters)
    return Network(plain.architecture, plain.weights, biases, parameters)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_outputs_are_equal_within_rounding(name):
    own = network(name)
    with torch.no_grad():
        got = own.to_torch()(torch.from_numpy(X))
    np.testing.assert_allclose(got, own.outputs(X), rtol=2e-5, atol=2e-5)


def test_layers_of_different_kinds():
    own = network("prelu", "rrelu", "mish", outputs=1)
    modules = own.to_torch()
    assert not modules.training
    with torch.no_grad():
        np.testing.assert_allclose(modules(torch.from_numpy(X)), own.outputs(X), rtol=2e-5, atol=2e-5)
    assert modules[1].slope.item() == pytest.approx(0.25 * 1.25)
    assert [tuple(each.shape) for each in modules.parameters()][:3] == [(7, 5), (7,), (1,)]


def test_the_weights_are_copies():
    own = network("relu")
    with torch.no_grad():
        own.to_torch()[0].weight.zero_()
    assert own.weights[0].any()


def test_a_straight_line():
    own = network(outputs=1)
    with torch.no_grad():
        np.testing.assert_allclose(own.to_torch()(torch.from_numpy(X)), own.outputs(X), rtol=1e-5, atol=1e-6)


def test_no_chance_is_used_up():
    state = torch.random.get_rng_state()
    network("relu").to_torch()
    assert torch.equal(torch.random.get_rng_state(), state)
