"""A person's own model goes the whole way: planned, trained, kept, resumed, judged and reported."""

import re
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import DataLoader, Dataset, TensorDataset  # noqa: E402

import actlab  # noqa: E402
from actlab.cli.application import run  # noqa: E402
from actlab.compare import comparing, estimate_seconds, in_words, make_plan  # noqa: E402
from actlab.compare.locating import located  # noqa: E402
from actlab.compare.models import maker_for, model_table  # noqa: E402
from actlab.compare.report import render  # noqa: E402
from actlab.compare.store import StoreRefusal  # noqa: E402
from actlab.data import DataError, UsageError, table_of  # noqa: E402
from tests.compare.equal import document_in, without_clocks  # noqa: E402
from tests.compare.pages import Page  # noqa: E402
from tests.compare.tables import small_frame  # noqa: E402

SMALL: dict[str, Any] = {"activations": ["relu", "tanh"], "repeats": 2, "rates": (0.003, 0.03), "epochs": 4}
CHANCE = torch.Generator().manual_seed(0)
PICTURES = torch.randn(120, 1, 5, 5, generator=CHANCE)
SHADES = torch.bucketize(PICTURES.mean((1, 2, 3)), torch.tensor([-0.08, 0.08]))


def make_model(activation, inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 8), activation.torch(), nn.Dropout(0.1), nn.Linear(8, outputs))


def other_model(activation, inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 9), activation.torch(), nn.Linear(9, outputs))


class Convolution(nn.Module):
    def __init__(self, activation) -> None:
        super().__init__()
        self.conv, self.norm, self.act, self.head = (
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), activation.torch(), nn.Linear(36, 3),
        )  # fmt: skip

    def forward(self, x):
        return self.head(self.act(self.norm(self.conv(x))).flatten(1))


class Calls(nn.Module):
    def __init__(self, activation, inputs) -> None:
        super().__init__()
        self.linear, self.head, self.activation = nn.Linear(inputs, 8), nn.Linear(8, 1), activation

    def forward(self, x):
        return self.head(self.activation(self.linear(x)))


@pytest.fixture
def no_page(monkeypatch):
    """Pages take long, and times decide ties between functions."""
    monkeypatch.setattr("actlab.compare.report.render", lambda results: "a page")
    monkeypatch.setattr(comparing, "inference_timings", lambda timed: dict.fromkeys(timed, (1e-5, 1e-4)))


def scores(results):
    return [each.test_score for each in results.runs]


def page_of(results):
    page = Page()
    page.feed(render(results))
    assert page.wrong == []
    return " ".join(page.text().split())


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_table_is_prepared_as_for_our_own_networks(task):
    results = actlab.compare(small_frame(task), "answer", model=make_model, **SMALL)
    assert results.complete
    assert [each.activation for each in results.candidates] == ["relu", "tanh"]
    assert all(run.status == "finished" and run.epochs == 4 for run in results.runs)
    assert [layer.units for layer in results.candidates[1].layers] == [8]
    assert results.candidates[0].cost.inference_thousand_rows_seconds > 0
    assert results.plan.task == task
    ours = actlab.compare(small_frame(task), "answer", **SMALL, hidden=(8,))
    assert [each.test_rows.tolist() for each in results.chosen] == [each.test_rows.tolist() for each in ours.chosen]
    assert [each.seed for each in results.runs] == [each.seed for each in ours.runs]
    if task == "regression":
        assert 60 < np.mean([each.test_scores.mean() for each in results.chosen]) < 160  # in the target's own unit


def test_a_model_learns_what_there_is_to_learn():
    plan = {**SMALL, "epochs": 60, "repeats": 2, "rates": (0.02,), "activations": ["relu", "identity"]}
    results = actlab.compare(small_frame("binary", 400), "answer", model=make_model, **plan)
    relu, identity = results.candidates
    assert relu.mean > 0.9
    assert relu.mean > identity.mean + 0.05


def test_the_report_says_what_was_done_and_what_was_not():
    results = actlab.compare(small_frame("binary"), "answer", model=make_model, **SMALL)
    said = page_of(results)
    assert "make_model , made anew for each network, with starting weights of its own, on cpu; Adam" in said
    assert "Hidden layers of" not in said
    assert "a verdict here is about make_model on these rows" in said
    assert "up to 4096 training rows were read" in said
    assert "The units of" not in said
    assert "model=make_model)" in said
    assert "torch" in dict(results.environment.packages)
    unread = page_of(actlab.compare(small_frame("binary"), "answer", model=Calls, **SMALL))
    assert "The units of relu and tanh: the model’s forward pass has no module of it" in unread
    assert "The model has no activation that could be read" in unread


