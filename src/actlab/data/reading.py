"""From a file, a bundled data set, a frame or arrays to a table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from actlab.data.columns import column_findings, read_column
from actlab.data.errors import DataError, UsageError, counted, did_you_mean, listed
from actlab.data.table import Finding, Table
from actlab.data.targets import read_target

GAPS = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?"]
SEPARATORS = ",;\t|"
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
    path = Path(source)
    frame = _read_file(path)
    return table_of(frame, target, task, positive, name=path.name, sha256=_file_hash(path))


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
        raise UsageError(f"Which column is to be predicted? Name the target; there are {listed(frame.columns)}.")
    if frame.height == 0:
        raise DataError(f"{name} has columns but no rows: bring a table with at least one row a case.")
    if target not in frame.columns:
        raise UsageError(
            f"{name} has no column `{target}`{did_you_mean(target, frame.columns)}; its columns are "
            f"{listed(frame.columns)}."
        )
    goal = read_target(frame[target], task, positive)
    columns = [read_column(series) for series in frame.drop(target).iter_columns()]
    usable = [each.values for each in columns if each.values is not None]
    if not usable:
        raise DataError(_nothing_usable(target, [f"`{each.column.name}` {each.column.note}" for each in columns]))
    return Table(
        name=name,
        frame=pl.DataFrame(usable),
        y=goal.y,
        target=target,
        classes=goal.classes,
        task=goal.task,
        columns=tuple(each.column for each in columns),
        findings=(*column_findings(columns), *_row_findings(frame), *goal.findings),
        sha256=sha256 or frame_hash(frame),
    )


def frame_hash(frame: pl.DataFrame) -> str:
    """SHA-256 of a frame's content, written as CSV; columns of lists count as their text."""
    flat = frame.select(
        pl.col(name).cast(pl.String, strict=False) if kind.is_nested() else pl.col(name)
        for name, kind in frame.schema.items()
        if kind != pl.Object
    )
    return hashlib.sha256(flat.write_csv().encode()).hexdigest()


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_file(path: Path) -> pl.DataFrame:
    suffix = path.suffix.lower()
    if path.is_dir():
        files = sorted(file.name for file in path.iterdir() if file.suffix.lower() in READERS)
        raise UsageError(f"{path} is a folder; name a file in it" + (f": {listed(files)}." if files else "."))
    if not path.exists():
        near = {file.stem: file.name for file in path.parent.iterdir()} if path.parent.is_dir() else {}
        raise UsageError(f"There is no file {path}{did_you_mean(path.stem, near)}.")
    if suffix not in READERS:
        raise UsageError(
            f"{path.name} ends in `{suffix or 'nothing'}`, and actlab reads {listed(READERS)}: save the table as CSV."
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty (0 bytes): bring a table with a header and rows.")
    try:
        frame = READERS[suffix](path)
    except (pl.exceptions.PolarsError, OSError, UnicodeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise DataError(f"{path.name} cannot be read as {suffix[1:]} ({reason}): save it anew or check it.") from error
    return frame


def _read_csv(path: Path) -> pl.DataFrame:
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline()
    separator = max(SEPARATORS, key=header.count)
    return pl.read_csv(path, separator=separator, null_values=GAPS, infer_schema_length=None, glob=False)


def _read_parquet(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path, glob=False)  # a name may hold brackets or stars


READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".parquet": _read_parquet,
    ".pq": _read_parquet,
}


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


def _nothing_usable(target: str, reasons: list[str]) -> str:
    if not reasons:
        return f"The table has the target `{target}` and no other column: bring columns to predict it from."
    shown = "; ".join(reasons[:4]) + (f"; and {len(reasons) - 4} more" if len(reasons) > 4 else "")
    return f"No column beside the target `{target}` can be used ({shown}): bring at least one that varies."


def _row_findings(frame: pl.DataFrame) -> list[Finding]:
    found = []
    comparable = frame.select(name for name, kind in frame.schema.items() if kind != pl.Object)
    repeated = frame.height - comparable.n_unique()
    if repeated:
        found.append(
            Finding(
                "D109",
                f"{counted(repeated, 'row')} of {frame.height:,} repeat another row exactly; the same case can be "
                "trained and tested on, which makes scores look better than they are.",
            )
        )
    if frame.height < FEW_ROWS:
        found.append(
            Finding("D110", f"{frame.height} rows are few: only large differences between functions can be shown.")
        )
    return found
