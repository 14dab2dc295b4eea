"""NumPy arrays and floats: what goes in, what comes out in which kind, and what is refused in one sentence."""

import gc
import pickle
import re
import warnings

import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, Parameter, Source, find
from actlab.compilers.native import ufuncs
from actlab.formula import symbol
from actlab.formula.primitives import exp, total

X = np.linspace(-3, 3, 24).reshape(4, 6)


def one_by_one(activation, x, **parameters):
    """Each number alone, with its own parameters."""
    whole = {name: np.broadcast_to(given, x.shape) for name, given in parameters.items()}
    result = np.empty_like(x)
    for place in np.ndindex(*x.shape):
        result[place] = activation(x[place], **{name: float(given[place]) for name, given in whole.items()})
    return result


def test_floats_and_scalars_keep_their_kind():
    assert type(actlab.mish(1.0)) is float
    assert type(actlab.mish.derivative(1.0)) is float
    assert type(actlab.mish.pullback(1.0, upstream=2.0)) is float
    assert [type(each) for each in actlab.prelu.pullback(-1.0, upstream=2.0, wrt=("x", "slope"))] == [float, float]
    assert [type(each) for each in actlab.glu.derivative(1.0, 2.0)] == [float, float]
    for kind in (np.float16, np.float32, np.float64):
        assert type(actlab.mish(kind(1))) is kind
        assert type(actlab.prelu.pullback(kind(-1), upstream=kind(1), wrt="slope")) is kind


def test_no_dimension_is_still_an_array():
    for got in (actlab.mish(np.array(1.0)), actlab.prelu.pullback(np.array(1.0), upstream=np.array(1.0), wrt="slope")):
        assert isinstance(got, np.ndarray)
        assert got.shape == ()


def test_bfloat16_comes_back_as_bfloat16():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    x = X.astype(bfloat16)
    exact = actlab.mish(x.astype(np.float32)).astype(bfloat16)
    for got in (actlab.mish(x), actlab.mish(x.T).T, actlab.mish(x, out=np.empty_like(x)), actlab.mish(x[::-1])[::-1]):
        assert got.dtype == bfloat16
        np.testing.assert_array_equal(got.astype(float), exact.astype(float))
    assert actlab.softmax(x).dtype == bfloat16
    assert type(actlab.mish(x[0, 0])) is bfloat16
    slope = np.full(6, 0.25, bfloat16)
    in_x, in_slope = actlab.prelu.pullback(x, upstream=np.ones_like(x), wrt=("x", "slope"), slope=slope)
    assert in_x.dtype == in_slope.dtype == bfloat16
    np.testing.assert_allclose(in_slope.astype(float), np.minimum(x.astype(float), 0).sum(axis=0), rtol=2.0**-8)


def test_bfloat16_rounds_to_nearest_even_and_keeps_nan():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    every = np.arange(1 << 16, dtype=np.uint16).view(bfloat16)
    with np.errstate(all="ignore"):
        wide = every.astype(np.float32)
        expected = np.where(wide > 0, wide, np.float32(0.7) * wide).astype(bfloat16)
        got = actlab.leaky_relu(every, slope=0.7)
        np.testing.assert_array_equal(got.astype(np.float32), expected.astype(np.float32))
        np.testing.assert_array_equal(np.isnan(actlab.identity(every).astype(np.float32)), np.isnan(wide))


