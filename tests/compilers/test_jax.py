"""JAX: the same numbers as everywhere, through jit, grad and vmap, at kinks and ends and in every dtype."""

import importlib.util
import sys

import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, Source, find
from actlab.compilers import numpy as reference
from actlab.formula import WORDS, derivative, symbol
from actlab.formula.limits import candidates
from actlab.formula.primitives import log_total_exp, tanh, total, where
from tests.laws.infinities import mended
from tests.laws.oracle import ALL, NAMES, grid, worst

jax = pytest.importorskip("jax")
jnp = jax.numpy
backend = pytest.importorskip("actlab.compilers.jax")

DTYPES = [np.float32, np.float64]
ELEMENTWISE = [each for each in ALL if each.elementwise]
by_name = pytest.mark.parametrize("name", NAMES)
by_dtype = pytest.mark.parametrize("dtype", DTYPES)
by_elementwise = pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda each: each.name)

USUAL = {np.float32: 4.0, np.float64: 6.0}  # largest errors in ulp; docs/jax.md has what was measured on more points
BOUND = {("squareplus", np.float32): 6.5}


def double():
    """A context in which JAX has float64."""
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()


def on_arrays(expression, activation, values):
    """The formula with its limits in float64, as NumPy computes it."""
    values = {name: np.asarray(value, np.float64) for name, value in values.items()}
    shape = np.broadcast_shapes(*(each.shape for each in values.values()))
    return mended(expression, activation.inputs, values, np.broadcast_to(reference.run(expression, values), shape))


def is_normal(expression, activation, points, dtype):
    """Where neither the point nor the result nor a factor of it is subnormal: XLA makes those 0."""
    smallest = float(np.finfo(dtype).tiny)
    true = np.abs(on_arrays(expression, activation, {**activation.defaults, "x": points}))
    return ((np.abs(points) >= smallest) | (points == 0)) & ((true > 4096 * smallest) | (true == 0))


@by_dtype
@by_name
def test_value_and_slope_keep_their_digits(name, dtype):
    activation = find(name)
    corners = list(candidates(activation.formula, "x", activation.defaults))
    points = np.unique(np.concatenate([grid(activation)[::3], np.linspace(-30, 30, 81), corners]).astype(dtype))
    with double():
        results = jax.jit(lambda x: (activation(x), activation.derivative(x)))(jnp.asarray(points))
    for expression, got in zip((activation.formula, activation.slopes[0]), results, strict=True):
        assert got.dtype == dtype
        counts = is_normal(expression, activation, points, dtype)
        error, where_ = worst(expression, np.asarray(got)[counts], points[counts], activation.defaults)
        assert error <= BOUND.get((name, dtype), USUAL[dtype]), f"{error:.1f} ulp at x = {where_!r}"


@pytest.mark.parametrize(
    ("activation", "dtype"),
    [(each, np.float32) for each in ELEMENTWISE]
    + [(find(name), np.float64) for name in ("gelu_tanh", "squareplus", "leaky_relu", "hardswish", "geglu")],
    ids=lambda each: each.name if isinstance(each, Activation) else each.__name__,
)
def test_every_derivative_at_ends_kinks_and_nan(activation, dtype):
    """Value, slope and slope of the slope, by jax.grad, against the formulas with their limits."""
    corners = [-np.inf, -1e15, -6, -3, -1, -0.5, 0, 0.5, 1, 3, 6, 1e15, np.inf, np.nan]
    points = [each.ravel() for each in np.meshgrid(*[np.array(corners, dtype)] * len(activation.inputs))]
    one_infinite = sum(np.isinf(each) for each in points) < 2  # of two, no limit says what comes out
    points = [each[one_infinite] for each in points]
    values = {**activation.defaults, **dict(zip(activation.inputs, points, strict=True))}
    with double():
        arrays = [jnp.asarray(each) for each in points]
        for place, name in enumerate(activation.inputs):
            slope = jax.grad(activation, place)
            functions = (activation, slope, jax.grad(slope, place))
            found = jax.jit(jax.vmap(lambda *x, each=functions: [compute(*x) for compute in each]))(*arrays)
            first = derivative(activation.formula, name)
            for got, expression in zip(found, (activation.formula, first, derivative(first, name)), strict=True):
                assert got.dtype == dtype
                expected = on_arrays(expression, activation, values).astype(dtype)
                tolerance = {np.float32: 2e-6, np.float64: 2e-15}[dtype]
                np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["leaky_relu", "prelu", "selu"])
