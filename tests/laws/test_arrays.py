"""Arrays of every shape and dtype in, the reference's numbers in the same out; nan, infinity and emptiness included."""

import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, Parameter, Source, find
from actlab.compilers import arrays, ends
from actlab.compilers import numpy as reference
from actlab.formula import limit, symbol
from actlab.formula.primitives import absolute, exp, sigmoid
from tests.laws.oracle import ALL, NAMES, grid

DTYPES = ["float16", "float32", "float64"]
ELEMENTWISE = [each.name for each in ALL if each.elementwise]
A_FEW = ["mish", "relu", "prelu", "elu", "gelu", "softplus", "step", "swiglu"]  # bfloat16 is stored alike for all
EVERY = [(name, dtype) for name in ELEMENTWISE for dtype in DTYPES] + [(name, "bfloat16") for name in A_FEW]

# In units of the last place. Numbers of half the width are computed in float32 and rounded once. In float64 it is the
# reference that loses digits in the tails: an exponential blows up the rounding of its argument.
BOUND = {"float16": 0.51, "bfloat16": 0.51, "float32": 6.0, "float64": 10.0}
REFERENCE = {"gelu_tanh": 1000.0, "gelu": 50.0, "geglu": 50.0}
SUBNORMAL = 40  # steps of the smallest number, where a result has lost its digits


def dtype_of(name):
    """The dtype; bfloat16 comes with JAX."""
    return np.dtype(pytest.importorskip("ml_dtypes").bfloat16 if name == "bfloat16" else name)


def layout(dtype):
    """The largest number, the bits of the fraction, and the exponent of the smallest normal number."""
    return {
        "float16": (65504.0, 10, -14),
        "bfloat16": (2.0**127 * (2 - 2.0**-7), 7, -126),
        "float32": (float(np.finfo(np.float32).max), 23, -126),
        "float64": (float(np.finfo(np.float64).max), 52, -1022),
    }[dtype.name]


def ulp(size, dtype):
    _, fraction, lowest = layout(dtype)
    _, exponent = np.frexp(np.maximum(size, np.ldexp(1.0, lowest)))
    return np.ldexp(1.0, exponent - 1 - fraction)


def largest_term(formula, values, shape):
    """The largest term of a sum or of a product's sums: beside a zero crossing, errors are measured by it."""
    if formula.word in ("add", "subtract"):
        return np.max([abs(np.broadcast_to(reference.run(each, values), shape)) for each in formula.arguments], axis=0)
    if formula.word == "multiply":
        parts = [
            np.maximum(largest_term(each, values, shape), abs(reference.run(each, values)))
            for each in formula.arguments
        ]
        return (
            parts[0] * parts[1]
            if any(each.word in ("add", "subtract") for each in formula.arguments)
            else np.zeros(shape)
        )
    return np.zeros(shape)


def assert_rounded(got, formula, values, bound, factor=1.0):
    """Against the formula in double precision, in units of the last place."""
    true = np.broadcast_to(reference.run(formula, values), got.shape) * factor
    term = largest_term(formula, values, got.shape) * abs(factor)
    largest = layout(got.dtype)[0]
    inside = abs(true) < largest * (1 - 2.0**-12)
    size = np.where(abs(true) < term / 4, np.minimum(term, largest), np.minimum(abs(true), largest))
    smallest = float(ulp(0.0, got.dtype))
    allowed = bound * ulp(size, got.dtype) + (SUBNORMAL * smallest if bound > 1 else 0)
    off = abs(got.astype(float) - true)
    wrong = inside & ~(off <= allowed)
    assert not wrong.any(), [(each[wrong][0] if np.ndim(each) else each) for each in (*values.values(), got, true)]
    beyond = abs(true) >= largest * (1 + 2.0**-7)
    np.testing.assert_array_equal(got[beyond].astype(float), np.copysign(np.inf, true[beyond]))


def points_of(activation, dtype):
    """Each input's numbers; kinks and their neighbourhood are on the grid of functions of one input."""
    x = grid(activation) if activation.univariate else np.linspace(-12, 12, 240)
    rounded = np.unique(x.astype(dtype).astype(float))
    rounded = rounded[np.isfinite(rounded)]
    others = [np.random.default_rng(k).permutation(rounded) for k in range(1, len(activation.inputs))]
    return [each.astype(dtype) for each in (rounded, *others)]


def check_against_the_reference(name, dtype):
    activation = find(name)
    given = points_of(activation, dtype)
    values = {
        **activation.defaults,
        **dict(zip(activation.inputs, (each.astype(float) for each in given), strict=True)),
    }
    bound = max(BOUND[dtype.name], REFERENCE.get(name, 0.0) if dtype == np.float64 else 0.0)
    with np.errstate(all="raise"):
        results = arrays.value_and_derivative(activation, given, activation.defaults)
    for got, formula in zip(results, (activation.formula, *activation.slopes), strict=True):
        assert got.dtype == dtype
        assert_rounded(got, formula, values, bound)
    return activation, given, values, results