def test_a_ready_model_is_swapped_and_keeps_its_weights():
    ready = nn.Sequential(nn.Linear(5, 8), nn.GELU(), nn.Linear(8, 1))
    results = actlab.compare(small_frame("binary"), "answer", model=ready, baseline="gelu", **SMALL)
    assert [each.activation for each in results.candidates] == ["gelu", "relu", "tanh"]
    assert [len(each.layers) for each in results.candidates] == [1, 1, 1]
    assert "each function took the place of gelu; every network started with the weights that it came with" in page_of(
        results
    )
    with pytest.raises(UsageError, match=r"fails with every function: swapping relu.*There is no relu in Sequential"):
        actlab.compare(small_frame("binary"), "answer", model=ready, **SMALL)


def test_tensors_of_any_shape():
    results = actlab.compare((PICTURES, SHADES), model=Convolution, **SMALL)
    assert (results.data.name, results.plan.task, results.data.rows) == ("tensors", "multiclass", 120)
    assert [layer.units for layer in results.candidates[0].layers] == [4]
    said = page_of(results)
    assert "120 rows, given to the model as they came" in said
    assert "Filling gaps" not in said
    assert scores(results) == scores(actlab.compare(TensorDataset(PICTURES, SHADES), model=Convolution, **SMALL))


class Items(Dataset[Any]):
    def __len__(self) -> int:
        return 120

    def __getitem__(self, row: int) -> Any:
        return PICTURES[row], int(SHADES[row])


def test_a_dataset_is_split_anew_in_each_repeat():
    results = actlab.compare(Items(), model=Convolution, **SMALL)
    first, second = (each.test_rows.tolist() for each in results.chosen[::2])
    assert first != second
    assert len(first) == 24
    assert [each.seed for each in results.runs][:1] != [each.seed for each in results.runs][-1:]


def test_three_loaders_stay_what_they_are():
    sizes = slice(70), slice(70, 90), slice(90, 120)
    loaders = tuple(DataLoader(TensorDataset(PICTURES[s], SHADES[s]), 16, shuffle=True) for s in sizes)
    results = actlab.compare(loaders, model=Convolution, **SMALL)
    assert [each.test_rows.tolist() for each in results.chosen] == [list(range(90, 120))] * 4
    assert results.plan.batch == 16
    assert results.plan.test_over_fitting == pytest.approx(30 / 70)
    assert len(set(scores(results))) > 2  # other seeds, other scores
    assert "came as three parts and stay what they are" in page_of(results)
    assert scores(results) == scores(actlab.compare(loaders, model=Convolution, **SMALL))
    for name, value in (("test_share", 0.3), ("batch", 8)):
        with pytest.raises(UsageError, match=f"{name} is for rows that are .* here, and .* came; leave it out"):
            actlab.compare(loaders, model=Convolution, **SMALL, **{name: value})


def rebuilds(model, batch):
    return functional.mse_loss(model(batch[0]), batch[0])


def coder(activation, inputs):
    return nn.Sequential(nn.Linear(inputs, 4), activation.torch(), nn.Linear(4, inputs))


def test_an_own_loss_is_the_score_where_there_is_no_other():
    results = actlab.compare(TensorDataset(PICTURES.flatten(1)), model=coder, loss=rebuilds, **SMALL)
    assert (results.plan.task, results.plan.metric) == ("own", "loss")
    assert [run.validation_score for run in results.runs] == [min(run.validation_curve) for run in results.runs]
    assert results.cutoff is None
    said = page_of(results)
    assert "a loss of its own" in said
    assert "with the loss rebuilds" in said
    assert "would be perfect" not in said
    assert "loss=rebuilds" in said


def test_an_own_loss_and_step_on_a_table_leave_its_score():
    def smooth(model, batch):
        return functional.binary_cross_entropy_with_logits(model(batch[0])[:, 0], 0.1 + 0.8 * batch[1])

    def step(model, batch, optimiser):
        optimiser.zero_grad()
        loss = smooth(model, batch)
        loss.backward()
        optimiser.step()
        return loss

    given = {"model": make_model, **SMALL}
    plain = actlab.compare(small_frame("binary"), "answer", **given)
    own = actlab.compare(small_frame("binary"), "answer", loss=smooth, **given)
    stepped = actlab.compare(small_frame("binary"), "answer", loss=smooth, step=step, **given)
    assert own.plan.metric == plain.plan.metric == "roc_auc"
    assert scores(own) == scores(stepped)
    assert scores(own) != scores(plain)
    assert len({each.plan.model.fingerprint for each in (plain, own, stepped)}) == 3


