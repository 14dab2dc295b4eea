"""A person's own model: made, trained, read and asked as they would do it by hand, and told what is wrong with it."""

import functools
import math
import pickle
import random
import re
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset  # noqa: E402

import actlab  # noqa: E402
from actlab.compare.executors import Here  # noqa: E402
from actlab.data import DataError, UsageError  # noqa: E402
from actlab.networks import Architecture, LayerReading, Training, unit_readings  # noqa: E402
from actlab.networks.initialisation import initialise  # noqa: E402
from actlab.networks.models import (  # noqa: E402
    ArrayFeed,
    DatasetFeed,
    Goal,
    LoaderFeed,
    ModelError,
    ModelJob,
    ModelRehearsal,
    from_file,
    maker_of,
    material_of,
    model_seconds,
    timed_model,
)
from actlab.networks.models.feeds import moved, parts  # noqa: E402
from actlab.networks.models.looking import unit_readings_of  # noqa: E402

CHANCE = np.random.default_rng(0)
X = torch.from_numpy(CHANCE.standard_normal((200, 5)).astype(np.float32))
Y = {
    "binary": (X[:, 0] + 0.5 * X[:, 1] * X[:, 2] > 0).long(),
    "multiclass": torch.bucketize(X[:, 0] + X[:, 1], torch.tensor([-0.7, 0.7])),
    "regression": X[:, 0] * X[:, 1] + X[:, 2],
}
GOALS = {"binary": Goal("binary", 2), "multiclass": Goal("multiclass", 3), "regression": Goal("regression")}


def make(activation, inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 16), activation.torch(), nn.Dropout(0.1), nn.Linear(16, outputs))


def job(task="binary", model=make, *, feeds=None, **changes):
    x, y = X, Y[task]
    feeds = feeds or [ArrayFeed(x[rows], y[rows]) for rows in (slice(120), slice(120, 160), slice(160, 200))]
    settings = {"rate": 0.01, "epochs": 12, "batch": 32, **changes.pop("training", {})}
    given = {"inputs": 5, "seed": 3, **changes}
    activation = given.pop("activation", actlab.tanh)
    return ModelJob(activation, maker_of(model, actlab.relu), GOALS[task], Training(**settings), *feeds, **given)


def same(one, other):
    assert one.training_losses == other.training_losses
    assert one.validation_losses == other.validation_losses
    assert np.array_equal(one.test_scores, other.test_scores)
    assert (one.start, one.end, one.best_epoch) == (other.start, other.end, other.best_epoch)


def test_it_learns_as_a_loop_by_hand_does():
    torch.manual_seed(3)
    model = make(actlab.tanh, 5, 1)
    optimiser, order = torch.optim.Adam(model.parameters(), lr=0.01), torch.Generator().manual_seed(3)
    losses, best, scores = [], math.inf, None
    y = Y["binary"].float()
    for _ in range(12):
        model.train()
        for rows in torch.randperm(120, generator=order).split(32):
            optimiser.zero_grad()
            functional.binary_cross_entropy_with_logits(model(X[:120][rows])[:, 0], y[:120][rows]).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            losses.append(functional.binary_cross_entropy_with_logits(model(X[120:160])[:, 0], y[120:160]).item())
            if losses[-1] < best:
                best, scores = losses[-1], model(X[160:])[:, 0].sigmoid()
    trained = job().train()
    assert trained.validation_losses == pytest.approx(losses, rel=1e-4)
    assert trained.test_scores == pytest.approx(scores.numpy(), rel=1e-3)
    assert trained.best_epoch == losses.index(min(losses)) + 1


@pytest.mark.parametrize("task", GOALS)
def test_each_task_is_learned(task):
    trained = job(task, training={"epochs": 40}).train()
    assert min(trained.validation_losses) < 0.85 * trained.validation_losses[0]
    assert trained.test_scores.shape == ((40, 3) if task == "multiclass" else (40,))
    assert trained.test_scores.dtype == np.float32
    if task != "regression":
        assert trained.test_scores.min() >= 0
        assert trained.test_scores.max() <= 1