@pytest.mark.parametrize("number", [0.0, -0.5])
def test_limits_follow_the_signs_of_parameters(name, number):
    activation = find(name)
    for parameter in activation.parameters:
        given = {**activation.defaults, parameter.name: number}
        ends = np.array([-np.inf, -2.0, 2.0, np.inf], np.float32)
        expected = on_arrays(activation.formula, activation, {**given, "x": ends})
        np.testing.assert_allclose(activation(jnp.asarray(ends), **{parameter.name: number}), expected, rtol=1e-6)


def test_jit_vmap_and_every_mode_agree():
    names = ["mish", "hardswish"]

    def together(x):
        return sum(find(name)(x) for name in names)

    x = jnp.linspace(-4.0, 4.0, 9)
    np.testing.assert_allclose(jax.jit(together)(x), together(x), rtol=1e-6, atol=1e-6)
    slopes = sum(find(name).derivative(x) for name in names)
    np.testing.assert_allclose(jax.vmap(jax.grad(together))(x), slopes, rtol=1e-6)
    np.testing.assert_allclose(jax.jit(jax.grad(lambda x: together(x).sum()))(x), slopes, rtol=1e-6)
    np.testing.assert_allclose(jnp.diag(jax.jacfwd(together)(x)), slopes, rtol=1e-6)
    np.testing.assert_allclose(jax.jvp(together, (x,), (2 * jnp.ones(9),))[1], 2 * slopes, rtol=1e-6)
    curves = jax.vmap(jax.grad(jax.grad(together)))(x)
    np.testing.assert_allclose(jnp.diag(jax.hessian(lambda x: together(x).sum())(x)), curves, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["relu", "relu6", "hardtanh", "hardsigmoid", "hardshrink", "softshrink", "step"])
def test_a_slope_of_zero_stops_an_infinite_upstream(name):
    activation, x = find(name), np.array([-9.0, -0.1, 0.0, 0.1, 9.0, np.nan], np.float32)
    upstream = np.full_like(x, np.inf)
    got = activation.pullback(jnp.asarray(x), upstream=jnp.asarray(upstream))
    np.testing.assert_array_equal(got, activation.pullback(x, upstream=upstream))
    assert (np.asarray(got) == 0).any()
    tangent = jax.jvp(activation, (jnp.asarray(x),), (jnp.asarray(upstream),))[1]
    np.testing.assert_array_equal(tangent, got)


def test_a_slope_that_only_passes_through_zero_has_derivatives_there():
    """tanhshrink is x³ / 3 - … near 0."""
    assert jax.grad(jax.grad(jax.grad(actlab.tanhshrink)))(0.0) == 2


@pytest.mark.parametrize("number", [2, np.float64(2), np.array(2), [2, 2, 2], np.full(3, 2.0), jnp.arange(3) * 0 + 2])
def test_parameters_are_numbers_arrays_or_lists(number):
    np.testing.assert_array_equal(actlab.prelu(-jnp.ones((2, 3)), slope=number), -2 * np.ones((2, 3)))


def test_third_derivative_is_right():
    third = jax.grad(jax.grad(jax.grad(actlab.mish)))(0.7)
    expression = find("mish").formula
    for _ in range(3):
        expression = derivative(expression, "x")
    np.testing.assert_allclose(third, reference.run(expression, {"x": 0.7}), rtol=1e-6)


