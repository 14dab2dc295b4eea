"""The folder of a report: refused when it is somebody else's, and never left with half a file."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import typer

from actlab.compare.store import STORE, Address, StoreFailure, StoreRefusal, open_store


@dataclass(frozen=True)
class Place:
    """Where a report goes: the folder that was named, or one after the data; `replaces` an earlier report there."""

    data: str
    out: Path | None
    replaces: bool

    def claim(self) -> tuple[Path, bool]:
        """Make the folder, and say whether it was made; without a name a fresh one, which nobody else can claim."""
        if self.out is not None:
            there = self.out.exists()
            self.out.mkdir(exist_ok=True)
            return self.out, not there
        while True:
            with suppress(FileExistsError):  # another command was faster
                folder = fresh_folder(self.data)
                folder.mkdir()
                return folder, True


def choose_place(data: str, out: Path | None) -> Place:
    """The place of a report, checked before anything is trained."""
    return Place(data, out, check_folder(out or fresh_folder(data)))


def fresh_folder(data: str) -> Path:
    """Where the report goes when nobody says: a folder named after the data, here, with a number if that is taken."""
    name = re.sub(r"[^\w.-]+", "-", Path(data.removeprefix("sklearn:")).stem).strip("-.")
    first = Path(f"actlab-report-{name}" if name else "actlab-report")
    if not first.exists():
        return first
    return next(free for number in count(2) if not (free := Path(f"{first}-{number}")).exists())


def check_folder(folder: Path) -> bool:
    """Refuse, before anything is trained, a place where the report cannot or must not be written.

    Returns:
        Whether an earlier report is there, which the new one will replace.

    Raises:
        typer.BadParameter: for a file, a folder with files that actlab did not write, a missing parent, and where
            nothing can be written.
    """
    if folder.exists() and not folder.is_dir():
        raise _refuse(f"{folder} is a file; name a folder for the report.")
    if folder.is_dir():
        check_writable(folder, "--out")
        return _holds_report(folder)
    parents = folder.absolute().parents
    blocking = next((parent for parent in parents if parent.is_file()), None)
    if blocking:
        raise _refuse(f"{blocking} is a file, so there can be no {folder}; name another folder.")
    if not parents[0].is_dir():
        raise _refuse(f"There is no folder {folder.parent}; make it first, or name another one.")
    check_writable(parents[0], "--out")
    return False


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


def _holds_report(folder: Path) -> bool:
    """Whether an earlier report is there rather than nothing; hidden files do not count, other ones are refused."""
    from actlab.compare.results import REPORT, RESULTS, RUNS  # Polars takes long to import

    held = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    report, store = {REPORT, RESULTS, RUNS}, {STORE, f"{STORE}-wal", f"{STORE}-shm"}
    known = _is_ours(folder / RESULTS) or (RESULTS not in held and STORE in held and _is_store(folder / STORE))
    if held and not (held <= report | store and known):
        raise _refuse(f"{folder} holds files that actlab did not write; name a new or an empty folder.")
    return bool(held & report)


def _is_ours(file: Path) -> bool:
    """Whether a file is the `results.json` of a comparison."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    schema = document.get("schema") if isinstance(document, dict) else None
    return str(schema).startswith("actlab.compare/")


def _is_store(file: Path) -> bool:
    """Whether a file is a store, as a comparison leaves it that was killed before its report."""
    try:
        open_store(Address(file)).close()
    except (StoreRefusal, StoreFailure):
        return False
    return True


def _refuse(sentence: str) -> typer.BadParameter:
    return typer.BadParameter(sentence, param_hint="--out")
