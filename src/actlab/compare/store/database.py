"""The one implementation of a store, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from actlab.compare.records import Run
from actlab.compare.store.addresses import Address
from actlab.compare.store.encoding import from_bytes, from_text, to_bytes, to_text
from actlab.compare.store.failures import LeaseLost, StoreRefusal
from actlab.compare.store.opening import failure, opened_engine
from actlab.compare.store.owner import Owner, this_process
from actlab.compare.store.placing import open_place, place_of, reading
from actlab.compare.store.protocol import Comparison, Entry, Loaded, State, Store
from actlab.compare.store.statements import statements_for
from actlab.compare.store.tables import PARTS, comparisons, places, repeats, runs

if TYPE_CHECKING:
    from actlab.compare.outcomes import Finished
    from actlab.compare.records import Chosen

LEASE_SECONDS = 30.0
"""For how long a process that is not heard of keeps its lease."""


def opened(address: Address, *, create: bool) -> Store:
    """See `open_store`."""
    return Database(opened_engine(address, create=create), str(address))


class Database:
    """A store in a database; each has an owner of its own, who holds the leases."""

    def __init__(self, engine: Engine, shown: str) -> None:
        self.shown = shown
        self._owner = this_process()
        self._me = to_text(self._owner)
        self._engine = engine
        self._say = statements_for(engine.dialect.name)
        self._writing = engine.execution_options(writes=True)
        postgres = engine.dialect.name == "postgresql"
        self._reading = engine.execution_options(isolation_level="REPEATABLE READ") if postgres else engine
        self._open: Connection | None = None
        self._held = ""
        self._runs: list[dict[str, Any]] = []
        self._places: dict[tuple[str, int, str], dict[str, Any]] = {}

    def entries(self) -> tuple[Entry, ...]:
        """List the comparisons."""
        done = select(runs.c.comparison, func.count().label("done")).group_by(runs.c.comparison).subquery()
        asked = (
            select(comparisons, func.coalesce(done.c.done, 0).label("done"), self._say.now.label("now"))
            .outerjoin(done, done.c.comparison == comparisons.c.id)
            .order_by(comparisons.c.started.desc(), comparisons.c.id)
        )
        with self._read() as connection:
            return tuple(_entry(row) for row in connection.execute(asked))

    def comparison(self, name: str) -> Comparison:
        """Look one up."""
        with self._read() as connection:
            row = connection.execute(select(comparisons).where(comparisons.c.id == name)).first()
        if row is None:
            raise StoreRefusal(f"{self.shown} holds no comparison {name}.")
        return _comparison(row)

    def load(self, name: str) -> Loaded:
        """Read all its networks, as they are at one moment."""
        with self._read() as connection:
            answers = connection.scalar(select(comparisons.c.answers).where(comparisons.c.id == name))
            records = connection.execute(select(runs.c.number, runs.c.record).where(runs.c.comparison == name))
            known = {row.number: from_text(Run, row.record) for row in records}
            held = connection.execute(select(places).where(places.c.comparison == name))
            found = tuple(place_of(row, known[row.number]) for row in held)
            parts = connection.execute(select(repeats).where(repeats.c.comparison == name))
            rows = {row.repeat: from_bytes(row.rows) for row in parts}
        split = {repeat: (each["validation"], each["test"]) for repeat, each in rows.items()}
        return Loaded(known, found, split, from_bytes(answers or b"[]")["answers"].astype(np.int64))

    def begin(self, comparison: Comparison, answers: npt.NDArray[np.int64]) -> None:
        """Insert it, with the lease."""
        seconds = comparison.environment.seconds
        written = {
            "id": comparison.id,
            "record": to_text(replace(comparison, timings=None)),
            "started": comparison.environment.started,
            "planned": comparison.plan.networks,
            "answers": to_bytes({"answers": answers.astype(np.uint8)}),
        }
        lease = {"owner": self._me, "leased_until": self._say.now + LEASE_SECONDS}
        with self._write() as connection:
            connection.execute(insert(comparisons).values(seconds=seconds, **written, **lease))

    def take(self, name: str) -> None:
        """Take the lease if it is free, run out, or a dead process holds it."""
        asked = select(comparisons, self._say.now.label("now")).where(comparisons.c.id == name).with_for_update()
        with self._write() as connection:
            row = connection.execute(asked).first()
            if row is None:
                raise StoreRefusal(f"{self.shown} holds no comparison {name}.")
            if _state(row) == "running":
                raise StoreRefusal(
                    f"The comparison {name} is running: {from_text(Owner, row.owner)} was heard of "
                    f"{max(0.0, row.now - row.leased_until + LEASE_SECONDS):.0f} s ago; wait until it ends or stop it."
                )
            lease = {"owner": self._me, "leased_until": self._say.now + LEASE_SECONDS}
            connection.execute(update(comparisons).where(comparisons.c.id == name).values(**lease))

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction, one look at the lease, and one statement for all runs between two others."""
        with self._told(), self._writing.begin() as connection:
            self._open = connection
            try:
                yield
                self._write_runs(connection)
            finally:
                self._open, self._held = None, ""
                self._runs.clear()
                self._places.clear()

    def renew(self, name: str, seconds: float) -> None:
        """Renew the lease alone."""
        with self._write() as connection:
            self._hold(connection, name, seconds)

    def add_run(self, name: str, number: int, run: Run, best: Finished | None, seconds: float) -> None:
        """Insert a run, and put its network in its place."""
        if self._open is None:
            with self.together():
                self.add_run(name, number, run, best, seconds)
            return
        self._hold(self._open, name, seconds)
        self._runs.append({"comparison": name, "number": number, "record": to_text(run)})
        if best is not None:  # a better one of the same place, a moment later, spares this one the way
            place = {"comparison": name, "number": number, "readings": None, **open_place(run, best)}
            self._places[name, run.repeat, run.activation] = place

    def close_repeat(
        self, name: str, repeat: int, chosen: Sequence[Chosen], timed: Collection[str], seconds: float
    ) -> None:
        """Put readings to the networks of a repeat, and drop their weights."""
        with self._write() as connection:
            self._hold(connection, name, seconds)
            rows = to_bytes({"validation": chosen[0].validation_rows, "test": chosen[0].test_rows})
            connection.execute(self._say.put_rows, {"comparison": name, "repeat": repeat, "rows": rows})
            connection.execute(self._say.read_place, [reading(name, each, timed) for each in chosen])

    def finish(self, name: str, timings: Mapping[str, tuple[float, float]], answer: str, seconds: float) -> None:
        """Write the last measurements; no weights are needed from here on."""
        with self._write() as connection:
            self._hold(connection, name, seconds)
            values = {"timings": to_text(timings), "answer": to_text(answer), "owner": None, "seconds": seconds}
            connection.execute(update(comparisons).where(comparisons.c.id == name).values(**values))
            connection.execute(update(places).where(places.c.comparison == name).values(network=None))

    def release(self, name: str) -> None:
        """Empty the lease, if it is ours."""
        mine = comparisons.c.id == name, comparisons.c.owner == self._me
        with self._write() as connection:
            connection.execute(update(comparisons).where(*mine).values(owner=None))

    def discard(self, name: str) -> None:
        """Delete it with all its parts."""
        with self._write() as connection:
            self._hold(connection, name, 0.0)
            for part in PARTS:
                connection.execute(delete(part).where(part.c.comparison == name))
            connection.execute(delete(comparisons).where(comparisons.c.id == name))

    def close(self) -> None:
        """Close the connections."""
        self._owner.leave()
        self._engine.dispose()

    def _hold(self, connection: Connection, name: str, seconds: float) -> None:
        """Renew the lease, or find that another one has it; from here to its end the transaction is alone."""
        if self._held == name:
            return
        held = {"name": name, "me": self._me, "until_seconds": LEASE_SECONDS, "so_far": seconds}
        if connection.execute(self._say.hold, held).rowcount != 1:
            raise LeaseLost(f"Another process has taken over the comparison {name}, so this one stops.")
        if self._open is not None:
            self._held = name

    def _write_runs(self, connection: Connection) -> None:
        """Write the runs that came since the last statement; many in one statement cost little more than one."""
        for statement, rows in ((self._say.add_run, self._runs), (self._say.put_place, [*self._places.values()])):
            if rows:
                connection.execute(statement, rows)
        self._runs.clear()
        self._places.clear()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._told(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self._open is not None:
            with self._told():
                self._write_runs(self._open)
                yield self._open
            return
        with self._told(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise failure(error, self.shown) from error


def _comparison(row: Row[Any]) -> Comparison:
    known = from_text(Comparison, row.record)
    timings = row.timings and from_text(dict[str, tuple[float, float]], row.timings)
    return replace(known, timings=timings, environment=replace(known.environment, seconds=row.seconds))


def _entry(row: Row[Any]) -> Entry:
    known = _comparison(row)
    return Entry(
        id=row.id,
        data=known.data.name,
        target=known.data.target,
        started=row.started,
        done=row.done,
        planned=row.planned,
        state=_state(row),
        answer=from_text(str, row.answer) if row.answer else "",
        folder=known.folder,
    )


def _state(row: Row[Any]) -> State:
    if row.timings is not None:
        return "finished"
    held = row.owner is not None and row.leased_until > row.now and not from_text(Owner, row.owner).is_dead()
    return "running" if held else "unfinished"
