"""What is in a dropped table: its columns, which of them can be predicted, and what to know before comparing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from actlab.compare.plan import in_words, make_plan
from actlab.compare.records import Plan
from actlab.data import DataError, Finding, Table, UsageError
from actlab.data.columns import read_column
from actlab.data.files import read_file
from actlab.data.reading import table_of
from actlab.data.targets import read_target
from actlab.lab.refusal import Refusal, of_data
from actlab.lab.reports.shelf import Choice

EXAMPLES = 3
LONGEST = 24  # characters of an example


@dataclass(frozen=True)
class ColumnShown:
    """A column: how it would be used, and as what it could be predicted, or why it cannot.

    Attributes:
        refused: Why, in English; empty where it can be predicted.
        text: The same with `{names}` where the page can translate it, else empty.
        values: What stands for them.
    """

    name: str
    use: str
    note: str
    examples: tuple[str, ...]
    task: str
    classes: tuple[str, ...]
    refused: str = ""
    text: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class TableShown:
    """A table, before anybody said what is to be predicted.

    Attributes:
        target: The column that is proposed for it.
    """

    name: str
    rows: int
    target: str
    columns: tuple[ColumnShown, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Reading:
    """A table with its target, and the size of what was chosen."""

    task: str
    classes: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    networks: int
    words: str


def shown(path: Path) -> TableShown:
    """What a person sees of a table.

    Raises:
        Refusal: what is not a table, or one without a column that could be predicted.
    """
    frame, findings = _frame(path)
    columns = tuple(_shown(series) for series in frame.iter_columns())
    if not any(column.task for column in columns):
        _table(path, Choice(columns[-1].name if columns else "", ()))  # says why
    target = _proposed(columns)
    if len(columns) == 1:
        _table(path, Choice(target, ()))  # says that there is nothing to predict it from
    return TableShown(path.name, frame.height, target, columns, findings)


def reading(path: Path, choice: Choice) -> Reading:
    """A table as a comparison would read it, and the size of that comparison.

    Raises:
        Refusal: a choice that this table does not allow.
    """
    table = _table(path, choice)
    plan = plan_of(table, choice)
    counts = tuple(zip(table.classes, table.class_counts, strict=True))
    return Reading(table.task, counts, table.findings, plan.networks, in_words(plan))


def plan_of(table: Table, choice: Choice) -> Plan:
    """What a comparison would train.

    Raises:
        Refusal: functions or repeats that cannot be, or too few rows for them.
    """
    try:
        return make_plan(table, activations=choice.activations, repeats=choice.repeats)
    except (DataError, UsageError) as error:
        raise unusable(error) from error


def unusable(error: DataError | UsageError) -> Refusal:
    """What `actlab compare` would say of it."""
    return of_data(error, Refusal("This cannot be compared: {english}", english=str(error)))


def _table(path: Path, choice: Choice) -> Table:
    frame, findings = _frame(path)
    try:
        table = table_of(frame, choice.target, None, choice.positive, name=path.name, sha256="not needed")
    except (DataError, UsageError) as error:
        raise unusable(error) from error
    return Table(**{**vars(table), "findings": (*table.findings, *findings)})


def _shown(series: pl.Series) -> ColumnShown:
    use, examples = read_column(series).column, tuple(_short(value) for value in series.head(EXAMPLES).to_list())
    try:
        target = read_target(series)
    except (DataError, UsageError) as error:
        told = (error.text, error.values) if error.values else ("", {})
        return ColumnShown(series.name, use.kind, use.note, examples, "", (), str(error), *told)
    return ColumnShown(series.name, use.kind, use.note, examples, target.task, target.classes)


def _proposed(columns: Sequence[ColumnShown]) -> str:
    """The last column that can be predicted, unless it is one that is left out, such as a count of the rows."""
    possible = [column for column in columns if column.task]
    return ([column for column in possible if column.use != "dropped"] or possible)[-1].name


def _short(value: object) -> str:
    text = "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _frame(path: Path) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    try:
        frame, findings, _ = read_file(path)
    except (DataError, UsageError) as error:
        raise unusable(error) from error
    return frame, findings
