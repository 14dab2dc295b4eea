"""Runs: what is trained, chosen and kept, and what one failing function may not spoil."""

import threading
import weakref
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from actlab.compare import Progress, book, estimate, estimate_seconds, make_plan, outcomes, runs
from actlab.compare.executors import Threads
from actlab.compare.outcomes import Task, tasks
from actlab.compare.runs import run
from actlab.compare.splits import repeat_seed
from actlab.data import table_of
from actlab.networks import running
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
    refuse(monkeypatch, "tanh")
    ran = run(plan, table)
    assert {each.status for each in ran.runs if each.activation == "tanh"} == {"failed"}
    assert {each.message for each in ran.runs if each.activation == "tanh"} == {"RuntimeError: no kernel for tanh"}
    assert {each.status for each in ran.runs if each.activation != "tanh"} == {"finished"}
    assert {each.run.activation for each in ran.chosen} == {"relu", "step"}
    assert ran.complete


def test_rows_are_not_blamed_on_functions(table):
    refused, _ = runs.refusals(make_plan(table, **SMALL), replace(table, frame=table.frame.head(0)), Threads())
    assert refused == {}


def test_network_that_fails_costs_itself_alone_and_the_rest_keeps_all_cores(plan, table, ran, monkeypatch):
    true, together = running.run, threading.Barrier(2, timeout=20)
    last = {(plan.activations[-1], rate) for rate in plan.rates}

    def train(job, stop):
        which = job.architecture.activations[0], job.training.rate
        if which == ("tanh", 0.03) and job.training.epochs > 1:
            raise MemoryError("too large")
        if which in last and job.training.epochs > 1:
            together.wait()  # breaks unless two train at once
        return true(job, stop)

    monkeypatch.setattr(running, "run", train)
    spoilt = run(plan, table, workers=2)
    assert spoilt.complete
    failed = {(each.activation, each.rate): each.message for each in spoilt.runs if each.status == "failed"}
    assert failed == {("tanh", 0.03): "MemoryError: too large"}
    kept = [(each.activation, each.rate) not in failed for each in ran.runs]
    for each, same in zip(spoilt.runs, ran.runs, strict=True):
        assert each.status == "failed" or each.test_score == same.test_score
    assert sum(kept) == 15
    assert len(spoilt.chosen) == 9


def test_error_of_the_callback_ends_the_comparison(plan, table):
    seen: list[int] = []

    def stumble(progress):
        seen.append(progress.done)
        if progress.done == 3:
            raise RuntimeError("the callback's own")

    with pytest.raises(RuntimeError, match="the callback's own"):
        run(plan, table, on_progress=stumble)
    assert seen == [1, 2, 3]


def test_of_equal_losses_the_earlier_rate_is_chosen_whichever_finished_first(plan, table):
    slow, fast = (Task("step", 0, rate) for rate in plan.rates)
    for order in ((slow, fast), (fast, slow)):
        kept = book.Book(plan, table)
        trained = runs.train(*vars(kept.job(slow)).values())
        for task in order:
            kept.finish(task, trained)
        assert kept.best["step", 0][0].rate == slow.rate


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


@pytest.mark.parametrize("presses", [1, 2])
def test_interrupt_while_units_are_read_keeps_the_repeat(plan, table, ran, monkeypatch, presses):
    """After the first press the readings are finished, after the second what is left of them is given up."""
    true, pressed = outcomes.read_chosen, []

    def press(prepared, chosen, finished):
        if chosen.repeat == 1 and len(pressed) < presses:
            pressed.append(chosen)
            raise KeyboardInterrupt
        return true(prepared, chosen, finished)

    monkeypatch.setattr(book, "read_chosen", press)
    stopped = run(plan, table, workers=1)
    assert (stopped.complete, stopped.repeats) == (False, (0, 1))
    expected = [each for each in ran.chosen if each.run.repeat < 2]
    assert [each.run.test_score for each in stopped.chosen] == [each.run.test_score for each in expected]
    if presses == 1:
        assert [each.end for each in stopped.chosen] == [each.end for each in expected]
    else:
        assert {each.end for each in stopped.chosen} == {()}