def test_two_logits_say_what_one_says():
    logit = torch.linspace(-3, 3, 7)
    two = torch.stack((torch.zeros(7), logit), 1)
    y = torch.tensor([0, 1, 0, 1, 1, 0, 1])
    goal = GOALS["binary"]
    torch.testing.assert_close(goal.loss(two, y), goal.loss(logit, y))
    torch.testing.assert_close(goal.loss(two, y), goal.loss(logit[:, None], y))
    assert goal.scores(two, 7) == pytest.approx(goal.scores(logit, 7), abs=1e-6)


def test_the_same_job_gives_the_same_numbers_wherever_it_runs():
    first = job().train()
    torch.manual_seed(99)
    torch.rand(5)
    same(first, pickle.loads(pickle.dumps(job())).train())
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        same(first, job().train())
        assert torch.get_num_threads() == threads + 1
    finally:
        torch.set_num_threads(threads)
    assert job(seed=4).train().validation_losses != first.validation_losses


def test_the_chance_of_others_is_left_alone():
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - a person's code may
    random.seed(0)
    drawn = torch.rand(1), np.random.rand(), random.random()  # noqa: NPY002
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    random.seed(0)
    job().train()
    assert (torch.rand(1), np.random.rand(), random.random()) == drawn  # noqa: NPY002


def test_all_begin_with_the_same_weights_and_learn_rows_in_the_same_order():
    seen = {}

    def spying(activation, inputs):
        model = nn.Sequential(nn.Linear(inputs, 4), activation.torch(), nn.Linear(4, 1))
        told = seen[activation.name] = [model[0].weight.detach().clone()]
        model.register_forward_pre_hook(lambda _, args: told.append(args[0].clone()))
        return model

    for name in ("relu", "mish"):
        job(model=spying, activation=actlab.find(name), training={"epochs": 2}).train()
    assert len(seen["relu"]) == len(seen["mish"]) > 8
    assert all(torch.equal(one, other) for one, other in zip(seen["relu"], seen["mish"], strict=True))


def test_it_stops_when_nothing_gets_better_and_keeps_the_best_weights():
    trained = job(training={"epochs": 300, "patience": 5, "rate": 0.1}).train()
    assert trained.epochs == trained.best_epoch + 5 < 300
    assert trained.validation_losses[trained.best_epoch - 1] == min(trained.validation_losses)
    probability = np.where(Y["binary"][120:160] == 1, trained.validation_scores, 1 - trained.validation_scores)
    assert -np.log(probability).mean() == pytest.approx(min(trained.validation_losses), rel=1e-3)


def test_a_flag_ends_it():
    assert job(training={"epochs": 500}).train(np.ones(1, np.int64)).epochs == 0


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_decay_shrinks_matrices_and_not_biases(optimiser):
    def still(activation, inputs):
        model = nn.Sequential(nn.Linear(inputs, 4), activation.torch(), nn.Linear(4, 1))
        kept.append(model)
        return model

    kept: list[nn.Module] = []
    training = {"epochs": 1, "batch": 500, "optimiser": optimiser, "weight_decay": 2.0, "rate": 0.1}
    job(model=still, training=training, loss=lambda model, _: 0 * sum(p.sum() for p in model.parameters())).train()
    job(model=still, training={**training, "weight_decay": 0.0}, loss=lambda model, _: 0 * model[0].bias.sum()).train()
    (decayed, plain) = kept
    torch.testing.assert_close(decayed[0].weight, plain[0].weight * 0.8)
    assert torch.equal(decayed[0].bias, plain[0].bias)


