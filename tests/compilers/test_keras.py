"""Keras: callables and layers that compute our numbers, train, save and load."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import actlab
from actlab.catalogue import find, names
from actlab.formula import WORDS

pytest.importorskip("jax")
os.environ.setdefault("KERAS_BACKEND", "jax")  # read by Keras once, when it is imported
keras = pytest.importorskip("keras")
backend = pytest.importorskip("actlab.compilers.keras")

X = np.linspace(-4, 4, 24, dtype=np.float32).reshape(6, 4)


def numbers(tensor):
    return np.asarray(keras.ops.convert_to_tensor(tensor))


@pytest.mark.parametrize("name", names())
def test_computes_the_same_as_everywhere(name):
    np.testing.assert_allclose(numbers(find(name).keras()(X)), find(name)(X), rtol=1e-6, atol=1e-7)


def test_options_count():
    np.testing.assert_allclose(numbers(actlab.leaky_relu.keras(slope=0.3)(X)), np.where(X > 0, X, 0.3 * X), rtol=1e-6)
    along = backend.function(actlab.softmax, axis=0)
    np.testing.assert_allclose(numbers(along(X)).sum(axis=0), 1, rtol=1e-6)


def model():
    x = keras.Input((4,))
    drawn = keras.initializers.GlorotUniform(seed=3)
    hidden = keras.layers.Dense(8, activation=actlab.celu.keras(alpha=1.5), kernel_initializer=drawn)(x)
    hidden = backend.layer(actlab.prelu, features=8, slope=0.1)(hidden)
    bent = keras.layers.Dense(8, activation=backend.layer(actlab.prelu), kernel_initializer=drawn)(actlab.mish(hidden))
    gated = backend.layer(actlab.swiglu)(bent)
    last = keras.layers.Dense(2, activation=actlab.softmax.keras(), kernel_initializer=drawn)
    return keras.Model(x, last(actlab.glu(gated, gated)))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own, when it saves weights
def test_a_model_trains_saves_and_loads(tmp_path):
    made = model()
    assert {(each.name, each.shape) for each in made.trainable_variables if each.name == "slope"} == {
        ("slope", (8,)),
        ("slope", ()),
    }
    before = [np.array(numbers(each)) for each in made.weights]
    made.compile("sgd", "mse")
    made.fit(X, np.eye(2)[[0, 1, 0, 1, 0, 1]], verbose=0)
    assert all((old != numbers(new)).any() for old, new in zip(before, made.weights, strict=True))
    made.save(tmp_path / "made.keras")
    loaded = keras.models.load_model(tmp_path / "made.keras")
    np.testing.assert_array_equal(numbers(loaded(X)), numbers(made(X)))


def gated_ends():
    layers = keras.layers
    return [
        (keras.Input((4,)), layers.Dense(6, activation=actlab.swiglu.keras())),
        (keras.Input((5, 4)), layers.Conv1D(6, 2, activation=actlab.geglu.keras())),
        (keras.Input((4,)), layers.Activation(actlab.glu.keras())),
        (keras.Input((4,)), layers.Dense(6, activation=backend.Function("swiglu"))),
    ]


@pytest.mark.parametrize("place", range(4))
def test_a_gated_function_cannot_end_a_layer(place):
    """Dense(6) says that it gives 6, whatever its activation leaves of them."""
    x, layer = gated_ends()[place]
    with pytest.raises(TypeError, match=rf"half of what {type(layer).__name__} says .* put the layer actlab\."):
        layer(np.ones((2, *x.shape[1:]), np.float32))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_gated_function_is_a_layer(tmp_path):
    dense, wide = keras.layers.Dense, keras.layers.Conv1D
    made = keras.Sequential([keras.Input((7, 4)), wide(6, 2), actlab.glu.keras(), dense(8), actlab.swiglu.keras()])
    assert made.output_shape == (None, 6, 4)
    x = np.random.default_rng(0).normal(size=(3, 7, 4)).astype(np.float32)
    assert made(x).shape == (3, 6, 4)
    made.save(tmp_path / "made.keras")
    np.testing.assert_array_equal(numbers(keras.models.load_model(tmp_path / "made.keras")(x)), numbers(made(x)))


@pytest.mark.parametrize("number", [2, np.float64(2), np.array(2)])
def test_parameters_are_numbers(number):
    np.testing.assert_array_equal(numbers(backend.function(actlab.prelu, slope=number)(-np.ones(3, np.float32))), -2)
    assert numbers(actlab.prelu.keras(slope=number).trainable_variables[0]) == 2


def test_functions_are_written_down_by_name():
    function = actlab.elu.keras(alpha=2)
    config = keras.activations.serialize(function)
    assert config["config"] == {"activation": "elu", "axis": -1, "parameters": {"alpha": 2.0}}
    again = keras.activations.deserialize(config)
    np.testing.assert_array_equal(numbers(again(X)), numbers(function(X)))
    assert repr(again) == "<actlab's elu for Keras>"
    assert again.__name__ == "elu"


def test_random_parameters_are_drawn_while_training():
    layer = backend.layer(actlab.rrelu)
    np.testing.assert_allclose(numbers(layer(X)), actlab.rrelu(X), rtol=1e-6)
    first, second = (numbers(layer(X, training=True)) for _ in range(2))
    assert (first != second).any()
    shares = first[X < 0] / X[X < 0]
    assert ((shares > 1 / 8) & (shares < 1 / 3)).all()
    np.testing.assert_array_equal(first[X > 0], X[X > 0])


def test_variables_have_values_and_derivatives():
    variable = keras.Variable(X)
    np.testing.assert_allclose(numbers(actlab.mish(variable)), actlab.mish(X), rtol=1e-6)
    np.testing.assert_allclose(
        numbers(actlab.mish.derivative(variable)), actlab.mish.derivative(X), rtol=1e-6, atol=1e-7
    )
    pulled = actlab.mish.pullback(variable, upstream=keras.Variable(2 * np.ones_like(X)))
    np.testing.assert_allclose(numbers(pulled), 2 * actlab.mish.derivative(X), rtol=1e-6, atol=1e-7)


def test_half_precision_stays():
    assert keras.backend.standardize_dtype(actlab.mish.keras()(keras.ops.cast(X, "bfloat16")).dtype) == "bfloat16"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: actlab.mish.keras()(np.arange(3)), TypeError, "works on"),
        (lambda: actlab.prelu.keras(slop=0.1), TypeError, "no parameter 'slop'"),
        (lambda: backend.function(actlab.prelu, slop=0.1), TypeError, "no parameter 'slop'; it takes slope"),
        (lambda: actlab.prelu.keras(slope=np.ones(3)), TypeError, "one number for slope"),
        (lambda: actlab.prelu.keras(slope="steep"), TypeError, "write slope=0.25"),
        (lambda: actlab.elu.keras(alpha=-1.0), ValueError, "alpha must be a number above 0"),
        (lambda: actlab.prelu.keras(slope=1e300), ValueError, "for which float32 has no room"),
        (lambda: actlab.celu.keras(alpha=1e300)(X), ValueError, "for which float32 has no room"),
        (lambda: actlab.mish.derivative(keras.Input((4,))), TypeError, "a KerasTensor has none yet"),
    ],
)
def test_what_cannot_be_done_is_explained(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


PEERS = {  # their function, its options where their defaults differ, and the largest relative difference
    "relu": ({}, 0),
    "relu6": ({}, 0),
    "leaky_relu": ({"negative_slope": 0.01}, 1e-6),
    "elu": ({}, 1e-6),
    "selu": ({}, 1e-6),
    "celu": ({}, 1e-6),
    "gelu": ({}, 1e-5),
    "silu": ({}, 1e-6),
    "mish": ({}, 1e-6),
    "softplus": ({}, 1e-6),
    "softsign": ({}, 1e-6),
    "sigmoid": ({}, 1e-6),
    "tanh": ({}, 1e-6),
    "squareplus": ({}, 1e-5),
    "softmax": ({}, 1e-6),
    "hard_tanh": ({}, 0),
    "hard_sigmoid": ({}, 1e-6),
    "hard_swish": ({}, 1e-6),
    "hard_shrink": ({}, 0),
    "soft_shrink": ({}, 0),
    "tanh_shrink": ({}, 1e-4),  # x - tanh(x) loses digits near 0
    "log_sigmoid": ({}, 1e-6),
    "glu": ({}, 1e-6),
}


@pytest.mark.parametrize("name", PEERS)
def test_agrees_with_keras(name):
    options, tolerance = PEERS[name]
    theirs = getattr(keras.activations, name)(keras.ops.convert_to_tensor(X), **options)
    np.testing.assert_allclose(numbers(find(name).keras()(X)), numbers(theirs), rtol=tolerance, atol=1e-9)


def test_defaults_that_differ_are_known():
    leak = numbers(keras.activations.leaky_relu(keras.ops.convert_to_tensor(-1.0)))
    assert (leak, actlab.leaky_relu(-1.0)) == (np.float32(-0.2), -0.01)


@pytest.mark.parametrize("name", [name for name in names() if find(name).elementwise])
def test_other_backends_get_the_same_from_keras_ops(name, monkeypatch):
    """Value and gradient in `keras.ops`, which TensorFlow would run, here on JAX."""
    jax = pytest.importorskip("jax")
    monkeypatch.setattr(backend, "OURS", ())
    activation = find(name)
    points = np.array([-np.inf, -1e15, -6, -3, -1, -0.5, 0, 0.3, 2, 1e15, np.inf, np.nan], np.float32)
    inputs = [points] * len(activation.inputs)
    arrays = [jax.numpy.asarray(each) for each in inputs]

    def values(*arrays):
        return backend.compute(activation, arrays, activation.defaults, -1)

    with np.errstate(all="ignore"):
        expected, slopes = activation(*inputs), activation.derivative(*inputs)
    one_infinite = np.isfinite(points) | (len(inputs) == 1)
    np.testing.assert_allclose(numbers(values(*arrays))[one_infinite], expected[one_infinite], rtol=2e-6, atol=1e-7)
    for place, slope in enumerate(slopes if isinstance(slopes, tuple) else (slopes,)):
        got = jax.grad(lambda *arrays: values(*arrays).sum(), place)(*arrays)
        np.testing.assert_allclose(numbers(got)[one_infinite], slope[one_infinite], rtol=2e-6, atol=1e-7)


def test_keras_ops_stop_an_infinite_upstream_at_a_slope_of_zero(monkeypatch):
    jax = pytest.importorskip("jax")
    monkeypatch.setattr(backend, "OURS", ())
    got = jax.vjp(lambda x: backend.compute(actlab.relu, [x], {}, -1), jax.numpy.array([-1.0, 1.0]))[1](
        jax.numpy.full(2, np.inf)
    )
    np.testing.assert_array_equal(got[0], [0, np.inf])


def test_keras_ops_carry_gradients_of_parameters_and_axes(monkeypatch):
    jax = pytest.importorskip("jax")
    x = jax.numpy.asarray(X)

    def loss(slope, x):
        return backend.compute(actlab.prelu, [x], {"slope": slope}, -1).sum()

    shapes = ((), (4,), (1, 4), (6, 1))
    expected = [jax.grad(loss)(jax.numpy.full(shape, 0.2), x) for shape in shapes]
    softmax, glu = actlab.softmax(x, axis=0), actlab.glu(x, axis=0)
    monkeypatch.setattr(backend, "OURS", ())
    for shape, gradient in zip(shapes, expected, strict=True):
        got = jax.grad(loss)(jax.numpy.full(shape, 0.2), x)
        assert got.shape == shape
        np.testing.assert_allclose(got, gradient, rtol=1e-6)
    np.testing.assert_allclose(backend.compute(actlab.softmax, [x], {}, 0), softmax, rtol=3e-6)
    np.testing.assert_allclose(backend.compute(actlab.glu, [x], {}, 0), glu, rtol=1e-6)
    with pytest.raises(TypeError, match="works on float16"):
        backend.compute(actlab.glu, [np.ones((2, 2), int)], {}, 0)
    with pytest.raises(TypeError, match="no derivative of its own"):
        backend.differentiate(actlab.mish, [x], {})


ON_TORCH = """
import numpy, keras, actlab
from actlab.compilers.keras import layer
x = numpy.linspace(-3, 3, 12, dtype="float32").reshape(3, 4)
made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation=actlab.mish.keras()), layer(actlab.prelu)])
made.compile("sgd", "mse")
made.fit(x, x, verbose=0)
assert made.layers[1].get_weights()[0] != 0.25
numpy.testing.assert_allclose(keras.ops.convert_to_numpy(actlab.mish.keras()(x)), actlab.mish(x), rtol=1e-6)
print(keras.backend.backend())
"""


def test_on_the_torch_backend():
    pytest.importorskip("torch")
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-c", ON_TORCH], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout.strip() == "torch", done.stderr


def test_every_word_is_there_once():
    assert (set(backend.TABLE) - {"round"}) | backend.EXPANDED == set(WORDS)
    assert not set(backend.TABLE) & backend.EXPANDED


def test_a_missing_keras_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    spec = importlib.util.spec_from_file_location("without_keras", Path(backend.__file__))
    with pytest.raises(ModuleNotFoundError, match=r'pip install "actlab\[keras\]"'):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.parametrize(
    ("name", "features", "sentence"),
    [("prelu", 0, "how many there are"), ("prelu", "a", "how many there are"), ("mish", 3, "mish learns nothing")],
)
def test_features_are_a_number_of_what_is_learned(name, features, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        find(name).keras(features=features)
