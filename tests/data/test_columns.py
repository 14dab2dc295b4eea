"""Columns: numbers that count, gaps that mean something, and values that hardly occur."""

import datetime

import numpy as np
import polars as pl
import pytest

from actlab.data import table_of

ROWS = 60
SEED = 4


def read(**columns):
    return table_of({"noise": np.random.default_rng(SEED).normal(size=ROWS), **columns, "y": [0, 1] * (ROWS // 2)}, "y")


def codes(table):
    return [finding.code for finding in table.findings]


@pytest.mark.parametrize("numbers", [range(ROWS), range(0, 2 * ROWS, 2), range(ROWS, 0, -1), range(7, 7 + 5 * ROWS, 5)])
def test_numbers_in_even_steps_count_the_rows(numbers):
    table = read(number=pl.Series(numbers))
    assert table.named("dropped") == ("number",)
    assert "D104" in codes(table)


@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_that_only_rise_or_fall_are_told(sign):
    rising = np.cumsum(np.random.default_rng(SEED).integers(1, 9, ROWS))
    table = read(number=sign * rising)
    assert table.named("numeric") == ("noise", "number")
    assert "D117" in codes(table)
    assert "D117" not in codes(read(number=np.maximum(rising, rising[3])))
    assert "D117" not in codes(read(number=rising + 0.5))


@pytest.mark.parametrize("value", [7, 7.5])
def test_single_number_beside_gaps_makes_two_categories(value):
    table = read(gap=[value if row % 3 else None for row in range(ROWS)])
    assert table.named("categorical") == ("gap",)
    assert table.frame["gap"].to_list()[:3] == [None, str(value), str(value)]
    assert "D102" not in codes(table)
    assert "D106" in codes(table)


def test_single_number_beside_infinite_ones_makes_two_categories():
    table = read(x=[np.inf, 7.0] * (ROWS // 2))
    assert table.frame["x"].to_list()[:2] == [None, "7.0"]
    assert "D107" in codes(table)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        ([0.0] * 51 + [1.0, 2.0, 3.0] * 3, True),
        ([0.0] * 50 + [1.0] * 10, False),
        ([None] * 55 + [1.0, 2.0, 3.0, 4.0, 5.0], True),
        (["a"] * 58 + ["b"] * 2, True),
    ],
)
def test_columns_that_hardly_vary_are_told(count, told):
    assert ("D115" in codes(read(count=count))) == told


NUMBERS = [f"{row * 37 % 1000}.5" for row in range(ROWS)]
YEARS = [f"{20 + row % 25}" for row in range(ROWS)]


def sentence(table, code):
    return next(finding.sentence for finding in table.findings if finding.code == code)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (
            ["unknown", *YEARS[1:]],
            "`x` holds 59 numbers and 1 other value (first: 'unknown' in row 1), so it is read as categories: ",
        ),
        (
            [*NUMBERS[:-2], "12 kg", "-"],
            "`x` holds 58 numbers and 2 other values (first: '12 kg' in row 59), so it is left out: ",
        ),
        ([None] * 30 + [*NUMBERS[:15], *["-"] * 15], "`x` holds 15 numbers and 15 other values (first: '-' in row 46)"),
    ],
)
def test_numbers_with_a_few_other_values_are_told(column, words):
    table = read(x=column)
    assert sentence(table, "D118").startswith(words)
    assert not {"D103", "D108"} & set(codes(table))
    assert "other value" in table.columns[1].note


@pytest.mark.parametrize(
    "column",
    [
        NUMBERS,
        [*NUMBERS[:-7], *["none"] * 7],
        ["+", "-"] * (ROWS // 2),
        pl.Series([*YEARS[1:], "other"], dtype=pl.Categorical),
    ],
)
def test_other_text_is_not_told_to_be_numbers(column):
    assert not {"D118", "D119"} & set(codes(read(x=column)))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (
            ["2,710.56", *NUMBERS[1:]],
            "commas between the thousands ('2,710.56'), * is left out: write them as 2710.56.",
        ),
        ([f"0,{row % 30}" for row in range(ROWS)], "a decimal comma ('0,0'), * categories: write them as 0.0."),
        (["1,5", "unknown", *["2,5", "3,5"] * (ROWS // 2 - 1)], "a decimal comma ('1,5'), * write them as 1.5."),
    ],
)
def test_numbers_with_commas_are_told(column, words):
    table = read(x=column)
    start, end = words.split(" * ")
    assert sentence(table, "D119").startswith(f"`x` holds numbers with {start} which are read as text, so it is ")
    assert sentence(table, "D119").endswith(end)
    assert not {"D103", "D108", "D118"} & set(codes(table))


def test_many_columns_with_commas_are_one_finding():
    table = read(**{f"x{number}": [f"{number},{row % 7}" for row in range(ROWS)] for number in range(6)})
    assert codes(table).count("D119") == 1
    assert sentence(table, "D119").endswith("; and 2 more columns: write them as 0.0 and 1.0 and 2.0 and 3.0.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [1, 3]),
        ({"a": 1}, {"a": 2}),
        (b"\xff", b"\xfe"),
        (datetime.timedelta(1), datetime.timedelta(2)),
        ([b"\xff"], [b""]),
        (datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)),
    ],
)
def test_frames_with_other_kinds_of_values_are_read_and_hashed(one, other):
    frame = pl.DataFrame(
        {"x": np.random.default_rng(SEED).normal(size=ROWS), "odd": [one] * ROWS, "y": [0, 1] * (ROWS // 2)}
    )
    table = table_of(frame, "y")
    changed = frame.with_columns(odd=pl.Series([one] * (ROWS - 1) + [other]))
    assert table.named("dropped") == ("odd",)
    assert table.sha256 == table_of(frame.clone(), "y").sha256
    assert table.sha256 != table_of(changed, "y").sha256


@pytest.mark.parametrize(
    ("values", "task", "told"),
    [
        ([0.1, 0.2], None, True),
        ([0.1, 0.2], "regression", False),
        (np.random.default_rng(SEED).normal(size=ROWS), None, False),
    ],
)
def test_target_of_few_numbers_is_told(values, task, told):
    y = np.resize(values, ROWS)
    table = table_of({"x": np.random.default_rng(SEED).normal(size=ROWS), "y": y}, "y", task)
    assert table.task == "regression"
    assert ("D116" in codes(table)) == told