@pytest.mark.parametrize(
    "slope",
    [
        0.25,
        np.float32(0.25),
        np.array([0.5]),
        np.linspace(0.1, 0.6, 6),
        np.linspace(0.1, 0.4, 4)[:, None],
        np.linspace(0.1, 0.9, 24).reshape(4, 6),
        np.linspace(0.1, 0.9, 24, dtype=np.float32).reshape(6, 4).T,
        np.broadcast_to(np.array([[0.5], [0.25], [0.5], [0.25]]), (4, 6)),
        np.array([1, 2, 3, 4, 5, 6]),
    ],
    ids=lambda each: f"{np.shape(each)}",
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_parameters_of_every_shape(slope, dtype):
    x = X.astype(dtype)
    np.testing.assert_array_equal(actlab.prelu(x, slope=slope), one_by_one(actlab.prelu, x, slope=slope))
    np.testing.assert_array_equal(
        actlab.prelu.derivative(x, slope=slope), np.where(x > 0, 1, np.broadcast_to(slope, x.shape)).astype(dtype)
    )
    moved = actlab.prelu(np.moveaxis(np.broadcast_to(x, (3, 4, 6)), 0, 1), slope=np.array([0.1, 0.2, 0.3])[:, None])
    assert moved.shape == (4, 3, 6)
    np.testing.assert_array_equal(moved[:, 1], actlab.prelu(x, slope=0.2))


def test_numbers_that_the_dtype_has_no_room_for():
    x = np.ones(3, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(actlab.relu.pullback(x, upstream=np.full(3, 1e300)), np.full(3, np.inf))
        np.testing.assert_array_equal(actlab.glu(np.ones(2, np.float16), 1e300), np.ones(2))
        steep = np.full(100, -6e4, np.float16)
        assert actlab.prelu.pullback(steep, upstream=np.ones_like(steep), wrt="slope") == -np.inf
    with pytest.raises(ValueError, match=r"got slope=1e\+300, for which float32 has no room; write x.astype"):
        actlab.leaky_relu(x, slope=1e300)
    with pytest.raises(ValueError, match=r"got alpha=1e-60, for which float32 has no room; write x.astype"):
        actlab.elu(x, alpha=1e-60)
    assert actlab.leaky_relu(x.astype(float), slope=1e300)[0] == 1


def test_parameters():
    x = np.array([-2.0, 3.0], np.float32)
    np.testing.assert_array_equal(actlab.leaky_relu(x, slope=0.5), np.array([-1.0, 3.0], np.float32))
    with pytest.raises(TypeError, match="no parameter 'slop'; it takes slope"):
        actlab.leaky_relu(x, slop=0.5)
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        actlab.elu(x, alpha=-1.0)


@pytest.mark.parametrize("shape", [(3,), (2, 2), (1, 1, 1, 2), (0,)])
def test_parameters_that_do_not_fit_are_explained(shape):
    x = np.zeros((3, 2))
    calls = [actlab.prelu, actlab.prelu.derivative, lambda x, **slope: actlab.prelu.pullback(x, upstream=x, **slope)]
    for compute in calls:
        with pytest.raises(ValueError, match=re.escape(f"could not broadcast slope of shape {shape} against")):
            compute(x, slope=np.full(shape, 0.1))


@pytest.mark.parametrize("alpha", [np.float32(-1), np.array(0.0), np.array([1.0, np.nan]), np.inf, -1])
@pytest.mark.parametrize("compute", [actlab.elu, actlab.elu.derivative])
def test_parameters_of_any_kind_lie_in_their_domain(compute, alpha):
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        compute(np.ones(2), alpha=alpha)
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        actlab.elu.pullback(np.ones(2), upstream=np.ones(2), alpha=alpha)


@pytest.mark.parametrize("slope", [None, True, "steep", 1j, [None], 10**400, np.ma.masked_array([0.1, 0.2])])
def test_parameters_are_numbers(slope):
    with pytest.raises(TypeError, match=r"write slope=0.01"):
        actlab.leaky_relu(np.ones(2), slope=slope)


@pytest.mark.parametrize(
    ("bad", "advice"),
    [
        (3, "write 3.0"),
        (True, "write 1.0"),
        (np.arange(3), "astype(np.float64)"),
        (np.int8(3), "astype(np.float32)"),
        (np.array([True]), "astype(np.float32)"),
        (np.array([1j]), ".real or abs("),
        (np.array(["a"]), "write an array of numbers, such as np.array([1.0, 2.0])."),
        (np.array([1.0, None]), "write an array of numbers"),
        (np.array(["2020-01-01"], "datetime64[D]"), "write an array of numbers"),
        (np.zeros(2, [("a", "f4")]), "write an array of numbers"),
        ([1.0, 2.0], "np.asarray"),
        ("a", "write float("),
        (1j, ".real or abs("),
        (None, "write "),
        (type("Odd", (), {"__module__": None})(), "np.asarray"),
        (np.ma.masked_array([1.0, 2.0], mask=[False, True]), ".filled(np.nan)"),
    ],
)
def test_what_is_no_float_is_explained(bad, advice):
    calls = [actlab.mish, actlab.mish.derivative, actlab.softmax, lambda x: actlab.mish.pullback(1.0, upstream=x)]
    for compute in calls:
        with pytest.raises(TypeError, match=r"works on|knows no masks|needs an upstream") as caught:
            compute(bad)
        assert advice in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="here a long double is a double")
def test_long_doubles_are_explained():
    for bad in (np.ones(2, np.longdouble), np.longdouble(1)):
        with pytest.raises(
            TypeError, match=r"works on float16, bfloat16, float32, float64; write x.astype\(np.float64\)"
        ):
            actlab.mish(bad)


def test_the_wrong_number_of_arrays_is_explained():
    with pytest.raises(TypeError, match=r"mish takes x, but got 2 arrays\."):
        actlab.mish(X, X)
    with pytest.raises(TypeError, match=r"mish takes x, but got 0 arrays\."):
        actlab.mish()
    with pytest.raises(ValueError, match=r"upstream of shape \(\); it must have the output's shape \(4, 6\)"):
        actlab.mish.pullback(X, upstream=1.0)


def test_results_go_into_out():
    wanted = actlab.mish(X)
    for out in (np.empty_like(X), np.empty((6, 4)).T, np.empty((4, 12))[:, ::2], np.empty((4, 6))[::-1, ::-1]):
        assert actlab.mish(X, out=out) is out
        np.testing.assert_array_equal(out, wanted)
    odd = np.frombuffer(bytearray(X.nbytes + 1), X.dtype, offset=1).reshape(X.shape)
    np.testing.assert_array_equal(actlab.mish(X, out=odd), wanted)
    single = np.array(0.0)
    assert actlab.mish(1.0, out=single) is single
    assert single == actlab.mish(1.0)
    outs = np.empty_like(X), np.empty_like(X)
    assert actlab.glu.derivative(X, X, out=outs) is outs
    np.testing.assert_array_equal(outs, actlab.glu.derivative(X, X))
    both = actlab.mish.value_and_derivative(X, out=outs)
    assert both is outs
    np.testing.assert_array_equal(both, [wanted, actlab.mish.derivative(X)])
    only = np.empty_like(X)
    assert actlab.mish(X, out=(only,)) is only
    np.testing.assert_array_equal(only, wanted)
    rows = np.empty_like(X)
    assert actlab.softmax(X, axis=0, out=rows) is rows
    np.testing.assert_array_equal(rows, actlab.softmax(X, axis=0))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_out_may_be_the_input_or_overlap_it(dtype):
    start = np.linspace(-3, 3, 1001).astype(dtype)
    pieces = {
        "in place": (slice(None), slice(None)),
        "one ahead": (slice(None, -1), slice(1, None)),
        "one behind": (slice(1, None), slice(None, -1)),
        "backwards": (slice(None), slice(None, None, -1)),
        "every other": (slice(None, 500), slice(None, 1000, 2)),
    }
    for what, (there, here) in pieces.items():
        x = start.copy()
        expected = actlab.mish(x[there].copy())
        got = actlab.mish(x[there], out=x[here])
        np.testing.assert_array_equal(got, expected, err_msg=what)
    for function in (actlab.softmax, lambda x, out: actlab.prelu(x, out=out, slope=np.full(3, 0.5))):
        x = start[:999].reshape(333, 3).copy()
        expected = function(x.copy(), out=np.empty_like(x))
        np.testing.assert_array_equal(function(x, out=x), expected)


def test_long_arrays_may_be_overwritten_too():
    start = np.linspace(-3, 3, 300_001, dtype=np.float32)
    expected = actlab.mish(start)
    x = start.copy()
    np.testing.assert_array_equal(actlab.mish(x, out=x), expected)
    x = start.copy()
    np.testing.assert_array_equal(actlab.mish(x[:-1], out=x[1:]), expected[:-1])


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ([0.0], "out=list, but its result is float64 of shape"),
        (np.empty((4, 6), np.float32), "out=float32 of shape"),
        (np.empty((4, 6), ">f8"), "out=>f8 of shape"),
        (np.empty((6, 4)), r"out=float64 of shape \(6, 4\), but .*write out=np.empty\(\(4, 6\), np.float64\)"),
        (np.empty((1, 4, 6)), r"out=float64 of shape \(1, 4, 6\)"),
        (np.broadcast_to(0.0, (4, 6)), r"read-only out; write out=np.empty_like\(x\)"),
        (np.ma.zeros((4, 6)), "masked array as out"),
        ((np.empty((4, 6)),) * 2, "1 results here, but out has 2 arrays"),
        ((), "1 results here, but out has 0 arrays"),
    ],
)
@pytest.mark.parametrize("function", [actlab.mish, actlab.mish.derivative, actlab.softmax])
def test_a_wrong_out_is_explained(function, out, why):
    with pytest.raises(ValueError, match=why):
        function(X, out=out)


