"""The rule of the recommendation, one case a clause, and the words it is put into."""

from dataclasses import replace

import pytest

from actlab.compare.plainness import plainness
from actlab.compare.records import Candidate, Cost, Difference, LayerSummary
from actlab.compare.verdict import word
from actlab.compare.wording import recommend
from tests.compare.fabricated import fabricated_results

PLAN = replace(fabricated_results(repeats=2).plan, activations=("relu", "leaky_relu", "gelu", "mish"))


def candidate(name, mean=0.0, reach=0.004, p=1.0, dead=0.0, thousand=1e-3, verdict=None):
    layers = (LayerSummary(1, 64, 0, 0, dead, dead, 0, 0, 0.1, 0.1), LayerSummary(2, 64, 0, 0, 0, 0, 0, 0, 0.1, 0.1))
    difference = None
    if name != PLAN.baseline and verdict is None:
        difference = Difference(mean, mean - reach, mean + reach, p, p, (mean - 0.01, mean + 0.01))
        verdict = word(difference, PLAN.matters)
    return Candidate(
        activation=name,
        verdict=verdict or "BASELINE",
        reason="as tested",
        scores=(0.9 + mean, 0.9 + mean),
        mean=0.9 + mean,
        deviation=0.01,
        difference=difference,
        cost=Cost(0.1, 1e-5, thousand),
        layers=layers,
        rates=((0.0003, 0), (0.001, 2), (0.003, 0), (0.01, 0)),
        diverged=0,
        failed=0,
    )


def answer(*candidates, baseline=None):
    return recommend(PLAN, [baseline or candidate("relu"), *candidates])


WORSE_MISH = candidate("mish", -0.05, p=0.001)


def test_tie_keeps_the_plain_baseline_and_is_good_news():
    found = answer(candidate("leaky_relu", 0.003), candidate("gelu", -0.001), candidate("mish", 0.002))
    assert found.activation == "relu"
    assert found.sentence == ("Keep relu: the choice hardly matters here, all 3 others make no practical difference.")
    assert found.confidence.startswith("High")


def test_better_mean_that_is_not_shown_never_wins():
    found = answer(candidate("gelu", 0.05, reach=0.06, p=0.2), candidate("mish", 0.001))
    assert found.activation == "relu"
    assert "this data cannot tell" in found.sentence
    assert (
        "gelu could still be better by 0.100, which would be perfect" in found.confidence
    )  # its interval reaches 0.110
    assert any("More rows" in change for change in found.would_change)


def test_one_other_function_is_named():
    assert answer(candidate("gelu", 0.001)).sentence == (
        "Keep relu: the choice hardly matters here, gelu makes no practical difference."
    )


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (
            [candidate("gelu", 0.001), candidate("mish", -0.05, p=0.001)],
            "1 of 2 others makes no practical difference; the rest is worse.",
        ),
        ([candidate("gelu", -0.05, p=0.001), WORSE_MISH], "every other function is worse here."),
        (
            [candidate("gelu", verdict="BROKEN"), WORSE_MISH],
            "every other function is worse or broke here.",
        ),
    ],
)
def test_words_for_what_is_worse(others, words):
    assert answer(*others).sentence.endswith(words)


def test_clear_winner_is_taken():
    found = answer(candidate("gelu", 0.001), candidate("mish", 0.03, p=0.001))
    assert found.activation == "mish"
    assert "better than relu by more than matters" in found.sentence
    assert "+0.030 (95 % interval +0.026 to +0.034)" in found.sentence


def test_of_two_clear_ones_that_score_alike_the_plainer_is_taken():
    found = answer(candidate("gelu", 0.029, p=0.001), candidate("mish", 0.033, p=0.001))
    assert found.activation == "gelu"
    assert any("plainer than that of mish" in reason for reason in found.reasons)


def test_of_two_clear_ones_the_one_that_scores_beyond_matters_is_taken():
    assert answer(candidate("gelu", 0.02, p=0.001), candidate("mish", 0.034, p=0.001)).activation == "mish"