@by_elementwise
def test_gradients_of_parameters(activation):
    """Of one number for all, and of one a feature, against our formula summed over where each was used."""
    x = np.linspace(-3.3, 3.7, 12).reshape(4, 3)
    inputs = dict.fromkeys(activation.inputs, x)
    for parameter in activation.parameters:
        expression = derivative(activation.formula, parameter.name)
        features = parameter.default * np.array([0.8, 1.0, 1.3])
        for number, axes in ((np.asarray(parameter.default), (0, 1)), (features, 0)):
            given = {**activation.defaults, parameter.name: number}
            expected = np.broadcast_to(reference.run(expression, {**given, **inputs}), x.shape).sum(axis=axes)

            def loss(number, name=parameter.name):
                return activation(*[jnp.asarray(x, jnp.float32)] * len(inputs), **{name: number}).sum()

            got = jax.grad(loss)(jnp.asarray(number, jnp.float32))
            np.testing.assert_allclose(got, expected, rtol=2e-5, atol=1e-6)


def test_a_parameter_moves_the_slope_too():
    mixed = jax.grad(jax.grad(lambda x, beta: actlab.softplus(x, beta=beta)), 1)(0.5, 2.0)
    slope = find("softplus").slopes[0]
    np.testing.assert_allclose(mixed, reference.run(derivative(slope, "beta"), {"x": 0.5, "beta": 2.0}), rtol=1e-6)


@pytest.mark.parametrize("name", ["glu", "geglu", "swiglu", "softmax"])
@pytest.mark.parametrize("axis", [0, -1])
def test_along_any_axis(name, axis):
    activation, x = find(name), np.linspace(-3, 3, 24).reshape(4, 6)
    got = jax.jit(lambda x: activation(x, axis=axis))(jnp.asarray(x, jnp.float32))
    expected = activation(x, axis=axis)
    np.testing.assert_allclose(got, expected, rtol=2e-6)
    upstream = np.sin(np.arange(expected.size)).reshape(expected.shape)
    pulled = activation.pullback(jnp.asarray(x, jnp.float32), upstream=jnp.asarray(upstream, jnp.float32), axis=axis)
    assert isinstance(pulled, jax.Array)
    np.testing.assert_allclose(pulled, activation.pullback(x, upstream=upstream, axis=axis), rtol=1e-5, atol=1e-6)


def test_gated_functions_of_two_arrays():
    gate, value = jnp.linspace(-3.0, 3.0, 7), jnp.linspace(1.0, 2.0, 7)
    np.testing.assert_allclose(actlab.swiglu(gate, value), jax.nn.silu(gate) * value, rtol=1e-6)
    first, second = actlab.swiglu.derivative(gate, value)
    pulled = actlab.swiglu.pullback(gate, value, upstream=2 * jnp.ones(7))
    np.testing.assert_allclose(pulled[0], 2 * first)
    np.testing.assert_allclose(pulled[1], 2 * second)
    stretched = actlab.glu.pullback(jnp.ones((3, 7)), value, upstream=jnp.ones((3, 7)))
    np.testing.assert_allclose(stretched[1], jax.grad(lambda gate: jax.nn.sigmoid(gate).sum() * 3)(value), rtol=1e-6)


def test_softmax_is_as_smooth_as_it_is():
    x = jnp.array([0.3, -1.2, 2.0])
    np.testing.assert_allclose(
        jax.jit(jax.hessian(actlab.softmax))(x), jax.jit(jax.hessian(jax.nn.softmax))(x), rtol=1e-5, atol=1e-7
    )
    np.testing.assert_allclose(jax.vmap(actlab.softmax)(jnp.stack([x, 2 * x]))[1], actlab.softmax(2 * x), rtol=1e-6)
    high = jnp.array([1000.25, 998.5, 990.125])
    np.testing.assert_allclose(actlab.softmax(high), actlab.softmax(np.asarray(high, np.float64)), rtol=5e-7)
    rows = np.array([[1.0, np.inf], [1.0, -np.inf], [np.nan, 1.0], [800.0, -800.0]])
    np.testing.assert_allclose(actlab.softmax(jnp.asarray(rows, jnp.float32)), actlab.softmax(rows), rtol=1e-6)
    assert actlab.softmax(jnp.zeros((3, 0))).shape == (3, 0)


