"""The corrected test against numbers worked out by hand, and against the luck of simulated splits."""

import math

import numpy as np
import pytest

from actlab.compare.statistics import corrected_test, differences_from, holm, relative_reach

QUANTILE = {4: 2.7764451052, 9: 2.2621571628}  # 97.5 % of Student's t, from a printed table


def student_p(t: float) -> float:
    """Two-sided p-value of Student's t with 4 degrees of freedom, in closed form."""
    s = t * t / (4 + t * t)
    return 1 - math.sqrt(s) * (3 - s) / 2


def test_by_hand():
    found = corrected_test([0.01, 0.03, 0.02, 0.00, 0.04], 0.25)
    error = math.sqrt(0.00025) * math.sqrt(1 / 5 + 0.25)
    assert found.mean == pytest.approx(0.02)
    assert found.low == pytest.approx(0.02 - QUANTILE[4] * error)
    assert found.high == pytest.approx(0.02 + QUANTILE[4] * error)
    assert found.p == pytest.approx(student_p(0.02 / error))


def test_without_the_correction_it_is_the_plain_t_test():
    found = corrected_test(np.arange(10.0), 0.0)
    error = math.sqrt(55 / 6 / 10)
    assert found.high - found.mean == pytest.approx(QUANTILE[9] * error)


def test_sign_turns_the_interval():
    up, down = corrected_test([1.0, 2.0, 4.0], 0.25), corrected_test([-1.0, -2.0, -4.0], 0.25)
    assert (down.mean, down.low, down.high) == pytest.approx((-up.mean, -up.high, -up.low))
    assert down.p == pytest.approx(up.p)


def test_equal_scores_are_no_difference():
    found = corrected_test([0.0] * 10, 0.25)
    assert (found.mean, found.low, found.high, found.p) == (0, 0, 0, 1)
    rounding = corrected_test([1e-17, 0.0, -1e-17], 0.25)
    assert (rounding.mean, rounding.p) == (0, 1)


@pytest.mark.parametrize(("repeats", "shown"), [(2, False), (5, False), (6, True), (10, True)])
def test_same_difference_in_every_repeat_counts_by_its_sign(repeats, shown):
    found = corrected_test([0.3] * repeats, 0.25)
    assert found.p == pytest.approx(2 ** (1 - repeats))
    assert (found.p < 0.05) == (found.low > 0) == shown


def test_nan_spreads():
    found = corrected_test([0.1, math.nan, 0.2], 0.25)
    assert math.isnan(found.mean)
    assert math.isnan(found.p)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([]) == ()


def overlapping(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Differences of equal functions over 10 repeats that share rows, as the correction takes them to."""
    shared = 0.25 / 1.25
    common = generator.normal(size=(*shape, 1))
    return np.sqrt(shared) * common + np.sqrt(1 - shared) * generator.normal(size=(*shape, 10))


def test_false_alarms_are_as_rare_as_promised():
    luck = overlapping(np.random.default_rng(0), 2000)
    corrected = np.mean([corrected_test(each, 0.25).p < 0.05 for each in luck])
    plain = np.mean([corrected_test(each, 0.0).p < 0.05 for each in luck])
    assert 0.03 < corrected < 0.07
    assert plain > 0.2


def test_holm_keeps_the_family_of_nine_honest():
    families = overlapping(np.random.default_rng(1), 400, 9)
    alarms = [min(holm([corrected_test(each, 0.25).p for each in family])) < 0.05 for family in families]
    assert np.mean(alarms) < 0.08


def test_differences_are_turned_and_corrected_together():
    scores = {"relu": (1.0, 2.0, 3.0), "low": (0.9, 1.8, 2.7), "same": (1.0, 2.0, 3.0), "broken": (1.0, math.nan, 1.0)}
    found = differences_from("relu", scores, -1, 0.25)
    assert set(found) == {"low", "same"}
    assert found["low"].by_repeat == pytest.approx((0.1, 0.2, 0.3))
    assert found["low"].p_holm == pytest.approx(2 * found["low"].p)
    assert (found["same"].mean, found["same"].p_holm) == (0, 1)


@pytest.mark.parametrize("baseline", [(0.5,), (), (0.5, math.nan)])
def test_no_difference_without_two_whole_repeats_of_the_baseline(baseline):
    assert differences_from("relu", {"relu": baseline, "gelu": (0.6,) * len(baseline)}, 1, 0.25) == {}


def test_equal_scores_on_few_rows_are_no_certainty():
    assert corrected_test([0.0] * 10, 0.25, grain=0.05).high > 0.03
    assert corrected_test([0.0] * 10, 0.25, grain=0.05).p == 1
    few = corrected_test([0.02, 0.020000001], 0.25, grain=1 / 12)
    assert few.p > 0.5


@pytest.mark.parametrize("repeats", [2, 5, 10])
def test_relative_reach_is_half_an_interval(repeats):
    values = np.random.default_rng(repeats).normal(size=repeats)
    estimate = corrected_test(values, 0.294)
    reach = relative_reach(repeats, 0.294) * values.std(ddof=1)
    assert estimate.high - estimate.mean == pytest.approx(reach)
    assert relative_reach(None, 0.294) < relative_reach(repeats, 0.294)
