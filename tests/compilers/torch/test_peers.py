"""Agreement with torch.nn for every function that it has, and where it is known to differ."""

import pytest

torch = pytest.importorskip("torch")

import actlab  # noqa: E402
from actlab.catalogue import find  # noqa: E402

nn = torch.nn
PEERS = {
    "celu": nn.CELU(), "elu": nn.ELU(), "gelu": nn.GELU(), "gelu_tanh": nn.GELU("tanh"), "glu": nn.GLU(),
    "hardshrink": nn.Hardshrink(), "hardsigmoid": nn.Hardsigmoid(), "hardswish": nn.Hardswish(),
    "hardtanh": nn.Hardtanh(), "identity": nn.Identity(), "leaky_relu": nn.LeakyReLU(), "logsigmoid": nn.LogSigmoid(),
    "mish": nn.Mish(), "prelu": nn.PReLU(), "relu": nn.ReLU(), "relu6": nn.ReLU6(), "rrelu": nn.RReLU().eval(),
    "selu": nn.SELU(), "sigmoid": nn.Sigmoid(), "silu": nn.SiLU(), "softmax": nn.Softmax(-1), "softplus": nn.Softplus(),
    "softshrink": nn.Softshrink(), "softsign": nn.Softsign(), "tanh": nn.Tanh(), "tanhshrink": nn.Tanhshrink(),
}  # fmt: skip
MISSING = {"step", "squareplus", "geglu", "swiglu"}
X = torch.cat([torch.linspace(-6, 6, 242), torch.linspace(-0.01, 0.01, 21)[1:]]).reshape(-1, 2)
RELATIVE, ABSOLUTE = {"float32": 4e-6, "float64": 1e-12}, {"float32": 1e-6, "float64": 1e-13}
SIXTH = 5e-9  # a sixth in float32, which torch multiplies by in float64 too


def value_and_gradient(function, x):
    """Both, for the upstream 1."""
    leaf = x.clone().requires_grad_()
    value = function(leaf)
    return value.detach(), *torch.autograd.grad(value, leaf, torch.ones_like(value))


def test_every_function_has_its_peer_or_is_known_to_have_none():
    assert {*PEERS} | MISSING == {name for name in actlab.names() if find(name).module.startswith("actlab.")}


@pytest.mark.parametrize("dtype", RELATIVE)
@pytest.mark.parametrize("name", PEERS)
def test_values_and_gradients_agree(name, dtype):
    x = X.to(getattr(torch, dtype))
    if name == "softplus":
        x = x / 2  # torch's is x itself from its threshold on
    ours = value_and_gradient(find(name).torch().eval(), x)
    theirs = value_and_gradient(PEERS[name].to(x.dtype), x)
    for got, expected in zip(ours, theirs, strict=True):
        absolute = SIXTH if name == "hardsigmoid" else ABSOLUTE[dtype]
        torch.testing.assert_close(got, expected, rtol=RELATIVE[dtype], atol=absolute)


@pytest.mark.parametrize("name", ["relu", "relu6", "hardtanh", "hardsigmoid", "hardswish", "hardshrink", "softshrink"])
def test_slopes_at_corners_agree(name):
    x = torch.tensor([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 6.0] + [3.0] * (name != "hardswish"))
    torch.testing.assert_close(value_and_gradient(find(name), x), value_and_gradient(PEERS[name].float(), x))


class TestKnownDifferences:
    """Those that the guide lists; torch mending one of them is news for the guide."""

    @pytest.mark.parametrize("name", ["silu", "mish"])
    def test_minus_infinity(self, name):
        x = torch.tensor([-torch.inf])
        assert all(each.isnan() for each in value_and_gradient(PEERS[name].float(), x))
        assert all(each == 0 for each in value_and_gradient(find(name), x))

    @pytest.mark.parametrize(("name", "x"), [("gelu", -13.0), ("gelu_tanh", -8.0), ("tanhshrink", 1e-4)])
    def test_values_in_tails(self, name, x):
        x = torch.tensor([x])
        exact = find(name)(x.double()).item()
        assert find(name)(x).item() == pytest.approx(exact, rel=1e-6, abs=0)
        assert PEERS[name].float()(x).item() != pytest.approx(exact, rel=1e-3, abs=0)

    @pytest.mark.parametrize(("name", "x"), [("sigmoid", 18.0), ("tanh", 10.0), ("softsign", 1e6)])
    def test_slopes_in_tails(self, name, x):
        x = torch.tensor([x])
        exact = find(name).derivative(x.double()).item()
        assert value_and_gradient(find(name), x)[1].item() == pytest.approx(exact, rel=1e-6, abs=0)
        assert value_and_gradient(PEERS[name].float(), x)[1].item() != pytest.approx(exact, rel=1e-4, abs=0)

    def test_the_right_corner_of_hardswish(self):
        x = torch.tensor([3.0])
        assert value_and_gradient(PEERS["hardswish"].float(), x)[1] == 1
        assert value_and_gradient(actlab.hardswish, x)[1] == 1.5  # the left side's

    def test_hardsigmoid_in_double_precision(self):
        x = torch.tensor([0.5], dtype=torch.float64)
        assert abs(value_and_gradient(PEERS["hardsigmoid"].double(), x)[1].item() - 1 / 6) > 1e-9
        assert value_and_gradient(actlab.hardsigmoid, x)[1].item() == 1 / 6

    def test_softplus_has_no_threshold(self):
        x = torch.tensor([21.0], dtype=torch.float64)
        assert nn.Softplus()(x) == x
        assert actlab.softplus(x) > x