def test_a_loss_that_is_no_number_ends_it():
    def explodes(model, batch):
        return model(batch[0]).sum() * math.inf

    trained = job(loss=explodes).train()
    assert trained.diverged
    assert (trained.best_epoch, trained.epochs, len(trained.test_scores)) == (0, 0, 0)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_readings_are_those_of_the_same_built_in_network(task):
    network = initialise(Architecture(5, (12, 7), ("relu", "relu"), 1, task), seed=1)
    for weights, biases in zip(network.weights[:1], network.biases[:1], strict=True):
        weights[:, :2], biases[:2] = 0, -1  # dead
        weights[:, 2], biases[2] = [1, 0, 0, 0, 0], -1.9  # sparse
    y = Y[task].numpy()
    wanted = unit_readings(network, X.numpy(), y.astype(np.float32) if task == "regression" else y)
    feed = ArrayFeed(X, Y[task])

    def loss(model, batch):
        return GOALS[task].loss(model(batch[0]), batch[1])

    got = unit_readings_of(network.to_torch(), actlab.relu, feed, 64, loss)
    assert [(each.units, each.dead, each.sparse, each.alive) for each in got] == [
        (each.units, each.dead, each.sparse, each.alive) for each in wanted
    ]
    assert (wanted[0].dead, wanted[0].sparse) == (2, 1)
    for mine, theirs in zip(got, wanted, strict=True):
        assert (mine.zeros, mine.gradient) == pytest.approx((theirs.zeros, theirs.gradient), rel=1e-3)


def by_hand(model, name, x, loss=None):
    feed = ArrayFeed(x, torch.zeros(len(x)))
    return unit_readings_of(model, actlab.find(name), feed, 16, loss or (lambda model, batch: model(batch[0]).mean()))


