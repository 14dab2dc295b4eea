"""Leaks: features that give the target away are named, and ordinary ones are not."""

import numpy as np
import pytest

from actlab.data import read, table_of

ROWS = 120
CHANCE = np.random.default_rng(8)
AMOUNT = CHANCE.normal(500, 90, ROWS)
SPECIES = [["oak", "elm", "ash"][row] for row in CHANCE.integers(0, 3, ROWS)]


def leaks(feature, target):
    table = table_of({"other": CHANCE.normal(size=ROWS), "suspect": feature, "goal": target}, "goal")
    return [finding.sentence for finding in table.findings if finding.code == "D120"]


def coded(codes):
    return [codes.get(name) for name in SPECIES]


@pytest.mark.parametrize(
    ("feature", "target"),
    [
        ([name == "oak" for name in SPECIES], [int(name == "oak") for name in SPECIES]),
        (coded({"oak": 7, "elm": 3.5, "ash": -1}), SPECIES),
        (coded({"oak": "Quercus", "elm": "Ulmus", "ash": "Fraxinus"}), SPECIES),
        (coded({"oak": 1, "elm": 2}), SPECIES),
        ([None if row % 5 == 0 else name.upper() for row, name in enumerate(SPECIES)], SPECIES),
        ([row % 9 for row in range(ROWS)], ["high" if row % 9 > 5 else "low" for row in range(ROWS)]),
        (AMOUNT * 1.8 + 32, AMOUNT),
        (-AMOUNT.round(2), AMOUNT),
        ([None if row % 5 == 0 else amount for row, amount in enumerate(AMOUNT)], AMOUNT),
        (AMOUNT * 1e300, AMOUNT),
        (AMOUNT, AMOUNT * 1e300),
    ],
)
def test_feature_that_gives_the_target_away_is_named(feature, target):
    (sentence,) = leaks(feature, target)
    assert sentence.startswith("`suspect` alone tells `goal` exactly, so a perfect score would mean nothing")


def test_copy_of_many_classes_is_named():
    shops = [row % 25 for row in range(250)]
    table = table_of({"code": [f"shop {shop}" for shop in shops], "goal": shops}, "goal", "classes")
    assert table.findings[0].code == "D120"


def test_several_of_them_share_a_sentence():
    table = table_of({"a": [0, 1] * 60, "x": AMOUNT, "b": [True, False] * 60, "goal": ["no", "yes"] * 60}, "goal")
    assert table.findings[0].code == "D120"
    assert "`a`, `b` alone each tell" in table.findings[0].sentence


@pytest.mark.parametrize(
    ("feature", "target"),
    [
        (AMOUNT, SPECIES),
        (CHANCE.permutation(10**6)[:ROWS], SPECIES),
        ([f"ward {row // 3}" for row in range(ROWS)], [row // 3 % 2 for row in range(ROWS)]),
        (CHANCE.integers(0, 3, ROWS), SPECIES),
        ([*coded({"oak": 1, "elm": 2, "ash": 3})[1:], 1.0 if SPECIES[-1] != "oak" else 2.0], SPECIES),
        ([name if row % 5 == 0 else None for row, name in enumerate(SPECIES)], SPECIES),
        (AMOUNT + CHANCE.normal(0, 1, ROWS), AMOUNT),
        ([amount if row % 5 == 0 else None for row, amount in enumerate(AMOUNT)], AMOUNT),
    ],
)
def test_ordinary_feature_is_not(feature, target):
    assert leaks(feature, target) == []


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "iris", "digits", "diabetes"])
def test_bundled_sets_have_none(name):
    assert "D120" not in [finding.code for finding in read(f"sklearn:{name}", "target").findings]
