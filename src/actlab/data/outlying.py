"""How far the values of a numeric column reach, and which of them lie far from all the others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from actlab.data.errors import by_column
from actlab.data.table import Finding

APART = 2.0
"""A value more than so many times as far from the median as the next one inward stands apart."""

OUTER = 0.1
"""The outer share of a side in which a value can stand apart; what more rows have in common is no odd value."""

FAR = 5.0
"""So many times the reach of its side is far enough to be told: ten times as far as the next value inward."""

Numbers = npt.NDArray[np.float64]


def reach(distances: Numbers) -> float:
    """How far from the median the values of one side reach when those that stand apart are drawn in.

    A spread such as the deviation would be blown up by the very value it has to judge, and a fence at some quantiles
    would cut incomes and other long tails, whose values thin out step by step. So values are followed outward as long
    as each is at most `APART` times as far as the one before; whatever lies beyond counts as `APART` times as far.

    Args:
        distances: how far each value lies above the median, shape (rows,); for the side below, with the sign turned.

    Returns:
        The reach, in the unit of the distances; 0 when no value lies on this side.
    """
    ordered = np.sort(distances[distances > 0])
    if not ordered.size:
        return 0.0
    outer = ordered[int((1 - OUTER) * (ordered.size - 1)) :]
    apart = np.flatnonzero(outer[1:] > APART * outer[:-1])
    return float(APART * outer[apart[0]] if apart.size else outer[-1])


def quartered(values: Numbers) -> Numbers:
    """A quarter of each value, so that no sum or difference of two of them can overflow."""
    return values / 4


def far_findings(columns: Iterable[pl.Series]) -> list[Finding]:
    """Which numeric columns hold values absurdly far out, and what becomes of those."""
    found = [sentence for sentence in map(_farthest, columns) if sentence]
    if not found:
        return []
    return [
        Finding(
            "D114",
            f"Far from all other values lies {by_column(found)}: what stands so far apart is drawn in "
            f"to {APART:g} times the distance of the next value; mend it if it is an error or stands for a gap.",
        )
    ]


def _farthest(column: pl.Series) -> str:
    values = column.to_numpy()  # gaps are NaN, which is farther than nothing
    known = quartered(values[np.isfinite(values)])
    above = quartered(values) - np.median(known)
    far = (above > FAR * reach(above)) | (-above > FAR * reach(-above))
    if not far.any():
        return ""
    row = int(np.nanargmax(np.where(far, np.abs(above), np.nan)))
    others = f", and {int(far.sum()) - 1:,} more" if far.sum() > 1 else ""
    return f"{values[row]:,.6g} in row {row + 1:,} of `{column.name}`{others}"
