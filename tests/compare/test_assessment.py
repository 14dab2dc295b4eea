"""From runs to candidates: means over the repeats, and a direction in which better is positive."""

import numpy as np
import pytest

from actlab.compare.assessment import candidates
from tests.compare.fabricated import fabricated_results


def found(results, name):
    return next(each for each in results.candidates if each.activation == name)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_worse_is_negative_for_every_metric(task):
    results = fabricated_results(task)
    step, relu = found(results, "step"), found(results, "relu")
    assert (step.mean > relu.mean) == (task == "regression")
    assert step.difference is not None
    assert step.difference.mean == pytest.approx(-abs(step.mean - relu.mean))
    assert (step.verdict, relu.verdict) == ("WORSE", "BASELINE")


def test_scores_and_costs_are_of_the_chosen_runs():
    results = fabricated_results()
    gelu = found(results, "gelu")
    own = [each.run for each in results.chosen if each.run.activation == "gelu"]
    assert gelu.scores == tuple(run.test_score for run in own)
    assert gelu.deviation == pytest.approx(np.std(gelu.scores, ddof=1))
    assert gelu.cost.training_seconds == pytest.approx(np.median([run.seconds for run in own]))
    assert dict(gelu.rates) == {0.0003: 0, 0.001: 0, 0.003: 10, 0.01: 0}


def test_layers_are_shares_of_units():
    relu = found(fabricated_results(), "relu")
    assert [(layer.layer, layer.units) for layer in relu.layers] == [(1, 64), (2, 64)]
    assert relu.layers[0].dead_end == pytest.approx(5 / 64)
    assert relu.layers[0].gradient_start > relu.layers[0].gradient_end


def test_only_whole_repeats_are_compared():
    results = fabricated_results(repeats=4)
    some = candidates(results.plan, results.runs, results.chosen, (0, 2), {})
    assert {len(each.scores) for each in some} == {2}
    assert np.isnan(some[0].cost.inference_one_row_seconds)
