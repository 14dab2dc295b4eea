"""Values and gradients of tensors against the reference, by the fused kernels and by plain torch words."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import actlab  # noqa: E402
from actlab.catalogue import find, names  # noqa: E402
from actlab.formula.limits import candidates  # noqa: E402
from tests.compilers.torch.measuring import DTYPE_NAMES, DTYPES, forbid_kernels, points, worst, wrong_ends  # noqa: E402
from tests.laws.oracle import ALL, NAMES  # noqa: E402

ROUNDED_ONCE = 0.51
BOUND = {"float32": 4.5, "float64": 10.0, "bfloat16": 0.55, "float16": 0.55}
LARGER = {  # what an exponential makes of the rounding of a large argument, and the words' last subnormal digits
    ("gelu_tanh", "float32", "words"): 10.0,
    ("gelu_tanh", "float64", "words"): 2000.0,
    ("gelu_tanh", "float64", "kernel"): 2000.0,
}


@pytest.fixture(params=["kernel", "words"])
def route(request, monkeypatch):
    """By which of the two ways a tensor on the processor is computed."""
    if request.param == "words":
        forbid_kernels(monkeypatch)
    return request.param


def value_and_gradient(activation, x):
    """What autograd makes of it."""
    leaf = x.clone().requires_grad_()
    value = activation(leaf)
    (gradient,) = torch.autograd.grad(value, leaf, torch.ones_like(value))
    return value.detach(), gradient


@pytest.mark.parametrize("dtype", DTYPES, ids=DTYPE_NAMES)
@pytest.mark.parametrize("name", NAMES)
def test_digits_and_ends(name, dtype, route):
    activation = find(name)
    x, ends = points(activation, dtype), torch.tensor([torch.nan, -torch.inf, torch.inf], dtype=dtype)
    got = value_and_gradient(activation, torch.cat([x, ends]))
    for expression, each in zip((activation.formula, activation.slopes[0]), got, strict=True):
        assert each.dtype == dtype
        assert not wrong_ends(expression, activation, each[-3:])
        error, place = worst(expression, each[:-3], x, activation.defaults)
        key = str(dtype).removeprefix("torch.")
        assert error <= LARGER.get((name, key, route), BOUND[key]), f"{error:.2f} ulp at {place!r}"


CORNERS = {each.name: sorted(candidates(each.formula, "x", each.defaults)) for each in ALL if each.univariate}


@pytest.mark.parametrize("name", [name for name in NAMES if CORNERS[name]])
def test_slopes_at_kinks_are_the_declared_ones(name, route):
    activation = find(name)
    x = torch.tensor(CORNERS[name], dtype=torch.float64)
    np.testing.assert_array_equal(value_and_gradient(activation, x)[1], activation.derivative(x.numpy()))
    torch.testing.assert_close(activation.derivative(x), value_and_gradient(activation, x)[1], rtol=0, atol=0)


@pytest.mark.parametrize("name", ["softmax", "glu", "geglu", "swiglu"])
@pytest.mark.parametrize("axis", [0, -1])
def test_several_inputs_and_rows(name, axis, route):
    generator = np.random.default_rng(0)
    x, activation = 3 * generator.normal(size=(6, 8)), find(name)
    leaf = torch.from_numpy(x).requires_grad_()
    got = activation(leaf, axis=axis)
    upstream = generator.normal(size=got.shape)
    np.testing.assert_allclose(got.detach(), activation(x, axis=axis), rtol=1e-13)
    expected = activation.pullback(x, upstream=upstream, axis=axis)
    (gradient,) = torch.autograd.grad(got, leaf, torch.from_numpy(upstream))
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)
    ours = activation.pullback(leaf.detach(), upstream=torch.from_numpy(upstream), axis=axis)
    torch.testing.assert_close(ours, gradient, rtol=1e-13, atol=1e-16)


def test_a_row_with_large_scores_keeps_its_digits(route):
    x = torch.tensor([[1000.0, 999.0, -1000.0], [0.0, 1.0, 2.0]])
    expected = torch.softmax(x.double(), -1)
    torch.testing.assert_close(actlab.softmax(x).double(), expected, rtol=3e-7, atol=1e-30)


@pytest.mark.parametrize("name", ["glu", "geglu", "swiglu"])
def test_inputs_are_stretched_and_their_gradients_added_up(name, route):
    activation, generator = find(name), np.random.default_rng(1)
    arrays = [generator.normal(size=(2, 1)), generator.normal(size=(3,))]
    leaves = [torch.from_numpy(each).requires_grad_() for each in arrays]
    got = activation(*leaves)
    expected = activation.pullback(*arrays, upstream=np.ones((2, 3)))
    for ours, theirs in zip(torch.autograd.grad(got.sum(), leaves), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    slopes = activation.derivative(*leaves)
    assert [tuple(each.shape) for each in slopes] == [(2, 3), (2, 3)]


@pytest.mark.parametrize("activation", ALL, ids=lambda each: each.name)
def test_shape_layout_and_emptiness_survive(activation, route):
    table = torch.randn(4, 6, 2, 8, generator=torch.Generator().manual_seed(0))
    channels_last = table.to(memory_format=torch.channels_last)
    elementwise = activation.elementwise
    for x in (table, channels_last, table[:, ::2], table.transpose(0, 3), table[:0], table[0, 0, 0, 0]):
        if not elementwise and x.ndim == 0:
            continue
        got = activation(*[x] * len(activation.inputs))
        assert (got.dtype, got.shape) == (x.dtype, x.shape)
        assert got.numel() == 0 or got.data_ptr() != x.data_ptr()
        if x.numel():
            contiguous = x.contiguous()
            assert torch.equal(got, activation(*[contiguous] * len(activation.inputs)))
        if elementwise and x is channels_last:
            assert got.is_contiguous(memory_format=torch.channels_last)


def test_stretched_and_negative_views(route):
    x = torch.tensor([0.5, -1.5]).expand(3, 2)
    assert torch.equal(actlab.mish(x), actlab.mish(x.contiguous()))
    negative = torch.tensor([1 + 2j, 3 - 4j]).conj().imag  # its sign is a bit that NumPy cannot see
    assert negative.is_neg()
    assert torch.equal(actlab.relu(negative), torch.tensor([0.0, 4.0]))


def test_plain_numbers_beside_tensors_have_no_dtype():
    x = torch.ones(2)
    assert actlab.glu(x, 0.5).dtype == actlab.glu(0.5, x).dtype == torch.float32
    assert actlab.glu(x, x.double()).dtype == torch.float64
    assert actlab.glu(x.bfloat16(), x.half()).dtype == torch.float32


def test_meta_tensors_have_shapes_only():
    x = torch.empty(3, 4, device="meta", dtype=torch.bfloat16)
    for name in names():
        got = find(name)(*[x] * len(find(name).inputs))
        assert (got.device.type, got.shape, got.dtype) == ("meta", x.shape, x.dtype)
