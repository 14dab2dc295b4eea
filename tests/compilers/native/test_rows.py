"""Kernels along an axis: accuracy against 50 digits, long rows, infinities, every layout."""

import mpmath
import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, Parameter, Source
from actlab.formula import symbol
from actlab.formula.primitives import exp, log_total_exp, total

# Measured, in units of the last place; half of one is the rounding of the result.
BOUND = {"float16": 0.51, "float32": 3.0, "float64": 6.0}
SPREAD = {"a little": 1.0, "usual": 5.0, "wide": 30.0}


def true_softmax(row):
    with mpmath.workdps(50):
        exponentials = [mpmath.exp(mpmath.mpf(float(each))) for each in row]
        whole = mpmath.fsum(exponentials)
        return [each / whole for each in exponentials]


def error(got, true):
    """In units of the last place, among results that are no subnormal numbers."""
    found = 0.0
    for ours, exact in zip(got, true, strict=True):
        nearest = got.dtype.type(float(exact))
        if nearest >= np.finfo(got.dtype).smallest_normal:
            found = max(found, float(abs(mpmath.mpf(float(ours)) - exact) / float(np.spacing(nearest))))
    return found


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("dtype", BOUND)
def test_softmax_is_exact_to_the_last_digits(dtype, spread):
    generator = np.random.default_rng(11)
    for length in (1, 2, 3, 17, 300):
        row = (generator.normal(size=length) * SPREAD[spread]).astype(dtype)
        found = error(actlab.softmax(row), true_softmax(row))
        assert found <= BOUND[dtype], f"{found:.2f} ulp for a row of {length}"


