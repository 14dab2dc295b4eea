"""Gradients in inputs and learned parameters of every shape: one number, one a feature, one a channel, one each."""

import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, Parameter, Source, find
from actlab.compilers import numpy as reference
from actlab.formula import derivative, symbol
from actlab.formula.primitives import softplus, where

X, LOW, HIGH, BEND = symbol("x"), symbol("low"), symbol("high"), symbol("bend")
TWO_SLOPES = Activation(
    "two_slopes",
    "test",
    Source("Nobody", 2000),
    "Bends softly from one learned slope to another one.",
    ("x",),
    (Parameter("low", 0.1, "learned"), Parameter("bend", 2.0, "fixed", 0.0), Parameter("high", 1.5, "learned")),
    LOW * X + (HIGH - LOW) * softplus(BEND * X) / BEND,
)
Y = symbol("y")
TWO_INPUTS = Activation(
    "two_inputs",
    "test",
    Source("Nobody", 2000),
    "A gate with a learned leak.",
    ("x", "y"),
    (Parameter("low", 0.1, "learned"),),
    where(X > 0, X * Y, LOW * X * Y),
)
SHAPES = {  # of the input, and of a parameter
    "one number": ((4, 3, 5), ()),
    "an array of one number": ((4, 3, 5), (1,)),
    "features last": ((4, 3, 5), (5,)),
    "channels": ((4, 3, 5), (3, 1)),
    "samples": ((4, 3, 5), (4, 1, 1)),
    "images": ((2, 3, 4, 5), (3, 1, 1)),
    "one each": ((4, 3, 5), (4, 3, 5)),
    "two axes": ((4, 3, 5), (3, 5)),
    "outer axes": ((4, 3, 5), (4, 3, 1)),
    "one row": ((1, 7), (7,)),
    "one feature": ((7, 1), (1,)),
    "a vector": ((9,), (9,)),
    "one single number": ((), ()),
    "no rows": ((0, 3), (3,)),
    "no features": ((3, 0), (0,)),
    "nothing": ((0, 3), ()),
}
CLOSE = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-13}


def summed(share, shape):
    """The sum over everything that a parameter of this shape was stretched to."""
    ahead = share.ndim - len(shape)
    stretched = [ahead + k for k, length in enumerate(shape) if length == 1 != share.shape[ahead + k]]
    return share.sum(axis=(*range(ahead), *stretched)).reshape(shape)


def expected(activation, arrays, upstream, parameters, name):
    """By the formula, in double precision."""
    values = {**dict(zip(activation.inputs, (each.astype(float) for each in arrays), strict=True)), **parameters}
    share = reference.run(derivative(activation.formula, name), values) * upstream.astype(float)
    whole = np.broadcast_to(share, upstream.shape)
    own = values[name] if name in activation.inputs else parameters[name]
    return summed(whole, np.shape(own))


@pytest.mark.parametrize("case", SHAPES)
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("activation", [actlab.prelu, TWO_SLOPES], ids=lambda each: each.name)
def test_parameters_of_every_shape(activation, dtype, case):
    shape, own = SHAPES[case]
    generator = np.random.default_rng(3)
    x, upstream = (np.asarray(generator.normal(size=shape)).astype(dtype) for _ in range(2))
    kind = np.float64 if dtype == "float64" else np.float32
    given = {name: np.asarray(generator.uniform(0.5, 1.5, size=own)).astype(kind) for name in activation.defaults}
    names = ("x", *(each.name for each in activation.parameters if each.role == "learned"))
    found = activation.pullback(x, upstream=upstream, wrt=names, **given)
    np.testing.assert_array_equal(found[0], activation.pullback(x, upstream=upstream, **given))
    double = {name: number.astype(float) for name, number in given.items()}
    for name, got in zip(names[1:], found[1:], strict=True):
        assert (got.shape, got.dtype) == (own, np.dtype(dtype))
        true = expected(activation, [x], upstream, double, name)
        np.testing.assert_allclose(got.astype(float), true, rtol=CLOSE[dtype], atol=10 * CLOSE[dtype])