def test_sums_within_sums_are_differentiated():
    def body(x):
        return where(x > 0, x, tanh(x)) * total(x * log_total_exp(2 * x)) + log_total_exp(x)

    activation = Activation("test", "test", Source("Nobody", 2000), "A test.", ("x",), (), body(symbol("x")))

    def plainly(x):
        inner = (x * jax.nn.logsumexp(2 * x)).sum()
        return jnp.where(x > 0, x, jnp.tanh(x)) * inner + jax.nn.logsumexp(x)

    x = jnp.array([0.5, -1.0, 2.0])
    for ours, theirs in ((activation, plainly), (jax.jacrev(activation), jax.jacrev(plainly))):
        np.testing.assert_allclose(jax.jit(ours)(x), jax.jit(theirs)(x), rtol=1e-5)


@pytest.mark.parametrize("name", ["leaky_relu", "softmax", "swiglu"])
def test_dtype_and_shape_stay(name):
    activation = find(name)
    options = {each.name: 0.3 for each in activation.parameters}
    with double():
        for dtype in (jnp.float16, jnp.bfloat16, jnp.float32, jnp.float64):
            x = jnp.linspace(-3, 3, 8, dtype=dtype)
            got, slope = activation(x, **options), jax.grad(lambda x: activation(x, **options).sum())(x)
            assert (got.dtype, slope.dtype) == (dtype, dtype)
            assert slope.shape == x.shape
            exact = activation(np.asarray(x, np.float64), **options)
            np.testing.assert_allclose(np.asarray(got, np.float64), exact, rtol=3 * float(jnp.finfo(dtype).eps))
    for shape in ((0,), (2, 0, 3)) if name == "leaky_relu" else ():
        assert activation(jnp.zeros(shape)).shape == shape
    if activation.univariate:
        assert activation(jnp.float32(1.0)).shape == ()


def test_numbers_beside_arrays():
    assert actlab.glu(jnp.ones(2, jnp.float16), 1.0).dtype == jnp.float16
    assert actlab.glu(jnp.ones(2, jnp.float16), np.ones(2, np.float32)).dtype == jnp.float32
    with double():
        assert actlab.leaky_relu(jnp.ones(2, jnp.float32), slope=np.float64(0.1)).dtype == jnp.float32


