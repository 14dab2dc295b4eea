"""The statements that run once a network, built once: building them anew would cost more than running them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Double, Executable, Table, Update, bindparam, case, cast, func, null, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from actlab.compare.store.tables import comparisons, places, repeats, runs


@dataclass(frozen=True)
class Statements:
    """What a database is told again and again.

    Attributes:
        now: seconds since 1970 by the clock of the database, which is one for all machines.
        hold: renew the lease `until_seconds` from now, if `me` has it, and note the seconds.
        add_run: insert a run, unless it is there: a server may have kept what it could not confirm.
        put_place: insert a network, or put it in the place of the one before.
        put_rows: the same for the rows of a repeat.
        read_place: put readings to a network, and drop its weights if `dropped`.
    """

    now: ColumnElement[float]
    hold: Update
    add_run: Executable
    put_place: Executable
    put_rows: Executable
    read_place: Update


def statements_for(dialect: str) -> Statements:
    """The statements in the words of a database."""
    if dialect == "postgresql":
        now: ColumnElement[float] = cast(func.date_part("epoch", func.clock_timestamp()), Double)
    else:
        now = bindparam("clock", callable_=time.time, type_=Double)
    mine = comparisons.c.id == bindparam("name"), comparisons.c.owner == bindparam("me")
    there = [places.c[name] == bindparam(f"at_{name}") for name in ("comparison", "repeat", "activation")]
    lease = {
        "leased_until": now + bindparam("until_seconds", type_=Double),
        "seconds": bindparam("so_far", type_=Double),
    }
    return Statements(
        now=now,
        hold=update(comparisons).where(*mine).values(**lease),
        add_run=_upsert(dialect, runs),
        put_place=_upsert(dialect, places),
        put_rows=_upsert(dialect, repeats),
        read_place=update(places)
        .where(*there)
        .values(
            readings=bindparam("read"),
            network=case((bindparam("dropped", type_=Boolean), null()), else_=places.c.network),
        ),
    )


def _upsert(dialect: str, table: Table) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    values: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
    statement = insert(table).values(values)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