def test_results_lie_in_memory_as_their_input_does():
    columns = np.asfortranarray(X)
    assert actlab.mish(columns).flags.f_contiguous
    assert actlab.mish.pullback(columns, upstream=columns).flags.f_contiguous
    assert actlab.mish(X).flags.c_contiguous


def test_subclasses_come_back_as_plain_arrays(tmp_path):
    class Tagged(np.ndarray):
        pass

    on_disk = np.memmap(tmp_path / "x", np.float64, "w+", shape=X.shape)
    on_disk[:] = X
    for given in (X.view(Tagged), on_disk):
        got = actlab.mish(given)
        assert type(got) is np.ndarray
        np.testing.assert_array_equal(got, actlab.mish(X))
    assert actlab.mish(X, out=on_disk) is on_disk
    np.testing.assert_array_equal(np.fromfile(tmp_path / "x").reshape(X.shape), actlab.mish(X))


def test_results_can_be_kept_copied_and_sent():
    got = actlab.mish(X.copy())
    gc.collect()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(got)), actlab.mish(X))
    assert got.flags.owndata
    assert got.flags.writeable


def test_an_axis_that_changes_nothing_is_checked_all_the_same():
    np.testing.assert_array_equal(actlab.mish(X, axis=0), actlab.mish(X))
    for axis in (2, -3):
        with pytest.raises(ValueError, match=rf"mish got axis={axis} for the shape \(4, 6\); its axes are -2 to 1"):
            actlab.mish(X, axis=axis)
        with pytest.raises(ValueError, match="its axes are"):
            actlab.glu(X, X, axis=axis)
        with pytest.raises(ValueError, match="its axes are"):
            actlab.mish.pullback(X, upstream=X, axis=axis)
    for axis in (1.0, True, None, "last"):
        with pytest.raises(TypeError, match=f"got axis={axis!r}; write one whole number, such as axis=-1"):
            actlab.mish(X, axis=axis)
    with pytest.raises(ValueError, match="got axis=0 for one number, which has no axis; leave axis away"):
        actlab.mish(1.0, axis=0)


