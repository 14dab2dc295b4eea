"""Features that give the target away, such as a copy of it under another name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from actlab.data.errors import listed
from actlab.data.table import Finding
from actlab.data.targets import FEW_VALUES, FEWEST_ROWS_A_CLASS, Target

SAME_LINE = 0.999999
"""Correlation beyond which two columns of numbers are one, in other units or rounded."""

MOST_GAPS = 0.5
"""A column with a larger share of gaps could agree with the target by its few values alone."""


def leak_findings(target: str, goal: Target, features: Sequence[pl.Series]) -> list[Finding]:
    """Which features alone tell the target of every row in which they have a value.

    For classes that is a feature with few different values (as many as there are classes, or up to 20 with ten rows
    each on average) each of which goes with one class; a gap may be such a value. So many rows do not fall
    into line by chance. For numbers it is one that is correlated with the target by ±1, up to rounding.

    Args:
        target: name of the target.
        goal: what is to be predicted.
        features: the usable columns, Float64 or String, one entry a row.

    Returns:
        One finding, or none.
    """
    if goal.task == "regression":
        y = _within_one(np.asarray(goal.y, dtype=np.float64))
        leaks = [each.name for each in features if each.dtype.is_numeric() and _on_a_line(each, y)]
    else:
        codes = pl.Series("code", goal.y)
        leaks = [each.name for each in features if _tells_the_class(each, codes)]
    if not leaks:
        return []
    tell, they, delete = ("tells", "it was", "it") if len(leaks) == 1 else ("each tell", "they were", "them")
    sentence = (
        f"{listed(leaks)} alone {tell} `{target}` exactly, so a perfect score would mean nothing: if {they} made from "
        f"`{target}`, or would not be known before it, delete {delete} from the table."
    )
    return [Finding("D120", sentence)]


def _tells_the_class(values: pl.Series, codes: pl.Series) -> bool:
    if _each_with_one_class(values, codes):
        return True
    known = values.is_not_null()
    enough = known.sum() >= max(1, (1 - MOST_GAPS) * len(values))
    return bool(enough and not known.all() and _each_with_one_class(values.filter(known), codes.filter(known)))


def _each_with_one_class(values: pl.Series, codes: pl.Series) -> bool:
    different, classes = values.n_unique(), codes.n_unique()
    few = different == classes or different <= min(FEW_VALUES, len(values) // FEWEST_ROWS_A_CLASS)
    if classes < 2 or not few:
        return False
    return pl.DataFrame([values.alias("value"), codes]).n_unique() == different


def _on_a_line(values: pl.Series, y: np.ndarray) -> bool:
    known = values.is_not_null().to_numpy()
    if known.sum() < (1 - MOST_GAPS) * len(y):
        return False
    x, y = _within_one(values.drop_nulls().to_numpy()), y[known]
    x, y = x - x.mean(), y - y.mean()
    length = np.linalg.norm(x) * np.linalg.norm(y)
    return bool(length > 0 and abs(x @ y) > SAME_LINE * length)


def _within_one(values: np.ndarray) -> np.ndarray:
    """The numbers divided by the largest, whose squares cannot overflow."""
    return values / (np.abs(values).max() or 1.0)
