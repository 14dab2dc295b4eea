"""Tables from files, and what to do about a file that cannot be read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from actlab.data import csv_lines
from actlab.data.columns import text
from actlab.data.errors import DataError, UsageError, did_you_mean, listed
from actlab.data.numerals import GAPS_AMONG_NUMBERS
from actlab.data.table import Finding

GAPS = [
    "", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?",
    "#N/A", "#NA", "<NA>", "#N/A N/A", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
]  # fmt: skip
"""Cells without a value, whatever the column holds."""


def read_file(source: str | Path) -> tuple[pl.DataFrame, tuple[Finding, ...], str]:
    """The table in a file, what was found in its header, and the SHA-256 of its bytes.

    Raises:
        UsageError: when there is no such file, or it is not one that can be read here.
        DataError: when its content is not a table.
    """
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", str(source)):
        raise UsageError(
            f"{source} is an address, and actlab reads local files only: download it first and give the file's path."
        )
    path = Path(source)
    try:
        reader = _reader(path)
        return _content(path, reader), _header_findings(path), _hash(path)
    except PermissionError as error:
        raise UsageError(
            f"You have no permission to read {path}: ask its owner for it, or copy the file to a folder of yours."
        ) from error


def _reader(path: Path) -> Callable[[Path], pl.DataFrame]:
    if path.is_dir():
        files = sorted(file.name for file in path.iterdir() if file.suffix.lower() in READERS)
        raise UsageError(f"{path} is a folder; name a file in it" + (f": {listed(files)}." if files else "."))
    suffix = path.suffix.lower()
    if not path.exists():
        raise UsageError(f"There is no file {path}{did_you_mean(path.name, _readable(path.parent), by=_stem)}.")
    if suffix == "":
        raise UsageError(
            "{name} has no ending, and actlab reads {known}: save the table as CSV.",
            name=path.name, known=listed(READERS),
        )  # fmt: skip
    if suffix not in READERS:
        raise UsageError(
            "{name} ends in `{suffix}`, and actlab reads {known}: save the table as CSV.",
            name=path.name, suffix=suffix, known=listed(READERS),
        )  # fmt: skip
    if path.stat().st_size == 0:
        raise DataError("{name} is empty (0 bytes): bring a table with a header and rows.", name=path.name)
    return READERS[suffix]


def _readable(folder: Path) -> list[str]:
    """Names of the files in a folder that could be meant."""
    if not folder.is_dir():
        return []
    return sorted(file.name for file in folder.iterdir() if file.suffix.lower() in READERS and file.is_file())


def _stem(name: str) -> str:
    return Path(name).stem


def _content(path: Path, reader: Callable[[Path], pl.DataFrame]) -> pl.DataFrame:
    try:
        return reader(path)
    except PermissionError:
        raise
    except (pl.exceptions.PolarsError, OSError, UnicodeError, ValueError) as error:
        if reader is _read_csv and (fault := csv_lines.fault(path)) is not None:
            raise fault from error
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise DataError(
            "{name} cannot be read as {kind} ({english}): save it anew or check it.",
            name=path.name, kind=path.suffix.lower()[1:], english=reason,
        ) from error  # fmt: skip


def _header_findings(path: Path) -> tuple[Finding, ...]:
    repeated = csv_lines.repeated_names(path) if READERS[path.suffix.lower()] is _read_csv else {}
    if not repeated:
        return ()
    names = listed(f"{name}_duplicated_{number}" for name, count in repeated.items() for number in range(count - 1))
    return (
        Finding(
            "D121",
            f"The header names {listed(repeated)} more than once; the later columns are called {names} here: "
            "give every column a name of its own, or delete it if it is a copy.",
        ),
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_csv(path: Path) -> pl.DataFrame:
    separator = csv_lines.separator(path)
    frame = pl.read_csv(path, separator=separator, null_values=GAPS, infer_schema_length=None, glob=False)
    return frame.with_columns(_numbers(series) for series in frame.iter_columns() if series.dtype == pl.String)


def _numbers(column: pl.Series) -> pl.Series:
    """A column of text as numbers, if it holds nothing else but gaps."""
    words = text(column)
    known = words.set(words.is_in([*GAPS, *GAPS_AMONG_NUMBERS]), None)
    for kind in (pl.Int64, pl.Float64):
        numbers = known.cast(kind, strict=False)
        if numbers.null_count() == known.null_count() < len(known):
            return numbers
    return column


def _read_parquet(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path, glob=False)  # a name may hold brackets or stars


READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".parquet": _read_parquet,
    ".pq": _read_parquet,
}