def test_readings_find_activations_in_every_form():
    inplace = nn.Sequential(nn.Linear(5, 6), nn.ReLU(inplace=True), nn.Linear(6, 1))
    assert [each.units for each in by_hand(inplace, "relu", X)] == [6]
    shared = nn.ReLU()
    twice = nn.Sequential(nn.Linear(5, 6), shared, nn.Linear(6, 4), shared)
    assert [(each.layer, each.units) for each in by_hand(twice, "relu", X)] == [(1, 6), (2, 4)]
    pictures = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), actlab.mish.torch())
    (found,) = by_hand(pictures, "mish", torch.randn(20, 1, 6, 6))
    assert found.units == 3
    assert found.gradient > 0
    sequences = nn.Sequential(nn.Linear(5, 6), nn.GELU())
    assert [each.units for each in by_hand(sequences, "gelu", torch.randn(8, 7, 5))] == [6]
    signals = nn.Sequential(nn.Conv1d(2, 9, 3), nn.GELU())
    assert [each.units for each in by_hand(signals, "gelu", torch.randn(8, 2, 11))] == [9]
    learned = nn.Sequential(nn.Linear(5, 6), actlab.prelu.torch(features=6))
    assert [each.zeros for each in by_hand(learned, "prelu", X)] == [0]

    class Calls(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(5, 6)

        def forward(self, x):
            return functional.relu(self.linear(x))

    assert by_hand(Calls(), "relu", X) == ()
    assert [each.units for each in by_hand(actlab.swap(Calls(), "relu", "relu"), "relu", X)] == [6]


def test_what_cannot_be_read_is_left_out_and_changes_nothing():
    def raising(model, batch):
        raise RuntimeError("cannot go backward")

    model = nn.Sequential(nn.Linear(5, 6), nn.ReLU())
    assert by_hand(model, "relu", X, raising) == ()
    assert by_hand(nn.Sequential(nn.Linear(5, 6), nn.Softmax(-1)), "softmax", X) == ()
    assert by_hand(nn.Sequential(nn.Linear(5, 6), nn.ReLU()), "tanh", X) == ()
    by_hand(model, "relu", X)
    assert all(each.grad is None for each in model.parameters())
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_own_loss_and_own_step():
    def smooth(model, batch):
        return functional.cross_entropy(model(batch[0]), batch[1], label_smoothing=0.2)

    steps = []

    def step(model, batch, optimiser):
        optimiser.zero_grad()
        loss = smooth(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        steps.append(len(batch[1]))
        return loss.item()

    trained = job("multiclass", loss=smooth, step=step, training={"epochs": 3}).train()
    assert sum(steps) == 3 * 120
    assert trained.test_scores.shape == (40, 3)
    assert trained.validation_losses[0] > 0.5


def test_an_own_goal_is_scored_by_its_loss():
    def rebuilds(model, batch):
        return functional.mse_loss(model(batch), batch)

    def coder(activation, inputs):
        return nn.Sequential(nn.Linear(inputs, 2), activation.torch(), nn.Linear(2, inputs))

    class Rows(Dataset[Any]):
        def __len__(self) -> int:
            return len(X)

        def __getitem__(self, row):
            return X[row]

    material = material_of(Rows(), None, None, own_loss=True)
    feeds = [material.picked(rows) for rows in np.split(np.arange(200), [120, 160])]
    one = ModelJob(
        actlab.tanh, maker_of(coder, actlab.relu), material.goal, Training(epochs=3), *feeds, inputs=5, loss=rebuilds
    )
    trained = one.train()
    assert material.table.task == "own"
    assert trained.validation_scores.tolist() == [min(trained.validation_losses)]
    assert 0 < trained.test_scores[0] < 2


def test_makers_are_asked_for_what_they_take():
    def only(activation):
        return nn.Sequential(nn.LazyLinear(4), activation.torch(), nn.LazyLinear(1))

    def named(*, outputs, activation, width=3):
        return nn.Sequential(nn.Linear(5, width), activation.torch(), nn.Linear(width, outputs))

    class Net(nn.Module):
        def __init__(self, act, inputs) -> None:
            super().__init__()
            self.inside = nn.Sequential(nn.Linear(inputs, 4), act.torch(), nn.Linear(4, 1))

        def forward(self, x):
            return self.inside(x)

    for maker in (only, named, Net, functools.partial(make, inputs=5), lambda act, inputs: Net(act, inputs=inputs)):
        assert job(model=maker, training={"epochs": 1}).train().epochs == 1


def test_a_ready_model_keeps_its_weights_and_is_left_alone():
    ready = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 1))
    before = {name: value.clone() for name, value in ready.state_dict().items()}
    maker = maker_of(ready, actlab.relu)
    made = maker.model(actlab.mish, 5, 1)
    assert not maker.is_new
    assert torch.equal(made[0].weight, before["0.weight"])
    torch.testing.assert_close(made(X), ready[2](actlab.mish(ready[0](X))))
    job(model=ready, training={"epochs": 2}).train()
    assert all(torch.equal(before[name], value) for name, value in ready.state_dict().items())
    with torch.no_grad():
        ready[0].weight.zero_()
    assert maker.fingerprint != maker_of(ready, actlab.relu).fingerprint
    assert torch.equal(maker.model(actlab.mish, 5, 1)[0].weight, before["0.weight"])


