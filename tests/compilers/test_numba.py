"""Numba's layer kernels against the NumPy reference, over the whole catalogue."""

import ctypes
import math
from typing import Any

import numpy as np
import pytest

from actlab.catalogue import Activation, Parameter, Source, find, names
from actlab.compilers import numba_source
from actlab.compilers import numpy as reference
from actlab.compilers.numba import layer_kernels, value_and_derivative
from actlab.formula import derivative, symbol
from actlab.formula.primitives import absolute, exp, sigmoid

UNIVARIATE = [name for name in names() if find(name).univariate]
IN_FLOAT64 = ["relu", "prelu", "rrelu", "gelu", "mish", "elu", "tanhshrink", "softplus", "hardswish"]
EXTREMES = [0.0, -0.0, 1e-30, -1e-30, 20.0, -20.0, 90.0, -90.0, 1e4, -1e4, 1e30, -1e30]
POINTS = np.concatenate([np.linspace(-9, 9, 301), [-3, -2, -1, -0.5, 0.5, 1, 2, 3, 6], EXTREMES])
# A product of several words adds up their errors, and exp blows up the rounding of a large argument.
TOLERANCE = {"float32": 2e-6, "float64": 1e-14}
IN_TAILS = {"float32": 2e-4, "float64": 1e-12}


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


def evaluate(expression, values, shape):
    return np.broadcast_to(reference.run(expression, values), shape)


def assert_close(got, expected, dtype, scale, what):
    """Relative to the value; tails may lose a few digits more, and beside a zero crossing the scale counts."""
    got = got.astype(float)
    expected = np.where(np.abs(expected) > float(np.finfo(dtype).max), np.copysign(np.inf, expected), expected)
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(got[~finite], expected[~finite], err_msg=what)
    off = np.abs(got[finite] - expected[finite])
    size = np.abs(expected[finite])
    rounding = 4 * float(np.finfo(dtype).smallest_normal)
    assert (off <= TOLERANCE[dtype] * np.maximum(size, scale) + rounding).all(), what
    tail = size > rounding
    crossing = 0.05 * TOLERANCE[dtype] * scale
    assert (off[tail] <= IN_TAILS[dtype] * size[tail] + crossing).all(), what


def check_against_reference(name, dtype):
    activation = find(name)
    x = POINTS.astype(dtype)
    noise = np.random.default_rng(3).random(x.size).astype(dtype)
    parameters = parameters_of(activation, dtype, seed=4)
    out, slope = np.full_like(x, 7), np.full_like(x, 7)
    value_and_derivative(activation, dtype)(x, out, slope, parameters, noise)
    values = values_of(activation, x, parameters, noise)
    assert_close(out, evaluate(activation.formula, values, x.shape), dtype, 0.1, f"{name}: value")
    expected = evaluate(derivative(activation.formula, activation.inputs[0]), values, x.shape)
    assert_close(slope, expected, dtype, 0.1, f"{name}: slope")


@pytest.mark.parametrize("name", UNIVARIATE)
def test_value_and_slope_match_the_reference(name):
    check_against_reference(name, "float32")


@pytest.mark.parametrize("name", IN_FLOAT64)
def test_value_and_slope_match_the_reference_in_double_precision(name):
    check_against_reference(name, "float64")


def test_a_planted_error_is_found(monkeypatch):
    right = reference.run
    monkeypatch.setattr(reference, "run", lambda *given: 1.00001 * right(*given))
    with pytest.raises(AssertionError, match="tanh: value"):
        check_against_reference("tanh", "float32")


@pytest.mark.parametrize("name", UNIVARIATE)
def test_nan_stays(name):
    activation = find(name)
    x = np.array([np.nan, 1.0] * 40, np.float32)
    out, slope = np.zeros_like(x), np.zeros_like(x)
    value_and_derivative(activation)(x, out, slope)
    assert np.isnan(out[::2]).all()
    assert np.isnan(slope[::2]).all()
    assert np.isfinite([out[1::2], slope[1::2]]).all()


@pytest.mark.parametrize("name", UNIVARIATE)
def test_infinities_give_the_reference_limits(name):
    activation = find(name)
    x = np.array([-np.inf, np.inf], np.float32)
    out, slope = np.zeros_like(x), np.zeros_like(x)
    value_and_derivative(activation)(x, out, slope)
    np.testing.assert_allclose(out, activation(x), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(slope, activation.derivative(x), rtol=1e-6, atol=1e-6)


X, BETA, HEIGHT = symbol("x"), symbol("beta"), symbol("height")


def of_formula(formula, *parameters):
    """A function of x that is in no catalogue."""
    return Activation("test", "test", Source("Nobody", 2000), "A test.", ("x",), parameters, formula)


def ends(activation, *parameters):
    """Value and slope at -inf and inf."""
    x = np.array([-np.inf, np.inf])
    out, slope = np.empty_like(x), np.empty_like(x)
    value_and_derivative(activation, "float64")(x, out, slope, np.array(parameters))
    return [*out, *slope]


def test_what_no_limit_decides_stays_as_computed(monkeypatch):
    monkeypatch.setattr(numba_source, "limit", lambda *_: math.nan)
    assert ends(of_formula(1 - exp(-exp(X))))[:2] == [0, 1]


def test_limits_are_taken_where_the_parameters_allow_them():
    swish = of_formula(X * sigmoid(BETA * X), Parameter("beta", 1.0, "learned"))
    assert ends(swish, 1.5) == [0, np.inf, 0, 1]
    assert ends(swish, -1.5)[0] == -np.inf
    assert math.isnan(ends(swish, -1.5)[1])  # unknown, where the limit at the default would be wrong
    tall = of_formula(HEIGHT * (X / (1 + absolute(X))), Parameter("height", 2.0, "learned"))
    np.testing.assert_array_equal(ends(tall, 3.0)[:2], [np.nan, np.nan])  # ±3, and not ±2


def test_very_long_sums_are_compiled():
    total = X
    for k in range(500):
        total += absolute(X + k)
    x = np.array([-0.5, 2.0])
    out, slope = np.empty_like(x), np.empty_like(x)
    value_and_derivative(of_formula(total), "float64")(x, out, slope)
    np.testing.assert_allclose(out, x + sum(abs(x + k) for k in range(500)), rtol=1e-12)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 5), (7, 64), (0, 4)])
