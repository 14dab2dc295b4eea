"""From a file, a bundled data set, a frame or arrays to a table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from actlab.data.columns import column_findings, read_column
from actlab.data.errors import DataError, UsageError, counted, did_you_mean, listed
from actlab.data.files import read_file
from actlab.data.leaks import leak_findings
from actlab.data.table import Finding, Table
from actlab.data.targets import read_target

FEW_ROWS = 200


def read(source: str | Path, target: str, task: str | None = None, positive: str | None = None) -> Table:
    """Reads a table and decides what its columns are.

    Args:
        source: path of a CSV (`.csv`, `.tsv`) or Parquet (`.parquet`, `.pq`) file, or `sklearn:NAME`.
        target: name of the column to predict (`target` for the bundled data sets).
        task: None to decide by the target's values, or "classification" or "regression".
        positive: the positive one of two classes; None takes the later one in order (1, true, yes, …).

    Returns:
        The table: features, target and findings.

    Raises:
        UsageError: a missing file, an unknown column, an option that cannot be.
        DataError: a table that cannot be used as it is.
    """
    name = str(source)
    if name.startswith("sklearn:"):
        from actlab.data import bundled  # scikit-learn's data sets take long to import

        frame = bundled.load(name.removeprefix("sklearn:"))
        return table_of(frame, target, task, positive, name=name, sha256=frame_hash(frame))
    frame, findings, sha256 = read_file(source)
    table = table_of(frame, target, task, positive, name=Path(source).name, sha256=sha256)
    return replace(table, findings=(*table.findings, *findings))


def table_of(
    data: Any,
    target: str | None = None,
    task: str | None = None,
    positive: str | None = None,
    *,
    name: str = "table",
    sha256: str = "",
) -> Table:
    """A table from a Polars or pandas frame, a mapping of columns, or a pair `(X, y)` of arrays.

    Args:
        data: a frame or mapping with one column a feature, or X of shape (rows, features) with y of shape (rows,).
        target: name of the column to predict; may be left out for a pair.
        task: as in `read`.
        positive: as in `read`.
        name: what the report calls the table.
        sha256: hash of the content, computed from the values when left out.

    Returns:
        The table.

    Raises:
        UsageError, DataError: as in `read`.
    """
    if isinstance(data, tuple):
        data, target = _paired(data), target or "target"
    frame = _frame(data)
    if target is None:
        raise UsageError(f"Which column is to be predicted? Name the target; there are {_named(frame.columns)}.")
    if frame.height == 0:
        raise DataError("{name} has columns but no rows: bring a table that has a row for each case.", name=name)
    if target not in frame.columns:
        raise UsageError(
            f"{name} has no column `{target}`{did_you_mean(target, frame.columns)}; its columns are "
            f"{_named(frame.columns)}."
        )
    goal = read_target(frame[target], task, positive)
    columns = [read_column(series) for series in frame.drop(target).iter_columns()]
    usable = [each.values for each in columns if each.values is not None]
    if not usable:
        raise _nothing_usable(target, [f"`{each.column.name}` {each.column.note}" for each in columns])
    return Table(
        name=name,
        frame=pl.DataFrame(usable),
        y=goal.y,
        target=target,
        classes=goal.classes,
        task=goal.task,
        columns=tuple(each.column for each in columns),
        findings=(
            *leak_findings(target, goal, usable),
            *column_findings(columns),
            *_row_findings(frame),
            *goal.findings,
        ),
        sha256=sha256 or frame_hash(frame),
    )


def frame_hash(frame: pl.DataFrame) -> str:
    """SHA-256 of a frame's content, written as CSV; what CSV cannot hold counts as its text in Python."""
    columns = [series for series in frame.iter_columns() if series.dtype != pl.Object]
    plain = [_spelled(series) if _beyond_csv(series.dtype) else series for series in columns]
    return hashlib.sha256(pl.DataFrame(plain).write_csv().encode()).hexdigest()


def _beyond_csv(kind: pl.DataType) -> bool:
    return kind.is_nested() or kind in (pl.Binary, pl.Duration)


def _spelled(series: pl.Series) -> pl.Series:
    return pl.Series(series.name, [repr(value) for value in series.to_list()])


def _paired(data: tuple[Any, ...]) -> dict[str, Any]:
    if len(data) != 2:
        raise UsageError(f"A tuple of {len(data)} came; write the pair (X, y).")
    X, y = np.asarray(data[0]), np.asarray(data[1])
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y):
        raise UsageError(
            f"X has shape {X.shape} and y {y.shape}; expected are (rows, features) and (rows,) with the same rows."
        )
    return {**{f"x{number}": X[:, number] for number in range(X.shape[1])}, "target": y}


def _frame(data: Any) -> pl.DataFrame:
    if isinstance(data, pl.DataFrame):
        return data
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if hasattr(data, "iloc") and hasattr(data, "columns"):  # pandas, without importing it
        columns = {str(key): data[key] for key in data.columns}
        data = {key: each.astype(object).where(each.notna(), None).tolist() for key, each in columns.items()}
    if isinstance(data, Mapping):
        return pl.DataFrame({str(key): value for key, value in data.items()}, strict=False)
    raise UsageError(
        f"A {type(data).__name__} came; expected is a path, sklearn:NAME, a Polars or pandas frame, or a pair (X, y)."
    )


def _named(columns: Sequence[str]) -> str:
    """The first columns and the last one, which is often the target."""
    return listed(columns) + (f", the last of them `{columns[-1]}`" if len(columns) > 6 else "")


def _nothing_usable(target: str, reasons: list[str]) -> DataError:
    if not reasons:
        return DataError(
            "The table has the target `{target}` and no other column: bring columns to predict it from.", target=target
        )
    shown = "; ".join(reasons[:4]) + (f"; and {len(reasons) - 4} more" if len(reasons) > 4 else "")
    return DataError(
        "No column beside the target `{target}` can be used ({english}): bring at least one that varies.",
        target=target, english=shown,
    )  # fmt: skip


def _row_findings(frame: pl.DataFrame) -> list[Finding]:
    found = []
    comparable = frame.select(name for name, kind in frame.schema.items() if kind != pl.Object)
    repeated = frame.height - comparable.n_unique()
    if repeated:
        found.append(
            Finding(
                "D109",
                f"{counted(repeated, 'row')} of {frame.height:,} {'repeats' if repeated == 1 else 'repeat'} another "
                "row exactly; the same case can be trained and tested on, which makes scores look too good.",
            )
        )
    if frame.height < FEW_ROWS:
        found.append(
            Finding("D110", f"{frame.height} rows are few: only large differences between functions can be shown.")
        )
    return found
