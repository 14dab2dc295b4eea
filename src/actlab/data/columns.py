"""Which columns can be features, in what form, and which are left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from actlab.data.errors import counted, listed
from actlab.data.numerals import Hindrance, hindrance, hindrance_findings
from actlab.data.outlying import far_findings
from actlab.data.table import Column, Finding, Kind

CATEGORIES = 20
"""Most categories a column keeps apart; the rarer ones are taken together."""

IDENTIFIER = 0.95
"""A text column with a larger share of different values names its rows rather than describing them."""

FEW_OTHERS = 10
"""With fewer rows that differ from the most common value, some splits leave none of them to learn from."""

LEFT_OUT = {
    "D101": ("have no value in any row", "has no value in any row"),
    "D102": ("have the same value in every row", "has the same value in every row"),
    "D103": ("are text that differs in (almost) every row", "is text that differs in (almost) every row"),
    "D104": ("only count the rows", "only counts the rows"),
    "D105": ("hold values that are neither numbers nor text", "holds values that are neither numbers nor text"),
}


@dataclass(frozen=True)
class ReadColumn:
    """A column with its usable values (None when it is left out), the code of what was found, and what hinders it."""

    column: Column
    values: pl.Series | None
    code: str = ""
    hindrance: Hindrance | None = None


def read_column(series: pl.Series) -> ReadColumn:
    """A column of the table as a feature: numbers as Float64, text and booleans as String, or left out."""
    kind = series.dtype
    if kind.is_numeric():
        return _numeric(series)
    if kind == pl.Null:
        return _left_out(series, "D101")
    if kind == pl.String:
        return _hindered(_categorical(series), text(series))
    if kind in (pl.Boolean, pl.Categorical, pl.Enum):
        return _categorical(series)
    return _left_out(series, "D105", f"{kind} is not used as a feature")


def text(series: pl.Series) -> pl.Series:
    """A text, categorical or boolean column as stripped text, in which blank is missing."""
    stripped = series.cast(pl.String).str.strip_chars()
    return stripped.set(stripped == "", None)


def _numeric(series: pl.Series) -> ReadColumn:
    numbers = series.cast(pl.Float64)
    infinite = int(numbers.is_infinite().sum())
    values = numbers.set(~numbers.is_finite(), None)
    if values.null_count() == len(values):
        return _left_out(values, "D101")
    if values.drop_nulls().n_unique() == 1:
        return _single(series, values, infinite)
    steps = _steps(values) if series.dtype.is_integer() else None
    if steps is not None and (steps == steps[0]).all():
        return _left_out(values, "D104")
    note = f"{counted(infinite, 'infinite value')} read as missing" if infinite else _filled(values, "their median")
    return _kept(values, "numeric", note, "D107" if infinite else "D117" if steps is not None else "")


def _single(series: pl.Series, values: pl.Series, infinite: int) -> ReadColumn:
    """A single number: nothing to learn from, unless gaps beside it may mean something."""
    if not values.null_count():
        return _left_out(values, "D102")
    words = series.cast(pl.String).set(values.is_null(), None)
    return _kept(words, "categorical", "1 category; gaps are a category", "D107" if infinite else "")


def _steps(values: pl.Series) -> npt.NDArray[np.float64] | None:
    """The steps from row to row of a column that only rises or only falls, else None."""
    if values.null_count() or len(values) < 3:
        return None
    steps = np.diff(values.to_numpy())
    return steps if (steps > 0).all() or (steps < 0).all() else None


def _categorical(series: pl.Series) -> ReadColumn:
    values = text(series)
    known = values.drop_nulls()
    different = known.n_unique()
    if different == 0:
        return _left_out(values, "D101")
    if different == 1 and len(known) == len(values):
        return _left_out(values, "D102")
    if series.dtype != pl.Boolean and different > max(2, IDENTIFIER * len(known)):
        return _left_out(values, "D103")
    note = counted(different, "category", "categories")
    if different > CATEGORIES:
        return _kept(values, "categorical", f"{note}; the {CATEGORIES - 1} most common are kept apart", "D108")
    return _kept(values, "categorical", note + ("; gaps are a category" if values.null_count() else ""))


def _hindered(read: ReadColumn, values: pl.Series) -> ReadColumn:
    """A column of text, with what keeps it from being numbers where it is nearly all numbers."""
    if read.code in ("D101", "D102") or (found := hindrance(values)) is None:
        return read
    note = found.note if read.values is None else f"{read.column.note}; {found.note}"
    return replace(read, column=replace(read.column, note=note), code=found.code, hindrance=found)


def _filled(values: pl.Series, by: str) -> str:
    missing = values.null_count()
    return f"{counted(missing, 'gap')} filled by {by}" if missing else ""


def _kept(values: pl.Series, kind: Kind, note: str, code: str = "") -> ReadColumn:
    return ReadColumn(Column(values.name, kind, values.null_count(), note), values, code)


def _left_out(series: pl.Series, code: str, note: str = "") -> ReadColumn:
    column = Column(series.name, "dropped", series.null_count(), note or LEFT_OUT[code][1])
    return ReadColumn(column, None, code)


def column_findings(columns: list[ReadColumn]) -> list[Finding]:
    """What the columns have in common, one finding for each code that occurs."""
    found = []
    for code, (many, one) in LEFT_OUT.items():
        names = [each.column.name for each in columns if each.code == code]
        if len(names) == 1:
            found.append(Finding(code, f"The column {listed(names)} {one}; it is left out."))
        elif names:
            found.append(Finding(code, f"The columns {listed(names)} {many}; they are left out."))
    numeric = [each.values for each in columns if each.values is not None and each.column.kind == "numeric"]
    return (
        found
        + _gap_findings(columns)
        + _category_findings(columns)
        + hindrance_findings([(each.hindrance, each.values is not None) for each in columns if each.hindrance])
        + far_findings(numeric)
        + _rare_findings(columns)
        + _rising_findings(columns)
    )


def _gap_findings(columns: list[ReadColumn]) -> list[Finding]:
    found = []
    gaps = [each.column for each in columns if each.values is not None and each.column.missing]
    if gaps:
        total = sum(column.missing for column in gaps)
        found.append(
            Finding(
                "D106",
                f"{counted(total, 'value')} missing in {counted(len(gaps), 'column')} "
                f"({listed(column.name for column in gaps)}): numbers are filled by the median of the training rows, "
                "among categories missing is one of them.",
            )
        )
    infinite = [each.column.name for each in columns if each.code == "D107"]
    if infinite:
        found.append(Finding("D107", f"Infinite values in {listed(infinite)} are read as missing."))
    return found


def _category_findings(columns: list[ReadColumn]) -> list[Finding]:
    many = [each.column.name for each in columns if each.code == "D108"]
    if not many:
        return []
    sentence = f"More than {CATEGORIES} categories in {listed(many)}: the rarest are taken together as one."
    return [Finding("D108", sentence)]


def _rare_findings(columns: list[ReadColumn]) -> list[Finding]:
    names = [each.column.name for each in columns if each.values is not None and _others(each.values) < FEW_OTHERS]
    if not names:
        return []
    sentence = (
        f"Fewer than {FEW_OTHERS} rows differ from the most common value (or gap) of {listed(names)}: "
        "a repeat learns from few of them or from none, and scores may hang on them."
    )
    return [Finding("D115", sentence)]


def _others(values: pl.Series) -> int:
    counts = values.alias("value").value_counts()["count"]
    return len(values) - int(counts.to_numpy().max())


def _rising_findings(columns: list[ReadColumn]) -> list[Finding]:
    names = [each.column.name for each in columns if each.code == "D117"]
    if not names:
        return []
    sentence = (
        f"The whole numbers of {listed(names)} only rise or only fall from row to row, as the numbers of cases do: "
        "if they tell nothing about a case but its place in the table, take them out."
    )
    return [Finding("D117", sentence)]