def test_what_one_function_does_wrong_costs_it_alone(tmp_path):
    def fails(activation, inputs, outputs):
        if activation.name == "tanh":
            raise RuntimeError("no such thing")
        return make_model(activation, inputs, outputs)

    results = actlab.compare(small_frame("binary"), "answer", model=fails, out=tmp_path / "report", **SMALL)
    relu, tanh = results.candidates
    assert (relu.verdict, tanh.verdict) == ("BASELINE", "BROKEN")
    assert re.search(r"fails with tanh: RuntimeError: no such thing \(test_models\.py, line \d+\)", tanh.reason)
    assert "ModelError" not in tanh.reason
    assert results.complete
    assert located(tmp_path / "report").entry.state == "finished"
    assert document_in(tmp_path / "report")["candidates"][1]["failed"] == 4


def test_a_loss_that_is_no_number_is_broken():
    class Nothing(nn.Module):
        def forward(self, x):
            return x / 0

    def nan(activation, inputs, outputs):
        model = make_model(activation, inputs, outputs)
        return nn.Sequential(model, Nothing()) if activation.name == "tanh" else model

    results = actlab.compare(small_frame("binary"), "answer", model=nan, **SMALL)
    assert results.candidates[1].verdict == "BROKEN"
    assert (results.candidates[1].diverged, results.candidates[1].failed) == (4, 0)


def test_a_model_that_fails_with_every_function_is_refused_and_leaves_nothing(tmp_path):
    wrong = nn.Sequential(nn.Linear(77, 8), nn.ReLU(), nn.Linear(8, 1))
    with pytest.raises(UsageError, match="fails with every function: the model with relu: RuntimeError: mat1 and mat2"):
        actlab.compare(small_frame("binary"), "answer", model=wrong, out=tmp_path / "report", **SMALL)
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ("table", {"model": make_model, "hidden": (8,)}, "hidden is for actlab's own networks, and a model came"),
        ("table", {"model": make_model, "device": "quantum"}, "There is no device 'quantum' here"),
        ("table", {"model": make_model, "loss": "mse"}, r"loss is 'mse'; write a function loss\(model, batch\)"),
        ("table", {"model": make_model, "step": 3}, r"step is 3; write a function step\(model, batch, optimiser\)"),
        ("table", {"model": 3}, "model is of type int"),
        ("table", {"model": make_model, "baseline": "rellu"}, "There is no activation called 'rellu'"),
        ("table", {"loss": rebuilds}, "loss is for a model of your own; write model=make_model with it"),
        ("table", {"device": "cuda"}, "device is for a model of your own"),
        ("items", {}, "A Dataset or DataLoader needs a model that takes it"),
        ("items", {"model": make_model, "repeats": 1}, "repeats is 1"),
    ],
)
def test_mistakes_teach(data, options, message):
    given = {"table": (small_frame("binary"), "answer"), "items": (Items(),)}[data]
    with pytest.raises((UsageError, DataError), match=message):
        actlab.compare(*given, **{**SMALL, **options})


def stopped(folder, done, **options):
    def stop(progress):
        if progress.done == done:
            raise KeyboardInterrupt

    given = {"out": folder, "on_progress": stop, **SMALL, **options}
    assert not actlab.compare(small_frame("binary"), "answer", **given).complete


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("done", [1, 4, 6])
def test_what_is_resumed_equals_what_was_never_stopped(done, tmp_path):
    whole = tmp_path / "whole"
    actlab.compare(small_frame("binary"), "answer", model=make_model, out=whole, **SMALL)
    stopped(tmp_path / "parts", done, model=make_model)
    seen = []
    results = actlab.compare.resume(
        tmp_path / "parts", data=small_frame("binary"), model=make_model, on_progress=seen.append
    )
    assert (results.complete, len(seen)) == (True, 8 - done)
    assert without_clocks(document_in(tmp_path / "parts")) == without_clocks(document_in(whole))
    kept = actlab.compare.resume(whole)
    assert scores(kept) == scores(results)
    assert [each.layers for each in kept.candidates] == [each.layers for each in results.candidates]


@pytest.mark.usefixtures("no_page")
def test_only_the_same_model_goes_on(tmp_path):
    stopped(tmp_path / "parts", 3, model=make_model)
    frame = small_frame("binary")
    with pytest.raises(StoreRefusal, match=r"came from Python; continue it there: actlab\.compare\.resume"):
        actlab.compare.resume(tmp_path / "parts")
    with pytest.raises(StoreRefusal, match="make_model is not the model that the comparison"):
        actlab.compare.resume(tmp_path / "parts", data=frame, model=other_model)
    with pytest.raises(StoreRefusal, match="make_model is not the model"):
        actlab.compare.resume(tmp_path / "parts", data=frame, model=make_model, loss=rebuilds)
    begun = located(tmp_path / "parts").entry.id
    again = actlab.compare(frame, "answer", model=other_model, out=tmp_path / "parts", **SMALL)
    assert again.complete
    assert located(begun, str(tmp_path / "parts" / "runs.sqlite")).entry.done == 3


