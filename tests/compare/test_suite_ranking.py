"""Ranks and tests over data sets: against published numbers, other implementations, and chance."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import inf

import numpy as np
import pytest
from scipy import stats

from actlab.compare.suite.ranking import (
    FEWEST_DATA_SETS,
    against,
    critical_difference,
    exact_test,
    fewest_to_show,
    friedman_test,
    nemenyi_test,
    ranking,
    ranks_of,
)
from tests.compare.fabricated import KINDS, fabricated_results

# Demšar (2006), table 5(a): critical values of the two-tailed Nemenyi test at 5 %.
QUANTILES = {2: 1.960, 3: 2.343, 4: 2.569, 5: 2.728, 6: 2.850, 7: 2.949, 8: 3.031, 9: 3.102, 10: 3.164}


def suite_of(many: int, task="binary", **options):
    return {f"data {seed}": fabricated_results(task, seed=seed, **options) for seed in range(many)}


@pytest.mark.parametrize("functions", QUANTILES)
def test_the_critical_difference_has_the_published_quantiles(functions):
    expected = QUANTILES[functions] * np.sqrt(functions * (functions + 1) / (6 * 14))
    assert critical_difference(functions, 14) == pytest.approx(expected, rel=3e-4)


@pytest.mark.parametrize("digits", [1, 9])
def test_friedmans_statistic_is_scipys_ties_included(digits):
    scores = np.random.default_rng(0).random((6, 5)).round(digits)
    assert friedman_test(ranks_of(scores)).statistic == pytest.approx(stats.friedmanchisquare(*scores.T).statistic)


def test_friedmans_p_is_the_share_of_all_orders():
    ranks = np.array([(1.0, 2.0, 3.0), (1.0, 2.0, 3.0), (1.0, 3.0, 2.0), (2.0, 1.0, 3.0), (1.0, 2.0, 3.0)])
    orders = list(
        set(product((1.0, 2.0, 3.0), repeat=3)) & {p for p in product((1.0, 2.0, 3.0), repeat=3) if len({*p}) == 3}
    )
    spread = [(np.sum(chosen, axis=0) ** 2).sum() for chosen in product(np.array(orders) - 2, repeat=5)]
    exact = np.mean(np.array(spread) >= ((ranks - 2).sum(axis=0) ** 2).sum() - 1e-9)
    assert friedman_test(ranks).p == pytest.approx(exact, abs=0.005)


def test_friedman_has_nothing_to_say_of_ties_alone():
    assert friedman_test(np.full((6, 4), 2.5)).p == 1.0


def test_nemenyi_tells_apart_what_lies_further_than_the_critical_difference():
    pytest.importorskip("scikit_posthocs")
    chance = np.random.default_rng(3)
    ranks = ranks_of(chance.normal(size=(9, 6)) - np.arange(6))
    order = np.argsort(ranks.mean(axis=0))
    ranks, names = ranks[:, order], tuple("abcdef")
    found = nemenyi_test(names, ranks)
    means = ranks.mean(axis=0)
    apart = np.abs(means[:, None] - means) > found.critical
    assert ((np.array(found.p) < 0.05) == apart).all()
    assert apart.any()
    for group in found.groups:
        assert not apart[names.index(group[0]), names.index(group[-1])]
    joined = {(one, other) for group in found.groups for one in group for other in group}
    assert {(one, other) for one in names for other in names if one != other and (one, other) not in joined} == {
        (one, other)
        for one, row in zip(names, apart, strict=True)
        for other, far in zip(names, row, strict=True)
        if far
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_signed_rank_test_is_scipys_where_that_is_exact(seed):
    differences = np.random.default_rng(seed).normal(0.3, 1, 9)
    expected = stats.wilcoxon(differences, method="exact").pvalue
    assert exact_test(differences, by_size=True) == pytest.approx(expected)


@pytest.mark.parametrize("better", range(9))
def test_the_sign_test_is_the_binomial_one(better):
    differences = np.array([1.0] * better + [-5.0] * (8 - better) + [0.0] * 2)
    assert exact_test(differences, by_size=False) == pytest.approx(stats.binomtest(better, 8).pvalue)


def test_with_ties_and_zeros_all_signs_are_counted():
    differences = np.array([0.0, 0.5, -0.5, 2.0, 2.0, 3.0])
    weights = stats.rankdata(np.abs(differences))
    sums = [np.dot(signs, weights[1:]) for signs in product((-1, 1), repeat=5)]
    observed = abs(np.dot(np.sign(differences), weights))
    assert exact_test(differences, by_size=True) == pytest.approx(np.mean(np.abs(sums) >= observed))


def test_no_difference_is_no_evidence():
    assert exact_test(np.zeros(7), by_size=True) == 1.0
    assert exact_test(np.zeros(7), by_size=False) == 1.0


@pytest.mark.parametrize("functions", [2, 3, 5, 10])
def test_so_many_data_sets_can_show_something_and_one_fewer_cannot(functions):
    many = fewest_to_show(functions)
    names = tuple(f"f{index}" for index in range(functions))

    def words(count: int) -> set[str]:
        goodness = np.zeros((count, functions))
        goodness[:, 1] = np.arange(1, count + 1)
        return {each.word for each in against(names, goodness, "f0", by_size=True, testable=True)}

    assert "shown better" in words(many)
    assert words(many - 1) == {"not shown"}


def test_what_broke_loses_to_the_baseline_and_ties_with_another_that_broke():
    goodness = np.array([[0.9, -inf, 0.8], [-inf, -inf, 0.8]] * 3)
    first, second = against(("relu", "gone", "tanh"), goodness, "relu", by_size=True, testable=True)
    assert (first.better, first.worse, first.same) == (0, 3, 3)
    assert (second.better, second.worse, second.same) == (3, 3, 0)


def test_false_alarms_are_as_rare_as_they_are_said_to_be():
    """Equal functions on 7 data sets, 400 times; 5 % and three standard errors."""
    chance, alarms = np.random.default_rng(11), np.zeros(2)
    names = ("a", "b", "c", "d")
    for _ in range(400):
        scores = chance.random((7, 4))
        opposed = against(names, scores, "a", by_size=True, testable=True)
        alarms += friedman_test(ranks_of(scores), 1000).p < 0.05, any(each.word != "not shown" for each in opposed)
    assert (alarms / 400 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)).all()


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_order_of_a_suite_is_that_of_its_scores_whichever_way_is_better(task):
    found = ranking(suite_of(3, task), "relu")
    assert found is not None
    assert found.names[-1] == "step"
    assert all(each.ranks == (10.0,) * 3 for each in found.standings if each.activation == "step")
    assert sum(each.mean for each in found.standings) == pytest.approx(55)
    means = [each.mean for each in found.standings]
    assert means == sorted(means)


def test_too_few_data_sets_are_ranked_and_not_tested():
    found = ranking(suite_of(FEWEST_DATA_SETS - 1), "relu")
    assert found is not None
    assert (found.friedman, found.nemenyi) == (None, None)
    assert {(each.p, each.p_holm, each.word) for each in found.against} == {(None, None, "not shown")}
    assert ranking({}, "relu") is None


def test_a_function_that_broke_is_last_and_named():
    results = suite_of(2) | {"hard": fabricated_results(seed=9, broken="gelu")}
    found = ranking(results, "relu")
    assert found is not None
    broken = {each.activation: each for each in found.standings}["gelu"]
    assert broken.broken == ("hard",)
    assert broken.ranks[-1] == len(KINDS)


def test_units_of_score_decide_the_pair_test():
    pytest.importorskip("scikit_posthocs")
    same = ranking(suite_of(6), "relu")
    mixed = ranking(suite_of(5) | {"price": fabricated_results("regression")}, "relu")
    assert same is not None
    assert mixed is not None
    assert (same.pair_test, mixed.pair_test) == ("signed-rank", "sign")
    assert same.nemenyi is not None
    assert same.names[-1] not in same.nemenyi.groups[0]


def test_means_that_differ_by_rounding_alone_are_ties():
    results = fabricated_results()
    near = [replace(each, mean=0.9 + 1e-15 * index) for index, each in enumerate(results.candidates)]
    found = ranking({"one": replace(results, candidates=tuple(near))}, "relu")
    assert found is not None
    assert {each.mean for each in found.standings} == {5.5}
