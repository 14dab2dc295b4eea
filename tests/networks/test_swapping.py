"""One activation swapped for another: everywhere, by every spelling, and nothing else about the model changes."""

import copy
import functools
import pickle
import re

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

import actlab  # noqa: E402
from actlab import swap, uses  # noqa: E402
from actlab.networks.swapping.counterparts import FUNCTIONS, TABLE, of_module  # noqa: E402

X = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))


def mlp(*activations: nn.Module) -> nn.Sequential:
    torch.manual_seed(1)
    layers = [each for one in activations for each in (nn.Linear(8, 8), one)]
    return nn.Sequential(*layers, nn.Linear(8, 3))


class Calls(nn.Module):
    """Functional calls behind control flow, in a method and in a loop."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first, self.second, self.third = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x):
        x = functional.relu(self.first(x)) if x.shape[0] > 3 else self.first(x)
        for _ in range(2):
            x = self.hidden(x)
        return x

    def hidden(self, x):
        return torch.relu(self.second(x)) + self.third(x).relu()

    def by_hand(self, x, f):
        x = f(self.first(x)) if x.shape[0] > 3 else self.first(x)
        for _ in range(2):
            x = f(self.second(x)) + f(self.third(x))
        return x


class Residual(nn.Module):
    """As in ResNet: one ReLU for both of its places."""

    def __init__(self, inplace: bool = True) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.conv1, self.bn1 = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.conv2, self.bn2 = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=inplace)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x
        return self.relu(out)


class SquaredReLU(nn.Module):
    def forward(self, x):
        return functional.relu(x) ** 2


@pytest.mark.parametrize("row", [row for row in TABLE if row.name != "identity"], ids=lambda row: row.name)
def test_every_counterpart_is_the_activation_that_the_table_says(row):
    module = row.module(-1) if row.name in ("softmax", "glu") else row.module()
    module.eval()
    torch.testing.assert_close(module(X), actlab.find(of_module(module).name)(X), rtol=2e-5, atol=2e-6)
    assert row.words
    assert any(each is row for each, _ in FUNCTIONS.values())


@pytest.mark.parametrize(
    ("module", "name", "parameters"),
    [
        (nn.LeakyReLU(0.2), "leaky_relu", {"slope": 0.2}),
        (nn.GELU(), "gelu", {}),
        (nn.GELU(approximate="tanh"), "gelu_tanh", {}),
        (nn.Softplus(beta=2.0), "softplus", {"beta": 2.0}),
        (nn.ELU(0.5), "elu", {"alpha": 0.5}),
        (nn.CELU(0.5), "celu", {"alpha": 0.5}),
        (nn.Softshrink(0.25), "softshrink", {"threshold": 0.25}),
        (nn.ReLU6(), "relu6", {}),
        (nn.Hardtanh(0, 6), "relu6", {}),
    ],
    ids=str,
)
def test_options_decide_which_it_is(module, name, parameters):
    found = of_module(module)
    assert (found.name, found.parameters) == (name, parameters)
    torch.testing.assert_close(module(X), actlab.find(name)(X, **parameters), rtol=2e-5, atol=2e-6)


def test_what_is_in_no_catalogue_is_left_alone():
    class Mine(nn.ReLU):
        def forward(self, x):
            return x.clamp_min(0.5)

    assert of_module(nn.Hardtanh(-2, 2)) is None
    assert of_module(Mine()) is None


def test_modules_at_every_depth():
    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act1 = nn.ReLU(inplace=True)
            self.several = nn.ModuleList([nn.ReLU(), nn.ModuleDict({"a": actlab.relu.torch(), "b": nn.Tanh()})])

        def forward(self, x):
            return self.several[1]["b"](self.several[1]["a"](self.several[0](self.act1(x) - 0.5) - 0.5))

    swapped = swap(Deep(), "relu", "silu")
    assert [(use.place, use.activation) for use in uses(swapped)] == [
        ("act1", "silu"),
        ("several.0", "silu"),
        ("several.1.a", "silu"),
        ("several.1.b", "tanh"),
    ]
    silu = actlab.silu
    torch.testing.assert_close(swapped(X), torch.tanh(silu(silu(silu(X) - 0.5) - 0.5)))


@pytest.mark.parametrize("old", ["relu", "ReLU", "rectifier", actlab.relu])
@pytest.mark.parametrize("new", ["mish", actlab.mish, nn.Mish(), nn.Mish])
def test_old_and_new_in_every_spelling(old, new):
    model = mlp(nn.ReLU(), nn.ReLU())
    torch.testing.assert_close(swap(model, old, new)(X), mlp(nn.Mish(), nn.Mish())(X), rtol=1e-5, atol=1e-6)


def test_the_model_itself_stays_and_weights_are_copied():
    model = mlp(nn.ReLU())
    before, text = model(X), repr(model)
    swapped = swap(model, "relu", "mish")
    with torch.no_grad():
        swapped[0].weight.zero_()
    assert torch.equal(model(X), before)
    assert repr(model) == text
    assert [*swapped.state_dict()] == [*model.state_dict()]


def test_in_place():
    model = mlp(nn.ReLU())
    assert swap(model, "relu", "mish", inplace=True) is model
    torch.testing.assert_close(model(X), mlp(nn.Mish())(X), rtol=1e-5, atol=1e-6)
    assert of_module(swap(nn.ReLU(), "relu", "mish", inplace=True)).name == "mish"


@pytest.mark.parametrize("training", [True, False])
def test_a_block_with_one_relu_inplace_at_two_places(training):
    images = torch.randn(2, 4, 5, 5)
    expected = Residual()
    expected.relu = nn.Mish()
    expected.train(training)
    swapped = swap(Residual().train(training), "relu", "mish")
    torch.testing.assert_close(swapped(images), expected(images), rtol=1e-5, atol=1e-5)
    swapped(images).sum().backward()
    assert swapped.conv1.weight.grad.abs().sum() > 0


def test_a_shared_module_stays_shared_and_others_get_their_own():
    shared = nn.ReLU()
    swapped = swap(mlp(shared, nn.ReLU(), shared), "relu", "prelu", slope=0.1)
    assert swapped[1] is swapped[5] is not swapped[3]
    own = [name for name, _ in swapped.named_parameters() if "slope" in name]
    assert own == ["1.slope", "3.slope"]
    swapped(X).sum().backward()
    assert swapped[1].slope.grad.item() != swapped[3].slope.grad.item() != 0
    a_module = swap(mlp(shared, nn.ReLU()), "relu", nn.PReLU())
    assert a_module[1].weight is not a_module[3].weight


def test_features_and_numbers():
    swapped = swap(mlp(nn.ReLU()), "relu", "prelu", features=8, slope=0.3)
    assert swapped[1].slope.tolist() == pytest.approx([0.3] * 8)
    assert swap(mlp(nn.ReLU()), "relu", "leaky_relu", slope=0.2)[1].numbers == {"slope": 0.2}


def test_learned_parameters_go_where_the_weights_are():
    assert swap(mlp(nn.ReLU()).double(), "relu", "prelu")[1].slope.dtype == torch.float64
    assert swap(mlp(nn.ReLU()).to("meta"), "relu", "prelu")[1].slope.device.type == "meta"


@pytest.mark.parametrize("rows", [6, 2])
def test_functional_calls_behind_control_flow(rows):
    swapped = swap(Calls(), "relu", "mish")
    torch.testing.assert_close(swapped(X[:rows]), Calls().by_hand(X[:rows], actlab.mish), rtol=1e-5, atol=1e-5)
    assert [*swapped.state_dict()] == [*Calls().state_dict()]
    assert isinstance(swapped, Calls)
    assert repr(swapped) == repr(Calls())


@pytest.mark.parametrize("method", ["copy", "deepcopy", "pickle"])
def test_copies_and_pickles_with_functional_calls(method):
    swapped = swap(Calls(), "relu", "prelu", slope=0.1)
    ways = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda one: pickle.loads(pickle.dumps(one))}
    other = ways[method](swapped)
    assert type(other) is type(swapped)
    assert torch.equal(other(X), swapped(X))
    if method != "copy":
        with torch.no_grad():
            other.swapped_relu.slope.fill_(0.9)
        assert not torch.equal(other(X), swapped(X))


def test_saved_and_loaded_whole(tmp_path):
    swapped = swap(Calls(), "relu", "mish")
    torch.save(swapped, tmp_path / "model.pt")
    assert torch.equal(torch.load(tmp_path / "model.pt", weights_only=False)(X), swapped(X))


def test_learned_parameters_of_calls_are_trained_one_a_module():
    model = nn.Sequential(Calls(), Calls())
    swapped = swap(model, "relu", "prelu", slope=0.5)
    names = [name for name, _ in swapped.named_parameters() if "slope" in name]
    assert names == ["0.swapped_relu.slope", "1.swapped_relu.slope"]
    swapped(X).sum().backward()
    assert all(swapped.get_parameter(name).grad.abs() > 0 for name in names)
    assert set(swapped.state_dict()) - set(model.state_dict()) == set(names)


def test_gradients_flow_through_calls():
    x, y = X.clone().requires_grad_(), X.clone().requires_grad_()
    swap(Calls(), "relu", "mish")(x).sum().backward()
    Calls().by_hand(y, nn.Mish()).sum().backward()
    torch.testing.assert_close(x.grad, y.grad, rtol=1e-4, atol=1e-5)


SPELLINGS = {
    "relu": [
        functional.relu,
        lambda x: functional.relu(input=x, inplace=True),
        torch.relu,
        lambda x: x.relu(),
        torch.Tensor.relu,
        functional.relu,
    ],
    "gelu_tanh": [lambda x: functional.gelu(x, approximate="tanh")],
    "gelu": [functional.gelu],
    "sigmoid": [lambda x: torch.sigmoid(x, out=torch.empty(x.shape)), torch.special.expit],
    "relu6": [lambda x: functional.hardtanh(x, 0.0, 6.0), lambda x: functional.hardtanh(x, min_val=0, max_val=6)],
    "leaky_relu": [lambda x: functional.leaky_relu(x, 0.3)],
    "prelu": [lambda x: functional.prelu(x, torch.tensor([0.1]))],
    "softmax": [lambda x: functional.softmax(x, dim=0, dtype=torch.float64).float(), lambda x: x.softmax(0)],
}


@pytest.mark.parametrize(("name", "call"), [(name, each) for name, calls in SPELLINGS.items() for each in calls])
def test_every_spelling_of_a_call(name, call):
    class One(nn.Module):
        def forward(self, x):
            return call(x)

    assert torch.allclose(swap(One(), name, "softsign")(X), actlab.softsign(X), atol=1e-6)


def test_the_options_of_a_call_decide():
    class Both(nn.Module):
        def forward(self, x):
            return functional.gelu(x), functional.gelu(x, approximate="tanh")

    first, second = swap(Both(), "gelu", "softsign")(X)
    assert torch.equal(first, actlab.softsign(X))
    assert torch.equal(second, functional.gelu(X, approximate="tanh"))


def test_calls_that_write_into_their_input_still_do():
    class Writing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(8, 8)

        def forward(self, x):
            y = self.linear(x)
            y.relu_()
            functional.relu_(y[:, :4])
            return y

    swapped = swap(Writing(), "relu", "mish")
    y = swapped(X)
    once = actlab.mish(swapped.linear(X))
    torch.testing.assert_close(y, torch.cat([actlab.mish(once[:, :4]), once[:, 4:]], 1))
    y.sum().backward()
    got = swapped.linear.weight.grad.clone()
    swapped.zero_grad()
    torch.cat([actlab.mish(once[:, :4]), once[:, 4:]], 1).sum().backward()
    torch.testing.assert_close(got, swapped.linear.weight.grad)


def test_functions_that_a_module_keeps():
    class Keeps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = functional.relu, functools.partial(functional.gelu, approximate="tanh")
            self.three, self.table = actlab.relu, {"act": [torch.relu]}

        def forward(self, x):
            return self.table["act"][0](self.three(self.one(x) - 0.3) - 0.3) + self.two(x)

    silu = actlab.silu
    swapped = swap(Keeps(), "relu", "silu")
    torch.testing.assert_close(
        swapped(X), silu(silu(silu(X) - 0.3) - 0.3) + functional.gelu(X, approximate="tanh"), rtol=1e-5, atol=1e-6
    )
    assert of_module(swap(Keeps(), "gelu_tanh", "mish").two).name == "mish"
    learned = swap(Keeps(), "relu", "prelu")
    assert sorted(learned.state_dict()) == ["one.slope", "swapped_relu.slope", "three.slope"]


def encoder(activation, layers: int = 2) -> nn.TransformerEncoder:
    torch.manual_seed(4)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation=activation, batch_first=True)
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=layer.activation_relu_or_gelu > 0)


@pytest.mark.parametrize("activation", ["relu", functional.relu, nn.ReLU()])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("padded", [True, False])
def test_a_transformer_with_and_without_its_fast_path(activation, training, padded):
    x = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(5))
    mask = torch.tensor([[False] * 5, [False] * 3 + [True] * 2, [False] * 4 + [True]]) if padded else None
    swapped = swap(encoder(activation), "relu", "mish").train(training)
    expected = encoder(nn.Mish()).train(training)
    with torch.set_grad_enabled(training):
        got, wanted = (each(x, src_key_padding_mask=mask) for each in (swapped, expected))
    seen = ~mask if padded else slice(None)
    torch.testing.assert_close(got[seen], wanted[seen], rtol=1e-4, atol=1e-5)


def test_a_transformer_that_also_calls():
    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.head = encoder("relu"), nn.Linear(8, 2)

        def forward(self, x):
            return self.head(functional.relu(self.encoder(x)).mean(1))

    x = torch.randn(2, 3, 8)
    swapped = swap(Classifier(), "relu", "mish").eval()
    with torch.no_grad():
        expected = swapped.head(functional.mish(swap(encoder("relu"), "relu", nn.Mish()).eval()(x)).mean(1))
        torch.testing.assert_close(swapped(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", [Calls, lambda: mlp(nn.ReLU(), nn.ReLU()), lambda: nn.Sequential(Calls(), nn.ReLU())])
def test_there_and_back_again(model):
    there = swap(model(), "relu", "gelu")
    twice = swap(there, "gelu", "tanh")
    back = swap(twice, "tanh", "relu")
    assert not torch.allclose(there(X), model()(X))
    assert not torch.allclose(there(X), twice(X))
    assert torch.equal(back(X), model()(X))
    assert [*back.state_dict()] == [*model().state_dict()]


def test_what_is_answered_already_is_no_use_any_more():
    there = swap(Calls(), "relu", "gelu")
    with pytest.raises(ValueError, match=re.escape('There is no relu in Calls, but gelu ×1; write swap(model, "gelu"')):
        swap(there, "relu", "tanh")


def test_two_activations_change_places():
    class Two(nn.Module):
        def forward(self, x):
            return torch.tanh(x) + functional.relu(x)

    first = swap(swap(Two(), "relu", "gelu_tanh"), "tanh", "relu")
    torch.testing.assert_close(first(X), actlab.relu(X) + actlab.gelu_tanh(X))


def test_what_a_replacement_calls_is_its_own():
    def expected(x):
        return functional.relu(x) ** 2

    torch.testing.assert_close(swap(Calls(), "relu", SquaredReLU)(X), Calls().by_hand(X, expected))
    inside = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), Calls())
    inside = swap(inside, "relu", lambda: nn.Sequential(SquaredReLU(), nn.Tanh()))
    torch.testing.assert_close(inside[1](X), torch.tanh(expected(X)))
    again = pickle.loads(pickle.dumps(inside))
    assert torch.equal(again(X), inside(X))

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, x):
            return functional.relu(self.act(x - 1) + 0.5)

    swapped = swap(Outer(), "relu", SquaredReLU)
    torch.testing.assert_close(swapped(X), expected(expected(X - 1) + 0.5))


def test_what_answers_a_call_is_not_answered_by_a_module_around_it():
    class Inner(nn.Module):
        def forward(self, x):
            return functional.relu(x)

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def forward(self, x):
            return self.inner(torch.tanh(x))

    swapped = swap(swap(Around(), "relu", "gelu_tanh"), "tanh", "softsign")
    with _Words():
        got = swapped(X)
    torch.testing.assert_close(got, actlab.gelu_tanh(actlab.softsign(X)), rtol=1e-5, atol=1e-5)


def test_words_inside_of_our_activations_are_not_calls():
    class Tanhs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act = actlab.gelu_tanh.torch()

        def forward(self, x):
            return torch.tanh(x) + self.act(x)

    swapped = swap(Tanhs(), "tanh", "relu")
    compiled = torch.compile(swapped, backend="eager", fullgraph=True)
    expected = actlab.relu(X) + actlab.gelu_tanh(X)
    torch.testing.assert_close(swapped(X), expected)
    torch.testing.assert_close(compiled(X), expected)
    with _Words():
        torch.testing.assert_close(swapped(X), expected, rtol=1e-5, atol=1e-5)


class _Words(TorchDispatchMode):
    """While somebody watches the operators, activations are computed in torch's words, as on other devices."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("new", ["mish", "prelu", SquaredReLU], ids=["plain", "learned", "own"])