@pytest.mark.parametrize(("name", "dtype"), EVERY)
def test_value_and_derivative_match_the_reference(name, dtype):
    activation, given, _, results = check_against_the_reference(name, dtype_of(dtype))
    if dtype in ("float32", "float64"):
        slopes = activation.derivative(*given)
        alone = (activation(*given), *(slopes if isinstance(slopes, tuple) else (slopes,)))
        for got, both in zip(alone, results, strict=True):
            np.testing.assert_array_equal(got, both)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [(each, "float32") for each in ELEMENTWISE]
    + [(each, dtype) for each in A_FEW for dtype in ("float16", "bfloat16", "float64")],
)
def test_pullback_matches_the_reference(name, dtype):
    activation, dtype = find(name), dtype_of(dtype)
    given = points_of(activation, dtype)
    values = {
        **activation.defaults,
        **dict(zip(activation.inputs, (each.astype(float) for each in given), strict=True)),
    }
    upstream = np.random.default_rng(9).choice([-1.0, 0.5, 0.75, 2.0], given[0].size).astype(dtype)
    bound = BOUND[dtype.name] + (1 if dtype.name in ("float32", "float64") else 0)
    bound = max(bound, REFERENCE.get(name, 0.0) if dtype == np.float64 else 0.0)
    with np.errstate(all="raise"):
        found = activation.pullback(*given, upstream=upstream)
    for got, slope in zip(found if isinstance(found, tuple) else (found,), activation.slopes, strict=True):
        assert got.dtype == dtype
        assert_rounded(got, slope, values, bound, upstream.astype(float))


@pytest.mark.parametrize("name", ["relu", "relu6", "hardtanh", "hardshrink", "softshrink", "step"])
def test_a_flat_stretch_passes_nothing_on(name):
    x, activation = np.linspace(-9, 9, 73, dtype=np.float32), find(name)
    flat = activation.derivative(x) == 0
    for arriving in (np.inf, np.nan):
        gradient = activation.pullback(x, upstream=np.full_like(x, arriving))
        assert flat.any()
        np.testing.assert_array_equal(gradient[flat], 0)
        np.testing.assert_array_equal(gradient[~flat], arriving)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [each.name for each in ALL if each.univariate])
def test_no_large_number_is_lost(name, dtype):
    """Far out intermediate results overflow, and what is rounded off an argument is as large as an argument."""
    powers = np.linspace(0, 38 if dtype == "float32" else 308, 5000)
    far = 10 ** np.concatenate([powers, np.linspace(5, 6.5, 20000)])
    x, activation = np.concatenate([far, -far]).astype(dtype), find(name)
    for found in (activation(x), activation.derivative(x), activation.pullback(x, upstream=np.ones_like(x))):
        assert not np.isnan(found).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [each.name for each in ALL if each.univariate])
def test_a_large_upstream_does_not_overflow_on_the_way(name, dtype):
    """Small slopes are raised while they wait for a factor."""
    x, activation = np.linspace(-50, 50, 4001).astype(dtype), find(name)
    slope, large = activation.derivative(x), np.finfo(dtype).max / 8
    precise = np.abs(slope) > np.finfo(dtype).tiny
    found = activation.pullback(x, upstream=np.full_like(x, large))
    np.testing.assert_allclose(found[precise], slope[precise] * large, rtol=16 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_planted_error_is_found(monkeypatch, dtype):
    right = reference.run
    monkeypatch.setattr(reference, "run", lambda *given: right(*given) * (1 + 4 * float(ulp(1.0, np.dtype(dtype)))))
    monkeypatch.setitem(BOUND, "float32", 2.0)
    with pytest.raises(AssertionError):
        check_against_the_reference("tanh", np.dtype(dtype))


@pytest.mark.parametrize("name", NAMES)
def test_derivative_matches_central_difference(name):
    activation = find(name)
    x = np.array([-6.71, -2.33, -0.77, -0.21, 0.13, 0.81, 1.9, 4.4, 7.2])
    width = 1e-6
    difference = (activation(x + width) - activation(x - width)) / (2 * width)
    np.testing.assert_allclose(activation.derivative(x), difference, rtol=1e-7, atol=2e-9)


@pytest.mark.parametrize(("name", "dtype"), [each for each in EVERY if each[0] in NAMES])
def test_nan_and_infinity(name, dtype):
    activation, dtype = find(name), dtype_of(dtype)
    x = np.array([np.nan, -np.inf, np.inf, 0.0], dtype)
    with np.errstate(all="raise"):
        results = arrays.value_and_derivative(activation, [x], activation.defaults)
    for got, expression in zip(results, (activation.formula, *activation.slopes), strict=True):
        assert got.dtype == dtype
        assert np.isnan(got[0])
        ends = np.array([limit(expression, "x", side, activation.defaults) for side in (-1, 1)]).astype(dtype)
        assert not np.isnan(ends).any()
        np.testing.assert_array_equal(got[1:3].astype(float), ends.astype(float))
        assert np.isfinite(got[3])


def in_every_layout(table):
    """The same kind of numbers, lying in memory in every way that there is."""
    read_only = table.copy()
    read_only.flags.writeable = False
    odd = np.frombuffer(b"-" + table.tobytes(), table.dtype, offset=1).reshape(table.shape)
    return {
        "contiguous": table,
        "sliced": table[:, ::2],
        "backwards": table[::-1, ::-3],
        "transposed": table.T,
        "by columns": np.asfortranarray(table),
        "read-only": read_only,
        "stretched": np.broadcast_to(table[:1, :1], (3, 4)),
        "repeated rows": np.broadcast_to(table[0], (5, 6)),
        "empty": table[:0],
        "no dimension": np.array(1.5, table.dtype),
        "other byte order": table.astype(table.dtype.newbyteorder()),
        "unaligned": odd,
        "four dimensions": table.reshape(2, 2, 3, 2).transpose(0, 3, 1, 2),
    }


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["mish", "prelu", "relu"])
def test_shapes_and_layouts_survive(name, dtype):
    activation, table = find(name), np.linspace(-3, 3, 24).astype(dtype).reshape(4, 6)
    for what, x in in_every_layout(table).items():
        plain = np.array(x, dtype, order="C", copy=True)
        for compute in (activation, activation.derivative, lambda x: activation.pullback(x, upstream=np.ones_like(x))):
            got = compute(x)
            assert isinstance(got, np.ndarray), what
            assert (got.dtype, got.shape) == (np.dtype(dtype), x.shape), what
            np.testing.assert_array_equal(got, compute(plain), err_msg=what)
            assert not np.shares_memory(got, x), what