class Classless(nn.Module):
    def __init__(self):
        super().__init__()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (3, "model is of type int; give a torch.nn.Module, or a function make_model(activation)"),
        (actlab.relu, "model is of type Activation"),
        (Classless, "The class Classless takes no activation; give the module Classless(), in which relu is replaced"),
        (lambda: None, "takes no activation; write def <lambda>(activation)"),
        (lambda inputs: None, "takes no activation"),
        (lambda activation, depth: None, "asks for depth; it is given an activation, and inputs and outputs"),
    ],
    ids=["number", "activation", "class", "nothing", "sizes-only", "unknown"],
)
def test_what_makes_no_model_is_refused(model, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        maker_of(model, actlab.relu)


def fails_when_made(activation):
    raise KeyError("depth")  # the line that is named


class FailsInForward(nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(9, 4), activation.torch(), nn.Linear(4, 1))

    def forward(self, x):
        return self.inner(x)


KEPT = nn.Linear(5, 1)


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        (fails_when_made, {}, r"fails_when_made with tanh: KeyError: 'depth' \(test_models\.py, line \d+\)$"),
        (FailsInForward, {}, r"the model with tanh: RuntimeError: mat1 and mat2 .*64x9|9x4.*\(test_models\.py, line"),
        (lambda activation: None, {}, "<lambda> gives None; let it return a torch.nn.Module"),
        (lambda activation: nn.Linear(5, 4), {}, r"outputs have the shape \(32, 4\) for 32 rows, and logits of shape"),
        (make, {"inputs": 0}, "make asks for inputs, which this data does not tell; leave it out"),
        (lambda activation: nn.LSTM(5, 1), {}, "the model gives a tuple, and logits of shape"),
        (lambda activation: activation.torch(), {}, "the model has no weights to train"),
        (lambda activation: KEPT, {}, "gives the same weights again; let it build a new model"),
        (
            make,
            {"loss": lambda model, batch: model(batch[0])},
            r"loss gives a tensor of shape \(32, 1\); .* \.mean\(\)",
        ),
        (make, {"step": lambda model, batch, optimiser: None}, "step gives None; let it return one number"),
        (nn.Sequential(nn.Linear(5, 1), nn.GELU()), {}, "swapping relu for tanh: ValueError: There is no relu"),
    ],
    ids=["made", "forward", "none", "shape", "unknown", "tuple", "weightless", "kept", "loss", "step", "no-baseline"],
)
def test_mistakes_are_one_sentence_with_their_line(model, changes, message):
    one = job(model=model, **changes)
    for wrong in (ModelRehearsal(one), one)[: 1 if "same weights" in message else 2]:
        with pytest.raises(ModelError, match=message) as error:
            wrong.train()
        assert "\n" not in str(error.value)
        assert not str(error.value).endswith(".")


def test_an_error_costs_its_own_job_alone():
    results = list(Here().results([job(), job(model=fails_when_made), job()]))
    assert [index for index, _ in results] == [0, 1, 2]
    assert isinstance(results[1][1], ModelError)
    same(results[0][1], results[2][1])


def test_no_batch_has_a_single_row_while_learning():
    order = torch.Generator().manual_seed(0)
    assert [len(part) for part in parts(65, 32, order)] == [32, 33]
    assert [len(part) for part in parts(65, 32, None)] == [32, 32, 1]
    assert sorted(torch.cat(parts(65, 32, order)).tolist()) == list(range(65))


def test_every_form_of_data_trains_alike():
    def still(activation, inputs):  # a DataLoader draws a number of its own, which a dropout would feel
        return nn.Sequential(nn.Linear(inputs, 8), activation.torch(), nn.Linear(8, 1))

    x, y = X, Y["binary"]
    cuts = [slice(120), slice(120, 160), slice(160, 200)]
    arrays = job(model=still).train()
    sets = [TensorDataset(x[rows], y[rows]) for rows in cuts]
    same(arrays, job(model=still, feeds=[DatasetFeed(each) for each in sets]).train())
    whole = TensorDataset(x, y)
    same(arrays, job(model=still, feeds=[DatasetFeed(whole, range(200)[rows]) for rows in cuts]).train())
    same(arrays, job(model=still, feeds=[ArrayFeed(x, y, torch.arange(200)[rows]) for rows in cuts]).train())


