"""Functions of several inputs and of whole rows: values, pullbacks, splitting and shift."""

import numpy as np
import pytest

import actlab
from actlab.catalogue import find, names

GATED = ["glu", "geglu", "swiglu"]


def pullback_by_difference(function, arrays, upstream, width=1e-6):
    gradients = []
    for index, array in enumerate(arrays):
        gradient = np.zeros_like(array)
        for place in np.ndindex(*array.shape):
            moved = []
            for sign in (1, -1):
                copy = array.copy()
                copy[place] += sign * width
                moved.append(function(*arrays[:index], copy, *arrays[index + 1 :]))
            gradient[place] = np.sum(upstream * (moved[0] - moved[1])) / (2 * width)
        gradients.append(gradient)
    return gradients


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_adds_up_to_one_along_any_axis(axis):
    x = np.random.default_rng(0).normal(size=(3, 4, 5)) * 30
    np.testing.assert_allclose(actlab.softmax(x, axis=axis).sum(axis=axis), 1, rtol=1e-13)
    np.testing.assert_allclose(actlab.softmax(x + 1000, axis=axis), actlab.softmax(x, axis=axis), rtol=1e-11)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_softmax_is_shifted_without_loss(dtype):
    x = np.random.default_rng(5).integers(-40, 40, size=(6, 50)).astype(dtype) / 8
    np.testing.assert_array_equal(actlab.softmax(x + dtype(64)), actlab.softmax(x))
    np.testing.assert_array_equal(actlab.softmax(x[:, ::-1])[:, ::-1].argsort(), actlab.softmax(x).argsort())
    assert actlab.softmax(x).dtype == dtype


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", ["softmax", *GATED])
def test_every_dtype_is_the_double_result_rounded(name, dtype):
    kind = np.dtype(pytest.importorskip("ml_dtypes").bfloat16 if dtype == "bfloat16" else dtype)
    activation, generator = find(name), np.random.default_rng(6)
    given = [generator.normal(size=(4, 30)).astype(kind) for _ in activation.inputs]
    upstream = generator.normal(size=(4, 30)).astype(kind)
    wide = [each.astype(float) for each in given]
    relative = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 1e-6, "float64": 1e-15}[dtype]
    for axis in (0, 1):
        with np.errstate(all="raise"):
            got = activation(*given, axis=axis)
            gradients = activation.pullback(*given, upstream=upstream, axis=axis)
        assert got.dtype == kind
        np.testing.assert_allclose(got.astype(float), activation(*wide, axis=axis), rtol=relative, atol=1e-7)
        expected = activation.pullback(*wide, upstream=upstream.astype(float), axis=axis)
        for ours, double in zip(np.atleast_3d(gradients), np.atleast_3d(expected), strict=True):
            np.testing.assert_allclose(ours.astype(float), double, rtol=relative, atol=relative / 10)


@pytest.mark.parametrize("name", ["softmax", *GATED, "mish", "relu6"])
def test_pullback_matches_differences(name):
    generator, activation = np.random.default_rng(1), find(name)
    arrays = [generator.normal(size=(3, 4)) for _ in activation.inputs]
    upstream = generator.normal(size=(3, 4))
    got = activation.pullback(*arrays, upstream=upstream)
    expected = pullback_by_difference(activation, arrays, upstream)
    for ours, theirs in zip(got if isinstance(got, tuple) else [got], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", GATED)
@pytest.mark.parametrize("shapes", [((2, 1), (3,)), ((1, 3), (2, 3)), ((), (2, 3)), ((2, 3), (1,))])
def test_gradients_of_stretched_inputs_have_their_shape(name, shapes):
    generator, activation = np.random.default_rng(3), find(name)
    arrays = [np.asarray(generator.normal(size=shape)) for shape in shapes]
    upstream = generator.normal(size=(2, 3))
    got = activation.pullback(*arrays, upstream=upstream)
    for ours, theirs in zip(got, pullback_by_difference(activation, arrays, upstream), strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in names() if find(name).univariate])
def test_pullback_at_infinity_is_upstream_times_the_slope(name):
    x, upstream = np.array([-np.inf, np.inf, np.nan, 0.7]), np.array([2.0, -3.0, 1.0, 0.5])
    got = find(name).pullback(x, upstream=upstream)
    expected = upstream * find(name).derivative(x)
    np.testing.assert_array_equal(got[:3], expected[:3])
    np.testing.assert_allclose(got[3], expected[3], rtol=1e-15)  # a pullback may be an expression of its own


