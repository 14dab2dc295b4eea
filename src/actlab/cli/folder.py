"""The folder of a report: refused when it is somebody else's, and never left with half a file."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import typer


def default_folder(data: str) -> Path:
    """Where the report goes when nobody says: a folder named after the data, here."""
    name = re.sub(r"[^\w.-]+", "-", Path(data.removeprefix("sklearn:")).stem).strip("-.")
    return Path(f"actlab-report-{name}" if name else "actlab-report")


def check_folder(folder: Path) -> None:
    """Refuse, before anything is trained, a place where the report cannot or must not be written.

    Raises:
        typer.BadParameter: for a file, a folder with files that actlab did not write, a missing parent, and where
            nothing can be written.
    """
    if folder.exists() and not folder.is_dir():
        raise _refuse(f"{folder} is a file; name a folder for the report.")
    if folder.is_dir():
        if not _is_ours(folder):
            raise _refuse(f"{folder} holds files that actlab did not write; name a new or an empty folder.")
    elif not folder.absolute().parent.is_dir():
        raise _refuse(f"There is no folder {folder.parent}; make it first, or name another one.")
    check_writable(folder if folder.is_dir() else folder.absolute().parent, "--out")


def check_writable(folder: Path, option: str) -> None:
    """Refuse a folder in which no file can be made: permissions alone do not tell.

    Raises:
        typer.BadParameter: with the system's reason.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise typer.BadParameter(
            f"Nothing can be written in {folder} ({error.strerror}); name another place.", param_hint=option
        ) from error


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty or holds an earlier report and nothing else; hidden files do not count."""
    from actlab.compare.results import REPORT, RESULTS, RUNS  # Polars takes long to import

    held = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if not held:
        return True
    try:
        document = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    schema = document.get("schema") if isinstance(document, dict) else None
    return held <= {REPORT, RESULTS, RUNS} and str(schema).startswith("actlab.compare/")


def _refuse(sentence: str) -> typer.BadParameter:
    return typer.BadParameter(sentence, param_hint="--out")
