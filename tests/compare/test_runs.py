"""Runs: what is trained, chosen and kept, and what one failing function may not spoil."""

from typing import Any

import numpy as np
import pytest

from actlab import networks
from actlab.compare import Progress, estimate_seconds, make_plan, runs
from actlab.compare.outcomes import Task
from actlab.compare.runs import run, tasks
from actlab.data import table_of
from tests.compare.tables import small_frame

SMALL: dict[str, Any] = {"repeats": 3, "hidden": (8,), "rates": (0.003, 0.03), "epochs": 6, "patience": 3}


@pytest.fixture(scope="module")
def table():
    return table_of(small_frame("binary"), "answer")


@pytest.fixture(scope="module")
def plan(table):
    return make_plan(table, activations=["relu", "tanh", "step"], **SMALL)


@pytest.fixture(scope="module")
def ran(plan, table):
    return run(plan, table)


def test_every_network_of_the_plan_is_run(plan, ran):
    assert [Task(each.activation, each.repeat, each.rate) for each in ran.runs] == list(tasks(plan))
    assert {each.status for each in ran.runs} == {"finished"}
    assert ran.complete
    assert ran.repeats == (0, 1, 2)


def test_functions_and_rates_share_the_seed_of_a_repeat(ran):
    seeds = [{each.seed for each in ran.runs if each.repeat == repeat} for repeat in range(3)]
    assert [len(each) for each in seeds] == [1, 1, 1]
    assert len(set.union(*seeds)) == 3


def test_lowest_validation_loss_is_chosen(ran):
    assert len(ran.chosen) == 9
    for chosen in ran.chosen:
        own = [
            each for each in ran.runs if (each.activation, each.repeat) == (chosen.run.activation, chosen.run.repeat)
        ]
        assert chosen.run.validation_loss == min(each.validation_loss for each in own)
        assert chosen.run.validation_loss == min(chosen.run.validation_curve)
        assert len(chosen.run.validation_curve) == chosen.run.epochs


def test_scores_are_of_rows_that_were_not_trained_on(table, ran):
    for chosen in ran.chosen:
        assert chosen.test_scores.shape == chosen.test_rows.shape == (24,)
        assert np.intersect1d(chosen.test_rows, chosen.validation_rows).size == 0
        y, scores = table.y[chosen.test_rows], chosen.test_scores
        pairs = scores[y == 1][:, None] - scores[y == 0][None, :]
        assert chosen.run.test_score == pytest.approx(np.mean((pairs > 0) + 0.5 * (pairs == 0)))


def test_step_never_moves_its_hidden_layer(ran):
    for chosen in ran.chosen:
        still = chosen.run.activation == "step"
        assert (chosen.start[0].gradient == 0) == (chosen.end[0].gradient == 0) == still
        assert (chosen.end[0].dead == 8) == still


def test_workers_do_not_change_the_numbers(plan, table, ran):
    alone = run(plan, table, workers=1)
    assert [each.test_score for each in alone.runs] == [each.test_score for each in ran.runs]


def test_progress_names_what_was_done(plan, table):
    seen: list[Progress] = []
    run(plan, table, on_progress=seen.append)
    assert [each.done for each in seen] == list(range(1, 19))
    assert {each.total for each in seen} == {18}
    assert {each.activation for each in seen} == {"relu", "tanh", "step"}


def test_function_that_cannot_be_trained_costs_itself_alone(plan, table, monkeypatch):
    def rehearse(book, activation, epochs):
        if activation == "tanh":
            raise RuntimeError("no kernel for tanh")

    monkeypatch.setattr(runs, "rehearse", rehearse)
    ran = run(plan, table)
    assert {each.status for each in ran.runs if each.activation == "tanh"} == {"failed"}
    assert {each.message for each in ran.runs if each.activation == "tanh"} == {"RuntimeError: no kernel for tanh"}
    assert {each.status for each in ran.runs if each.activation != "tanh"} == {"finished"}
    assert {each.run.activation for each in ran.chosen} == {"relu", "step"}
    assert ran.complete


def test_network_that_fails_on_the_way_costs_itself_alone(plan, table, monkeypatch):
    true = networks.train

    def stumble(*args):
        raise MemoryError("in one of the threads")

    def train(architecture, training, *rest):
        if (architecture.activations[0], training.rate) == ("tanh", 0.03) and training.epochs > 1:
            raise MemoryError("too large")
        return true(architecture, training, *rest)

    monkeypatch.setattr(runs, "train_many", stumble)
    monkeypatch.setattr(runs, "train", train)
    ran = run(plan, table)
    failed = [each for each in ran.runs if each.status == "failed"]
    assert {(each.activation, each.rate) for each in failed} == {("tanh", 0.03)}
    assert len(ran.chosen) == 9


def test_divergence_is_told_and_never_chosen(table):
    plan = make_plan(table, activations=["relu", "gelu"], **{**SMALL, "rates": (0.01, 1e30), "optimiser": "sgd"})
    ran = run(plan, table)
    assert {each.status for each in ran.runs if each.rate == 1e30} == {"diverged"}
    assert {each.run.rate for each in ran.chosen} == {0.01}


def test_interrupt_leaves_the_finished_runs(plan, table):
    def stop(progress):
        if progress.done == 14:
            raise KeyboardInterrupt

    ran = run(plan, table, workers=1, on_progress=stop)
    assert not ran.complete
    assert 14 <= len(ran.runs) < 18
    assert ran.repeats == (0, 1)
    assert len(ran.chosen) == 6


def test_interrupt_before_anything_is_finished_is_passed_on(plan, table, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "rehearse", stop)
    with pytest.raises(KeyboardInterrupt):
        run(plan, table)


def test_estimate_is_a_time(plan, table):
    assert 0 < estimate_seconds(plan, table) < 60
