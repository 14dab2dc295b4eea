"""The lab's comparisons: those that were dropped on its page, and those of `actlab compare` beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from actlab.lab.refusal import Refusal
from actlab.lab.reports import tables
from actlab.lab.reports.child import STOPPED, Outcome
from actlab.lab.reports.listing import Kept, Listing
from actlab.lab.reports.shelf import REPORT, Choice, Record, Shelf, unknown
from actlab.lab.reports.waiting import Job, Row, Standing

FOLDER = "actlab-lab"

State = Literal["new", "waiting", "running", "stopping", "elsewhere", "unfinished", "finished", "failed"]


@dataclass(frozen=True)
class Shown:
    """One line of the page's list.

    Attributes:
        id: What the page asks for it by.
        table: The name of its file.
        target: The column that is predicted; empty before that is chosen.
        state: Where it is; "elsewhere" runs in another process.
        done: Networks that are trained, of `planned`.
        answer: The sentence of the report; empty while there is none.
        started: When, in ISO 8601.
        place: In the row of those that wait.
        done_before: Networks that there were when it began to run here.
        said: The command's sentence about what went wrong.
        report: A number that changes with the report's file; 0 for none.
        continues: Whether it can go on.
        ours: Whether its table was dropped here, so that it can be compared again and removed.
    """

    id: str
    table: str
    target: str
    state: State
    done: int
    planned: int
    answer: str
    started: str
    place: int
    done_before: int
    said: str
    report: int
    continues: bool
    ours: bool


@dataclass(frozen=True)
class Comparison:
    """What is known of one: its record if its table was dropped here, and what a store or a report says."""

    record: Record | None
    kept: Kept | None


class Comparisons:
    """All that there are, and the row of those that run.

    Args:
        folder: The lab's own; made when the first table is dropped.
        beside: Where `actlab compare` may have left others.
    """

    def __init__(self, folder: Path, beside: Path | None = None) -> None:
        self.shelf = Shelf(folder.absolute())
        self._beside = (beside or Path()).absolute()
        self._listing = Listing()
        self._row = Row(self._note)
        self._said: dict[str, str] = {}

    def shown(self) -> list[Shown]:
        """The list, the latest first."""
        standings = self._row.standings()
        found = [self._shown(name, each, standings.get(name)) for name, each in self._all().items()]
        return sorted(found, key=lambda each: each.started, reverse=True)

    def report(self, name: str) -> Path:
        """The file of a report; Refusal if there is none."""
        kept = self._one(name).kept
        page = kept.report if kept else None
        if page is None:
            raise Refusal("{name} has no report yet.", 404, name=name)
        return page

    def start(self, name: str, choice: Choice) -> None:
        """Check a choice, and put its comparison into the row; Refusal if it cannot be compared."""
        reading = tables.reading(self.shelf.table(name), choice)
        if self._one(name).kept is not None or name in self._row.standings():
            raise Refusal("The comparison of {name} has begun; drop the file again for another one.", 409, name=name)
        self.shelf.change(
            name, lambda known: replace(known, choice=choice, networks=reading.networks, code=None, said="")
        )
        self._continue(name, self._one(name))

    def resume(self, name: str) -> None:
        """Put a comparison that was stopped into the row again."""
        self._continue(name, self._one(name))

    def stop(self, name: str) -> None:
        """Interrupt one that runs, or take it out of the row."""
        self._one(name)
        if not self._row.stop(name):
            raise Refusal("The comparison {name} is not running here.", 409, name=name)

    def again(self, name: str) -> str:
        """Take in the table of a comparison once more; the new one's name."""
        path = self.shelf.table(name)
        return self.shelf.take(path.name, path.read_bytes())

    def drop(self, name: str, networks: int = 0) -> None:
        """Forget a table, and its networks and report where their number is named.

        Raises:
            Refusal: it runs or waits, was not dropped here, or has another number of networks.
        """
        one = self._one(name)
        if name in self._row.standings() or (one.kept is not None and one.kept.state == "running"):
            raise Refusal("The comparison {name} is running or waiting; stop it first.", 409, name=name)
        if one.record is None or (one.kept is not None and one.kept.done != networks):
            raise Refusal("{name} has trained networks; remove its folder yourself if you are sure.", 409, name=name)
        self.shelf.drop(name)

    def close(self) -> None:
        """Stop what runs, and wait until its networks are kept."""
        self._row.close()

    def _all(self) -> dict[str, Comparison]:
        """By name; what was dropped here comes first."""
        dropped = {
            name: Comparison(record, next(iter(self._listing.of(self.shelf.folder / name / REPORT)), None))
            for name, record in self.shelf.records().items()
        }
        others = [each for folder in (self._beside, self.shelf.folder) for each in self._listing.below(folder)]
        return {**{each.id: Comparison(None, each) for each in others}, **dropped}

    def _one(self, name: str) -> Comparison:
        found = self._all().get(name)
        if found is None:
            raise unknown(name)
        return found

    def _continue(self, name: str, one: Comparison) -> None:
        words, folder = self._words(name, one)
        self._said.pop(name, None)
        if not self._row.add(Job(name, words, folder, one.kept.done if one.kept else 0)):
            raise Refusal("The comparison {name} is running or waiting already.", 409, name=name)

    def _words(self, name: str, one: Comparison) -> tuple[tuple[str, ...], Path]:
        """The words after `actlab` that take a comparison on, and the folder in which they hold."""
        if one.record is not None:
            folder, table = self.shelf.place(name), self.shelf.table(name).name
            if one.kept is not None:
                return ("resume", REPORT, "--data", table), folder
            if one.record.choice is not None:
                return _begin(table, one.record.choice), folder
            raise Refusal("Choose first what is to be predicted from {name}.", 409, name=name)
        if one.kept is None or one.kept.store is None:
            raise Refusal(
                "The networks of {name} are kept elsewhere; continue it with `actlab resume`.", 409, name=name
            )
        return ("resume", one.kept.id, "--store", str(one.kept.store)), self._beside

    def _note(self, name: str, outcome: Outcome) -> None:
        """A command has ended; what it said is kept where there is a record."""
        said = "" if outcome.code in {0, STOPPED} else outcome.said or f"It ended with the exit code {outcome.code}."
        self._said[name] = said
        with suppress(Refusal, OSError):  # a folder that was removed, or a full disk
            self.shelf.change(name, lambda known: replace(known, code=outcome.code, said=said))

    def _shown(self, name: str, one: Comparison, standing: Standing | None) -> Shown:
        kept, record = one.kept, one.record
        state = _state(one, standing)
        choice = record.choice if record else None
        page = kept.report if kept else None
        return Shown(
            id=name,
            table=record.table if record else kept.table if kept else name,
            target=kept.target if kept else choice.target if choice else "",
            state=state,
            done=kept.done if kept else 0,
            planned=kept.planned if kept else record.networks if record else 0,
            answer=kept.answer if kept else "",
            started=kept.started if kept else record.came if record else "",
            place=standing.place if standing else 0,
            done_before=standing.done_before if standing else 0,
            said=self._said.get(name, record.said if record else ""),
            report=page.stat().st_mtime_ns // 1_000_000 if page else 0,
            continues=state == "unfinished" and (record is not None or bool(kept and kept.store)),
            ours=record is not None,
        )


def _state(one: Comparison, standing: Standing | None) -> State:
    if standing is not None:
        return "waiting" if standing.place else "stopping" if standing.stopping else "running"
    if one.kept is not None:
        return "elsewhere" if one.kept.state == "running" else one.kept.state
    assert one.record is not None, "a comparison is known from a record or from its files"
    if one.record.choice is None:
        return "new"
    return "failed" if one.record.said else "unfinished"


def _begin(table: str, choice: Choice) -> tuple[str, ...]:
    words = ["compare", table, f"--target={choice.target}", f"--activations={','.join(choice.activations)}"]
    positive = [] if choice.positive is None else [f"--positive={choice.positive}"]
    return (*words, *positive, f"--repeats={choice.repeats}", f"--out={REPORT}")