def test_loaders_are_used_as_they_are_and_scored_in_order():
    sets = [TensorDataset(X[rows], Y["binary"][rows]) for rows in (slice(120), slice(120, 160), slice(160, 200))]

    def loaders(**options):
        return tuple(DataLoader(each, 24, shuffle=True, **options) for each in sets)

    def trained(data):
        material = material_of(data, None, None, own_loss=False)
        assert material.sizes == (120, 40, 40)
        assert material.batch == 24
        return job(feeds=list(material.given), training={"epochs": 4}).train(), material

    first, material = trained(loaders())
    own = torch.Generator().manual_seed(5)
    again, other = trained(loaders())
    same(first, again)
    assert material.table.sha256 == other.table.sha256
    with_generator = loaders(generator=own)
    same(trained(with_generator)[0], trained(with_generator)[0])
    in_order = [batch[1] for batch in LoaderFeed.in_order(loaders()[2]).batches(7)]
    assert torch.equal(torch.cat(in_order), Y["binary"][160:])
    assert np.array_equal(material.table.y[160:], Y["binary"][160:])


def test_targets_are_read_as_a_table_reads_them():
    named = material_of((X, Y["multiclass"] + 4), None, None, own_loss=False)
    assert (named.table.task, named.table.classes, named.inputs) == ("multiclass", ("4", "5", "6"), 5)
    assert set(next(named.picked(np.arange(200)).batches(200))[1].tolist()) == {0, 1, 2}
    number = material_of((X[:, None], Y["regression"][:, None].double()), None, None, own_loss=False)
    assert (number.table.task, number.inputs) == ("regression", 0)
    assert next(number.picked(np.arange(200)).batches(200))[1].dtype == torch.float32
    flag = material_of((X, Y["binary"].float()), None, None, own_loss=False)
    assert flag.goal == Goal("binary", 2)
    assert material_of((X, Y["binary"]), None, None, own_loss=True).goal.kind == "own"
    assert material_of((X, Y["binary"]), "classification", None, own_loss=True).goal.kind == "binary"
    assert material_of((X, Y["binary"]), None, "0", own_loss=False).table.y.sum() == (Y["binary"] == 0).sum()
    assert named.table.sha256 != material_of((X, Y["multiclass"]), None, None, own_loss=False).table.sha256


class Endless(IterableDataset[Any]):
    def __iter__(self):
        yield X[0]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ((X, Y["binary"][:-1]), UsageError, r"X has the shape \(200, 5\) and y \(199,\); both need the same rows"),
        ((X, X), UsageError, r"y has the shape \(200, 5\), and one class or number a row is expected; write loss=…"),
        ((X, X, X), UsageError, "The data is 3 of them; give a table, a pair of tensors"),
        ((X[:20], Y["binary"][:20]), DataError, "The table has 20 rows, and at least 50 are needed"),
        (Endless(), UsageError, "The data is a Endless; give a table"),
        ((Endless(), Endless(), Endless()), UsageError, "wrap all three into DataLoaders"),
        (
            TensorDataset(X, Y["binary"] + 1, X),
            UsageError,
            "A batch is a list, and a pair .* is expected; write loss=…",
        ),
        (TensorDataset(X), UsageError, "A batch is a list"),
    ],
    ids=["rows", "shape", "three-tensors", "few", "endless", "three-endless", "triples", "alone"],
)
def test_data_that_cannot_be_used(data, error, message):
    with pytest.raises(error, match=message):
        material_of(data, None, None, own_loss=False)


def test_a_dataset_that_fails_or_counts_its_classes_from_one():
    class Bad(Dataset[Any]):
        def __init__(self, rows) -> None:
            self.rows = rows

        def __len__(self) -> int:
            return 200

        def __getitem__(self, row):
            if row == 70:
                self.rows.missing()
            return X[row], Y["binary"][row] + 1

    with pytest.raises(UsageError, match=r"The data: AttributeError: .*missing.* \(test_models.py, line \d+\)\.$"):
        material_of(Bad([]), None, None, own_loss=False)

    class Nothing:
        def missing(self):
            pass

    with pytest.raises(DataError, match="classes of the data are 1, 2; let the Dataset give them as 0 to 1"):
        material_of(Bad(Nothing()), None, None, own_loss=False)


