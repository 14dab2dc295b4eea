"""Numbers are spelled as a reader wants them."""

import math

import pytest

from actlab.figures import numerals


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0.5, 3, "0.500"),
        (-0.5, 1, "−0.5"),
        (-0.0004, 3, "0.000"),
        (12345.0, 0, "12\u202f345"),
        (math.nan, 2, "–"),
        (-math.inf, 2, "−∞"),
    ],
)
def test_number(value, places, text):
    assert numerals.number(value, places) == text


@pytest.mark.parametrize(("value", "text"), [(0.002, "+0.002"), (-0.002, "−0.002"), (0.0001, "0.000"), (0.0, "0.000")])
def test_signed(value, text):
    assert numerals.signed(value, 3) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0123456, "0.0123"), (0.0003, "0.0003"), (5.0, "5"), (1234.5, "1\u202f234"), (0, "0")]
)
def test_short(value, text):
    assert numerals.short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14e-6, "14 µs"),
        (3.21e-3, "3.2 ms"),
        (0.9999, "1.0 s"),
        (48.2, "48 s"),
        (125, "2 min 5 s"),
        (7320, "2 h 2 min"),
        (math.nan, "–"),
    ],
)
def test_seconds(value, text):
    assert numerals.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 %"), (0.001, "< 1 %"), (0.14, "14 %"), (0.999, "> 99 %"), (1, "100 %"), (math.nan, "–")]
)
def test_share(value, text):
    assert numerals.share(value) == text


@pytest.mark.parametrize(("step", "places"), [(0.01, 3), (0.001, 4), (0.5, 3), (0.0, 4), (1e-9, 6)])
def test_decimals_show_what_matters_with_one_to_spare(step, places):
    assert numerals.decimals(step) == places


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c", "d", "e"], "a, b, c and 2 more")]
)
def test_listed(names, text):
    assert numerals.listed(names) == text
