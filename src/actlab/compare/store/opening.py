"""From an address to a database that is an actlab store of this version, or a sentence that says why it is not."""

from __future__ import annotations

import difflib
import os
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, inspect, select
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from actlab.compare.store import tables
from actlab.compare.store.addresses import Address, masked
from actlab.compare.store.failures import StoreFailure, StoreRefusal

PATIENCE_SECONDS = 30.0
"""How long a writer waits for another one that holds the same SQLite file, and for a server that does not answer."""

FULL = ("disk is full", "No space left", "disk I/O error", "Disk quota exceeded")
CREATION_LOCK = 0x61_63_74_6C_61_62  # any number that all actlabs agree on


def opened_engine(address: Address, *, create: bool) -> Engine:
    """The database at an address, checked, and with `create` made."""
    engine = _file_engine(address.path, create=create) if address.path is not None else _server_engine(address.url)
    try:
        _check(engine, str(address), create=create)
    except SQLAlchemyError as error:
        engine.dispose()
        raise refusal(error, str(address)) from error
    except (StoreRefusal, StoreFailure):
        engine.dispose()
        raise
    return engine


def refusal(error: SQLAlchemyError, shown: str) -> Exception:
    """Why a store cannot be opened."""
    failed = failure(error, shown)
    if any(word in str(error) for word in FULL):
        return failed
    if "not a database" in str(error):
        return StoreRefusal(f"{shown} is not an actlab store, and no SQLite file at all; name another file.")
    return StoreRefusal(f"The store {shown} cannot be opened: {_reason(error)}.")


def failure(error: SQLAlchemyError, shown: str) -> StoreFailure:
    """What went wrong with a store that was sound, and whether it may pass."""
    if any(word in str(error) for word in FULL):
        return StoreFailure(f"The disk of the store {shown} is full or broken ({_reason(error)}).")
    if "locked" in str(error):
        return StoreFailure(f"Another program keeps the store {shown} locked.", passing=True)
    lost = isinstance(error, DBAPIError) and (error.connection_invalidated or "OperationalError" in str(error))
    return StoreFailure(f"The store {shown} does not answer any more: {_reason(error)}.", passing=lost)


def _file_engine(path: Path, *, create: bool) -> Engine:
    _check_file(path, create=create)

    def connect() -> sqlite3.Connection:
        address = f"file:{quote(os.fspath(path.absolute()))}?mode={'rwc' if create else 'rw'}"
        return sqlite3.connect(
            address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )

    engine = create_engine("sqlite://", creator=connect)
    event.listen(engine, "connect", _set_up_file)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up_file(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous = FULL")  # NORMAL would lose the last networks when the power fails
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    """Whoever will write says so at once: a reader that becomes a writer fails when another one was faster."""
    writes = connection.get_execution_options().get("writes")
    driver: Any = connection.connection.driver_connection  # SQLAlchemy's own way takes as long as an insert
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server_engine(url: str) -> Engine:
    try:
        return create_engine(url, connect_args={"connect_timeout": 10, "application_name": "actlab"})
    except ModuleNotFoundError as error:
        raise StoreRefusal('PostgreSQL needs psycopg: pip install "actlab[postgres]".') from error
    except (ArgumentError, ValueError) as error:
        raise StoreRefusal(
            f"{masked(url)} is no URL of a database; write one such as postgresql://name@host:5432/database."
        ) from error


def _check_file(path: Path, *, create: bool) -> None:
    if path.exists():
        return
    if not create:
        near = difflib.get_close_matches(path.name, _names(path.parent), n=1)
        raise StoreRefusal(f"There is no store {path}{f' (did you mean {near[0]}?)' if near else ''}.")
    if not path.parent.is_dir():
        raise StoreRefusal(f"There is no folder {path.parent} for the store; make it first, or name another one.")


def _names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()] if folder.is_dir() else []


def _check(engine: Engine, shown: str, *, create: bool) -> None:
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        version = connection.scalar(select(tables.about.c.version)) if tables.about.name in names else None
    if version == tables.VERSION:
        return
    if version is not None:
        age, cure = ("a newer", "update actlab") if version > tables.VERSION else ("an older", "take that actlab")
        raise StoreRefusal(
            f"{shown} was written by {age} actlab (store version {version}, this one reads {tables.VERSION}); "
            f"{cure}, or name another store."
        )
    if not create or (names and engine.dialect.name == "sqlite"):
        raise StoreRefusal(f"{shown} is not an actlab store{'' if names else ', and empty'}; name another one.")
    _create(engine)


def _create(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        _write_ahead(engine)
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":  # two that begin at once would both make the tables
            connection.execute(select(func.pg_advisory_xact_lock(CREATION_LOCK)))
        if not inspect(connection).has_table(tables.about.name):
            tables.metadata.create_all(connection)
            connection.execute(insert(tables.about).values(version=tables.VERSION))


def _write_ahead(engine: Engine) -> None:
    """Let readers go on while one writes; two that begin at once get in each other's way here, and one tries again."""
    until = time.monotonic() + PATIENCE_SECONDS
    connection = engine.raw_connection()
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    break  # a file system that cannot do it keeps SQLite's older way, which is as safe
                time.sleep(0.02)
    finally:
        connection.close()


def _reason(error: SQLAlchemyError) -> str:
    """The database's own words, in one line and without a password."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return masked(lines[0].removeprefix("connection failed: ")).rstrip(".")