def test_small_gain_inside_the_band_is_not_worth_a_less_plain_function():
    found = answer(candidate("gelu", 0.006, p=0.01))
    assert found.activation == "relu"
    assert "not by enough to be worth the change" in found.sentence


def test_small_gain_beyond_the_band_is_taken_and_called_small():
    found = answer(candidate("gelu", 0.013, p=0.01))
    assert found.activation == "gelu"
    assert "perhaps by less than the 0.01 that matters" in found.sentence


def test_dead_units_move_a_tie_away_from_the_baseline():
    found = answer(candidate("leaky_relu", -0.001), candidate("gelu"), baseline=candidate("relu", dead=0.3))
    assert found.activation == "leaky_relu"
    assert "30 % of the units" in found.sentence


def test_slow_answers_are_a_mark():
    slow, quick = candidate("leaky_relu", thousand=2.1e-3), candidate("gelu", thousand=1e-3)
    assert answer(slow, quick, baseline=candidate("relu", dead=0.3)).activation == "gelu"


def test_worse_and_broken_ones_never_contend():
    found = answer(
        candidate("leaky_relu", -0.03, p=0.001),
        candidate("gelu", 0.9, verdict="BROKEN"),
        baseline=candidate("relu", dead=0.9),
    )
    assert found.activation == "relu"


def test_broken_baseline_makes_a_guess_and_says_so():
    broken = replace(candidate("relu", verdict="BROKEN"), scores=(float("nan"),) * 2)
    found = answer(
        candidate("gelu", 0.01, verdict="UNSURE"), candidate("mish", 0.02, verdict="UNSURE"), baseline=broken
    )
    assert found.activation == "mish"
    assert "guess" in found.sentence


def test_nothing_trained_gives_no_answer():
    broken = [replace(candidate(name, verdict="BROKEN"), scores=(float("nan"),) * 2) for name in PLAN.activations]
    found = recommend(PLAN, broken)
    assert found.activation == ""
    assert found.confidence.startswith("None")


def test_one_repeat_is_not_enough_to_say_anything():
    found = recommend(PLAN, [replace(candidate(name, verdict="UNSURE"), scores=(0.9,)) for name in PLAN.activations])
    assert found.activation == ""
    assert found.sentence.startswith("There is no answer yet")
    assert found.confidence.startswith("None")


def test_learning_rate_at_the_edge_of_the_grid_is_told():
    edgy = replace(candidate("relu"), rates=((0.0003, 0), (0.001, 0), (0.003, 1), (0.01, 9)))
    assert any("a larger one may suit it better" in change for change in answer(baseline=edgy).would_change)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_no_word_claims_significance(task):
    found = fabricated_results(task).answer
    spoken = " ".join((found.sentence, found.confidence, *found.reasons, *found.would_change))
    assert "significan" not in spoken


def test_plainness_orders_the_defaults_as_a_person_would():
    order = ("identity", "relu", "leaky_relu", "silu", "prelu", "mish")
    assert sorted(order, key=plainness) == list(order)
    assert plainness("relu") < plainness("gelu")


def test_what_is_only_the_same_is_never_called_better():
    found = answer(candidate("leaky_relu", 0.0045, reach=0.005), candidate("mish", 0.0141, reach=0.004, p=0.001))
    assert found.activation == "mish"
    assert "better than relu by more than matters" in found.sentence


def test_each_mark_stands_beside_its_function():
    found = answer(candidate("mish", 0.001, dead=0.3), candidate("gelu", 0.001, thousand=5e-3))
    (why,) = [reason for reason in found.reasons if reason.startswith("Among")]
    assert "against mish speaks that 30 % of the units" in why
    assert "against gelu speaks that a thousand rows take" in why


def test_more_repeats_help_as_much_as_they_do():
    found = answer(candidate("gelu", 0.0, reach=0.06, p=0.9))
    assert any("More repeats do so by 91 % at most" in each for each in found.would_change)
