"""Whole comparisons on small tables: from a file to an answer."""

import json
import re
from typing import Any

import numpy as np
import pytest

import actlab
from actlab.compare import book, comparing, timing, write
from actlab.compare.records import Results
from actlab.data import DataError, UsageError
from tests.compare.tables import small_frame

SMALL: dict[str, Any] = {
    "activations": ["relu", "tanh", "step"],
    "repeats": 3,
    "hidden": (8,),
    "rates": (0.003, 0.03),
    "epochs": 8,
}


WRITTEN = ["report.html", "results.json", "runs.parquet", "runs.sqlite"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_from_a_file_to_an_answer(task, suffix, tmp_path):
    frame, path = small_frame(task), tmp_path / f"table.{suffix}"
    frame.write_csv(path) if suffix == "csv" else frame.write_parquet(path)
    results = actlab.compare(path, "answer", out=tmp_path / "out", **SMALL)
    assert (results.plan.task, results.complete) == (task, True)
    assert [each.activation for each in results.candidates] == ["relu", "tanh", "step"]
    assert results.candidates[0].verdict == "BASELINE"
    assert results.answer.activation in results.plan.activations
    assert (results.cutoff is not None) == (task == "binary")
    assert results.data.columns[0].missing == 11
    assert results.environment.command.startswith(f"actlab.compare('{path}', target='answer', activations=('relu', ")
    for candidate in results.candidates:
        assert np.isfinite(candidate.scores).all()
        assert sum(count for _, count in candidate.rates) == 3
        assert 0 < candidate.cost.inference_one_row_seconds < 1
        assert all(0 <= layer.dead_end <= 1 for layer in candidate.layers)
    step = results.candidates[2]
    assert "its slope is 0 everywhere, so its hidden layers never moved" in step.reason
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == WRITTEN
    assert json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["answer"]["activation"]


def test_frame_pair_and_file_give_the_same_numbers(tmp_path):
    frame = small_frame("binary")
    frame.write_parquet(tmp_path / "table.parquet")
    of_frame = actlab.compare(frame, "answer", **SMALL)
    of_file = actlab.compare(str(tmp_path / "table.parquet"), target="answer", **SMALL)
    assert scores(of_frame) == scores(of_file)
    X = np.random.default_rng(0).normal(size=(90, 2))
    of_pair = actlab.compare((X, (X[:, 0] > 0).astype(int)), **SMALL)
    assert of_pair.plan.target == "target"


@pytest.mark.parametrize("unit", [2.0**-500, 2.0**600])
def test_unit_of_a_predicted_number_changes_nothing(unit, tmp_path):
    frame = small_frame("regression")
    plain, scaled = (actlab.compare(each, "answer", **SMALL) for each in (frame, in_unit(frame, unit)))
    assert scores(scaled) == scores(plain)
    for chosen, same in zip(scaled.chosen, plain.chosen, strict=True):
        assert np.array_equal(chosen.test_scores, same.test_scores * unit)
    write(scaled, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_offset_of_a_predicted_number_changes_next_to_nothing():
    frame = small_frame("regression")
    plain = actlab.compare(frame, "answer", **SMALL)
    far = actlab.compare(frame.with_columns(answer=frame["answer"] + 1.7e10), "answer", **SMALL)
    assert np.array(scores(far)) == pytest.approx(np.array(scores(plain)), abs=1e-3)


def test_seed_decides_the_numbers():
    frame = small_frame("multiclass")
    first, again, other = (actlab.compare(frame, "answer", seed=seed, **SMALL) for seed in (1, 1, 2))
    assert scores(first) == scores(again) != scores(other)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_function_and_its_copy_are_the_same(task, catalogue):
    @catalogue.activation("rectified", catalogue.Source("Nobody", 2026))
    def relu_again(x):
        """The same function under another name."""
        return actlab.relu(x)

    settings = {**SMALL, "activations": ["relu", relu_again], "repeats": 5, "matters": 0.1}  # few rows, coarse scores
    results = actlab.compare(small_frame(task), "answer", **settings)
    copy = results.candidates[1]
    assert copy.verdict == "SAME"
    assert copy.difference is not None
    assert (copy.difference.mean, copy.difference.p) == (0, 1)
    assert results.answer.activation == "relu"


def test_copy_with_other_luck_is_never_clear_or_worse():
    """Ten times the same function, each with its own seed: what the tests say of luck alone."""
    from actlab.compare.statistics import differences_from
    from actlab.compare.verdict import word

    frame = small_frame("binary", rows=150)
    settings = {**SMALL, "activations": ["relu", "tanh"], "repeats": 5, "rates": (0.01,), "epochs": 10}
    luck = {str(seed): scores(actlab.compare(frame, "answer", seed=seed, **settings))[0] for seed in range(6)}
    found = differences_from("0", luck, 1, 0.25)
    assert {word(each, 0.01) for each in found.values()} <= {"SAME", "UNSURE"}


def test_everything_diverged(tmp_path):
    results = actlab.compare(
        small_frame("binary"),
        "answer",
        out=tmp_path,
        **{**SMALL, "rates": (1e30,), "optimiser": "sgd", "activations": ["relu", "gelu"]},
    )
    assert {each.verdict for each in results.candidates} == {"BROKEN"}
    assert results.answer.activation == ""
    assert results.cutoff is None
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("finished", [2, 8, 15])
def test_interrupted_comparison_says_so(finished, tmp_path):
    def stop(progress):
        if progress.done == finished:
            raise KeyboardInterrupt

    results = actlab.compare(small_frame("binary"), "answer", out=tmp_path, on_progress=stop, workers=1, **SMALL)
    assert not results.complete
    assert len(results.runs) >= finished
    assert {len(each.scores) for each in results.candidates} == {finished // 6}
    assert ("stopped" in results.answer.sentence) == (finished < 12)
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("late", ["candidates", "recommend", "cutoff_curve", "write"])
def test_interrupt_after_the_last_network_loses_nothing(late, tmp_path, monkeypatch):
    true, pressed = getattr(comparing, late), []

    def interrupted(*args):
        if not pressed:
            pressed.append(late)
            raise KeyboardInterrupt
        return true(*args)

    monkeypatch.setattr(comparing, late, interrupted)
    results = actlab.compare(small_frame("binary"), "answer", out=tmp_path, **SMALL)
    assert pressed
    assert results.complete
    assert len(list(tmp_path.iterdir())) == 4


def test_nothing_measured_after_the_last_network_still_gives_a_report(tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(book, "read_chosen", stop)
    monkeypatch.setattr(timing, "inference_seconds", stop)
    results = actlab.compare(small_frame("binary"), "answer", out=tmp_path, workers=1, **SMALL)
    assert not results.complete
    assert len(results.runs) >= 6
    for each in results.candidates:
        assert len(each.scores) == 1
        assert np.isfinite(each.scores).all()
        assert each.layers == ()
        assert np.isnan(each.cost.inference_one_row_seconds)
        assert each.cost.training_seconds > 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize(
    ("data", "target", "settings", "kind"),
    [
        ("nowhere.csv", "answer", {}, UsageError),
        ("sklearn:iris", "species", {}, UsageError),
        ("sklearn:iris", None, {"activations": ["rellu"]}, UsageError),
        (small_frame("binary").head(20), "answer", {}, DataError),
        (small_frame("binary"), None, {}, UsageError),
    ],
)
def test_bad_input_leaves_nothing_behind(data, target, settings, kind, tmp_path):
    with pytest.raises(kind):
        actlab.compare(data, target, out=tmp_path / "out", **{**SMALL, **settings})
    assert list(tmp_path.iterdir()) == []


def in_unit(frame, unit):
    return frame.with_columns(answer=frame["answer"] * unit)


def scores(results: Results) -> list[tuple[float, ...]]:
    return [each.scores for each in results.candidates]
