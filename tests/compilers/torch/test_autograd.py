"""Gradients in each way that torch asks for them, and what they keep in memory."""

import warnings

import pytest

torch = pytest.importorskip("torch")

import actlab  # noqa: E402
from actlab.catalogue import find, names  # noqa: E402
from actlab.compilers.torch import functions, learning, running, short  # noqa: E402
from actlab.formula.limits import candidates  # noqa: E402
from tests.compilers.torch.measuring import forbid_kernels  # noqa: E402
from tests.laws.oracle import ALL  # noqa: E402

GATED = ["glu", "geglu", "swiglu"]
X4 = torch.randn(4, 6, 2, 8, generator=torch.Generator().manual_seed(0))
AWAY_FROM_KINKS = torch.tensor([[-4.31, -1.27, -0.71], [0.33, 0.83, 3.47]], dtype=torch.float64)


def arguments(activation):
    """Inputs and parameters away from kinks, a parameter for each column."""
    inputs = [AWAY_FROM_KINKS * (1 - 0.1 * k) for k in range(len(activation.inputs))]
    parameters = [torch.full((3,), value, dtype=torch.float64) for value in activation.defaults.values()]
    return [each.clone().requires_grad_() for each in (*inputs, *parameters)]


def function(activation):
    """The activation as a function of inputs and parameters."""
    count = len(activation.inputs)
    return lambda *values: activation(*values[:count], **dict(zip(activation.defaults, values[count:], strict=True)))


@pytest.mark.parametrize("activation", ALL, ids=lambda each: each.name)
def test_gradients_and_their_gradients_match_differences(activation):
    values = arguments(activation)
    assert torch.autograd.gradcheck(function(activation), values)
    assert torch.autograd.gradgradcheck(function(activation), values)


