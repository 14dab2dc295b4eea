"""Six words with a fixed meaning, and a reason that says what was measured."""

import math
from dataclasses import replace

import pytest

from actlab.compare.records import Difference, LayerSummary
from actlab.compare.verdict import judge, never_moved, reason, word
from tests.compare.fabricated import fabricated_results

PLAN = fabricated_results(repeats=2).plan
LAYER = LayerSummary(1, 64, 0.5, 0.5, 0.0, 0.0, 0.1, 0.1, 0.2, 0.01)


def difference(low: float, high: float, p: float) -> Difference:
    return Difference((low + high) / 2, low, high, p, p, ())


@pytest.mark.parametrize(
    ("low", "high", "p", "expected"),
    [
        (0.011, 0.030, 0.001, "CLEAR"),
        (0.011, 0.030, 0.060, "UNSURE"),  # the interval alone is not enough: Holm says it may be luck
        (0.010, 0.030, 0.001, "SMALL"),
        (0.001, 0.030, 0.010, "SMALL"),
        (0.001, 0.004, 0.010, "SMALL"),
        (-0.004, 0.009, 0.500, "SAME"),
        (-0.010, 0.010, 1.000, "SAME"),
        (-0.004, -0.001, 0.010, "SAME"),
        (0.000, 0.000, 1.000, "SAME"),
        (-0.030, -0.001, 0.010, "WORSE"),
        (-0.040, -0.020, 0.001, "WORSE"),
        (-0.040, -0.020, 0.060, "UNSURE"),
        (-0.011, 0.004, 0.500, "UNSURE"),
        (-0.004, 0.011, 0.500, "UNSURE"),
        (-0.100, 0.100, 1.000, "UNSURE"),
    ],
)
def test_word_by_the_table(low, high, p, expected):
    assert word(difference(low, high, p), matters=0.01) == expected


def test_nothing_matters_less_than_zero():
    assert word(difference(0.0, 0.0, 1.0), matters=0.0) == "SAME"
    assert word(difference(1e-6, 2e-6, 0.001), matters=0.0) == "CLEAR"


def test_few_repeats_are_never_judged():
    clear = difference(0.05, 0.09, 0.001)
    assert judge("gelu", PLAN, (0.9,) * 4, clear) == "UNSURE"
    assert judge("gelu", PLAN, (0.9,) * 5, clear) == "CLEAR"
    assert "too few to tell luck" in reason(PLAN, "UNSURE", clear, [LAYER], (0.9,) * 4, ())


def test_an_interval_beside_zero_that_is_not_shown_is_explained():
    sentence = reason(PLAN, "UNSURE", difference(-0.04, -0.02, 0.06), [LAYER], (0.9,) * 5, ())
    assert "leaves out 0" in sentence
    assert "p is 0.06" in sentence


def test_weight_decay_moves_even_still_layers():
    flat = replace(LAYER, dead_start=1.0, dead_end=1.0, gradient_start=0.0, gradient_end=0.0)
    assert "by weight decay alone" in never_moved([flat], weight_decay=0.01)


def test_judge_without_a_difference():
    assert judge("gelu", PLAN, (0.9, math.nan), None) == "BROKEN"
    assert judge("relu", PLAN, (math.nan, math.nan), None) == "BROKEN"
    assert judge("relu", PLAN, (0.9, 0.8), None) == "BASELINE"
    assert judge("gelu", PLAN, (0.9, 0.8), None) == "UNSURE"
    assert judge("gelu", PLAN, (), None) == "UNSURE"


@pytest.mark.parametrize("verdict", ["CLEAR", "SMALL", "SAME", "WORSE", "UNSURE"])
def test_reason_shows_the_interval(verdict):
    sentence = reason(PLAN, verdict, difference(-0.0123, 0.0456, 0.2), [LAYER], (0.9,) * 5, ())
    assert "−0.012 to +0.046" in sentence
    assert "significant" not in sentence


def test_still_layers_are_named_by_what_was_measured():
    flat = replace(LAYER, dead_start=1.0, dead_end=1.0, gradient_start=0.0, gradient_end=0.0)
    assert never_moved([flat, flat]).startswith("its slope is 0 everywhere, so its hidden layers never moved")
    assert never_moved([flat, LAYER]) == ""
    assert never_moved([]) == ""
    starved = replace(LAYER, gradient_start=0.0, gradient_end=0.0)
    assert never_moved([starved]).startswith("no gradient reached")
    assert "never moved" in reason(PLAN, "WORSE", difference(-0.3, -0.2, 0.0), [flat, flat], (0.5, 0.5), ())


def test_broken_reason_counts_the_repeats_and_keeps_the_message():
    results = fabricated_results(repeats=3, broken="elu")
    broken = next(each for each in results.candidates if each.activation == "elu")
    assert (broken.verdict, broken.difference, broken.diverged) == ("BROKEN", None, 12)
    assert broken.reason.startswith("in every repeat")
    assert "not finite after epoch 3" in broken.reason
    assert "in 1 of 2 repeats" in reason(PLAN, "BROKEN", None, [], (0.9, math.nan), ())
