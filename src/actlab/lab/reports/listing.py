"""The comparisons in stores and folders, read again only where a file has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actlab.compare.records import SCHEMA
from actlab.compare.results import REPORT, RESULTS
from actlab.compare.store import STORE, Address, StoreFailure, StoreRefusal, open_store
from actlab.compare.store.protocol import Entry, State

Mark = tuple[int, int]


@dataclass(frozen=True)
class Kept:
    """A comparison that somebody began; `answer` is the sentence of its report, `store` None where it is elsewhere."""

    id: str
    table: str
    target: str
    started: str
    done: int
    planned: int
    state: State
    answer: str
    folder: Path | None
    store: Path | None

    @property
    def report(self) -> Path | None:
        """The report's file, if it is there."""
        page = self.folder and self.folder / REPORT
        return page if page and page.is_file() else None


class Listing:
    """Reads folders, and remembers what cannot change any more: a store in which all is finished."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[Mark, ...], tuple[Kept, ...]]] = {}
        self._results: dict[Path, tuple[Mark, dict[str, Any] | None]] = {}

    def below(self, folder: Path) -> tuple[Kept, ...]:
        """The comparisons of a folder and of the folders in it."""
        with suppress(OSError):
            found = [each for place in _folders(folder) for each in self.of(place)]
            stored = {each.folder.absolute() for each in found if each.store and each.folder}
            return tuple(each for each in found if each.store or (each.folder and each.folder.absolute() not in stored))
        return ()

    def of(self, folder: Path) -> tuple[Kept, ...]:
        """The comparisons of one folder, the latest first."""
        marks = tuple(_mark(folder / name) for name in (STORE, f"{STORE}-wal", RESULTS))
        known = self._known.get(folder)
        if known is not None and known[0] == marks and all(each.state == "finished" for each in known[1]):
            return known[1]
        found = self._in_store(folder) if (folder / STORE).is_file() else self._in_results(folder)
        self._known[folder] = marks, found
        return found

    def _in_store(self, folder: Path) -> tuple[Kept, ...]:
        entries = _entries(folder / STORE)
        beside = [entry.id for entry in entries if entry.folder is None][:1]  # the report is that of the latest
        found = []
        for entry in entries:
            place = folder if entry.id in beside else Path(entry.folder) if entry.folder else None
            results = None if place is None else self._document(place)
            answer = results["answer"]["sentence"] if results else ""
            counts = entry.done, entry.planned, entry.state
            found.append(
                Kept(entry.id, entry.data, entry.target, entry.started, *counts, answer, place, folder / STORE)
            )
        return tuple(found)

    def _in_results(self, folder: Path) -> tuple[Kept, ...]:
        """A report whose store is elsewhere."""
        results = self._document(folder)
        if results is None:
            return ()
        plan, done, name = results["plan"], len(results["runs"]), folder.absolute().name
        planned = len(plan["activations"]) * plan["repeats"] * len(plan["rates"])
        state: State = "finished" if done >= planned else "unfinished"
        started, answer = results["environment"]["started"], results["answer"]["sentence"]
        return (Kept(name, plan["data"], plan["target"], started, done, planned, state, answer, folder, None),)

    def _document(self, folder: Path) -> dict[str, Any] | None:
        """The `results.json` of a folder, without what is not shown; None for somebody else's."""
        path = folder / RESULTS
        mark = _mark(path)
        known = self._results.get(path)
        if known is None or known[0] != mark:
            known = self._results[path] = mark, _results(path)
        return known[1]


def _folders(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for place in (folder, *sorted(each for each in folder.iterdir() if each.is_dir())):
        if (place / STORE).is_file() or (place / RESULTS).is_file():
            yield place


def _entries(store: Path) -> tuple[Entry, ...]:
    with suppress(StoreRefusal, StoreFailure):  # somebody else's file, or one that is being made
        opened = open_store(Address(store))
        try:
            return opened.entries()
        finally:
            opened.close()
    return ()


def _results(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] == SCHEMA:
            plan = {name: document["plan"][name] for name in ("data", "target", "activations", "repeats", "rates")}
            return {
                "plan": plan,
                "runs": [None] * len(document["runs"]),
                "environment": {"started": str(document["environment"]["started"])},
                "answer": {"sentence": str(document["answer"]["sentence"])},
            }
    return None


def _mark(path: Path) -> Mark:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size