@pytest.mark.parametrize("activation", ALL, ids=lambda each: each.name)
def test_every_way_gives_the_same_gradient(activation):
    values, compute = arguments(activation), function(activation)
    plain = [value.detach() for value in values]
    weights = torch.linspace(0.5, 1.5, 6, dtype=torch.float64).reshape(2, 3)
    expected = torch.autograd.grad((compute(*values) * weights).sum(), values)
    places = tuple(range(len(values)))
    transformed = torch.func.grad(lambda *each: (compute(*each) * weights).sum(), argnums=places)
    for ours, theirs in zip(transformed(*plain), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
    _, along = forward(compute, plain)
    tangents = sum((slope * torch.ones_like(value)).sum() for slope, value in zip(expected, plain, strict=True))
    torch.testing.assert_close((along * weights).sum(), tangents, rtol=1e-12, atol=1e-14)


def forward(compute, values):
    """Forward mode; torch scripts its own formulas of it, which it deprecates itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.func.jvp(compute, tuple(values), tuple(torch.ones_like(value) for value in values))


@pytest.mark.parametrize("activation", [each for each in ALL if each.univariate], ids=lambda each: each.name)
def test_torch_func_takes_our_slopes_at_corners_and_ends(activation):
    corners = sorted(candidates(activation.formula, "x", activation.defaults))
    x = torch.tensor([-torch.inf, *corners, torch.inf, torch.nan], dtype=torch.float64)
    got = torch.func.vmap(torch.func.grad(activation))(x)
    torch.testing.assert_close(got, activation.derivative(x), rtol=1e-14, atol=0, equal_nan=True)


@pytest.mark.parametrize("name", ["mish", "prelu", "swiglu", "softmax", "hardshrink"])
def test_vmap_of_grad_and_hessians(name):
    activation = find(name)
    values, compute = [value.detach() for value in arguments(activation)], function(activation)
    rows = [value.expand(2, 3) for value in values]
    alone = torch.func.grad(lambda *each: compute(*each).square().sum())
    stacked = torch.stack([alone(*(value[k] for value in rows)) for k in range(2)])
    torch.testing.assert_close(torch.func.vmap(alone)(*rows), stacked, rtol=1e-12, atol=1e-14)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        forward_over_reverse = torch.func.hessian(lambda x: compute(x, *values[1:]).square().sum())(values[0])
    twice = torch.autograd.functional.hessian(lambda x: compute(x, *values[1:]).square().sum(), values[0])
    torch.testing.assert_close(forward_over_reverse, twice, rtol=1e-11, atol=1e-13)


def test_third_derivatives():
    x = torch.tensor([0.4, -1.1], dtype=torch.float64, requires_grad=True)
    found = actlab.sigmoid(x)
    for _ in range(3):
        (found,) = torch.autograd.grad(found.sum(), x, create_graph=True)
    s = torch.sigmoid(x)
    torch.testing.assert_close(found, s * (1 - s) * (1 - 6 * s + 6 * s * s), rtol=1e-12, atol=0)


def kept(compute):
    """The bytes that autograd keeps for the backward pass, each number counted once."""
    places = {}

    def pack(tensor):
        places[tensor.data_ptr(), tensor.numel()] = tensor.numel() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        compute()
    return sum(places.values())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("way", ["kernel", "words"])
@pytest.mark.parametrize("name", names())
def test_nothing_is_kept_but_the_input(name, way, dtype, monkeypatch):
    if way == "words":
        forbid_kernels(monkeypatch)
    x = torch.randn(32, 64, dtype=dtype, generator=torch.Generator().manual_seed(0)).requires_grad_()
    module = find(name).torch().train()
    parameters = sum(each.numel() * each.element_size() for each in module.parameters())
    with torch.random.fork_rng(devices=[]):
        assert kept(lambda: module(x)) <= x.numel() * x.element_size() + parameters


def test_a_composition_of_torch_words_keeps_more():
    x = torch.randn(2048, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert kept(lambda: x * torch.tanh(torch.nn.functional.softplus(x))) == 2 * x.numel() * 4


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("features", [None, 5])
@pytest.mark.parametrize("way", ["short", "long", "words"])
def test_gradients_of_learned_parameters(way, features, dtype, layout, monkeypatch):
    if way == "long":
        monkeypatch.setattr(learning, "SHORT", 0)
    if way == "words":
        forbid_kernels(monkeypatch)
        monkeypatch.setattr(learning, "are_here", lambda _: False)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(3, 5, 4, 2, dtype=torch.float64, generator=generator).to(dtype).to(memory_format=layout)
    upstream = torch.randn(3, 5, 4, 2, dtype=torch.float64, generator=generator).to(dtype).to(memory_format=layout)
    ours, theirs = actlab.prelu.torch(features=features), torch.nn.PReLU(features or 1).double()
    leaves = x.clone().requires_grad_(), x.double().requires_grad_()
    ours(leaves[0]).backward(upstream)
    theirs(leaves[1]).backward(upstream.double())
    rounding = 8 * torch.finfo(dtype).eps
    torch.testing.assert_close(leaves[0].grad.double(), leaves[1].grad, rtol=rounding, atol=rounding)
    assert ours.slope.grad.dtype == torch.float32
    torch.testing.assert_close(ours.slope.grad.double(), theirs.weight.grad, rtol=1e-5, atol=1e-5)


def test_only_the_gradients_that_are_needed_are_computed():
    x, slope = torch.randn(6, generator=torch.Generator().manual_seed(2)), torch.tensor(0.3, requires_grad=True)
    actlab.prelu(x, slope=slope).sum().backward()
    assert slope.grad == pytest.approx(float(x.clamp(max=0).sum()), rel=1e-6)
    assert x.grad is None


def test_a_parameter_a_number_is_trained_too():
    x = AWAY_FROM_KINKS.clone().requires_grad_()
    alpha = torch.rand(2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3)).requires_grad_()
    assert torch.autograd.gradcheck(lambda *each: actlab.elu(each[0], alpha=each[1]), (x, alpha))


def test_no_graph_is_made_where_none_is_asked_for():
    x = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        assert not actlab.mish(x).requires_grad
    with torch.inference_mode():
        assert actlab.mish(torch.ones(3)).is_inference()
    assert not actlab.mish(x.detach()).requires_grad


def test_a_watcher_of_operators_sees_them():
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False), torch.random.fork_rng(devices=[]):
        expected = actlab.mish(torch.ones(3, requires_grad=True))
    torch.testing.assert_close(expected, actlab.mish(torch.ones(3)))


@pytest.mark.parametrize("name", ["mish", "hardshrink", "prelu", "elu", "swiglu", "softmax", "leaky_relu"])
@pytest.mark.parametrize("way", ["short", "long"])
def test_batches_of_gradients(name, way, monkeypatch):
    if way == "long":
        monkeypatch.setattr(short, "value", lambda *_: None)
    functional, compute = torch.autograd.functional, find(name)
    if name == "leaky_relu":  # a parameter that is learned, and stretched to the input
        values = AWAY_FROM_KINKS.reshape(-1)[:6], torch.full((1,), 0.3, dtype=torch.float64)
    else:
        values = (AWAY_FROM_KINKS.reshape(-1)[:6],)

    def outputs(x, slope=None):
        return compute(x) if slope is None else compute(x, slope=slope)

    def total(*given):
        return outputs(*given).square().sum()

    for task, of in ((functional.jacobian, outputs), (functional.hessian, total)):
        for ours, expected in zip(task(of, values, vectorize=True), task(of, values), strict=True):
            for each, other in zip(ours, expected, strict=True):
                torch.testing.assert_close(each, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("module", [False, True])
@pytest.mark.parametrize("create_graph", [False, True])
def test_an_infinite_gradient_does_not_pass_a_slope_of_0(create_graph, module, dtype):
    x = torch.tensor([-2.0, 0.0, 3.0, 9.0], dtype=dtype, requires_grad=True)
    infinite = torch.full((4,), torch.inf, dtype=dtype)
    for name, expected in (("relu", [0, 0, 1, 1]), ("relu6", [0, 0, 1, 0]), ("hardshrink", [1, 0, 1, 1])):
        value = (find(name).torch() if module else find(name))(x)
        (got,) = torch.autograd.grad(value, x, infinite, create_graph=create_graph)
        assert got.tolist() == [torch.inf if slope else 0.0 for slope in expected]


SHAPES = {"contiguous": X4, "channels last": X4.to(memory_format=torch.channels_last), "transposed": X4.transpose(0, 3)}
SHAPES |= {"every second": X4[:, ::2], "one number": X4[0, 0, 0, 0], "empty": X4[:0], "long": X4.repeat(3000, 1, 1, 1)}


@pytest.mark.parametrize("x", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("name", ["mish", "prelu", "swiglu", "softmax", "elu"])
def test_the_short_way_and_the_long_one_agree(name, x, monkeypatch):
    if x.ndim == 0 and name in ("swiglu", "softmax"):
        pytest.skip("one number has no axis")
    layer = find(name).torch()

    def both():
        leaf = x.clone(memory_format=torch.preserve_format).requires_grad_()
        value = layer(leaf)
        upstream = torch.linspace(-1, 1, value.numel()).reshape(value.shape)
        inputs = [leaf, *layer.parameters()]
        return value, *torch.autograd.grad(value, inputs, upstream)

    at_once = both()
    monkeypatch.setattr(short, "begin", lambda *_: None)
    for got, expected in zip(at_once, both(), strict=True):
        torch.testing.assert_close(got, expected, rtol=2e-6 if name == "prelu" else 0, atol=0)
        assert got.numel() == 0 or not got.shape or got.stride() == expected.stride() or name in ("swiglu", "softmax")


def test_the_short_way_is_taken(monkeypatch):
    monkeypatch.setattr(running, "run", None)
    monkeypatch.setattr(functions, "run", None)
    for name in names():
        x, layer = torch.ones(4, 2, requires_grad=True), find(name).torch().eval()
        torch.autograd.grad(layer(x), x, torch.ones_like(layer(x.detach())))


def test_what_left_a_transform_is_a_tensor_again():
    left = []
    torch.func.grad(lambda x: (left.append(x * 2), x.sum())[1])(torch.ones(3))
    torch.testing.assert_close(actlab.mish(left[0]).detach(), actlab.mish(torch.full((3,), 2.0)))


def test_dual_numbers():
    from torch.autograd import forward_ad

    with forward_ad.dual_level(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        dual = actlab.mish(forward_ad.make_dual(AWAY_FROM_KINKS, torch.ones_like(AWAY_FROM_KINKS)))
        torch.testing.assert_close(forward_ad.unpack_dual(dual).tangent, actlab.mish.derivative(AWAY_FROM_KINKS))
