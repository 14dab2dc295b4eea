"""A suite on disk: its report, and `suite.json` with all numbers of it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from actlab.compare.results import write_whole
from actlab.compare.suite.records import SCHEMA, Done, Ranking, SuiteResults
from actlab.data import UsageError

SUITE = "suite.json"
REPORT = "report.html"


def document(results: SuiteResults) -> dict[str, Any]:
    """Results as plain dictionaries, lists and numbers, the schema first; what is not finite becomes null."""
    ranking = results.ranking
    return {
        "schema": SCHEMA,
        "complete": results.complete,
        "conclusion": _plain(results.conclusion),
        "suite": {
            "file": results.suite.file,
            "activations": list(results.done[0].checked.plan.activations),
            "baseline": results.done[0].checked.plan.baseline,
        },
        "data_sets": [_data_set(each, ranking) for each in results.done],
        "ranking": None if ranking is None else {**_plain(ranking), "names": list(ranking.names)},
        "environment": _plain(results.environment),
    }


def write(results: SuiteResults, folder: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write `suite.json` and `report.html` into a folder, each whole or not at all.

    Returns:
        The paths of the two files.
    """
    from actlab.compare.suite.page import render  # matplotlib and Jinja2 take long to import

    folder = Path(folder)
    page = render(results)
    _write_document(folder / SUITE, document(results))
    write_whole(folder / REPORT, lambda path: path.write_text(page, encoding="utf-8"))
    return folder / SUITE, folder / REPORT


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Take a folder for a suite, and mark it as one, so that the same command may go on in it.

    It is removed again when it was made here and nothing came of it.

    Raises:
        UsageError: a file, or a folder with files of somebody else.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the report.")
    made = not folder.exists()
    held = [] if made else [each.name for each in folder.iterdir() if not each.name.startswith(".")]
    ours = is_suite(folder / SUITE)
    if held and not ours:
        raise UsageError(f"{folder} holds files that no suite wrote; name a new or an empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    if not ours:
        _write_document(folder / SUITE, {"schema": SCHEMA, "complete": False})
    try:
        yield
    except BaseException:
        if not ours and [each.name for each in folder.iterdir()] == [SUITE]:
            (folder / SUITE).unlink()
            if made:
                folder.rmdir()
        raise


def is_suite(file: Path) -> bool:
    """Whether a file is the `suite.json` of a suite."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and str(found.get("schema")).startswith("actlab.suite/")


def _write_document(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    write_whole(path, lambda place: place.write_text(text, encoding="utf-8"))


def _data_set(done: Done, ranking: Ranking | None) -> dict[str, Any]:
    member, plan, data, results = done.checked.member, done.checked.plan, done.checked.data, done.results
    ranks: dict[str, float] = {}
    if ranking is not None and done.name in ranking.data_sets:
        at = ranking.data_sets.index(done.name)
        ranks = {each.activation: each.ranks[at] for each in ranking.standings}
    return {
        "name": done.name,
        "source": member.source,
        "sha256": data.sha256,
        "rows": data.rows,
        "plan": _plain(plan),
        "networks": 0 if results is None else len(results.runs),
        "complete": results is not None and results.complete,
        "answer": None if results is None else _plain(results.answer),
        "scores": []
        if results is None
        else [
            {
                "activation": each.activation,
                "mean": _plain(each.mean),
                "deviation": _plain(each.deviation),
                "verdict": each.verdict,
                "rank": ranks.get(each.activation),
            }
            for each in results.candidates
        ],
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
