"""Splits: every row in one part, every class in every part, and nothing of the other parts in the preparation."""

import numpy as np
import pytest

from actlab.compare import make_plan
from actlab.compare.splits import make_split, prepare, repeat_seed
from actlab.data import Scale, read, table_of
from tests.compare.tables import small_frame


@pytest.fixture(scope="module")
def wine():
    return read("sklearn:wine", "target")


def test_parts_share_no_row_and_leave_none_out(wine):
    split = make_split(make_plan(wine), wine, 3)
    together = np.concatenate([split.fitting, split.validation, split.test])
    assert sorted(together) == list(range(wine.rows))
    assert len(split.test) == 36
    assert len(split.validation) == 22


def test_every_part_holds_each_class_in_its_share(wine):
    split = make_split(make_plan(wine), wine, 0)
    for rows in (split.fitting, split.validation, split.test):
        shares = np.bincount(wine.y[rows], minlength=3) / len(rows)
        assert shares == pytest.approx(np.array(wine.class_counts) / wine.rows, abs=0.04)


def test_repeats_differ_and_the_same_plan_repeats_itself(wine):
    plan = make_plan(wine)
    first, again, second = (make_split(plan, wine, repeat) for repeat in (0, 0, 1))
    assert (first.test == again.test).all()
    assert first.seed == again.seed
    assert first.seed != second.seed
    assert repeat_seed(plan, 1) == second.seed
    assert not np.array_equal(first.test, second.test)
    assert not np.array_equal(first.test, make_split(make_plan(wine, seed=1), wine, 0).test)


def test_values_are_standardised_on_the_fitting_rows():
    table = table_of(small_frame("regression"), "answer")
    prepared = prepare(table, make_split(make_plan(table), table, 0))
    assert prepared.y.dtype == np.float32
    assert prepared.y.mean() == pytest.approx(0, abs=1e-5)
    assert prepared.y.std() == pytest.approx(1, abs=1e-5)
    restored = prepared.y_validation * prepared.scale.deviation + prepared.scale.mean
    assert restored == pytest.approx(table.y[prepared.split.validation], rel=1e-5)
    assert np.abs(prepared.X[:, :2].mean(axis=0)).max() < 1e-5
    assert np.abs(prepared.X_test[:, :2].mean(axis=0)).max() > 1e-3


@pytest.mark.parametrize("unit", [1.0, 2.0**-900, 2.0**900])
def test_scale_of_numbers_of_any_size(unit):
    values = np.random.default_rng(0).normal(3, 2, 1000)
    scale = Scale.of(values * unit)
    assert (scale.mean, scale.deviation) == (values.mean() * unit, values.std() * unit)


def test_scale_of_numbers_far_from_zero():
    values = np.random.default_rng(0).normal(0, 1, 1000)
    scale = Scale.of(values + 1.7e9)
    assert scale.mean == pytest.approx(1.7e9 + values.mean(), abs=1e-6)
    assert scale.deviation == pytest.approx(values.std(), rel=1e-6)


@pytest.mark.parametrize("strange", [1e9, 1e60, 1e200])
def test_value_that_the_fitting_rows_lack_stays_finite(strange):
    frame = small_frame("regression")
    plan = make_plan(table_of(frame, "answer"))
    split = make_split(plan, table_of(frame, "answer"), 0)
    y = np.zeros(len(frame))
    y[split.validation[0]] = strange
    prepared = prepare(table_of(frame.with_columns(answer=y), "answer", "regression"), split)
    assert np.isfinite(prepared.y_validation).all()
    assert prepared.y_validation[0] > 1