@pytest.mark.parametrize("name", NAMES)
def test_each_number_is_computed_alone(name):
    """Wide registers, the rest of a loop, strides and single numbers: the same bits."""
    activation, x = find(name), np.linspace(-9, 9, 131, dtype=np.float32)
    whole = activation(x)
    np.testing.assert_array_equal(whole[::3], activation(x[::3]))
    np.testing.assert_array_equal(whole[7:70], activation(x[7:70]))
    np.testing.assert_array_equal(whole[::13], [activation(each) for each in x[::13]])


@pytest.mark.parametrize("activation", ALL, ids=lambda each: each.name)
def test_no_warning_anywhere(activation):
    x = np.array([-1e308, -1e30, -800.0, -1.0, 0.0, 1.0, 800.0, 1e30, 1e308, np.inf, -np.inf, np.nan])
    with np.errstate(all="raise"):
        values = activation(*[x] * len(activation.inputs))
        activation.pullback(*[x] * len(activation.inputs), upstream=x)
    assert np.isnan(values[-1])


@pytest.mark.parametrize("name", NAMES)
def test_finite_in_gives_finite_out(name):
    activation = find(name)
    x = np.array([-1.7e308, -1e200, -1e30, -800.0, 800.0, 1e30, 1e200, 1.7e308])
    assert np.isfinite(activation.derivative(x)).all()
    assert np.isfinite(activation(x / 2)).all()


X, BETA, HEIGHT = symbol("x"), symbol("beta"), symbol("height")


def of_formula(formula, *parameters):
    """A function of x that is in no catalogue."""
    return Activation("test", "test", Source("Nobody", 2000), "A test.", ("x",), parameters, formula)


def test_what_no_limit_decides_stays_as_computed(monkeypatch):
    monkeypatch.setattr(ends, "limit", lambda *_: np.nan)
    got = of_formula(1 - exp(-exp(X)))(np.array([-np.inf, np.inf, np.nan]))
    np.testing.assert_array_equal(got, [0, 1, np.nan])


def test_limits_are_taken_where_the_parameters_allow_them():
    far = np.array([-np.inf, np.inf])
    swish = of_formula(X * sigmoid(BETA * X), Parameter("beta", 1.0, "learned"))
    np.testing.assert_array_equal(swish(far, beta=1.5), [0, np.inf])
    np.testing.assert_array_equal(swish(far, beta=-1.5), [-np.inf, 0])
    np.testing.assert_array_equal(swish.derivative(far, beta=np.array([1.5, 0.5])), [0, 1])
    tall = of_formula(HEIGHT * (X / (1 + absolute(X))), Parameter("height", 2.0, "learned"))
    assert not np.isfinite(tall(far, height=3.0)).any()  # ±3 is not known to it, and ±2 would be wrong
    np.testing.assert_array_equal(actlab.leaky_relu(-far, slope=np.array([0.1, 0.2])), [np.inf, -np.inf])


def test_very_long_sums_are_computed():
    total = X
    for k in range(300):
        total += absolute(X + k)
    x = np.array([-0.5, 2.0])
    np.testing.assert_allclose(of_formula(total)(x), x + sum(abs(x + k) for k in range(300)), rtol=1e-12)