def test_a_planted_error_in_softmax_is_found():
    row = np.linspace(-3, 3, 20, dtype=np.float32)
    assert error(actlab.softmax(row) * np.float32(1 + 2.0**-20), true_softmax(row)) > BOUND["float32"]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_long_rows(dtype):
    x = np.zeros(1_000_000, dtype)
    np.testing.assert_array_equal(actlab.softmax(x), np.full(x.size, 1e-6).astype(dtype))
    x = np.linspace(-8, 8, 1_000_001).astype(dtype)
    exponentials = np.exp(x.astype(float) - 8)
    expected = exponentials / exponentials.sum()
    allowed = 8 * float(np.finfo(dtype).eps) * expected + float(np.finfo(dtype).smallest_subnormal)
    assert (abs(actlab.softmax(x).astype(float) - expected) <= allowed).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_infinite_and_missing_numbers_in_a_row(dtype):
    inf = np.inf
    rows = {
        "closed": ([-inf, 1.0, 1.0, -inf], [0, 0.5, 0.5, 0]),
        "huge": ([6e4, 6e4, -6e4, -6e4], [0.5, 0.5, 0, 0]),
        "missing": ([np.nan, 0.0, 1.0, 2.0], [np.nan] * 4),
        "missing last": ([0.0, 0.0, 1.0, np.nan], [np.nan] * 4),
        "one only": ([-inf, -inf, 3.0, -inf], [0, 0, 1, 0]),
        "all closed": ([-inf] * 4, [np.nan] * 4),  # 0 / 0: no share is right
        "open": ([inf, 0.0, 1.0, inf], [np.nan] * 4),
    }
    with np.errstate(all="raise"):
        got = actlab.softmax(np.array([row for row, _ in rows.values()], dtype))
    for (what, (_, wanted)), row in zip(rows.items(), got, strict=True):
        np.testing.assert_array_equal(row, np.array(wanted, dtype), err_msg=what)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_every_axis_and_layout(dtype):
    kind = np.dtype(pytest.importorskip("ml_dtypes").bfloat16 if dtype == "bfloat16" else dtype)
    x = np.random.default_rng(12).normal(size=(3, 4, 5)).astype(kind)
    odd = np.frombuffer(b"-" + x.tobytes(), kind, offset=1).reshape(x.shape)
    stretched = np.broadcast_to(x[:, :1], x.shape)
    for given in (x, x.T, x[::-1, :, ::2], np.asfortranarray(x), stretched, odd, x[:0], x[:, :, :1]):
        for axis in range(-given.ndim, given.ndim):
            got = actlab.softmax(given, axis=axis)
            assert (got.shape, got.dtype) == (given.shape, kind)
            if not given.size:
                continue
            rows = np.moveaxis(given, axis, -1).reshape(-1, given.shape[axis])
            one_by_one = [actlab.softmax(row.copy()).astype(float) for row in rows]
            mine = np.moveaxis(got, axis, -1).reshape(rows.shape).astype(float)
            np.testing.assert_array_equal(mine, np.reshape(one_by_one, rows.shape))
            out = np.empty_like(x, shape=given.shape)
            assert actlab.softmax(given, axis=axis, out=out) is out
            np.testing.assert_array_equal(out.astype(float), got.astype(float))


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_pullback_of_softmax_matches_its_formula(axis, dtype):
    generator = np.random.default_rng(13)
    x, upstream = generator.normal(size=(2, 4, 30, 5)).astype(dtype)
    got = actlab.softmax.pullback(x, upstream=upstream, axis=axis)
    assert got.dtype == x.dtype
    share = np.exp(x.astype(float))
    share /= share.sum(axis=axis, keepdims=True)
    wide = upstream.astype(float)
    expected = share * (wide - (share * wide).sum(axis=axis, keepdims=True))
    bound = {"float16": 1e-3, "float32": 1e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose(got.astype(float), expected, rtol=bound, atol=bound * 0.5)


def test_the_pullback_of_a_long_row_adds_up_to_nothing():
    x = np.random.default_rng(14).normal(size=1_000_000).astype(np.float32)
    got = actlab.softmax.pullback(x, upstream=np.arange(x.size, dtype=np.float32))
    share = actlab.softmax(x.astype(float))
    upstream = np.arange(x.size, dtype=float)
    off = abs(got - share * (upstream - share @ upstream))
    assert (off <= 4 * 2.0**-24 * share * x.size).all()  # a difference of numbers up to a million, in float32


X, HEAT, SHIFT = symbol("x"), symbol("heat"), symbol("shift")


def of_formula(formula, inputs=("x",), parameters=()):
    return Activation("test", "test", Source("Nobody", 2000), "A test.", inputs, parameters, formula)


def test_other_sums_than_softmax():
    x = np.random.default_rng(15).normal(size=(4, 7))
    np.testing.assert_allclose(of_formula(X / total(X * X))(x), x / (x * x).sum(axis=-1, keepdims=True), rtol=1e-14)
    heights = np.log(np.exp(x).sum(axis=0, keepdims=True))
    np.testing.assert_allclose(of_formula(X - log_total_exp(X))(x, axis=0), x - heights, rtol=1e-12)
    twice = of_formula(exp(X - log_total_exp(X)) + total(exp(2 * X - log_total_exp(2 * X))) * X)
    np.testing.assert_allclose(twice(x), actlab.softmax(x) + x, rtol=1e-12)


def test_two_inputs_along_an_axis():
    y = symbol("y")
    weighed = of_formula(exp(X - log_total_exp(X)) * y - total(X * y), ("x", "y"))
    x, values = np.random.default_rng(16).normal(size=(2, 3, 4))
    expected = actlab.softmax(x) * values - (x * values).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(weighed(x, values), expected, rtol=1e-12, atol=1e-14)
    got = weighed.pullback(x, values, upstream=np.ones_like(x))
    for k, gradient in enumerate(got):
        for place in np.ndindex(*x.shape):
            moved = [np.array([x, values]) for _ in range(2)]
            moved[0][(k, *place)] += 1e-6
            moved[1][(k, *place)] -= 1e-6
            difference = (weighed(*moved[0]).sum() - weighed(*moved[1]).sum()) / 2e-6
            assert gradient[place] == pytest.approx(difference, rel=1e-6, abs=1e-8)


def test_parameters_of_a_row():
    x = np.random.default_rng(17).normal(size=(3, 4)).astype(np.float32)
    heated = of_formula(exp(X / HEAT - log_total_exp(X / HEAT)), parameters=(Parameter("heat", 2.0, "fixed", 0.0),))
    np.testing.assert_allclose(heated(x), actlab.softmax(x / 2), rtol=1e-6)
    np.testing.assert_allclose(
        heated(x, heat=np.array([[1.0], [2.0], [3.0]])), actlab.softmax(x / np.array([[1], [2], [3]], "f4")), rtol=1e-6
    )