def test_plain_floats_beside_arrays_have_no_dtype():
    x = np.ones(2, np.float32)
    assert actlab.glu(x, 0.5).dtype == actlab.glu(0.5, x).dtype == np.float32
    assert type(actlab.glu(np.float32(1), 0.5)) is np.float32
    assert type(actlab.glu(1.0, 0.5)) is float
    assert actlab.glu(x, np.float64(0.5)).dtype == np.float64


@pytest.mark.parametrize("name", GATED)
def test_one_array_is_split_in_halves(name):
    activation, x = find(name), np.random.default_rng(2).normal(size=(3, 8))
    np.testing.assert_array_equal(activation(x), activation(x[:, :4], x[:, 4:]))
    upstream = np.ones((3, 4))
    both = activation.pullback(x[:, :4], x[:, 4:], upstream=upstream)
    np.testing.assert_array_equal(activation.pullback(x, upstream=upstream), np.concatenate(both, axis=-1))


@pytest.mark.parametrize("name", ["geglu", "swiglu"])
def test_a_closed_gate_stays_closed(name):
    assert find(name)(-np.inf, 2.0) == 0


@pytest.mark.parametrize("name", ["geglu", "swiglu"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_nothing_times_something_endless_is_nothing(name, dtype):
    """The limit of a product of which one factor is exactly 0, as its inputs go out one by one."""
    gate, value = np.array([[0.0, np.inf], [0.0, -np.inf], [np.inf, 0.0], [2.0, np.inf], [np.nan, 0.0]], dtype).T
    np.testing.assert_array_equal(find(name)(gate, value), np.array([0, 0, 0, np.inf, np.nan], dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["softmax", *GATED])
def test_no_large_number_is_lost(name, dtype):
    """Factors are as large as their product allows; far out intermediate results overflow."""
    activation, generator = find(name), np.random.default_rng(8)
    most = {"float32": 38, "float64": 307}[dtype] / (1 if name == "softmax" else 2)
    powers = np.concatenate([np.linspace(0, most, 40_000), np.linspace(5, 6.5, 40_000)])
    given = [
        (generator.choice([-1, 1], powers.size) * 10 ** generator.permutation(powers)).astype(dtype).reshape(-1, 8)
        for _ in activation.inputs
    ]
    gradients = activation.pullback(*given, upstream=np.ones_like(given[0]))
    for found in (activation(*given), *(gradients if len(given) > 1 else (gradients,))):
        assert np.isfinite(found).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", GATED)
def test_a_large_factor_does_not_overflow_on_the_way(name, dtype):
    """What a gate lets through may be as large as a number can be, even if the gate is nearly closed."""
    gate = np.concatenate([np.linspace(-30, -0.01, 3001), np.linspace(0.01, 2, 50)]).astype(dtype)
    large = np.full_like(gate, np.finfo(dtype).max / 8)
    tolerance, activation, one = 16 * np.finfo(dtype).eps, find(name), np.ones_like(gate)

    def passed(value, upstream=None):
        """The value, or the gradient in the value where something arrives from above."""
        given = [{"gate": gate, "value": value}[each] for each in activation.inputs]
        if upstream is None:
            return activation(*given)
        return activation.pullback(*given, upstream=upstream)[activation.inputs.index("value")]

    for small, found in ((passed(one), passed(large)), (passed(one, one), passed(one, large))):
        precise = np.abs(small) > np.finfo(dtype).tiny
        np.testing.assert_allclose(found[precise], (small * large)[precise], rtol=tolerance)


def test_shapes_that_do_not_split_are_explained():
    with pytest.raises(ValueError, match="2 equal parts"):
        actlab.glu(np.zeros((2, 3)))
    with pytest.raises(TypeError, match="pullback"):
        actlab.softmax.derivative(np.zeros(3))
    with pytest.raises(ValueError, match="works along an axis, and one number has none"):
        actlab.softmax(1.0)
    for function in (actlab.softmax, actlab.glu):
        with pytest.raises(ValueError, match="axis=2 for the shape"):
            function(np.zeros((2, 4)), axis=2)
        with pytest.raises(TypeError, match="one whole number"):
            function(np.zeros((2, 4)), axis=None)
    with pytest.raises(ValueError, match=r"inputs of shapes \(2,\) and \(3,\)"):
        actlab.glu(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="output's shape"):
        actlab.softmax.pullback(np.zeros(3), upstream=np.zeros(4))


def test_softmax_of_nothing():
    assert actlab.softmax(np.zeros((0, 3))).shape == (0, 3)
    assert actlab.softmax(np.zeros((3, 0))).shape == (3, 0)