def test_forward_adds_the_bias_to_each_row_in_place(rows, columns):
    generator = np.random.default_rng(5)
    z = generator.standard_normal((rows, columns)).astype(np.float32)
    bias = generator.standard_normal(columns).astype(np.float32)
    out, slope, expected = np.empty_like(z), np.empty_like(z), z + bias
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 6, ctypes.c_int64, ctypes.c_int64)
    arrays = (z, bias, z, z, out, slope)
    call(layer_kernels(find("tanh")).forward)(*(each.ctypes.data for each in arrays), rows, columns)
    np.testing.assert_array_equal(z, expected)
    np.testing.assert_allclose(out, np.tanh(expected), rtol=1e-6)
    np.testing.assert_allclose(slope, 1 - np.tanh(expected) ** 2, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["gelu", "prelu", "rrelu", "step"])
def test_the_value_alone_is_the_same(name):
    activation = find(name)
    x = np.random.default_rng(6).standard_normal(1000).astype(np.float32)
    noise = np.full_like(x, 0.5)
    parameters = parameters_of(activation, np.float32)
    alone, out, slope = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4, ctypes.c_int64)(layer_kernels(activation).value)
    call(x.ctypes.data, noise.ctypes.data, parameters.ctypes.data, alone.ctypes.data, x.size)
    value_and_derivative(activation)(x, out, slope)
    np.testing.assert_array_equal(alone, out)


def learned_of(activation):
    return [each.name for each in activation.parameters if each.role == "learned"]


@pytest.mark.parametrize("name", [name for name in UNIVARIATE if learned_of(find(name))])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameter_gradients_match_finite_differences(name, dtype):
    activation = find(name)
    generator = np.random.default_rng(8)
    x, upstream = generator.standard_normal((2, 4001)).astype(dtype)
    parameters = parameters_of(activation, dtype)
    gradient = np.full(len(learned_of(activation)), 10.0)
    arrays = (x, x, upstream, parameters)
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 5, ctypes.c_int64)
    addresses = [each.ctypes.data for each in (*arrays, gradient)]
    call(layer_kernels(activation, dtype).parameter_gradient)(*addresses, x.size)
    for k, parameter in enumerate(learned_of(activation)):
        step, middle = 1e-5, activation.defaults[parameter]
        ends: list[dict[str, Any]] = [{parameter: middle + step}, {parameter: middle - step}]
        up, down = (activation(x.astype(float), **end) for end in ends)
        expected = float(upstream.astype(float) @ ((up - down) / (2 * step)))
        assert gradient[k] - 10 == pytest.approx(expected, rel=1e-4 if dtype == "float32" else 1e-8)


def test_without_learned_parameters_there_is_no_gradient():
    assert layer_kernels(find("relu")).parameter_gradient == 0


def test_random_parameters_are_drawn_from_the_noise():
    x = np.full(4, -8, np.float32)
    noise = np.array([0, 0.25, 0.5, 1], np.float32)
    out, slope = np.empty_like(x), np.empty_like(x)
    value_and_derivative(find("rrelu"))(x, out, slope, None, noise)
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


def test_wrong_arrays_are_refused():
    run = value_and_derivative(find("relu"))
    x = np.zeros(8, np.float32)
    with pytest.raises(ValueError, match="x is a contiguous float64 array"):
        run(x.astype(float), x.copy(), x.copy())
    with pytest.raises(ValueError, match="out is a strided float32 array"):
        run(x, np.zeros(16, np.float32)[::2], x.copy())
    with pytest.raises(ValueError, match=r"slope is .* of shape \(4,\)"):
        run(x, x.copy(), x[:4].copy())
    read_only = x.copy()
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="out is read-only"):
        run(x, read_only, x.copy())
    with pytest.raises(ValueError, match="slope is read-only"):
        run(x, x.copy(), read_only)
    run(read_only, x.copy(), x.copy())
    with pytest.raises(ValueError, match="relu takes 0 parameters, not 2"):
        run(x, x.copy(), x.copy(), np.zeros(2, np.float32))