def test_compiled_and_exported(new):
    swapped = swap(nn.Sequential(Calls(), nn.ReLU()), "relu", new)
    expected = swapped(X)
    compiled = torch.compile(swapped, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(X), expected, rtol=1e-5, atol=1e-5)
    compiled(X).sum().backward()
    assert swapped[0].first.weight.grad.abs().sum() > 0
    exported = torch.export.export(swapped, (X,))
    torch.testing.assert_close(exported.module()(X), expected, rtol=1e-5, atol=1e-5)


def test_functional_call_and_replicas_use_the_weights_they_are_given():
    swapped = swap(Calls(), "relu", "prelu")
    weights = {name: value.detach() * 0 + 0.1 for name, value in swapped.named_parameters()}
    other = torch.func.functional_call(swapped, weights, (X,))
    swapped.load_state_dict(weights)
    torch.testing.assert_close(other, swapped(X))
    replica = swapped._replicate_for_data_parallel()
    replica._modules["swapped_relu"] = actlab.prelu.torch(slope=0.7)
    assert not torch.allclose(replica(X), swapped(X))


def test_training_and_chance():
    swapped = swap(Calls(), "relu", "rrelu")
    assert not torch.equal(swapped(X), swapped(X))
    swapped.eval()
    assert torch.equal(swapped(X), swapped(X))
    assert not swap(mlp(nn.ReLU()).eval(), "relu", "rrelu")[1].training
    assert not swap(mlp(nn.ReLU().eval()), "relu", "rrelu")[1].training


