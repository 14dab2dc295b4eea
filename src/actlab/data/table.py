"""A table as actlab understood it: features, target, and what was found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

Task = Literal["binary", "multiclass", "regression", "own"]
"""What is predicted; "own" is whatever a person's loss alone defines, for a model of theirs."""
Kind = Literal["numeric", "categorical", "dropped"]


@dataclass(frozen=True)
class Column:
    """One column beside the target: how it is used, how many of its values are missing, and why."""

    name: str
    kind: Kind
    missing: int
    note: str


@dataclass(frozen=True)
class Finding:
    """Something worth knowing about a table: a code that never changes its meaning, and one sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Table:
    """A person's table, ready to be split and prepared.

    `frame` holds the usable features only: numeric ones as Float64 and categorical ones as String, missing values
    as null. `y` has one entry a row: int64 codes into `classes`, or float64 for regression. With two classes the
    code 1 is the positive one.
    """

    name: str
    frame: pl.DataFrame
    y: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    target: str
    classes: tuple[str, ...]
    task: Task
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]
    sha256: str

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return len(self.y)

    @property
    def class_counts(self) -> tuple[int, ...]:
        """Rows of each class, in the order of `classes`; empty for regression."""
        return tuple(np.bincount(self.y, minlength=len(self.classes)).tolist()) if self.classes else ()

    def named(self, kind: Kind) -> tuple[str, ...]:
        """Names of the columns of one kind, in the order of the table."""
        return tuple(column.name for column in self.columns if column.kind == kind)