@pytest.mark.parametrize(("function", "given"), [(actlab.mish, [X]), (actlab.swiglu, [X, X]), (actlab.swiglu, [X])])
def test_a_missing_upstream_is_explained(function, given):
    names = ", ".join(function.inputs)
    wanted = f"{function.name}.pullback({names}, upstream=np.ones_like({function.inputs[0]}))."
    for _ in range(2):  # before there is a shortcut, and behind it
        with pytest.raises(TypeError, match=re.escape(wanted)):
            function.pullback(*given)
        function.pullback(*given, upstream=function(*given))


def test_value_and_derivative_are_those_of_the_two_calls():
    for name, given in (("mish", [X]), ("prelu", [X]), ("swiglu", [X, X + 1]), ("swiglu", [X]), ("mish", [1.0])):
        function = find(name)
        for _ in range(2):
            value, *slopes = function.value_and_derivative(*given)
            np.testing.assert_array_equal(value, function(*given))
            wanted = function.derivative(*given)
            np.testing.assert_array_equal(slopes, wanted if len(function.inputs) > 1 else [wanted])
    with pytest.raises(TypeError, match=r"softmax works along an axis.*use softmax.pullback"):
        actlab.softmax.value_and_derivative(X)


def test_a_call_prepares_its_kernel_once(monkeypatch):
    actlab.prelu(X)
    monkeypatch.setattr(ufuncs, "elementwise", lambda *_: pytest.fail("compiled again"))
    actlab.prelu(X)
    actlab.prelu(X, slope=0.5)


def heated(name="heated"):
    """A softmax with a temperature, which sums along an axis and has a parameter."""
    x, heat = symbol("x"), symbol("heat")
    formula = exp(x / heat) / total(exp(x / heat))
    return Activation(
        name, "test", Source("Nobody", 2000), "A test.", ("x",), (Parameter("heat", 1.0, "fixed"),), formula
    )


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_sums_along_an_axis_take_a_parameter_for_each_row(axis):
    function, x = heated(), np.random.default_rng(1).normal(size=(3, 3, 3))
    shape = [3, 3, 3]
    shape[axis] = 1
    heat = np.linspace(0.5, 2, 9).reshape(shape)
    expected = actlab.softmax(x / heat, axis=axis)
    np.testing.assert_allclose(function(x, axis=axis, heat=heat), expected, rtol=1e-12)
    np.testing.assert_allclose(function(x, axis=axis, heat=2.0), actlab.softmax(x / 2, axis=axis), rtol=1e-12)
    upstream = np.random.default_rng(2).normal(size=x.shape)
    through = actlab.softmax.pullback(x / heat, upstream=upstream, axis=axis) / heat
    np.testing.assert_allclose(
        function.pullback(x, upstream=upstream, axis=axis, heat=heat), through, rtol=1e-10, atol=1e-15
    )
    with pytest.raises(ValueError, match=r"adds up along axis .*; give one number, or an array of length 1 there"):
        function(x, axis=axis, heat=np.ones((3, 3, 3)))
