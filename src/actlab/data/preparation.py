"""From mixed columns to float32 numbers, fitted on the training rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from actlab.data.columns import CATEGORIES
from actlab.data.outlying import Numbers, quartered, reach
from actlab.data.table import Table

MISSING = "(missing)"

LIMIT = 20.0
"""Standardised numbers end here: a value that one row of 400 has lies so far out, a rarer one would lie farther."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Standardisation:
    """Median imputation and standardisation of numeric columns, within what the fitted rows reach.

    Values beyond the fitted rows' are put at their ends, so that no function is asked to go where it never was;
    a column that is constant in the fitted rows is 0 everywhere.
    """

    imputer: SimpleImputer
    below: Numbers
    above: Numbers
    scaler: StandardScaler

    @classmethod
    def fit(cls, values: Numbers) -> Standardisation:
        """Learns each column's median, reach on both sides, mean and deviation from values of shape (rows, columns)."""
        imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(quartered(values))
        distances = _from_median(imputer, values)
        below = np.array([reach(-column) for column in distances.T])
        above = np.array([reach(column) for column in distances.T])
        return cls(imputer, below, above, StandardScaler().fit(_within(distances, below, above)))

    def transform(self, values: Numbers) -> Numbers:
        """Standardised values of the same shape, all within ± `LIMIT`."""
        inside = _within(_from_median(self.imputer, values), self.below, self.above)
        return np.clip(self.scaler.transform(inside), -LIMIT, LIMIT)


def _from_median(imputer: SimpleImputer, values: Numbers) -> Numbers:
    """Distances from the median: large numbers that differ little, such as times, differ by much around it."""
    distances: Numbers = imputer.transform(quartered(values)) - imputer.statistics_
    return distances


def _within(distances: Numbers, below: Numbers, above: Numbers) -> Numbers:
    """Distances as shares of the reach, from -1 to 1, whose squares neither overflow nor vanish."""
    widest = np.maximum(below, above)
    return np.clip(distances, -below, above) / np.where(widest > 0, widest, 1.0)


@dataclass(frozen=True, eq=False)
class Preparation:
    """Standardised numbers and one-hot columns of categories, as fitted on some rows."""

    table: Table
    numbers: Standardisation | None
    categories: OneHotEncoder | None

    @classmethod
    def fit(cls, table: Table, rows: Rows) -> Preparation:
        """Learns medians, means, deviations and categories from the given rows of the table, and from no others."""
        numbers = categories = None
        if table.named("numeric"):
            numbers = Standardisation.fit(_numbers(table, rows))
        if table.named("categorical"):
            categories = OneHotEncoder(
                max_categories=CATEGORIES, handle_unknown="infrequent_if_exist", sparse_output=False, dtype=np.float32
            )
            categories.fit(_categories(table, rows))
        return cls(table, numbers, categories)

    def transform(self, rows: Rows) -> npt.NDArray[np.float32]:
        """The given rows as a C-contiguous float32 array of shape (rows, features)."""
        parts: list[npt.NDArray[Any]] = []
        if self.numbers is not None:
            parts.append(self.numbers.transform(_numbers(self.table, rows)))
        if self.categories is not None:
            parts.append(self.categories.transform(_categories(self.table, rows)))
        return np.ascontiguousarray(np.hstack(parts), dtype=np.float32)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature: that of a numeric column, or the column's name and the category."""
        names = self.table.named("numeric")
        if self.categories is not None:
            names += tuple(self.categories.get_feature_names_out(self.table.named("categorical")).tolist())
        return names


def _numbers(table: Table, rows: Rows) -> Numbers:
    columns = table.frame.select(table.named("numeric"))[rows]
    return columns.fill_null(float("nan")).to_numpy().astype(np.float64, copy=False)


def _categories(table: Table, rows: Rows) -> npt.NDArray[np.object_]:
    columns = table.frame.select(table.named("categorical"))[rows]
    return np.array([series.to_list() for series in columns.fill_null(MISSING)], dtype=object).T
