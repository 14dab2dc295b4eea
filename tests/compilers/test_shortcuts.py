"""The short way gives what the long way gives, and leaves to it whatever has to be checked."""

import numpy as np
import pytest

import actlab
from actlab.catalogue import find
from actlab.compilers import arrays

RANDOM = np.random.default_rng(5)
DTYPES = ("float16", "float32", "float64")


def numbers(shape, dtype):
    return (3 * RANDOM.standard_normal(shape)).astype(dtype)


def inputs_of(function, split, dtype, shape=(4, 6)):
    """Arrays for a function, and one of its result's shape."""
    if split:
        return [numbers(shape, dtype)], numbers((*shape[:-1], shape[-1] // len(function.inputs)), dtype)
    return [numbers(shape, dtype) for _ in function.inputs], numbers(shape, dtype)


def same(got, wanted):
    assert type(got) is type(wanted)
    pairs = zip(got, wanted, strict=True) if isinstance(got, tuple) else [(got, wanted)]
    for one, other in pairs:
        assert type(one) is type(other) is np.ndarray
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "split"),
    [("mish", False), ("prelu", False), ("elu", False), ("swiglu", False), ("swiglu", True), ("softmax", False)],
)
@pytest.mark.parametrize("size", [6, 100_000])
def test_the_short_way_is_the_long_way(name, split, dtype, size):
    function = find(name)
    given, upstream = inputs_of(function, split, dtype, (2, size))
    own = function.defaults
    function(*given)
    function.pullback(*given, upstream=upstream)
    short = function.shortcuts[np.ndarray]
    long = arrays.compute(function, given, own, -1)
    same(short.value(tuple(given), {}, -1, None), long)
    same(short.pullback(tuple(given), upstream, {}, -1), arrays.pull_back(function, given, upstream, own, -1))
    out = np.empty_like(long)
    assert short.value(tuple(given), {}, -1, out) is out
    same(out, long)
    if function.elementwise:
        function.derivative(*given)
        function.value_and_derivative(*given)
        same(short.derivative(tuple(given), {}, -1, None), arrays.differentiate(function, given, own))
        both = short.value_and_derivative(tuple(given), {}, -1, None)
        same(both, arrays.value_and_derivative(function, given, own))


@pytest.mark.parametrize("slope", [0.0, -0.0, 0.5, 1.0, np.float32(0.5), 2, np.array([0.1, 0.2, 0.3])])
def test_given_parameters(slope):
    x = np.array([-1.0, -0.0, 2.0])
    for _ in range(2):
        wanted = np.where(x > 0, x, np.asarray(slope, float) * x)
        got = actlab.leaky_relu(x, slope=slope)
        np.testing.assert_array_equal(got, wanted)
        np.testing.assert_array_equal(np.signbit(got), np.signbit(wanted))


def test_wrong_parameters_are_explained_behind_the_shortcut_too():
    x = np.ones(3, np.float32)
    actlab.elu(x)
    for _ in range(2):
        with pytest.raises(ValueError, match="alpha must be a number above 0"):
            actlab.elu(x, alpha=-1.0)
        with pytest.raises(ValueError, match=r"got alpha=1e-60, for which float32 has no room"):
            actlab.elu(x, alpha=1e-60)
        with pytest.raises(TypeError, match="no parameter 'alfa'"):
            actlab.elu(x, alfa=1.0)


def test_what_has_to_be_checked_goes_the_long_way():
    x = np.ones((2, 3), np.float32)
    actlab.mish(x)
    actlab.glu(x, x)
    short, gated = actlab.mish.shortcuts[np.ndarray], actlab.glu.shortcuts[np.ndarray]
    wide = x.astype(float)
    for given, parameters, axis, out in [
        ((x.astype(">f4"),), {}, -1, None),
        ((np.arange(3),), {}, -1, None),
        ((x,), {}, 0, None),
        ((x,), {}, -1, wide),
        ((x,), {}, -1, x[0]),
        ((x,), {}, -1, (x,)),
        ((x,), {}, -1, np.broadcast_to(x[0], (2, 3))),
        ((x,), {"slope": 0.1}, -1, None),
        ((x, x), {}, -1, None),
        ((np.array(1.0, np.float32),), {}, -1, None),
        ((np.empty((0, 3), np.float32),), {}, -1, None),
    ]:
        assert short.value(given, parameters, axis, out) is None
    for given in ((x, wide), (x, x[0]), (x, 1.0), (x, x, x), (x,)):
        assert gated.value(given, {}, -1, None) is None
    actlab.mish.pullback(x, upstream=x)
    for upstream in (wide, x[0], 1.0, None, np.ma.masked_array(x)):
        assert short.pullback((x,), upstream, {}, -1) is None


def test_one_gradient_lies_as_its_input_does():
    x, upstream = np.asfortranarray(numbers((4, 6), "float64")), numbers((4, 3), "float64")
    wanted = np.concatenate(actlab.swiglu.pullback(x[:, :3], x[:, 3:], upstream=upstream), axis=1)
    for _ in range(2):
        np.testing.assert_array_equal(actlab.swiglu.pullback(x, upstream=upstream), wanted)