def test_what_was_not_read_is_no_reason_to_go_on(tmp_path, no_page):
    actlab.compare(small_frame("binary"), "answer", model=Calls, out=tmp_path / "report", **SMALL)
    assert located(tmp_path / "report").entry.state == "finished"


def test_how_long_it_takes_at_most():
    table = model_table(table_of(small_frame("binary"), "answer"), maker_for(make_model, "relu"))
    plan = make_plan(table, **{**SMALL, "epochs": 30})
    most = estimate_seconds(plan, table)
    assert ", at most about " in in_words(plan, most)
    results = actlab.compare(small_frame("binary"), "answer", model=make_model, **{**SMALL, "epochs": 30})
    assert sum(each.seconds for each in results.runs) / 3 < most < 60


def test_gated_functions_can_be_compared_where_a_model_makes_room_for_them():
    def gated(activation, inputs):
        halves = len(activation.inputs)
        return nn.Sequential(nn.Linear(inputs, 8 * halves), activation.torch(), nn.Linear(8, 1))

    plan = {**SMALL, "activations": ["swiglu"], "rates": (0.01,)}
    results = actlab.compare(small_frame("binary"), "answer", model=gated, baseline="silu", **plan)
    assert [each.verdict for each in results.candidates] == ["BASELINE", "UNSURE"]
    with pytest.raises(UsageError, match="swiglu does not work on one number at a time"):
        actlab.compare(small_frame("binary"), "answer", baseline="silu", **plan)


FILE = """
from torch import nn
import actlab


@actlab.activation("smooth", actlab.Source("a person", 2026))
def thirds(x):
    '''A third of it.'''
    return x / 3


def make_model(activation, inputs):
    if activation.name == "gelu":
        raise RuntimeError("not this one")
    return nn.Sequential(nn.Linear(inputs, 8), activation.torch(), nn.Linear(8, 1))


def wrong(activation):
    return nn.Sequential(nn.Linear(3, 8), activation.torch(), nn.Linear(8, 1))
"""
QUICK = ["--target", "answer", "--repeats", "2", "--rates", "0.01", "--epochs", "3", "--quiet", "--out", "report"]


@pytest.fixture
def here(tmp_path, monkeypatch, catalogue, no_page):
    monkeypatch.chdir(tmp_path)
    small_frame("binary").write_csv("table.csv")
    (tmp_path / "models.py").write_text(FILE)
    return tmp_path


def test_the_command_line_takes_a_file(here, capsys):
    model = ["--model", "models.py:make_model"]
    assert run(["compare", "table.csv", *QUICK, *model, "--activations", "thirds,gelu"]) == 0
    found = document_in(here / "report")
    assert [each["verdict"] for each in found["candidates"]] == ["BASELINE", "UNSURE", "BROKEN"]
    assert "RuntimeError: not this one (models.py, line 14)" in found["candidates"][2]["reason"]
    assert found["plan"]["model"]["name"] == "models.py:make_model"
    capsys.readouterr()
    assert run(["report", "report"]) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--model", "models.py:wrong"],
            "The model fails with every function: the model with relu: RuntimeError: mat1",
        ),
        (["--model", "models.py:wrng"], "models.py has no wrng (did you mean wrong?)."),
        (["--model", "models.py"], "write a file and a name in it, such as models.py:make_model."),
        (["--model", "models.py:make_model", "--hidden", "64,64"], "set the layers in your model itself."),
        (["--model", "models.py:make_model", "--device", "quantum"], "There is no device 'quantum' here"),
        (["--device", "cuda"], "name that with --model."),
    ],
)
def test_the_command_line_refuses_in_one_sentence(here, capsys, options, message):
    assert run(["compare", "table.csv", *QUICK, *options]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("actlab: ")
    assert message in last
    assert not (here / "report").exists()


def test_the_command_line_resumes_with_the_model_of_the_file(here, capsys):
    options = {"activations": ["relu", "thirds"], "repeats": 2, "rates": (0.01,), "epochs": 3}

    def stop(progress):
        raise KeyboardInterrupt

    actlab.compare("table.csv", "answer", model="models.py:make_model", out="report", on_progress=stop, **options)
    assert located("report").entry.done == 1
    text = (here / "models.py").read_text()
    (here / "models.py").write_text(text + "\nchanged = True\n")
    assert run(["resume", "report", "--quiet"]) == 2
    assert "models.py:make_model is not the model that the comparison" in capsys.readouterr().err
    (here / "models.py").write_text(text)
    assert run(["resume", "report", "--quiet"]) == 0
    actlab.compare("table.csv", "answer", model="models.py:make_model", out="whole", **options)
    assert without_clocks(document_in(here / "report")) == without_clocks(document_in(here / "whole"))
