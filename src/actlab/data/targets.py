"""What is to be predicted: classes or numbers, read from the target column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from actlab.data.columns import text
from actlab.data.errors import DataError, UsageError, did_you_mean, listed
from actlab.data.numerals import refuse_commas, refuse_numbers_as_text
from actlab.data.table import Finding, Task

FEWEST_ROWS = 50
"""With fewer rows a test part has under ten, and no two functions could be told apart."""

FEWEST_ROWS_A_CLASS = 10
"""So many rows put at least one of the class into every part of a stratified split."""

FEW_VALUES = 20
"""An integer target with at most so many different values is read as classes."""

AS_NUMBERS = 'predict the numbers themselves with --task regression (in Python task="regression")'

KINDS = {"String": "text", "Boolean": "true and false"}

TASKS = {
    "binary": "classes",
    "multiclass": "classes",
    "classification": "classes",
    "classes": "classes",
    "regression": "numbers",
}


@dataclass(frozen=True)
class Target:
    """The target of every row, as codes of classes or as numbers."""

    y: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    classes: tuple[str, ...]
    task: Task
    findings: tuple[Finding, ...]


def read_target(series: pl.Series, task: str | None = None, positive: str | None = None) -> Target:
    """The target column as classes or numbers.

    Args:
        series: the target column, one entry a row.
        task: None to decide by the values, or "binary", "multiclass", "classification" or "regression".
        positive: the class that counts as positive when there are two; None takes the later one in order.

    Returns:
        The target, with a finding where the reading was a decision.

    Raises:
        UsageError: when `task` or `positive` cannot be.
        DataError: when the column cannot be predicted as it is.
    """
    if task is not None and task not in TASKS:
        raise UsageError(
            f"The task {task!r} is unknown{did_you_mean(task, list(TASKS))}; write classification or regression."
        )
    if len(series) < FEWEST_ROWS:
        raise _too_few(len(series))
    values = _tidy(series)
    _refuse_gaps(values)
    _refuse_single(values)
    if values.dtype == pl.String and (task is None or TASKS[task] == "numbers"):
        few = task is None and values.n_unique() <= FEW_VALUES
        refuse_commas(values, ", or ask for the task classification if they are names" if few else "")
    if (TASKS[task] if task else _guess(values)) == "numbers":
        if positive is not None:
            raise UsageError(f"A positive class ({positive!r}) was named, but `{series.name}` is read as numbers.")
        return _numbers(values, task)
    return _classes(values, task, positive)


def _too_few(rows: int) -> DataError:
    if rows == 1:
        return DataError(
            "The table has 1 row, and at least {fewest} are needed: bring more rows.", fewest=f"{FEWEST_ROWS}"
        )
    return DataError(
        "The table has {rows} rows, and at least {fewest} are needed: bring more rows.",
        rows=f"{rows}", fewest=f"{FEWEST_ROWS}",
    )  # fmt: skip


def _tidy(series: pl.Series) -> pl.Series:
    if series.dtype.is_float() or series.dtype.is_decimal():
        return series.cast(pl.Float64).fill_nan(None)
    if series.dtype.is_integer() or series.dtype == pl.Boolean:
        return series
    if series.dtype in (pl.Null, pl.String, pl.Categorical, pl.Enum):
        return text(series)
    raise DataError(f"The target `{series.name}` holds {series.dtype}; it must hold numbers, text or true and false.")


def _refuse_gaps(values: pl.Series) -> None:
    if (where := _places(values, values.is_null())) is not None:
        raise DataError(
            "The target `{target}` has no value in rows {rows} ({count} of {all}, counted from 1 below the header): "
            "fill them in or leave these rows out.",
            **where,
        )
    if (where := _places(values, _infinite(values))) is not None:
        raise DataError(
            "The target `{target}` is infinite in rows {rows} ({count} of {all}, counted from 1 below the header): "
            "correct them or leave these rows out.",
            **where,
        )


def _places(values: pl.Series, bad: pl.Series) -> dict[str, str] | None:
    """Which rows are bad, and how many of all; None when there are none."""
    rows = np.flatnonzero(bad.to_numpy()) + 1
    if not rows.size:
        return None
    first = ", ".join(str(row) for row in rows[:5]) + (", …" if rows.size > 5 else "")
    return {"target": values.name, "rows": first, "count": f"{rows.size:,}", "all": f"{len(values):,}"}


def _infinite(values: pl.Series) -> pl.Series:
    return values.is_infinite() if values.dtype.is_float() else values.is_null()


def _refuse_single(values: pl.Series) -> None:
    if values.n_unique() == 1:
        raise DataError(
            "The target `{target}` is {value} in every row, so there is nothing to tell apart: choose another target "
            "or bring rows of another kind.",
            target=values.name, value=repr(values[0]),
        )  # fmt: skip


def _guess(values: pl.Series) -> str:
    if not values.dtype.is_numeric():
        return "classes"
    different = values.n_unique()
    whole = values.dtype.is_integer() or bool((values == values.round(0)).all())
    few = different == 2 or (different <= FEW_VALUES and different * 5 <= len(values))
    return "classes" if whole and few else "numbers"


def _numbers(values: pl.Series, task: str | None) -> Target:
    if values.dtype == pl.String:
        refuse_numbers_as_text(values)
    if not values.dtype.is_numeric():
        few = values.n_unique() <= FEW_VALUES
        raise UsageError(
            f"The target `{values.name}` holds {KINDS[str(values.dtype)]} ({values[0]!r}), regression needs numbers: "
            f"choose another target{' or leave the task out' if few else ''}."
        )
    found = _number_findings(values) if task is None else ()
    return Target(values.cast(pl.Float64).to_numpy().copy(), (), "regression", found)


def _number_findings(values: pl.Series) -> tuple[Finding, ...]:
    different = values.unique().sort()
    if len(different) > FEW_VALUES:
        return ()
    shown = ", ".join(f"{value:g}" for value in different[:3]) + (", …" if len(different) > 3 else "")
    sentence = (
        f"The target `{values.name}` holds only {len(different)} different values ({shown}) and is read as numbers; "
        "if they are classes, ask for the task classification."
    )
    return (Finding("D116", sentence),)


def _classes(values: pl.Series, task: str | None, positive: str | None) -> Target:
    order = values.unique().sort()
    codes = np.searchsorted(order.to_numpy(), values.to_numpy()).astype(np.int64)
    names = tuple(_class_name(value) for value in order.to_list())
    _refuse_rare(values, names, np.bincount(codes))
    kind: Task = "binary" if len(names) == 2 else "multiclass"
    if task in ("binary", "multiclass") and task != kind:
        raise UsageError(
            f"The task {task} was asked for, but `{values.name}` has {len(names)} classes: {listed(names)}."
        )
    if positive is not None:
        codes, names = _turned(codes, names, positive, values.name)
    return Target(codes, names, kind, tuple(_class_findings(values, codes, names, task)))


def _class_name(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _refuse_rare(values: pl.Series, names: tuple[str, ...], counts: npt.NDArray[np.int64]) -> None:
    rare = [f"{name}` ({count}" for name, count in zip(names, counts, strict=True) if count < FEWEST_ROWS_A_CLASS]
    if not rare:
        return
    if len(names) > FEW_VALUES and len(rare) > len(names) // 2:
        if values.dtype == pl.String:
            refuse_numbers_as_text(values)
        raise DataError(
            f"The target `{values.name}` has {len(names):,} different values, too many to be classes: "
            f"choose another target{f', or {AS_NUMBERS}' if values.dtype.is_numeric() else ''}."
        )
    amounts = values.dtype.is_numeric() and len(names) > 2
    shown = ", ".join(f"`{each})" for each in rare[:4]) + (f" and {len(rare) - 4} more" if len(rare) > 4 else "")
    raise DataError(
        f"Every class of `{values.name}` needs at least {FEWEST_ROWS_A_CLASS} rows to be in every part of a split, and "
        f"{shown} {'has' if len(rare) == 1 else 'have'} fewer: bring more rows, join classes or leave them out"
        f"{f'; or {AS_NUMBERS}' if amounts else ''}."
    )


def _turned(
    codes: npt.NDArray[np.int64], names: tuple[str, ...], positive: str, target: str
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    if len(names) != 2:
        raise UsageError(f"A positive class ({positive!r}) needs two classes, and `{target}` has {len(names)}.")
    if positive not in names:
        raise UsageError(
            f"The positive class {positive!r} is not in `{target}`{did_you_mean(positive, names)}; "
            f"its classes are {listed(names)}."
        )
    return (codes, names) if positive == names[1] else (1 - codes, names[::-1])


def _class_findings(
    values: pl.Series, codes: npt.NDArray[np.int64], names: tuple[str, ...], task: str | None
) -> list[Finding]:
    found = []
    if values.dtype.is_numeric() and task is None and len(names) > 2:
        found.append(
            Finding(
                "D111",
                f"The target `{values.name}` holds {len(names)} different whole numbers and is read as classes; "
                "if they are amounts, ask for the task regression.",
            )
        )
    if len(names) == 2:
        share = 100 * float(codes.mean())
        found.append(
            Finding("D112", f"`{names[1]}` is the positive class ({share:.0f} % of the rows), `{names[0]}` the other.")
        )
    smallest = np.bincount(codes).min() / len(codes)
    if smallest < 0.1 and smallest * len(names) < 0.5:
        found.append(Finding("D113", f"The classes are uneven: the rarest has {smallest:.1%} of the rows."))
    return found
