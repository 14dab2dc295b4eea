"""Scores by hand."""

import numpy as np
import pytest

from actlab.compare.metrics import METRICS
from actlab.data import table_of

X = np.linspace(0, 1, 60) ** 2


def table(y):
    return table_of({"x": np.resize(X, len(y)), "y": y}, "y")


def test_roc_auc_counts_ordered_pairs():
    y, answers = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    assert METRICS["roc_auc"].score(y, answers, table([0, 1] * 30)) == pytest.approx(3 / 4)


@pytest.mark.parametrize("rare", [0, 1])
def test_average_precision_is_of_the_rarer_class(rare):
    y = np.array([0, 0, 0, 1]) if rare else np.array([1, 1, 1, 0])
    answers = np.array([0.9, 0.2, 0.1, 0.8]) if rare else np.array([0.1, 0.8, 0.9, 0.2])
    known = table([1 - rare] * 50 + [rare] * 10)
    assert METRICS["average_precision"].score(y, answers, known) == pytest.approx(1 / 2)


def test_balanced_accuracy_weighs_classes_alike():
    y = np.array([0, 0, 0, 0, 2, 2])
    answers = np.eye(3)[[0, 0, 0, 1, 2, 1]]
    assert METRICS["balanced_accuracy"].score(y, answers, table([0, 1, 2] * 20)) == pytest.approx((3 / 4 + 1 / 2) / 2)


def test_error_is_in_units_of_the_deviation():
    known = table(np.linspace(-3, 3, 60))
    score = METRICS["rmse_over_deviation"].score
    assert score(known.y, np.zeros(60), known) == pytest.approx(1)
    assert score(np.array([1.0, -1.0]), np.array([2.0, 0.0]), known) == pytest.approx(1 / np.std(known.y))


@pytest.mark.parametrize("unit", [2.0**-600, 2.0**600])
def test_error_of_numbers_of_any_size(unit):
    y, answers = np.linspace(-3, 3, 60), np.linspace(-2, 3, 60)
    score, known, large = METRICS["rmse_over_deviation"].score, table(y), table(y * unit)
    assert score(large.y, answers * unit, large) == score(known.y, answers, known)


def test_error_of_numbers_far_from_zero():
    y, answers = np.linspace(-3, 3, 60), np.linspace(-2, 3, 60)
    score, known, far = METRICS["rmse_over_deviation"].score, table(y), table(y + 1.7e9)
    assert score(far.y, answers + 1.7e9, far) == pytest.approx(score(known.y, answers, known), rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_both_ranking_scores_agree_with_scikit_learn(seed):
    from sklearn.metrics import average_precision_score, roc_auc_score

    generator = np.random.default_rng(seed)
    y = (generator.random(200) < 0.2).astype(np.int64)
    answers = generator.random(200).round(1 + seed % 3).astype(np.float32)
    known = table([0] * 50 + [1] * 10)
    assert METRICS["roc_auc"].score(y, answers, known) == pytest.approx(roc_auc_score(y, answers))
    assert METRICS["average_precision"].score(y, answers, known) == pytest.approx(average_precision_score(y, answers))
