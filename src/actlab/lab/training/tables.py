"""A person's table for the playground: kept in memory, read by `actlab.data`, two of its columns in use."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import polars as pl
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from actlab.data import DataError, UsageError
from actlab.data.files import READERS, read_file
from actlab.data.targets import Target, read_target
from actlab.lab.refusal import Refusal, of_data

MOST_TABLES, MOST_ROWS, MOST_POINTS = 4, 20_000, 2000
MOST_CLASSES = 8  # colours and shapes that can be told apart
LARGEST = 1e30  # frames are float32, which ends at 3e38

router = APIRouter()


@dataclass(frozen=True, eq=False)
class Chosen:
    """Rows of two inputs (rows, 2), their labels (rows,), and the classes, none for a number."""

    X: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    classes: tuple[str, ...]


class Shelf:
    """The last few tables, by the name that their page was given."""

    def __init__(self) -> None:
        self._tables: OrderedDict[str, pl.DataFrame] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, frame: pl.DataFrame) -> str:
        """Keep a table, and let the oldest go."""
        name = secrets.token_hex(8)
        with self._lock:
            self._tables[name] = frame
            while len(self._tables) > MOST_TABLES:
                self._tables.popitem(last=False)
        return name

    def get(self, name: str) -> pl.DataFrame:
        """The table of that name.

        Raises:
            Refusal: there is none, or no longer.
        """
        with self._lock:
            if name not in self._tables:
                raise Refusal("This table is no longer kept; drop the file once more.", 404)
            self._tables.move_to_end(name)
            return self._tables[name]


SHELF = Shelf()


@router.post("/tables")
async def keep_table(request: Request) -> dict[str, Any]:
    """Take in a file, and say what its columns are."""
    name = unquote(request.headers.get("x-file-name", "table.csv"))
    body = await request.body()
    return await run_in_threadpool(_kept, body, Path(name).name)


def chosen(table: str, inputs: tuple[str, str], target: str, seed: int) -> Chosen:
    """The rows without gaps in three columns; of many rows so many, drawn by the seed, as can be shown.

    Raises:
        Refusal: columns that are not there, inputs that are not numbers, or a target that cannot be predicted.
    """
    frame = SHELF.get(table)
    for column in (*inputs, target):
        if column not in frame.columns:
            raise Refusal("The table has no column {column}; choose one of its columns.", column=column)
    for column in inputs:
        if not frame[column].dtype.is_numeric():
            raise Refusal("{column} does not hold numbers; choose a column of numbers as input.", column=column)
    numbers = frame.select(inputs[0], inputs[1], target)
    whole = numbers.filter(*(pl.col(each).cast(pl.Float64).is_finite() for each in inputs), _present(frame[target]))
    try:
        goal = _goal(whole[target])
    except (DataError, UsageError) as error:
        why = Refusal("{target} cannot be predicted: {english}", target=target, english=str(error))
        raise of_data(error, why) from error
    if len(goal.classes) > MOST_CLASSES:
        raise Refusal(
            "{target} has {count} classes, and the playground shows at most {most}; choose another column.",
            target=target, count=len(goal.classes), most=MOST_CLASSES,
        )  # fmt: skip
    X, y = whole.select(*inputs).cast(pl.Float64).to_numpy(), goal.y.astype(np.float64)
    for column, values in zip((*inputs, target), (*X.T, y), strict=True):
        if np.abs(values).max() > LARGEST:
            raise Refusal(
                "{column} holds numbers beyond {most}, which is more than can be drawn here; choose another column, "
                "or divide this one first.",
                column=column, most=LARGEST,
            )  # fmt: skip
    rows = np.random.default_rng(seed).permutation(whole.height)[:MOST_POINTS]
    return Chosen(X[rows], y[rows], goal.classes)


def _goal(target: pl.Series) -> Target:
    """Classes or a number; numbers that make no classes, as some have too few rows, are predicted themselves."""
    try:
        return read_target(target)
    except DataError:
        if not target.dtype.is_numeric():
            raise
        return read_target(target, "regression")


def _present(target: pl.Series) -> pl.Expr:
    """Where the target has a value that can be predicted."""
    column = pl.col(target.name)
    return column.is_finite() if target.dtype.is_float() else column.is_not_null()


def _kept(body: bytes, name: str) -> dict[str, Any]:
    suffix = Path(name).suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix if suffix in READERS else '.csv'}"
        path.write_bytes(body)
        try:
            frame, _, _ = read_file(path)
        except (DataError, UsageError) as error:
            why = Refusal("This file cannot be read as a table: {english}", english=str(error).replace(path.name, name))
            raise of_data(error, why, name=name) from error
    if frame.height == 0 or frame.width < 3:
        raise Refusal(
            "The playground needs two columns of numbers and a third to be predicted. Rows of this table: {rows}, "
            "columns: {columns}.",
            rows=frame.height, columns=frame.width,
        )  # fmt: skip
    frame = frame.head(MOST_ROWS)
    return {"id": SHELF.put(frame), "rows": frame.height, "columns": [_column(each) for each in frame.iter_columns()]}


def _column(series: pl.Series) -> dict[str, Any]:
    kind = "number" if series.dtype.is_numeric() else "category"
    return {"name": series.name, "kind": kind, "distinct": series.drop_nulls().n_unique()}
