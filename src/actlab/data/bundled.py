"""The small data sets that scikit-learn brings along, read without a network."""

from __future__ import annotations

from typing import Any

import polars as pl
from sklearn import datasets

from actlab.data.errors import UsageError, did_you_mean, listed

LOADERS = {
    "breast_cancer": datasets.load_breast_cancer,
    "diabetes": datasets.load_diabetes,
    "digits": datasets.load_digits,
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
}
TARGET = "target"


def load(name: str) -> pl.DataFrame:
    """A bundled data set as a frame whose last column is called `target`, with readable class names."""
    if name == "linnerud":
        raise UsageError("sklearn:linnerud has three targets at once, and a comparison needs one: take another set.")
    if name not in LOADERS:
        raise UsageError(
            f"sklearn:{name} is not known{did_you_mean(name, list(LOADERS))}; there are {listed(LOADERS)}."
        )
    bunch: Any = LOADERS[name]()
    frame = pl.DataFrame(bunch.data, schema=[str(feature) for feature in bunch.feature_names])
    names = getattr(bunch, "target_names", None)
    values = bunch.target if names is None else [_readable(names[code]) for code in bunch.target]
    return frame.with_columns(pl.Series(TARGET, values))


def _readable(name: Any) -> str | int:
    return str(name) if isinstance(name, str) else int(name)
