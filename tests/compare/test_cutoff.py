"""Cutoffs on cases small enough to count by hand."""

from dataclasses import replace

import numpy as np
import pytest

from actlab.compare.cutoff import GRID, NEVER, best_cutoff, confusions, cost_a_row, cutoff_curve
from actlab.data import read
from tests.compare.fabricated import fabricated_results

Y = np.array([0, 0, 0, 1, 1])
SCORES = np.array([0.1, 0.6, 0.3, 0.4, 0.9], np.float32)


def test_confusions_count_true_rows_and_answered_columns():
    at_half, always, never = confusions(Y, SCORES, [0.5, 0.0, 1.0]).tolist()
    assert at_half == [[2, 1], [1, 1]]
    assert always == [[0, 3], [0, 2]]
    assert never == [[3, 0], [2, 0]]


def test_a_score_equal_to_the_cutoff_is_answered_positive():
    assert confusions(np.array([1, 1]), np.array([0.5, 0.25], np.float32), [0.5]).tolist() == [[[0, 0], [1, 1]]]


def test_a_cutoff_between_two_neighbouring_scores_parts_them():
    scores = np.array([0.1, np.nextafter(np.float32(0.1), np.float32(1))], np.float32)
    between = float(scores.astype(np.float64).mean())
    assert confusions(np.array([0, 1]), scores, [between]).tolist() == [[[1, 0], [0, 1]]]


def test_no_score_reaches_the_cutoff_that_never_answers_positive():
    assert confusions(np.array([0]), np.array([1], np.float32), [1.0, NEVER])[:, 0].tolist() == [[0, 1], [1, 0]]


def test_cost_of_a_row():
    assert cost_a_row(np.array([[2, 1], [1, 1]]), 1.0, 5.0) == pytest.approx(6 / 5)
    assert cost_a_row(np.array([[[2, 1], [1, 1]], [[4, 0], [0, 0]]]), 1.0, 5.0).tolist() == [6 / 5, 0]


@pytest.mark.parametrize(
    ("y", "scores", "prices", "best"),
    [
        ((0, 1), (0.1, 0.9), (1, 1), 0.5),
        ((0, 1), (0.1, 0.9), (1, 4), 0.2),
        ((0, 1), (0.7, 0.8), (1, 1), 0.75),
        ((0, 0, 1, 1), (0.001, 0.002, 0.004, 0.9), (1, 1), 0.003),
        ((1, 1), (0.0, 0.2), (1, 500), 0.0),
        ((0, 0), (1.0, 1.0), (500, 1), NEVER),
    ],
    ids=["half", "ideal", "midpoint", "fine", "always", "never"],
)
def test_the_best_cutoff_parts_the_scores_where_it_costs_least(y, scores, prices, best):
    assert best_cutoff(np.array(y), np.array(scores), *prices) == pytest.approx(best, rel=1e-12)


def rare_and_dear(seed):
    """Scores that come true as often as they say, one row in a hundred positive, and a miss at 500 times the price."""
    generator = np.random.default_rng(seed)
    scores = 1 / (1 + np.exp(6.6 - 2.2 * generator.normal(size=40_000)))
    return (generator.random(40_000) < scores).astype(np.int64), scores


def test_a_dear_miss_gets_a_cutoff_below_one_in_a_hundred():
    aside, tested = slice(0, 20_000), slice(20_000, None)
    costs = []
    for seed in range(5):
        y, scores = rare_and_dear(seed)
        assert 0.009 < y.mean() < 0.013
        found = best_cutoff(y[aside], scores[aside], 1, 500)
        tried = [found, 1 / 501, *np.linspace(0, 1, 101)]
        costs.append(cost_a_row(confusions(y[tested], scores[tested], tried), 1, 500))
    chosen, ideal, *even = np.mean(costs, axis=0)
    assert chosen < 1.15 * ideal
    assert chosen < 0.8 * min(even)


def test_the_grid_holds_a_cutoff_near_every_good_one():
    y, scores = rare_and_dear(0)
    on_grid = cost_a_row(confusions(y, scores, GRID), 1, 500)
    best = cost_a_row(confusions(y, scores, [best_cutoff(y, scores, 1, 500)]), 1, 500)
    assert on_grid.min() < 1.05 * best
    assert len(GRID) < 160


@pytest.fixture(scope="module")
def table():
    return read("sklearn:breast_cancer", "target")


def scored(table, repeats, shift):
    """Repeats whose scores are right when cut at `shift`, and wrong for many rows when cut at one half."""
    results = fabricated_results(repeats=repeats)
    generator = np.random.default_rng(5)
    rows = generator.permutation(table.rows)
    found = []
    for chosen in results.chosen:
        noise = generator.uniform(-shift, shift, table.rows)
        scores = np.clip(np.where(table.y == 1, 2 * shift, 0) + noise / 2 + 0.01, 0, 1).astype(np.float32)
        aside, tested = rows[:150], rows[150:300]
        found.append(
            replace(
                chosen,
                validation_rows=aside,
                validation_scores=scores[aside],
                test_rows=tested,
                test_scores=scores[tested],
            )
        )
    return results.plan, found


def test_chosen_cutoff_saves_what_one_half_costs(table):
    plan, chosen = scored(table, 8, 0.15)
    curve = cutoff_curve(plan, table, chosen, "gelu")
    assert curve is not None
    assert (curve.positive, curve.negative) == ("malignant", "benign")
    assert 0.05 <= curve.chosen_low <= curve.chosen <= curve.chosen_high < 0.3
    assert curve.cost_at_chosen < 0.2 * curve.cost_at_half
    assert curve.saving_low > 0
    assert np.sum(curve.confusion_at_half) == np.sum(curve.confusion_at_chosen) == 8 * 150
    (_, _), (missed, _) = curve.confusion_at_half
    assert curve.cost_at_half == pytest.approx(5 * missed / 1200)


def test_the_curve_is_known_where_it_is_read(table):
    plan, chosen = scored(table, 8, 0.05)
    curve = cutoff_curve(plan, table, chosen, "gelu")
    assert curve is not None
    own = [each for each in chosen if each.run.activation == "gelu"]
    for at in (0.5, curve.chosen, curve.chosen_low):
        costs = [cost_a_row(confusions(table.y[each.test_rows], each.test_scores, [at])[0], 1.0, 5.0) for each in own]
        assert curve.cost[curve.cutoffs.index(at)] == pytest.approx(np.mean(costs))
    assert curve.cost[curve.cutoffs.index(0.5)] == pytest.approx(curve.cost_at_half)
    assert list(curve.cutoffs) == sorted(set(curve.cutoffs))


def test_test_rows_do_not_choose(table):
    plan, chosen = scored(table, 2, 0.15)
    twisted = [replace(each, test_scores=each.test_scores / 10) for each in chosen]
    curve, other = (cutoff_curve(plan, table, each, "gelu") for each in (chosen, twisted))
    assert curve is not None
    assert other is not None
    assert other.chosen == curve.chosen
    assert other.cost_at_chosen != curve.cost_at_chosen


def test_no_curve_without_two_classes_or_two_repeats(table):
    plan, chosen = scored(table, 2, 0.15)
    assert cutoff_curve(plan, table, chosen, "softmax") is None
    assert cutoff_curve(plan, read("sklearn:wine", "target"), chosen, "gelu") is None
