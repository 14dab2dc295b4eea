"""Cutoffs on a case small enough to count by hand."""

from dataclasses import replace

import numpy as np
import pytest

from actlab.compare.cutoff import CUTOFFS, cheapest_cutoff, confusion, cost_a_row, cutoff_curve
from actlab.data import read
from tests.compare.fabricated import fabricated_results

Y = np.array([0, 0, 0, 1, 1])
SCORES = np.array([0.1, 0.6, 0.3, 0.4, 0.9], np.float32)


def test_confusion_counts_true_rows_and_answered_columns():
    assert confusion(Y, SCORES, 0.5).tolist() == [[2, 1], [1, 1]]
    assert confusion(Y, SCORES, 0.0).tolist() == [[0, 3], [0, 2]]
    assert confusion(Y, SCORES, 1.0).tolist() == [[3, 0], [2, 0]]


def test_score_equal_to_the_cutoff_answers_yes():
    assert confusion(np.array([1]), np.array([0.5], np.float32), 0.5).tolist() == [[0, 0], [0, 1]]


def test_cost_of_a_row():
    assert cost_a_row(np.array([[2, 1], [1, 1]]), 1.0, 5.0) == pytest.approx(6 / 5)


def test_cheapest_cutoff_of_a_plateau_is_nearest_to_the_ideal_one():
    flat = np.ones_like(CUTOFFS)
    assert cheapest_cutoff(flat, 1, 1) == 0.5
    assert cheapest_cutoff(flat, 1, 4) == pytest.approx(0.2)
    flat[70:80] = 0.5
    assert cheapest_cutoff(flat, 1, 1) == pytest.approx(0.7)


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
    assert curve.cost[50] == pytest.approx(curve.cost_at_half)
    assert np.sum(curve.confusion_at_half) == np.sum(curve.confusion_at_chosen) == 8 * 150
    (_, _), (missed, _) = curve.confusion_at_half
    assert curve.cost_at_half == pytest.approx(5 * missed / 1200)


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