def test_batches_of_any_form_move():
    batch = {"x": [torch.zeros(2)], "name": "one", "pair": (torch.ones(1), 3)}
    found = moved(batch, "meta")
    assert found["x"][0].device.type == found["pair"][0].device.type == "meta"
    assert (found["name"], found["pair"][1]) == ("one", 3)


FILE = """
import torch
from torch import nn
from beside import WIDTH
import actlab


@actlab.activation("smooth", actlab.Source("a person", 2026))
def halved(x):
    '''Half of it.'''
    return x / 2


def make_model(activation, inputs):
    return nn.Sequential(nn.Linear(inputs, WIDTH), activation.torch(), nn.Linear(WIDTH, 1))


ready = nn.Sequential(nn.Linear(5, 3), halved.torch(), nn.Linear(3, 1))
"""


@pytest.fixture
def declared(monkeypatch):
    declarations = import_module("actlab.catalogue.activation")
    monkeypatch.setattr(declarations, "_declared", dict(declarations._declared))
    monkeypatch.setattr(declarations, "_by_name", dict(declarations._by_name))
    return declarations


def test_a_model_from_a_file(tmp_path, declared, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "beside.py").write_text("WIDTH = 7\n")
    (tmp_path / "mine.py").write_text(FILE)
    maker = from_file(f"{tmp_path}/mine.py:make_model", "relu")
    assert maker.name == "mine.py:make_model"
    assert maker.is_new
    half = actlab.find("halved")
    travelled = pickle.dumps((half, maker))
    del declared._declared["halved"], declared._by_name["halved"]  # as in a process that has run nothing
    again, made_by = pickle.loads(travelled)
    assert again.formula is half.formula
    assert actlab.find("halved") is again
    assert made_by.model(again, 5, 1)[0].out_features == 7
    declared.redeclared("halved", "smooth", half.source, "Other.", ("x",), (), half.formula, (), "elsewhere")
    with pytest.raises(ValueError, match="The halved of this pickle is not the one declared here"):
        declared.redeclared("halved", "smooth", half.source, "Other.", ("x",), (), actlab.relu.formula, (), "elsewhere")
    ready = from_file(f"{tmp_path}/mine.py:ready", "halved")
    assert not ready.is_new
    assert isinstance(ready.model(actlab.relu, 5, 1), nn.Sequential)
    text = (tmp_path / "mine.py").read_text()
    (tmp_path / "mine.py").write_text(text.replace("'''Half of it.'''", "'''Half.'''"))
    assert from_file(f"{tmp_path}/mine.py:make_model", "relu").fingerprint != maker.fingerprint


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("{0}/mine.py", "write a file and a name in it, such as models.py:make_model"),
        ("{0}/none.py:make_model", "There is no file"),
        ("{0}/mine.py:make_modl", r"has no make_modl \(did you mean make_model\?\)"),
        ("{0}/bad.py:make_model", r"bad.py cannot be run: ZeroDivisionError: division by zero \(bad.py, line 2\)\.$"),
    ],
    ids=["no-name", "no-file", "near", "fails"],
)
def test_files_that_hold_no_model(tmp_path, place, message):
    (tmp_path / "mine.py").write_text("def make_model(activation):\n    pass\n")
    (tmp_path / "bad.py").write_text("one = 1\none / 0\n")
    with pytest.raises(UsageError, match=message):
        from_file(place.format(tmp_path), "relu")


def test_answers_are_timed():
    model, x = timed_model(job(), 1000)
    assert len(x) == 40
    assert 0 < model_seconds(model, x, 1, 3) < 0.1
    assert timed_model(job(feeds=[DatasetFeed(TensorDataset(X))] * 3), 10) is None


def test_readings_are_records():
    trained = job().train()
    assert all(isinstance(each, LayerReading) for each in (*trained.start, *trained.end))
    assert [each.units for each in trained.end] == [16]