def test_the_second_call_compiles_nothing():
    x = jnp.ones(3)
    actlab.elu(x)
    before = backend._function.cache_info().misses
    with jax.log_compiles(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "emit", None)
        actlab.elu(2 * x)
    assert backend._function.cache_info().misses == before


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: actlab.mish(jnp.arange(3)), TypeError, r"dtype int32.*write x.astype\(jnp.float32\)"),
        (lambda: actlab.mish(jnp.array([True])), TypeError, "dtype bool"),
        (lambda: actlab.mish(jnp.array([1j])), TypeError, "dtype complex64"),
        (lambda: actlab.mish(jax.random.key(0)), TypeError, "dtype key"),
        (lambda: actlab.glu(jnp.ones(2), 1), TypeError, r"whole number 1 as x.*write 1\.0"),
        (lambda: actlab.glu(jnp.ones(2), [1.0]), TypeError, r"x of type list.*jnp.asarray"),
        (lambda: actlab.glu(jnp.ones(2), jnp.ones(3)), ValueError, r"shapes \(2,\) and \(3,\)"),
        (lambda: actlab.glu(jnp.ones(3)), ValueError, "2 equal parts along axis -1"),
        (lambda: actlab.glu(jnp.ones(2), axis=1), ValueError, "axis=1"),
        (lambda: actlab.glu(*[jnp.ones(2)] * 3), TypeError, "takes value and gate, but got 3"),
        (lambda: actlab.softmax(jnp.float32(1)), ValueError, "works along an axis"),
        (lambda: actlab.softmax(jnp.ones(2), axis=1.0), TypeError, "one whole number"),
        (lambda: actlab.prelu(jnp.ones((3, 2)), slope=jnp.ones(3)), ValueError, r"slope of shape \(3,\)"),
        (lambda: actlab.prelu(jnp.ones(2), slope=jnp.ones((3, 2))), ValueError, r"slope of shape \(3, 2\)"),
        (lambda: actlab.prelu(jnp.ones(2), slope=jnp.array([True, False])), TypeError, "slope of dtype bool"),
        (lambda: actlab.celu(jnp.ones(2), alpha=1e300), ValueError, "alpha=1e.300, for which float32 has no room"),
        (lambda: actlab.celu(jnp.ones(2), alpha=1e-60), ValueError, "for which float32 has no room; write jax.config"),
        (lambda: actlab.mish(jnp.ones(2), axis=1), ValueError, "axis=1 for the shape"),
        (lambda: actlab.swiglu(jnp.ones(3)), ValueError, "give gate and value as separate arrays"),
        (lambda: actlab.prelu(jnp.ones(2), slope="steep"), TypeError, "write slope=0.25"),
        (lambda: actlab.elu(jnp.ones(2), alpha=-1.0), ValueError, "alpha must be a number above 0"),
        (lambda: actlab.mish.pullback(jnp.ones(2), upstream=jnp.ones(3)), ValueError, "upstream of shape"),
        (lambda: actlab.mish.pullback(jnp.ones(2), upstream=jnp.arange(2)), TypeError, "upstream of dtype int32"),
    ],
)
def test_what_cannot_be_computed_is_explained(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


PEERS = {  # their function, and the relative difference that is theirs: in float32, from -8 to 8
    "relu": ("relu", {}, 0),
    "relu6": ("relu6", {}, 0),
    "leaky_relu": ("leaky_relu", {}, 1e-6),
    "elu": ("elu", {}, 1e-6),
    "selu": ("selu", {}, 1e-6),
    "celu": ("celu", {}, 1e-6),
    "silu": ("silu", {}, 1e-6),
    "mish": ("mish", {}, 1e-6),
    "softplus": ("softplus", {}, 1e-6),
    "logsigmoid": ("log_sigmoid", {}, 1e-6),
    "sigmoid": ("sigmoid", {}, 1e-6),
    "tanh": ("tanh", {}, 1e-6),
    "softsign": ("soft_sign", {}, 1e-6),
    "hardtanh": ("hard_tanh", {}, 0),
    "hardsigmoid": ("hard_sigmoid", {}, 1e-6),
    "hardswish": ("hard_swish", {}, 1e-6),
    "softmax": ("softmax", {}, 1e-6),
    "glu": ("glu", {}, 1e-6),
    "gelu": ("gelu", {"approximate": False}, 1e-5),
    "gelu_tanh": ("gelu", {}, 0.2),  # 1 + tanh(…) has lost its digits at -4.8
    "squareplus": ("squareplus", {}, 1e-5),  # x + sqrt(x² + 4) loses digits below 0
}


@pytest.mark.parametrize("name", PEERS)
def test_agrees_with_jax(name):
    word, options, tolerance = PEERS[name]
    x = jnp.linspace(-8, 8, 64)
    theirs = np.asarray(getattr(jax.nn, word)(x, **options))
    far = np.abs(theirs) > 1e-6 if name == "gelu_tanh" else np.ones(theirs.shape, bool)
    np.testing.assert_allclose(np.asarray(find(name)(x))[far], theirs[far], rtol=tolerance)


def test_every_word_is_there_once():
    languages = set(backend.TABLE) - {"round"}, set(backend.REDUCING) - {backend.GREATEST}, set(backend.EXPANDED)
    assert set.union(*languages) == set(WORDS)
    assert sum(map(len, languages)) == len(WORDS)


def test_a_missing_jax_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    spec = importlib.util.spec_from_file_location("without_jax", backend.__file__)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "actlab\[jax\]"'):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