@pytest.mark.parametrize(("low", "high"), [((), (5,)), ((3, 1), (5,)), ((1,), (3, 5)), ((3, 1), ()), ((5,), (1, 5))])
def test_two_parameters_of_different_shapes(low, high):
    generator = np.random.default_rng(4)
    x, upstream = generator.normal(size=(2, 3, 5)), generator.normal(size=(2, 3, 5))
    given = {"low": generator.uniform(size=low), "high": generator.uniform(1, 2, size=high), "bend": 2.0}
    found = TWO_SLOPES.pullback(x, upstream=upstream, wrt=["high", "low"], low=given["low"], high=given["high"])
    for name, got in zip(("high", "low"), found, strict=True):
        assert got.shape == given[name].shape
        np.testing.assert_allclose(got, expected(TWO_SLOPES, [x], upstream, given, name), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("lay", [lambda x: x.T, lambda x: x[:, ::-2], np.asfortranarray, lambda x: x.astype(">f4")])
def test_arrays_in_any_layout(lay):
    generator = np.random.default_rng(5)
    x, upstream = lay(generator.normal(size=(6, 6)).astype("f4")), lay(generator.normal(size=(6, 6)).astype("f4"))
    slope = np.linspace(0.1, 0.6, x.shape[1])
    got = actlab.prelu.pullback(x, upstream=upstream, wrt=("x", "slope"), slope=slope)
    plain = (np.array(each, "f4", order="C", copy=True) for each in (x, upstream))
    wanted = actlab.prelu.pullback(next(plain), upstream=next(plain), wrt=("x", "slope"), slope=slope)
    for ours, theirs in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_upstream_of_another_dtype_is_taken_as_the_input_s(dtype):
    x, upstream = np.linspace(-2, 2, 12).reshape(3, 4).astype(dtype), np.linspace(1, 2, 12).reshape(3, 4)
    got = actlab.prelu.pullback(x, upstream=upstream, wrt=("x", "slope"), slope=np.full(4, 0.5))
    wanted = actlab.prelu.pullback(x, upstream=upstream.astype(dtype), wrt=("x", "slope"), slope=np.full(4, 0.5))
    for ours, theirs in zip(got, wanted, strict=True):
        assert ours.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("shape", "own"), [((10_000_001,), ()), ((2, 5_000_001), (2, 1)), ((5_000_001, 2), (2,))])
def test_sums_are_exact_where_float32_would_stop_counting(shape, own):
    x, upstream = np.full(shape, -1, np.float32), np.broadcast_to(np.float32(1), shape)
    got = actlab.prelu.pullback(x, upstream=upstream, wrt="slope", slope=np.full(own, 0.5))
    np.testing.assert_array_equal(got, np.full(own, -(x.size // max(got.size, 1)), np.float32))


def test_sums_of_one_parameter_each_are_exact_too():
    """Summed up after the kernel, over the samples."""
    x = np.full((1 << 20, 2, 3), -1, np.float16)
    got = actlab.prelu.pullback(x, upstream=np.full_like(x, 2.0**-6), wrt="slope", slope=np.full((2, 3), 0.5))
    np.testing.assert_array_equal(got, np.full((2, 3), -(2.0**14)))


def test_stretched_inputs_have_their_own_shape():
    generator = np.random.default_rng(6)
    x, y, upstream = generator.normal(size=(2, 1)), generator.normal(size=3), generator.normal(size=(2, 3))
    names = ("y", "low", "x")
    found = TWO_INPUTS.pullback(x, y, upstream=upstream, wrt=names)
    assert [each.shape for each in found] == [(3,), (), (2, 1)]
    for name, got in zip(names, found, strict=True):
        np.testing.assert_allclose(got, expected(TWO_INPUTS, [x, y], upstream, {"low": 0.1}, name), rtol=1e-12)
    both = TWO_INPUTS.pullback(x, y, upstream=upstream)
    np.testing.assert_allclose(both[1], found[0], rtol=1e-14)
    np.testing.assert_allclose(both[0], found[2], rtol=1e-14)


def test_nan_reaches_the_sum_and_infinity_is_the_limit():
    with np.errstate(all="raise"):
        got = actlab.prelu.pullback(np.array([-np.inf, np.inf, -1.0]), upstream=np.ones(3), wrt=("x", "slope"))
        np.testing.assert_array_equal(got[0], [0.25, 1, 0.25])
        assert got[1] == -np.inf
        assert np.isnan(actlab.prelu.pullback(np.array([np.nan, 1.0]), upstream=np.ones(2), wrt="slope"))


def test_the_order_of_the_names_is_the_order_of_the_results():
    x = np.array([-1.0, 2.0])
    in_x, in_slope = actlab.prelu.pullback(x, upstream=x, wrt=("x", "slope"))
    swapped = actlab.prelu.pullback(x, upstream=x, wrt=["slope", "x", "slope"])
    for got, wanted in zip(swapped, (in_slope, in_x, in_slope), strict=True):
        np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(actlab.prelu.pullback(x, upstream=x, wrt="slope"), in_slope)
    assert actlab.prelu.pullback(x, upstream=x, wrt=()) == ()


@pytest.mark.parametrize(
    ("name", "wrt", "known"),
    [
        ("prelu", "alpha", "'alpha'; it has gradients for x, slope"),
        ("prelu", ("x", "Slope"), "'Slope'; it has gradients for x, slope"),
        ("prelu", 5, "5; it has gradients for x, slope"),
        ("leaky_relu", "slope", "'slope'; it has gradients for x"),  # fixed, not learned
        ("rrelu", "slope", "'slope'; it has gradients for x"),  # drawn
        ("softmax", "x", "'x'; it has gradients for none by name"),
    ],
)
def test_wrong_names_are_explained(name, wrt, known):
    x = np.ones((2, 2))
    with pytest.raises(ValueError, match=rf"{name}.pullback got wrt={known}\."):
        find(name).pullback(x, upstream=x, wrt=wrt)