def test_only_some_paths():
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = nn.Sequential(mlp(nn.ReLU()), Calls()), mlp(nn.ReLU())

        def forward(self, x):
            return self.head(self.body(x))

    model = Net()
    assert {use.place for use in uses(swap(model, "relu", "mish", only="body.*")) if use.activation == "mish"} == {
        "body.0.1",
        "body.1",
    }
    swapped = swap(model, "relu", "mish", only=["head"])
    assert {use.place for use in uses(swapped) if use.activation == "mish"} == {"head.1"}
    with pytest.raises(ValueError, match=re.escape("only='boddy.*' is no path in Net; its parts are body, head.")):
        swap(model, "relu", "mish", only="boddy.*")
    with pytest.raises(ValueError, match=r"only=… chooses; relu is at body\.0\.1, body\.1, head\.1"):
        swap(model, "relu", "mish", only="head.0")
    with pytest.raises(TypeError, match="only is 3; write paths"):
        swap(model, "relu", "mish", only=3)


def test_gates_and_softmax():
    assert torch.equal(swap(nn.Sequential(nn.GLU(0)), "glu", "swiglu")(X), actlab.swiglu(X, axis=0))

    class Gate(nn.Module):
        def forward(self, x):
            return functional.glu(x, 0) + functional.glu(x, dim=0)

    torch.testing.assert_close(swap(Gate(), "glu", "geglu")(X), 2 * actlab.geglu(X, axis=0))
    assert torch.equal(swap(nn.Sequential(nn.Softmax(-1)), "softmax", "sigmoid")(X), actlab.sigmoid(X))
    rows = swap(mlp(nn.ReLU()), "relu", lambda: actlab.softmax.torch(axis=0))
    torch.testing.assert_close(rows(X), mlp(nn.Softmax(0))(X))


