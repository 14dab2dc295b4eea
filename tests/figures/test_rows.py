"""Rows show what can be told apart, and put aside what would squeeze it."""

import numpy as np
import pytest

from actlab.figures import rows


def test_focus_keeps_near_values_and_leaves_a_far_one_out():
    low, high = rows.focus([0.97, 0.975, 0.98, 0.981, 0.5], 0.01)
    assert 0.5 < low < 0.97
    assert 0.981 < high < 1.0


def test_focus_keeps_everything_when_nothing_is_far():
    low, high = rows.focus([0.5, 0.9, 0.95, 0.6], 0.01)
    assert low < 0.5
    assert high > 0.95


@pytest.mark.parametrize("values", [[], [np.nan, np.inf], [0.9], [0.9, 0.9]])
def test_focus_always_finds_a_window(values):
    low, high = rows.focus(values, 0.01)
    assert np.isfinite([low, high]).all()
    assert low < high


def test_ticks_get_as_many_decimals_as_they_need():
    assert rows.tick_places([0.94, 0.96, 0.98]) == 2
    assert rows.tick_places([0.95, 0.975, 1.0]) == 3
    assert rows.tick_places([1, 2, 3]) == 0
