"""A layer's kernels, called through their addresses, against the NumPy reference and against the arrays' kernels."""

import ctypes
import math
from typing import Any

import numpy as np
import pytest

from actlab.catalogue import Activation, Parameter, Source, find, names
from actlab.compilers import numpy as reference
from actlab.compilers.native.layers import layer_kernels
from actlab.formula import derivative, symbol
from actlab.formula.primitives import absolute, exp, sigmoid

UNIVARIATE = [name for name in names() if find(name).univariate]
EXTREMES = [0.0, -0.0, 1e-30, -1e-30, 20.0, -20.0, 90.0, -90.0, 1e4, -1e4, 1e30, -1e30]
POINTS = np.concatenate([np.linspace(-9, 9, 301), [-3, -2, -1, -0.5, 0.5, 1, 2, 3, 6], EXTREMES])
TOLERANCE = {"float32": 4e-7, "float64": 1e-14}
IN_TAILS = {"float32": 1e-6, "float64": 1e-12}  # there the reference loses digits
NULL = None


def call(address, *arguments):
    """A C function of arrays (None is a null pointer) and whole numbers."""
    kinds = [ctypes.c_int64 if isinstance(each, int) else ctypes.c_void_p for each in arguments]
    values = [each.ctypes.data if isinstance(each, np.ndarray) else each for each in arguments]
    ctypes.CFUNCTYPE(None, *kinds)(address)(*values)


def run(activation, x, parameters=None, noise=None):
    """Value and slope of one long row."""
    out, slope = np.full_like(x, 7), np.full_like(x, 7)
    given = parameters_of(activation, x.dtype) if parameters is None else np.asarray(parameters, x.dtype)
    drawn = np.full_like(x, 0.5) if noise is None else noise
    kernels = layer_kernels(activation, x.dtype.name)
    call(kernels.forward, x.copy(), NULL, drawn, given, out, slope, 1, x.size)
    return out, slope


def parameters_of(activation, dtype, seed=None):
    """The fixed and learned parameters: their defaults, or near them."""
    given = np.array([each.default for each in activation.parameters if each.role != "random"], dtype)
    return given if seed is None else given * np.random.default_rng(seed).uniform(0.8, 1.2, given.size).astype(dtype)


def values_of(activation, x, parameters, noise):
    """Every symbol's value, in double precision."""
    given = iter(parameters)
    values = {activation.inputs[0]: x.astype(float)}
    for each in activation.parameters:
        if each.role == "random":
            values[each.name] = each.low + (each.high - each.low) * noise.astype(float)
        else:
            values[each.name] = float(next(given))
    return values


def assert_close(got, expected, dtype, what):
    """Relative to the value; tails may lose a few digits more, and beside a zero crossing a tenth counts."""
    got = got.astype(float)
    expected = np.where(np.abs(expected) > float(np.finfo(dtype).max), np.copysign(np.inf, expected), expected)
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(got[~finite], expected[~finite], err_msg=what)
    off, size = np.abs(got[finite] - expected[finite]), np.abs(expected[finite])
    smallest = 4 * float(np.finfo(dtype).smallest_normal)
    assert (off <= TOLERANCE[dtype] * np.maximum(size, 0.1) + smallest).all(), what
    tail = size > smallest
    assert (off[tail] <= IN_TAILS[dtype] * size[tail] + 0.005 * TOLERANCE[dtype]).all(), what


def check_against_the_reference(name, dtype):
    activation, x = find(name), POINTS.astype(dtype)
    noise = np.random.default_rng(3).random(x.size).astype(dtype)
    parameters = parameters_of(activation, dtype, seed=4)
    values = values_of(activation, x, parameters, noise)
    formulas = {"value": activation.formula, "slope": derivative(activation.formula, activation.inputs[0])}
    for (what, formula), got in zip(formulas.items(), run(activation, x, parameters, noise), strict=True):
        expected = np.broadcast_to(reference.run(formula, values), x.shape)
        assert_close(got, expected, dtype, f"{name}: {what}")


