"""The sentence above a picture says what its numbers show."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from actlab.compare import captions
from actlab.compare.records import Candidate, Results, Verdict
from tests.compare.fabricated import fabricated_results


def judged(**verdicts: Verdict) -> Results:
    """The fabricated results with other verdicts; every function not named is SAME."""
    results = fabricated_results()

    def verdict(candidate: Candidate) -> Verdict:
        return "BASELINE" if candidate.activation == "relu" else verdicts.get(candidate.activation, "SAME")

    return replace(results, candidates=tuple(replace(each, verdict=verdict(each)) for each in results.candidates))


def test_the_best_news_comes_first():
    assert captions.differences(judged(mish="CLEAR"))[0] == "mish beats relu by more than 0.01"
    assert captions.differences(judged(mish="SMALL"))[0].startswith("mish is better than relu, perhaps")
    assert captions.differences(judged())[0].startswith("None is shown to beat relu; ")
    assert captions.differences(judged(mish="CLEAR", gelu="CLEAR"))[0].endswith(" beat relu by more than 0.01")


def test_bad_news_is_not_left_out():
    assert captions.differences(judged(mish="CLEAR", step="WORSE"))[0].endswith("; step is worse")


def test_luck_and_choice_are_compared_by_their_size():
    results = fabricated_results()
    assert captions.pairs(results)[0].startswith("The luck of the split moves the score by")
    flat = tuple(replace(each, scores=(each.mean,) * 10) for each in results.candidates)
    assert captions.pairs(replace(results, candidates=flat))[0].startswith("The choice among")


def test_what_is_not_shown_to_be_as_good_does_not_count_as_a_choice():
    far = judged(step="UNSURE", sigmoid="WORSE")
    near = [each.mean for each in far.candidates if each.activation not in ("step", "sigmoid")]
    title = captions.pairs(far)[0]
    assert title.endswith(f"as good as relu or better, by {max(near) - min(near):.3f}")


def test_without_a_second_function_as_good_no_choice_is_measured():
    alone = judged(**{each.activation: "UNSURE" for each in fabricated_results().candidates})
    assert captions.pairs(alone)[0].startswith("Each dot is one repeat")


def test_the_dead_are_those_of_the_layer_that_has_most():
    relu = next(each for each in fabricated_results().candidates if each.activation == "relu")
    small, large = relu.layers[0], replace(relu.layers[1], units=192, dead_end=0.0)
    mixed = replace(relu, layers=(replace(small, units=64, dead_end=0.5), large))
    assert captions.dead_share(mixed) == 0.5
    assert math.isnan(captions.dead_share(replace(relu, layers=())))
    assert captions.units(fabricated_results())[0].startswith("Dead units at the end, in the layer that has most")


def test_no_dead_units_is_said():
    results = fabricated_results()
    living = tuple(
        replace(each, layers=tuple(replace(layer, dead_end=0.0) for layer in each.layers))
        for each in results.candidates
    )
    assert captions.units(replace(results, candidates=living))[0].startswith("No function lost units")


def test_a_training_that_the_limit_ended_is_named():
    results = fabricated_results()
    chosen = tuple(
        replace(each, run=replace(each.run, best_epoch=200 if each.run.activation == "step" else 50))
        for each in results.chosen
    )
    title = captions.learning(replace(results, chosen=chosen))[0]
    assert title.endswith("step was still getting better when the 200 epochs ran out")


def cutting(repeats: int = 10, **changes: Any) -> Results:
    results = fabricated_results(repeats=repeats)
    assert results.cutoff
    return replace(results, cutoff=replace(results.cutoff, **changes))


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"saving_low": 0.01}, "A cutoff near 0.27 instead of 0.5 saves about 0.074 a row"),
        ({"saving_low": 0.01, "chosen": 0.5}, "A cutoff between 0.11 and 0.46 instead of 0.5 saves"),
        ({"saving_low": -0.001, "saving_high": 0.101}, "This data cannot show a cutoff that is better than 0.5"),
        ({"saving_low": -0.1, "saving_high": -0.01}, "0.5 is the better"),
        ({"saving_low": -0.1, "chosen": 0.49}, "The rows held back choose a cutoff of about 0.5"),
        ({"saving_low": 0.01, "repeats": 4}, "Fewer than 5 repeats cannot show"),
    ],
    ids=["shown", "shown about half", "not shown", "worse", "half", "few"],
)
def test_the_cutoff_is_praised_only_when_its_saving_is_shown(changes, start):
    assert captions.cutoff(cutting(**changes))[0].startswith(start)


def test_the_words_for_the_cutoff_read_the_curve():
    results = cutting()
    curve = results.cutoff
    assert curve
    cost = dict(zip(curve.cutoffs, curve.cost, strict=True))
    lowest = min(cost, key=lambda at: cost[at])
    assert lowest != curve.chosen
    assert cost[curve.chosen] != pytest.approx(curve.cost_at_chosen, rel=0.01)
    words = captions.cutoff(results)[1]
    assert f"lowest, {cost[lowest]:.3g}, at {lowest:.2f}" in words
    assert f"{cost[0.5]:.3g} at 0.5 and {cost[curve.chosen]:.3g} at 0.27" in words


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"saving_low": -0.1}, False),
        ({"saving_low": -0.1, "chosen": 0.515}, True),
        ({"saving_low": 0.01, "chosen": 0.515}, False),
        ({"saving_low": 0.0, "confusion_at_chosen": ((700, 20), (31, 389))}, True),
    ],
    ids=["far", "near", "near and shown", "same answers"],
)
def test_half_is_kept_when_the_choice_makes_no_difference(changes, kept):
    curve = cutting(**changes).cutoff
    assert curve
    assert captions.keeps_half(curve) == kept


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_best_comes_first_whichever_way_is_better(task):
    ranked = captions.ranked(fabricated_results(task, broken="elu"))
    means = [each.mean for each in ranked[:-1]]
    assert means == sorted(means, reverse=task == "binary")
    assert ranked[-1].activation == "elu"
