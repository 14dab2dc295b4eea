"""From mixed columns to float32 numbers, fitted on the training rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from actlab.data.columns import CATEGORIES
from actlab.data.table import Table

MISSING = "(missing)"

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Preparation:
    """Median imputation and standardisation of numbers, one-hot columns of categories, as fitted on some rows."""

    table: Table
    numbers: Pipeline | None
    categories: OneHotEncoder | None

    @classmethod
    def fit(cls, table: Table, rows: Rows) -> Preparation:
        """Learns medians, means, deviations and categories from the given rows of the table, and from no others."""
        numbers = categories = None
        if table.named("numeric"):
            numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
            numbers.fit(_numbers(table, rows))
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


def _numbers(table: Table, rows: Rows) -> npt.NDArray[np.float64]:
    columns = table.frame.select(table.named("numeric"))[rows]
    return columns.fill_null(float("nan")).to_numpy().astype(np.float64, copy=False)


def _categories(table: Table, rows: Rows) -> npt.NDArray[np.object_]:
    columns = table.frame.select(table.named("categorical"))[rows]
    return np.array([series.to_list() for series in columns.fill_null(MISSING)], dtype=object).T
