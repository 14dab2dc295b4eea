"""Preparation: float32 features that know the training rows and nothing else."""

import numpy as np
import pytest

from actlab.data import Preparation, table_of
from actlab.data.columns import CATEGORIES

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
    table = table_of({"x": values, "gap": [None] * 50 + list(range(10)), "z": range(0, 120, 2), "y": [0, 1] * 30}, "y")
    X = Preparation.fit(table, np.arange(40)).transform(np.arange(60))
    assert np.isfinite(X).all()