def test_networks_are_timed_on_rows_of_their_own_repeat(monkeypatch):
    """Rare categories give the repeats different features, and tanh fails in the first repeat only."""
    frame = small_frame("binary")
    rare = [f"rare {row}" if row % 20 == 0 else colour for row, colour in enumerate(frame["colour"])]
    table = table_of(frame.with_columns(colour=np.array(rare)), "answer")
    plan = make_plan(table, activations=["relu", "tanh"], **SMALL)
    widths = [book.Book(plan, table).repeat(number).X.shape[1] for number in (0, 1)]
    assert widths[0] != widths[1]
    true, seed = running.run, repeat_seed(plan, 0)

    def train(job, stop):
        if job.architecture.activations[0] == "tanh" and job.seed == seed:
            raise MemoryError
        return true(job, stop)

    monkeypatch.setattr(running, "run", train)
    timed = run(plan, table, workers=1).timed
    assert {name: each.X.shape[1] for name, each in timed.items()} == {"relu": widths[0], "tanh": widths[1]}
    assert all(np.isfinite(each.network.scores(each.X)).all() for each in timed.values())


@pytest.fixture
def alive(monkeypatch):
    """Counts the prepared repeats and the trained networks that are still held."""
    held: dict[str, list[Any]] = {"prepare": [], "judge_training": []}

    def watched(name, which):
        true = getattr(book, name)

        def call(*args):
            result = true(*args)
            held[name].append(weakref.ref(which(args, result)))
            return result

        return call

    for name, which in (("prepare", lambda _, made: made), ("judge_training", lambda args, _: args[-1])):
        monkeypatch.setattr(book, name, watched(name, which))

    def count():
        return tuple(sum(each() is not None for each in refs) for refs in held.values())

    count.all = lambda: tuple(map(len, held.values()))
    return count


def test_repeats_and_networks_are_let_go_when_they_are_no_longer_needed(plan, table, alive):
    counts = []
    ran = run(plan, table, workers=1, on_progress=lambda _: counts.append(alive()))
    repeats, networks = zip(*counts, strict=True)
    assert alive.all() == (3, 18)
    assert max(repeats) <= 2  # the next one is prepared while the last networks of this one are trained
    assert max(networks) <= 3 + 1  # the best of each function, and the one that has just finished
    assert alive() == (0, 0)
    assert len(ran.chosen) == 9


def test_estimate_lets_go_of_its_work(plan, table, alive):
    estimate_seconds(plan, table)
    assert alive.all()[1] > 0
    assert alive() == (0, 0)


def test_estimate_is_a_time(plan, table):
    assert 0 < estimate_seconds(plan, table) < 60


def test_estimate_counts_readings_timings_and_report(plan, table, monkeypatch):
    """By a clock that only they turn on: 0.1 s for each reading, 0.01 s for each turn of the timings."""
    clock = [0.0]
    reading, timing = book.read_chosen, estimate.inference_timings

    def after(seconds, act):
        def call(*args, **options):
            clock[0] += seconds
            return act(*args, **options)

        return call

    monkeypatch.setattr(estimate, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    monkeypatch.setattr(book, "read_chosen", after(0.1, reading))
    monkeypatch.setattr(estimate, "inference_timings", after(0.01, timing))
    expected = 9 * 0.1 + 15 * 0.01 * 3 / 2 + estimate.REPORT_SECONDS
    assert estimate_seconds(plan, table) == pytest.approx(expected)


@pytest.mark.parametrize("refused", [("relu",), ("relu", "tanh"), ("relu", "tanh", "step")])
def test_estimate_does_without_functions_that_cannot_be_trained(plan, table, monkeypatch, refused):
    refuse(monkeypatch, *refused)
    true, trained = estimate.train_all, set()

    def train_all(kept, wanted, *rest):
        trained.update(task.activation for task in wanted)
        true(kept, wanted, *rest)

    monkeypatch.setattr(estimate, "train_all", train_all)
    assert estimate.REPORT_SECONDS <= estimate_seconds(plan, table) < 60
    assert not trained & set(refused)
    assert bool(trained) == (len(refused) < 3)


def refuse(monkeypatch, *names):
    true = runs.rehearse

    def rehearse(plan, table, activation):
        if activation in names:
            raise RuntimeError(f"no kernel for {activation}")
        true(plan, table, activation)

    monkeypatch.setattr(runs, "rehearse", rehearse)
