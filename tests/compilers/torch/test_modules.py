"""Activations as layers: their parameters, their state, and what torch does to modules."""

import copy
import io
import pickle

import pytest

torch = pytest.importorskip("torch")

import actlab  # noqa: E402
from actlab.catalogue import find, names  # noqa: E402

RANDOM = torch.Generator().manual_seed(0)
X = torch.randn(4, 6, generator=RANDOM)


@pytest.mark.parametrize("name", names())
def test_modules_compute_what_the_function_does(name):
    module = find(name).torch().eval()
    assert torch.equal(module(X), find(name)(X))
    assert repr(module) == f"ActivationModule({name})"


@pytest.mark.parametrize("name", names())
def test_modules_survive_copies_pickles_and_files(name):
    module = find(name).torch().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(0.125)
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    again = (copy.deepcopy(module), pickle.loads(pickle.dumps(module)), torch.load(file, weights_only=False))
    for each in again:
        assert each.activation is find(name)
        assert torch.equal(each(X), module(X))


def test_state_dicts_hold_what_is_learned():
    module, fresh = actlab.prelu.torch(features=6, slope=0.1), actlab.prelu.torch(features=6)
    assert {name: tuple(value.shape) for name, value in module.state_dict().items()} == {"slope": (6,)}
    fresh.load_state_dict(module.state_dict())
    assert torch.equal(fresh(X), module(X))
    assert not actlab.leaky_relu.torch(slope=0.2).state_dict()
    assert tuple(actlab.prelu.torch().slope.shape) == (1,)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_modules_move_to_other_dtypes(dtype):
    module = actlab.prelu.torch(features=6).to(dtype)
    got = module(X.to(dtype))
    assert got.dtype == module.slope.dtype == dtype
    got.sum().backward()
    assert module.slope.grad.dtype == dtype
    assert module(X).dtype == torch.float32  # the input decides
    assert module.to(device="meta")(X.to("meta")).device.type == "meta"


def test_autocast_keeps_the_dtype_that_comes():
    layers = torch.nn.Sequential(torch.nn.Linear(6, 6), actlab.mish.torch(), actlab.prelu.torch(features=6))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        got = layers(X)
    got.float().square().sum().backward()
    assert got.dtype == torch.bfloat16
    assert all(parameter.grad.dtype == torch.float32 for parameter in layers.parameters())


def test_fixed_parameters_are_numbers_of_the_module():
    module = actlab.leaky_relu.torch(slope=0.2)
    assert torch.equal(module(X), actlab.leaky_relu(X, slope=0.2))
    assert repr(module) == "ActivationModule(leaky_relu, slope=0.2)"
    assert not [*module.parameters()]
    assert repr(actlab.leaky_relu.torch(slope=0.01)) == "ActivationModule(leaky_relu)"


def test_learned_parameters_are_trained():
    module = actlab.prelu.torch()
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    module(torch.tensor([-1.0, -2.0])).sum().backward()
    optimiser.step()
    assert module.slope.item() == pytest.approx(0.25 + 0.3)


@pytest.mark.parametrize("shape", [(6,), (4, 6), (4, 6, 3), (4, 6, 3, 2)])
def test_features_lie_along_the_second_axis(shape):
    x, module = torch.randn(shape, generator=RANDOM), actlab.prelu.torch(features=6)
    with torch.no_grad():
        module.slope.copy_(torch.linspace(0.1, 0.6, 6))
    slope = module.slope.detach().reshape([6 if axis == min(1, len(shape) - 1) else 1 for axis in range(len(shape))])
    torch.testing.assert_close(module(x), torch.where(x > 0, x, slope * x))
    assert repr(module) == "ActivationModule(prelu, features=6)"


def test_one_number_has_no_features():
    assert actlab.prelu.torch()(torch.tensor(-2.0)).shape == ()
    with pytest.raises(ValueError, match="3 features along axis 0"):
        actlab.prelu.torch(features=3)(torch.tensor(-2.0))


def test_axes():
    assert torch.equal(actlab.swiglu.torch(axis=0)(X), actlab.swiglu(X[:2], X[2:]))
    assert torch.equal(actlab.swiglu.torch()(X, X), actlab.swiglu(X, X))
    assert torch.equal(actlab.softmax.torch(axis=0)(X), actlab.softmax(X, axis=0))
    assert repr(actlab.softmax.torch(axis=0)) == "ActivationModule(softmax, axis=0)"


class TestRandomParameters:
    """rrelu: drawn in training, at the mean otherwise, from torch's generator."""

    module = actlab.rrelu.torch()

    def drawn(self, x):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            return self.module.train()(x)

    def test_drawn_while_training(self):
        x = torch.full((10_000,), -1.0)
        slopes = -self.drawn(x)
        assert slopes.min() >= 1 / 8
        assert slopes.max() < 1 / 3
        assert slopes.mean() == pytest.approx(11 / 48, abs=2e-3)
        assert slopes.std() == pytest.approx((1 / 3 - 1 / 8) / 12**0.5, rel=0.03)
        assert torch.equal(-self.drawn(x), slopes)
        assert torch.equal(self.drawn(-x), -x)

    def test_two_calls_draw_anew(self):
        with torch.random.fork_rng(devices=[]):
            assert not torch.equal(self.module.train()(-X.abs()), self.module(-X.abs()))

    def test_the_mean_otherwise(self):
        assert torch.equal(self.module.eval()(X), torch.nn.RReLU().eval()(X))

    def test_a_given_number_is_kept(self):
        assert torch.equal(actlab.rrelu.torch(slope=0.2).train()(X), actlab.leaky_relu(X, slope=0.2))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
    def test_the_gradient_knows_what_was_drawn(self, dtype):
        x = (-1 - X.abs()).to(dtype).requires_grad_()
        got = self.drawn(x)
        (gradient,) = torch.autograd.grad(got.sum(), x, create_graph=True)
        rounding = torch.finfo(dtype).eps
        torch.testing.assert_close(gradient.detach() * x.detach(), got.detach(), rtol=2 * rounding, atol=0)
        assert gradient.unique().numel() > 6

    def test_under_vmap(self):
        with torch.random.fork_rng(devices=[]):
            got = torch.func.vmap(self.module.train(), randomness="different")(torch.full((5, 4), -1.0))
        assert got.unique().numel() == 20
