"""Outlying values: how far a column reaches without what stands apart, and which values are told."""

import numpy as np
import pytest

from actlab.data import table_of
from actlab.data.outlying import reach

ROWS = 100


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        ([], 0),
        ([-1, -2, 0], 0),
        ([0, 1, 1], 1),
        ([1, 2, 3, 4, -50], 4),
        ([5, 1e6], 10),
        ([*range(1, 41), 80], 80),
        ([*range(1, 41), 81], 80),
        ([*range(1, 41), 81, 500, 1e300], 80),
        ([*range(1, 21), *[999] * 5], 999),
    ],
    ids=["none", "other side", "flag", "even", "pair", "twice", "more than twice", "all beyond", "many alike"],
)
def test_reach(distances, expected):
    assert reach(np.array(distances, dtype=float)) == expected


def far(**columns):
    y = np.arange(ROWS) % 2
    table = table_of({**columns, "y": y}, "y")
    return [finding.sentence for finding in table.findings if finding.code == "D114"]


@pytest.fixture
def heights():
    return np.random.default_rng(5).normal(170, 8, ROWS)


def test_column_and_row_of_a_typing_error_are_named(heights):
    heights[[3, 60]] = 1_710, -40_000
    (sentence,) = far(height=heights)
    assert "-40,000 in row 61 of `height`, and 1 more" in sentence


def test_many_columns_are_counted(heights):
    heights[3] = 1e60
    (sentence,) = far(**{f"h{number}": heights + number for number in range(6)})
    assert "1e+60 in row 4 of `h3`; and 2 more columns" in sentence


@pytest.mark.parametrize(
    "values",
    [
        np.exp(np.random.default_rng(5).normal(size=ROWS)),
        np.arange(ROWS) % 2,
        [0.0] * 98 + [1.0, 5.0],
        [np.nan] * 30 + [*np.random.default_rng(5).uniform(size=70)],
    ],
    ids=["long tail", "flag", "rare", "gaps"],
)
def test_usual_columns_are_not_told(values, heights):
    assert far(x=values, height=heights) == []


def test_gaps_do_not_hide_a_far_value(heights):
    heights[:50], heights[70] = np.nan, 1e9
    assert "1e+09 in row 71" in far(height=heights)[0]
