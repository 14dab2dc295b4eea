"""Targets: what is read as classes or as numbers, and what is refused with which sentence."""

import numpy as np
import pytest

from actlab.data import DataError, UsageError, table_of


def target(values, task=None, positive=None):
    rows = len(values)
    return table_of({"x": np.linspace(0, 1, rows) ** 2, "y": values}, "y", task, positive)


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        ([0, 1] * 30, "binary", ("0", "1")),
        ([1.0, 2.0] * 30, "binary", ("1", "2")),
        ([True, False] * 30, "binary", ("false", "true")),
        ([3, 10, 2] * 20, "multiclass", ("2", "3", "10")),
        (list(range(60)), "regression", ()),
        ([0.5, 1.5] * 30, "regression", ()),
    ],
)
def test_task_follows_from_the_values(values, task, classes):
    table = target(values)
    assert (table.task, table.classes) == (task, classes)


def test_task_can_be_said():
    assert target([1, 2, 3] * 20, "regression").task == "regression"
    assert target([0.5, 1.5] * 30, "classification").classes == ("0.5", "1.5")


def test_whole_numbers_of_which_one_is_rare_can_be_regressed():
    assert target([*[1, 2, 3] * 20, 9], "regression").task == "regression"


@pytest.mark.parametrize(
    ("values", "options", "kind", "words"),
    [
        ([1, 2] * 10, {}, DataError, "20 rows, and at least 50 are needed"),
        (["a"] * 60, {}, DataError, "is 'a' in every row"),
        ([4.5] * 60, {}, DataError, "is 4.5 in every row"),
        ([None, "a", " "] + ["b", "a"] * 30, {}, DataError, r"has no value in rows 1, 3 \(2 of 63,"),
        ([np.nan] * 7 + [1.5, 2.5] * 30, {}, DataError, r"in rows 1, 2, 3, 4, 5, … \(7 of 67,"),
        ([np.inf] + [1.5, 2.5] * 30, {}, DataError, r"is infinite in rows 1 \(1 of 61,"),
        (["a"] * 55 + ["b"] * 5, {}, DataError, r"at least 10 rows .* `b` \(5\) has fewer"),
        ([f"n{row}" for row in range(60)], {}, DataError, r"too many to be classes: choose another target\.$"),
        ([f"n{row}" for row in range(60)], {"task": "regression"}, UsageError, r"choose another target\.$"),
        (list(range(60)), {"task": "classes"}, DataError, "too many to be classes: .* --task regression"),
        ([*[1, 2, 3] * 20, 9], {}, DataError, r"`9` \(1\) has fewer: .* --task regression \(in Python task="),
        ([*["1", "2", "3"] * 20, "9"], {}, DataError, r"`9` \(1\) has fewer: .* leave them out\.$"),
        (["a", "b"] * 30, {"task": "regression"}, UsageError, "needs numbers: .* or leave the task out"),
        (["a", "b", "c"] * 20, {"task": "binary"}, UsageError, "has 3 classes: `a`, `b`, `c`"),
        (["a", "b"] * 30, {"task": "regresion"}, UsageError, "did you mean `regression`"),
        (["yes", "no"] * 30, {"positive": "yess"}, UsageError, "did you mean `yes`"),
        (["a", "b", "c"] * 20, {"positive": "a"}, UsageError, "needs two classes"),
        ([float(row) for row in range(60)], {"positive": "a"}, UsageError, "is read as numbers"),
    ],
)
def test_targets_that_cannot_be_predicted(values, options, kind, words):
    with pytest.raises(kind, match=words) as caught:
        target(values, **options)
    assert one_sentence(str(caught.value))


PRICES = [f"{row},{row % 7}5" for row in range(60)]


@pytest.mark.parametrize("task", [None, "regression"])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        (PRICES, r"a decimal comma \('0,05'\), .*: write them as 0.05, here and in the other columns"),
        (["1.234,5", "-7", *PRICES], r"a decimal comma \('1.234,5'\), .*: write them as 1234.5,"),
        ([f"{row + 1},200" for row in range(60)], r"commas between the thousands \('1,200'\), .*: write them as 1200,"),
        (["1,5", "2,5"] * 30, "decimal comma"),
        ([*[f"{row}.5" for row in range(60)], "n.a."], r"except in 1 row of 61 \(first: 'n.a.' in row 61,"),
        ([f"{row}.5" for row in range(60)], r"stored as text \('0.5'\): store them as numbers"),
    ],
)
def test_numbers_that_came_as_text_name_what_keeps_them_from_being_read(values, words, task):
    with pytest.raises(DataError, match=words) as caught:
        target(values, task)
    assert one_sentence(str(caught.value))


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["1,5", "2,5"] * 30, "classification"),
        (["1,5", "other"] * 30, None),
        (["1", "2", "other"] * 20, None),
        ([str(row % 25) for row in range(250)], None),
    ],
)
def test_text_with_digits_can_be_classes(values, task):
    assert target(values, task).classes == tuple(sorted(set(values)))


def one_sentence(text: str) -> bool:
    return "\n" not in text and text.endswith(".") and "Traceback" not in text
