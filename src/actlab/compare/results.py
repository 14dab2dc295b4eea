"""A comparison on disk: the report, `results.json` without curves and rows, and `runs.parquet`, which holds those."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from actlab.compare.records import SCHEMA, Chosen, Results, Run

RESULTS = "results.json"
RUNS = "runs.parquet"
REPORT = "report.html"
LONG = {"training_curve", "validation_curve"}
ROWS = ("validation_rows", "validation_scores", "test_rows", "test_scores")


def document(results: Results) -> dict[str, Any]:
    """Results as plain dictionaries, lists and numbers, the schema first; what is not finite becomes null.

    Learning curves and the scores of single rows are left to `runs.parquet`.
    """
    plain = {field.name: getattr(results, field.name) for field in fields(results)}
    plain["runs"] = [_without(asdict(run), LONG) for run in results.runs]
    plain["chosen"] = [_chosen(each) for each in results.chosen]
    return {"schema": SCHEMA, **{name: _plain(value) for name, value in plain.items()}}


def write(results: Results, folder: str | os.PathLike[str]) -> tuple[Path, Path, Path]:
    """Write `results.json`, `runs.parquet` and `report.html` into a folder, each whole or not at all.

    Args:
        results: the comparison.
        folder: made if it is missing.

    Returns:
        The paths of the three files.
    """
    from actlab.compare.report import render  # matplotlib and Jinja2 take long to import

    folder = Path(folder)
    text = json.dumps(document(results), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    frame, page = runs_frame(results), render(results)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / RUNS, frame.write_parquet)
    write_whole(folder / RESULTS, lambda path: path.write_text(text, encoding="utf-8"))
    write_whole(folder / REPORT, lambda path: path.write_text(page, encoding="utf-8"))
    return folder / RESULTS, folder / RUNS, folder / REPORT


def write_whole(path: Path, write_to: Callable[[Path], Any]) -> None:
    """Write a file beside its place and move it there when it is whole, so that nobody reads half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    beside = Path(name)
    try:
        write_to(beside)
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def runs_frame(results: Results) -> pl.DataFrame:
    """One row a run, with its learning curves, and for a chosen one the answers on its rows."""
    chosen = {(each.run.activation, each.run.repeat, each.run.rate): each for each in results.chosen}
    rows = [_run_row(run, chosen.get((run.activation, run.repeat, run.rate))) for run in results.runs]
    scores: Any = pl.List(pl.Float64)
    if results.plan.task == "multiclass":
        scores = pl.List(scores)
    schema = {
        **dict.fromkeys(LONG, pl.List(pl.Float64)),
        **dict.fromkeys(ROWS, pl.List(pl.Int64)),
        "validation_scores": scores,
        "test_scores": scores,
    }
    return pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)


def _run_row(run: Run, chosen: Chosen | None) -> dict[str, Any]:
    row = {field.name: getattr(run, field.name) for field in fields(run)}
    row |= {name: list(row[name]) for name in LONG}
    row["chosen"] = chosen is not None
    return row | {name: getattr(chosen, name).tolist() if chosen else None for name in ROWS}


def _chosen(chosen: Chosen) -> dict[str, Any]:
    run = chosen.run
    return {
        "activation": run.activation,
        "repeat": run.repeat,
        "rate": run.rate,
        "start": [_plain(reading) for reading in chosen.start],
        "end": [_plain(reading) for reading in chosen.end],
    }


def _without(record: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in record.items() if name not in names}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
