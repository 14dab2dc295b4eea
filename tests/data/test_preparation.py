"""Preparation: float32 features that know the training rows and nothing else."""

import numpy as np
import pytest

from actlab.data import Preparation, table_of
from actlab.data.columns import CATEGORIES
from actlab.data.preparation import LIMIT

ROWS = 80


@pytest.fixture
def table():
    generator = np.random.default_rng(1)
    amount = generator.normal(50, 10, ROWS)
    amount[[3, 70]] = np.nan
    return table_of(
        {
            "amount": amount,
            "colour": ["red", "blue", None, "green"] * (ROWS // 4),
            "late": ["seen"] * 60 + ["unseen"] * 20,
            "y": [0, 1] * (ROWS // 2),
        },
        "y",
    )


def test_features_are_standardised_on_the_fitted_rows(table):
    rows = np.arange(60)
    X = Preparation.fit(table, rows).transform(rows)
    assert X.dtype == np.float32
    assert X.flags.c_contiguous
    assert X[:, 0].mean() == pytest.approx(0, abs=1e-5)
    assert X[:, 0].std() == pytest.approx(1, abs=1e-5)


def test_other_rows_do_not_change_what_was_learned(table):
    fitted = Preparation.fit(table, np.arange(60))
    everything = Preparation.fit(table, np.arange(ROWS))
    known = table.frame["amount"].to_numpy()[:60]
    median = np.nanmedian(known)
    filled = np.where(np.isnan(known), median, known)
    expected = (median - filled.mean()) / filled.std()
    assert fitted.transform(np.array([70]))[0, 0] == pytest.approx(expected, rel=1e-5)
    assert everything.transform(np.array([70]))[0, 0] != pytest.approx(expected, rel=1e-5)


def test_missing_text_is_a_category_and_unseen_text_is_none_of_them(table):
    prepared = Preparation.fit(table, np.arange(60))
    names = ("amount", "colour_(missing)", "colour_blue", "colour_green", "colour_red", "late_seen")
    assert prepared.feature_names == names
    X = prepared.transform(np.arange(ROWS))
    assert X.shape == (ROWS, len(names))
    assert X[2, 1:5].tolist() == [1, 0, 0, 0]
    assert X[60:, 5].tolist() == [0] * 20
    assert np.isfinite(X).all()


def test_rare_categories_are_taken_together():
    words = [f"common {row % 25}" if row < 200 else f"rare {row % 40}" for row in range(280)]
    table = table_of({"word": words, "y": [0, 1] * 140}, "y")
    X = Preparation.fit(table, np.arange(280)).transform(np.arange(280))
    assert X.shape == (280, CATEGORIES)
    assert (X.sum(axis=1) == 1).all()


def test_column_that_is_constant_or_empty_in_the_training_rows_stays_finite():
    values = [2.0] * 50 + [1.0] * 10
    table = table_of(
        {"x": values, "gap": [None] * 50 + list(range(10)), "z": [3.0, 1.0, 2.0] * 20, "y": [0, 1] * 30}, "y"
    )
    X = Preparation.fit(table, np.arange(40)).transform(np.arange(60))
    assert (X[:, :2] == 0).all()
    assert X[:, 2].std() == pytest.approx(1, abs=0.05)


def one_column(values):
    y = np.arange(len(values)) % 2
    return table_of({"x": values, "y": y}, "y")


@pytest.mark.parametrize("odd", [1e3, 1e30, 1e60, 1.7e308, -1.7e308])
@pytest.mark.parametrize("row", [7, 77])
def test_one_odd_value_changes_little(odd, row):
    values = np.random.default_rng(2).normal(size=ROWS)
    plain = Preparation.fit(one_column(values), np.arange(60)).transform(np.arange(ROWS))
    values[row] = odd
    X = Preparation.fit(one_column(values), np.arange(60)).transform(np.arange(ROWS))
    others = np.arange(ROWS) != row
    assert np.abs(X[others] - plain[others]).max() < 1
    assert 1 < abs(X[row, 0]) < 6


def test_values_beyond_the_fitted_rows_are_put_at_their_ends():
    values = np.concatenate([np.random.default_rng(2).uniform(0, 1, 60), [-3.0, 1.5] * 10])
    X = Preparation.fit(one_column(values), np.arange(60)).transform(np.arange(ROWS))
    assert X[60:].min() == X[:60].min()
    assert X[60:].max() == X[:60].max()


def test_long_tails_stay_as_they_are():
    values = np.exp(np.random.default_rng(2).normal(size=1000))
    X = Preparation.fit(one_column(values), np.arange(1000)).transform(np.arange(1000))
    assert np.allclose(X[:, 0], (values - values.mean()) / values.std(), atol=1e-4)


@pytest.mark.parametrize(("factor", "offset"), [(1, 1.7e18), (1e-9, 0), (1e295, 0), (1e-320, 0), (1e303, -1.5e5)])
def test_size_and_place_of_a_column_do_not_matter(factor, offset):
    whole = np.random.default_rng(2).integers(0, 300_000, ROWS) * 1.0
    X = Preparation.fit(one_column((whole + offset) * factor), np.arange(60)).transform(np.arange(ROWS))
    expected = Preparation.fit(one_column(whole), np.arange(60)).transform(np.arange(ROWS))
    assert np.allclose(X, expected, atol=0.01)


def test_rare_value_lies_within_the_limit():
    values = [0.0] * 2000
    values[5] = values[1500] = 1e6
    X = Preparation.fit(one_column(values), np.arange(1400)).transform(np.arange(2000))
    assert X[5, 0] == X[1500, 0] == X.max() == LIMIT