def hidden_call(x, name="re" + "lu"):
    return vars(functional)[name](x)


class Hidden(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, x):
        return hidden_call(self.linear(x))


def test_an_example_shows_what_reading_does_not():
    model = Hidden()
    with pytest.raises(ValueError, match=r"no relu in Hidden.*write example=x"):
        swap(model, "relu", "mish")
    for example in (X, (X,), {"x": X}):
        swapped = swap(model, "relu", "mish", example=example)
        torch.testing.assert_close(swapped(X), actlab.mish(model.linear(X)))
    assert [(use.place, use.activation, use.times) for use in uses(model, example=X)] == [("", "relu", 1)]
    assert [(use.activation, use.times) for use in uses(Calls(), example=X)] == [("relu", 5)]


def test_an_example_changes_nothing():
    class Noisy(nn.Module):
        def forward(self, x):
            return x + torch.rand_like(x)

    model = nn.Sequential(nn.BatchNorm1d(8), Hidden(), nn.Dropout(0.5), Noisy()).train()
    model[2].eval()
    state, weights = torch.random.get_rng_state(), copy.deepcopy(model.state_dict())
    swapped = swap(model, "relu", "mish", example=X)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(each, weights[name]) for name, each in swapped.state_dict().items())
    assert swapped.training
    assert swapped[0].training
    assert not swapped[2].training


