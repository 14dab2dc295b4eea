"""The sentence above a picture says what its numbers show."""

from __future__ import annotations

from dataclasses import replace

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


def test_the_dead_are_counted_over_all_units():
    relu = next(each for each in fabricated_results().candidates if each.activation == "relu")
    small, large = relu.layers[0], replace(relu.layers[1], units=192, dead_end=0.0)
    mixed = replace(relu, layers=(replace(small, units=64, dead_end=0.5), large))
    assert captions.dead_share(mixed) == pytest.approx(0.125)


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


@pytest.mark.parametrize(
    ("low", "high", "start"),
    [(0.01, 0.1, "A cutoff near 0.27"), (-0.1, 0.1, "0.5 is as good"), (-0.1, -0.01, "0.5 is the better")],
)
def test_the_cutoff_is_praised_only_when_its_saving_is_shown(low, high, start):
    curve = fabricated_results().cutoff
    assert curve
    assert captions.cutoff(replace(curve, saving_low=low, saving_high=high))[0].startswith(start)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_best_comes_first_whichever_way_is_better(task):
    ranked = captions.ranked(fabricated_results(task, broken="elu"))
    means = [each.mean for each in ranked[:-1]]
    assert means == sorted(means, reverse=task == "binary")
    assert ranked[-1].activation == "elu"
