"""The lab's folder: each dropped table has a folder of its own in it, with what was chosen and the report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from actlab.compare.results import write_whole
from actlab.lab.refusal import Refusal

RECORD = "choice.json"
REPORT = "report"


@dataclass(frozen=True)
class Choice:
    """What a person wants to have compared."""

    target: str
    activations: tuple[str, ...]
    positive: str | None = None
    repeats: int = 10


@dataclass(frozen=True)
class Record:
    """What is known of a dropped table: its file, when it came, what was chosen, and how its last command ended."""

    table: str
    came: str
    choice: Choice | None = None
    networks: int = 0
    code: int | None = None
    said: str = ""


RECORDS: TypeAdapter[Record] = TypeAdapter(Record)


class Shelf:
    """The folders in the lab's folder; each is asked for by its name, and only a name in the list leads anywhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, name: str, content: bytes) -> str:
        """Keep a file under a name that is safe, in a fresh folder; returns the folder's name."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            place = self._fresh(Path(name).stem)
            (place / name).write_bytes(content)
            self.keep(place.name, Record(name, datetime.now(UTC).isoformat(timespec="seconds")), place)
        except OSError as error:
            raise Refusal(
                "The file could not be kept in {folder} ({reason}). Make room there, or start the lab with --folder.",
                507,
                folder=str(self.folder),
                reason=error.strerror or str(error),
            ) from error
        return place.name

    def _fresh(self, stem: str) -> Path:
        for number in count(1):
            place = self.folder / (stem if number == 1 else f"{stem}-{number}")
            with suppress(FileExistsError):
                place.mkdir()
                return place
        raise AssertionError("numbers do not end")

    def places(self) -> dict[str, Path]:
        """The folders with a dropped table, by their names."""
        if not self.folder.is_dir():
            return {}
        return {path.name: path for path in sorted(self.folder.iterdir()) if (path / RECORD).is_file()}

    def records(self) -> dict[str, Record]:
        """What is known of each; a record that nobody can read is as if it were not there."""
        found = {name: _read(path / RECORD) for name, path in self.places().items()}
        return {name: record for name, record in found.items() if record is not None}

    def record(self, name: str) -> Record:
        """One of them; Refusal if there is none."""
        record = self.records().get(name)
        if record is None:
            raise unknown(name)
        return record

    def place(self, name: str) -> Path:
        """The folder of one of them; Refusal if there is none."""
        path = self.places().get(name)
        if path is None:
            raise unknown(name)
        return path

    def table(self, name: str) -> Path:
        """The file of one of them."""
        path = self.place(name) / safe_part(self.record(name).table)
        if not path.is_file():
            raise Refusal("The table {name} is no longer in its folder; drop it again.", 404, name=path.name)
        return path

    def keep(self, name: str, record: Record, place: Path | None = None) -> None:
        """Write what is known now."""
        text = RECORDS.dump_json(record, indent=1)
        write_whole((place or self.place(name)) / RECORD, lambda path: path.write_bytes(text))

    def change(self, name: str, change: Callable[[Record], Record]) -> None:
        """Write what is known, changed."""
        self.keep(name, change(self.record(name)))

    def drop(self, name: str) -> None:
        """Remove a table, and all that is in its folder."""
        shutil.rmtree(self.place(name))


def safe_part(name: str) -> str:
    """The last part of a name from a record, which a person may have edited."""
    return Path(name).name


def unknown(name: str) -> Refusal:
    """Of a name that is not in the list."""
    return Refusal("There is no comparison {name} here; take one of the list.", 404, name=name[:60])


def _read(path: Path) -> Record | None:
    try:
        return RECORDS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