@pytest.mark.parametrize("name", UNIVARIATE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_slope_match_the_reference(name, dtype):
    check_against_the_reference(name, dtype)


def test_a_planted_error_is_found(monkeypatch):
    right = reference.run
    monkeypatch.setattr(reference, "run", lambda *given: 1.000001 * right(*given))
    with pytest.raises(AssertionError, match="tanh: value"):
        check_against_the_reference("tanh", "float32")


@pytest.mark.parametrize("name", [name for name in UNIVARIATE if name != "rrelu"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layers_and_arrays_compute_the_same_bits(name, dtype):
    activation = find(name)
    x = np.concatenate([np.random.default_rng(5).normal(0, 4, 200), [np.nan, np.inf, -np.inf, 0, -0.0]]).astype(dtype)
    out, slope = run(activation, x)
    np.testing.assert_array_equal(out, activation(x))
    np.testing.assert_array_equal(slope, activation.derivative(x))
    assert np.isnan([out[200], slope[200]]).all()


X, BETA, HEIGHT = symbol("x"), symbol("beta"), symbol("height")


def of_formula(formula, *parameters):
    """A function of x that is in no catalogue."""
    return Activation("test", "test", Source("Nobody", 2000), "A test.", ("x",), parameters, formula)


def ends(activation, *parameters):
    """Value and slope at -inf and inf."""
    out, slope = run(activation, np.array([-np.inf, np.inf]), parameters)
    return [*out, *slope]


def test_what_no_limit_decides_stays_as_computed(monkeypatch):
    monkeypatch.setattr("actlab.compilers.ends.limit", lambda *_: math.nan)
    assert ends(of_formula(1 - exp(-exp(X))))[:2] == [0, 1]


def test_limits_are_taken_where_the_parameters_allow_them():
    swish = of_formula(X * sigmoid(BETA * X), Parameter("beta", 1.0, "learned"))
    assert ends(swish, 1.5) == [0, np.inf, 0, 1]
    assert ends(swish, -1.5) == [-np.inf, 0, 1, 0]
    tall = of_formula(HEIGHT * (X / (1 + absolute(X))), Parameter("height", 2.0, "learned"))
    assert not {-2.0, 2.0} & {*ends(tall, 3.0)[:2]}


def test_very_long_sums_are_compiled():
    total = X
    for k in range(300):
        total += absolute(X + k)
    x = np.array([-0.5, 2.0])
    np.testing.assert_allclose(run(of_formula(total), x)[0], x + sum(abs(x + k) for k in range(300)), rtol=1e-12)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 5), (7, 64), (0, 4), (4, 0)])
def test_forward_adds_the_bias_to_each_row_in_place(rows, columns):
    generator = np.random.default_rng(5)
    z = generator.standard_normal((rows, columns)).astype(np.float32)
    bias = generator.standard_normal(columns).astype(np.float32)
    out, slope, expected = np.empty_like(z), np.empty_like(z), z + bias
    call(layer_kernels(find("tanh")).forward, z, bias, NULL, NULL, out, slope, rows, columns)
    np.testing.assert_array_equal(z, expected)
    np.testing.assert_allclose(out, np.tanh(expected), rtol=1e-6)
    np.testing.assert_allclose(slope, 1 - np.tanh(expected) ** 2, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["gelu", "prelu", "rrelu", "step"])
def test_the_value_alone_is_the_same(name):
    activation = find(name)
    x = np.random.default_rng(6).standard_normal(1000).astype(np.float32)
    alone, noise, parameters = np.empty_like(x), np.full_like(x, 0.5), parameters_of(activation, np.float32)
    call(layer_kernels(activation).value, x, noise, parameters, alone, x.size)
    np.testing.assert_array_equal(alone, run(activation, x)[0])


def learned_of(activation):
    return [each.name for each in activation.parameters if each.role == "learned"]


@pytest.mark.parametrize("name", [name for name in UNIVARIATE if learned_of(find(name))])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameter_gradients_match_finite_differences(name, dtype):
    activation = find(name)
    x, upstream = np.random.default_rng(8).standard_normal((2, 4001)).astype(dtype)
    gradient = np.full(len(learned_of(activation)), 10.0)
    kernel = layer_kernels(activation, dtype).parameter_gradient
    call(kernel, x, x, upstream, parameters_of(activation, dtype), gradient, x.size)
    for k, parameter in enumerate(learned_of(activation)):
        step, middle = 1e-5, activation.defaults[parameter]
        sides: list[dict[str, Any]] = [{parameter: middle + step}, {parameter: middle - step}]
        up, down = (activation(x.astype(float), **side) for side in sides)
        expected = float(upstream.astype(float) @ ((up - down) / (2 * step)))
        assert gradient[k] - 10 == pytest.approx(expected, rel=1e-4 if dtype == "float32" else 1e-8)


def test_gradients_are_added_up_in_double_precision():
    x, upstream, gradient = np.full(10_000_001, -1, np.float32), np.ones(10_000_001, np.float32), np.zeros(1)
    call(layer_kernels(find("prelu")).parameter_gradient, x, NULL, upstream, np.ones(1, "f4"), gradient, x.size)
    assert gradient[0] == -10_000_001


def test_without_learned_parameters_there_is_no_gradient():
    assert layer_kernels(find("relu")).parameter_gradient == 0


def test_random_parameters_are_drawn_from_the_noise():
    x, noise = np.full(4, -8, np.float32), np.array([0, 0.25, 0.5, 1], np.float32)
    out, slope = run(find("rrelu"), x, (), noise)
    leak = 1 / 8 + (1 / 3 - 1 / 8) * noise
    np.testing.assert_allclose(out, -8 * leak, rtol=1e-6)
    np.testing.assert_allclose(slope, leak, rtol=1e-6)


@pytest.mark.parametrize(("name", "why"), [("softmax", "works along an axis"), ("swiglu", "has 2 inputs")])
def test_other_functions_are_refused_in_one_sentence(name, why):
    with pytest.raises(TypeError, match=f"{name} {why}, and a layer's kernel takes"):
        layer_kernels(find(name))


def test_other_dtypes_are_refused():
    with pytest.raises(ValueError, match="float32 and float64, not for 'float16'"):
        layer_kernels(find("relu"), "float16")
