"""Arrays of every shape and dtype in, the same out; nan, infinity and emptiness included."""

import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, Source, find
from actlab.compilers import infinities
from actlab.formula import limit, symbol
from actlab.formula.primitives import exp, sigmoid, sin, tanh
from tests.laws.oracle import ALL, NAMES

DTYPES = [np.float16, np.float32, np.float64]


@pytest.mark.parametrize("name", NAMES)
def test_derivative_matches_central_difference(name):
    activation = find(name)
    x = np.array([-6.71, -2.33, -0.77, -0.21, 0.13, 0.81, 1.9, 4.4, 7.2])
    width = 1e-6
    difference = (activation(x + width) - activation(x - width)) / (2 * width)
    np.testing.assert_allclose(activation.derivative(x), difference, rtol=1e-7, atol=2e-9)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_nan_and_infinity(name, dtype):
    activation = find(name)
    x = np.array([np.nan, -np.inf, np.inf, 0.0], dtype)
    for got, expression in (
        (activation(x), activation.formula),
        (activation.derivative(x), activation.slopes[0]),
    ):
        assert got.dtype == dtype
        assert np.isnan(got[0])
        ends = [dtype(limit(expression, "x", side, activation.defaults)) for side in (-1, 1)]
        assert not np.isnan(ends).any()
        np.testing.assert_array_equal(got[1:3], ends)
        assert np.isfinite(got[3])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_shapes_survive(name, dtype):
    activation = find(name)
    table = np.linspace(-3, 3, 24).astype(dtype).reshape(4, 6)
    read_only = table.copy()
    read_only.flags.writeable = False
    for x in (table, table[:, ::2], table.T, read_only, table[:0], np.array(1.5, dtype)):
        for compute in (activation, activation.derivative):
            got = compute(x)
            assert isinstance(got, np.ndarray)
            assert (got.dtype, got.shape) == (x.dtype, x.shape)
            np.testing.assert_array_equal(got, compute(np.ascontiguousarray(x)))
            assert not np.shares_memory(got, x)


@pytest.mark.parametrize("activation", ALL, ids=lambda each: each.name)
def test_no_warning_anywhere(activation):
    x = np.array([-1e308, -1e30, -800.0, -1.0, 0.0, 1.0, 800.0, 1e30, 1e308, np.inf, -np.inf, np.nan])
    with np.errstate(all="raise"):
        values = activation(*[x] * len(activation.inputs))
    assert np.isnan(values[-1])


@pytest.mark.parametrize("name", NAMES)
def test_finite_in_gives_finite_out(name):
    activation = find(name)
    x = np.array([-1.7e308, -1e200, -1e30, -800.0, 800.0, 1e30, 1e200, 1.7e308])
    assert np.isfinite(activation.derivative(x)).all()
    assert np.isfinite(activation(x / 2)).all()


def of_formula(body):
    """A function of x that is in no catalogue."""
    return Activation("test", "test", Source("Nobody", 2000), "A test.", ("x",), (), body(symbol("x")))


@pytest.mark.parametrize("body", [lambda x: sin(sigmoid(x)), lambda x: 1 - exp(-exp(x))], ids=["sin", "gompertz"])
def test_what_no_limit_decides_stays_as_computed(monkeypatch, body):
    monkeypatch.setattr(infinities, "_limit", lambda *_: np.nan)
    got = of_formula(body)(np.array([-np.inf, np.inf, np.nan]))
    np.testing.assert_array_equal(got[:2], [0, np.sin(1) if got[1] < 1 else 1])
    assert np.isnan(got[2])


def test_equal_infinities_are_decided_once(monkeypatch):
    asked = []
    monkeypatch.setattr(infinities, "_limit", lambda *point: asked.append(point) or 7.0)
    x = np.repeat([-np.inf, np.inf, 0.0], 1000)
    got = actlab.leaky_relu(x, slope=np.tile([0.1, 0.2], 1500))
    assert [point[2:] for point in asked] == [(side, (("slope", slope),)) for side in (-1, 1) for slope in (0.1, 0.2)]
    np.testing.assert_array_equal(got, np.repeat([7.0, 7.0, 0.0], 1000))
    asked.clear()
    actlab.swiglu(np.full(1000, np.inf), np.linspace(-1, 1, 1000))
    assert len(asked) == 1  # the value is a factor, whatever it is


def test_very_long_sums_are_computed():
    def body(x):
        total = x
        for k in range(1000):
            total += tanh(x + k)
        return total

    x = np.array([-0.5, 2.0])
    np.testing.assert_allclose(of_formula(body)(x), x + sum(np.tanh(x + k) for k in range(1000)), rtol=1e-12)


def test_masks_are_not_lost_silently():
    with pytest.raises(TypeError, match=r"write x.filled\(np.nan\)"):
        actlab.relu(np.ma.masked_array([1.0, 2.0], mask=[False, True]))


def test_floats_and_scalars_keep_their_kind():
    assert type(actlab.mish(1.0)) is float
    assert type(actlab.mish.derivative(1.0)) is float
    assert type(actlab.mish(np.float32(1))) is np.float32


@pytest.mark.parametrize(
    ("bad", "advice"),
    [
        (3, "write 3.0"),
        (True, "write 1.0"),
        (np.arange(3), "astype"),
        (np.array([True]), "astype"),
        (np.array([1j]), "astype"),
        (np.array(["a"]), "astype"),
        ([1.0, 2.0], "np.asarray"),
        (None, "np.asarray"),
    ],
)
def test_what_is_no_float_is_explained(bad, advice):
    with pytest.raises(TypeError, match="works on") as caught:
        actlab.mish(bad)
    assert advice in str(caught.value)


def test_parameters():
    x = np.array([-2.0, 3.0], np.float32)
    np.testing.assert_array_equal(actlab.leaky_relu(x, slope=0.5), np.array([-1.0, 3.0], np.float32))
    with pytest.raises(TypeError, match="no parameter 'slop'; it takes slope"):
        actlab.leaky_relu(x, slop=0.5)
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        actlab.elu(x, alpha=-1.0)
    with pytest.raises(ValueError, match="broadcast"):
        actlab.leaky_relu(x, slope=np.ones(3))


@pytest.mark.parametrize("alpha", [np.float32(-1), np.array(0.0), np.array([1.0, np.nan]), np.inf, -1])
@pytest.mark.parametrize("compute", [actlab.elu, actlab.elu.derivative])
def test_parameters_of_any_kind_lie_in_their_domain(compute, alpha):
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        compute(np.ones(2), alpha=alpha)
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        actlab.elu.pullback(np.ones(2), upstream=np.ones(2), alpha=alpha)


@pytest.mark.parametrize("slope", [None, True, "steep", np.ma.masked_array([0.1, 0.2])])
def test_parameters_are_numbers(slope):
    with pytest.raises(TypeError, match=r"write slope=0.01"):
        actlab.leaky_relu(np.ones(2), slope=slope)


def test_parameters_broadcast_one_a_feature():
    x = np.full((3, 2), -1.0)
    np.testing.assert_array_equal(actlab.prelu(x, slope=np.array([0.5, 0.25])), np.tile([-0.5, -0.25], (3, 1)))