def test_code_that_looks_names_up_is_answered_in_any_case():
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act, self.name = nn.ReLU(), "relu"

        def forward(self, x):
            return getattr(functional, self.name)(self.act(x) - 0.5)

    torch.testing.assert_close(swap(Named(), "relu", "mish")(X), actlab.mish(actlab.mish(X) - 0.5))


def test_inherited_and_borrowed_code_is_read():
    class Child(Calls):
        def forward(self, x):
            return super().forward(x) * 2

    class Caller(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Calls()

        def forward(self, x):
            return next(self.inner.hidden(each) for each in [x])

    torch.testing.assert_close(swap(Child(), "relu", "mish")(X), 2 * Calls().by_hand(X, actlab.mish))
    hidden = Calls()
    expected = actlab.mish(hidden.second(X)) + actlab.mish(hidden.third(X))
    torch.testing.assert_close(swap(Caller(), "relu", "mish")(X), expected)


def test_methods_that_are_called_on_their_own():
    """By a person, or by a checkpoint, which calls it again in the backward pass."""

    class Checkpointed(Calls):
        def forward(self, x):
            return checkpoint(self.hidden, x, use_reentrant=False)

    swapped = swap(Checkpointed(), "relu", "gelu")
    expected = actlab.gelu(swapped.second(X)) + actlab.gelu(swapped.third(X))
    torch.testing.assert_close(swapped.hidden(X), expected)
    wanted = torch.autograd.grad(expected.sum(), swapped.second.weight)
    torch.testing.assert_close(torch.autograd.grad(swapped(X).sum(), swapped.second.weight), wanted)


def test_constants_tell_which_gelu_it_is():
    class Tanh(nn.Module):
        def forward(self, x):
            return functional.gelu(x, approximate="tanh")

    class Exact(nn.Module):
        def forward(self, x):
            return functional.gelu(x)

    class Either(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.form = "tanh"

        def forward(self, x):
            return functional.gelu(x, approximate=self.form)

    assert [[use.activation for use in uses(kind())] for kind in (Tanh, Exact, Either)] == [
        ["gelu_tanh"],
        ["gelu"],
        ["gelu", "gelu_tanh"],
    ]


def test_a_model_of_modules_keeps_its_class():
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x):
            return torch.flatten(self.relu(x), 1)

    assert type(swap(Plain(), "relu", "mish")) is Plain


def test_a_container_that_walks_through_its_layers():
    class Walks(nn.Sequential):
        def forward(self, x):
            for each in self:
                x = functional.relu(each(x))
            return x

    model = Walks(nn.Linear(8, 8), nn.Linear(8, 8))
    torch.testing.assert_close(swap(model, "relu", "mish")(X), actlab.mish(model[1](actlab.mish(model[0](X)))))
    with pytest.raises(ValueError, match="Walks is a Sequential whose forward calls relu"):
        swap(model, "relu", "prelu")


@pytest.mark.parametrize(
    ("model", "given", "message"),
    [
        ("resnet", ("relu", "mish"), "model is of type str; give a torch.nn.Module, such as nn.Sequential(…)."),
        (mlp(nn.ReLU()), ("rellu", "mish"), "There is no activation called 'rellu'. Did you mean relu"),
        (mlp(nn.ReLU()), ("relu", "mich"), "There is no activation called 'mich'. Did you mean mish"),
        (mlp(nn.ReLU()), (nn.ReLU, "mish"), "write a name such as"),
        (mlp(nn.ReLU()), ("relu", 3), 'new is 3; write a name such as "mish", or a module such as nn.Mish().'),
        (mlp(nn.ReLU()), ("relu", functional.silu), 'write the name, "silu"'),
        (mlp(nn.ReLU()), ("relu", lambda: 3), "gave 3; let it give a module"),
        (mlp(nn.ReLU()), ("relu", nn.Linear), "new is type Linear, which wants arguments; write a function without"),
        (mlp(nn.ReLU()), ("relu", "swiglu"), "so the next layer would not fit; build the model with swiglu instead."),
        (mlp(nn.GLU()), ("glu", "relu"), "so the next layer would not fit"),
        (mlp(nn.ReLU()), ("relu", "softmax"), "write lambda: actlab.softmax.torch(axis=-1)"),
        (mlp(nn.GELU(), nn.GELU(), nn.Tanh()), ("relu", "mish"), 'gelu ×2 and tanh ×1; write swap(model, "gelu", …)'),
        (mlp(nn.GELU("tanh")), ("gelu", "mish"), 'write swap(model, "gelu_tanh", …)'),
        (nn.Linear(2, 2), ("relu", "mish"), "There is no relu in Linear, nor any other activation"),
    ],
    ids=[
        "no-model", "unknown-old", "unknown-new", "old-is-a-class", "new-is-a-number", "new-is-a-call",
        "makes-no-module", "wants-arguments", "joins-two", "joined-two", "along-an-axis", "others-are-there",
        "another-gelu", "none-at-all",
    ],
)  # fmt: skip
def test_mistakes_teach(model, given, message):
    with pytest.raises((ValueError, TypeError, LookupError), match=re.escape(message)) as error:
        swap(model, *given)
    assert str(error.value).endswith((".", "?"))
    assert "\n" not in str(error.value)


def test_mistakes_in_parameters():
    with pytest.raises(TypeError, match="leaky_relu has no parameter 'slop'; it takes slope"):
        swap(mlp(nn.ReLU()), "relu", "leaky_relu", slop=0.2)
    with pytest.raises(TypeError, match="slope can be set where new is a name"):
        swap(mlp(nn.ReLU()), "relu", nn.Mish(), slope=0.2)
    with pytest.raises(ValueError, match="mish learns no parameter"):
        swap(mlp(nn.ReLU()), "relu", "mish", features=3)


def test_models_that_cannot_be_read():
    with pytest.raises(ValueError, match=re.escape("write torch.compile(swap(model, …)) instead.")):
        swap(torch.compile(mlp(nn.ReLU()), backend="eager"), "relu", "mish")

    class Own(nn.Module):
        def forward(self, x):
            return actlab.relu(x)

    with pytest.raises(ValueError, match=r"Own calls actlab.relu in its forward.*write self.act = actlab.relu.torch"):
        swap(Own(), "relu", "mish")

    class Patched(nn.Module):
        def forward(self, x):
            return x

    for own in (functional.relu, lambda x: x.relu()):
        patched = Patched()
        patched.forward = own
        with pytest.raises(ValueError, match="has a forward of its own"):
            swap(patched, "relu", "mish")


def test_a_failed_swap_in_place_changes_nothing():
    model = mlp(nn.ReLU())
    with pytest.raises(ValueError):
        swap(model, "tanh", "mish", inplace=True)
    assert isinstance(model[1], nn.ReLU)
