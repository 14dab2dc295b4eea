"""A comparison's first moment: kept in its store, or found there unfinished and taken up again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from actlab.catalogue import UnknownActivationError, find
from actlab.compare.environment import changes, environment_of
from actlab.compare.journal import Journal
from actlab.compare.models import ModelTable, maker_for, model_table
from actlab.compare.records import ColumnRead, DataRead, Plan
from actlab.compare.store import STORE, Address, StoreRefusal, address_of, open_store
from actlab.compare.store.encoding import to_text
from actlab.compare.store.protocol import Comparison, Source, Store
from actlab.data import DataError, Table, read

if TYPE_CHECKING:
    from actlab.networks.models import Maker

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""For names of comparisons: nothing that looks like something else."""

NOWHERE = ""
"""The folder of a comparison whose report nobody asked for; None stands for the store's own folder."""


@dataclass(frozen=True)
class Begun:
    """A journal to be used in a `with`, and what a person should know.

    Attributes:
        journal: of the comparison, which may have networks already.
        others: unfinished comparisons with another plan or other data in the same folder, which stay in the store.
        changed: versions that differ from those it began with; the numbers may, too.
    """

    journal: Journal
    others: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def begin(
    plan: Plan,
    table: Table,
    source: Source,
    *,
    command: str = "",
    store: str | None = None,
    folder: Path | None = None,
    made: bool = False,
) -> Begun:
    """Continue the comparison that was left unfinished in this folder, if plan and data are the same, or begin anew.

    Args:
        plan: what to train.
        table: on what.
        source: how the table was read.
        command: how to do the same again, for the report.
        store: a file or a URL; None for a file in the folder.
        folder: where the report goes.
        made: the folder was made for it; then it goes again if nothing is trained.

    Raises:
        StoreRefusal: a store that cannot be used, or another process that is at work in the folder.
    """
    address = address_of(store) if store is not None else Address((folder or Path()) / STORE)
    beside = folder is not None and address.path is not None and address.path.absolute() == folder.absolute() / STORE
    where = None if beside else str(folder.absolute()) if folder is not None else NOWHERE
    with _unmade_on_failure(folder if made else None):
        opened = open_store(address, create=True)
    with _unmade_on_failure(folder if made else None), _closed_on_failure(opened):
        others = []
        wanted = Comparison(
            id="".join(secrets.choice(LETTERS) for _ in range(8)),
            plan=plan,
            data=data_read(table),
            source=source,
            folder=where,
            formulas=formulas(plan),
            environment=environment_of(command, torch=plan.model is not None),
        )
        for entry in opened.entries():
            if entry.folder != where or entry.state == "finished":
                continue
            if entry.state == "running" and where != NOWHERE:
                raise StoreRefusal(f"The comparison {entry.id} is running in {folder}; name another folder.")
            if entry.state == "unfinished" and _same(wanted, opened.comparison(entry.id)):
                return _taken(opened, entry.id)
            others.append(entry.id)
        opened.begin(wanted, table.y.astype(np.int64) if len(table.classes) == 2 else np.zeros(0, np.int64))

        def forget() -> None:
            if made and folder is not None:
                _unmake(folder)

        kept_others = () if where == NOWHERE else tuple(others)
        return Begun(Journal(opened, wanted, forget=forget), kept_others)


def reopen(address: Address, name: str, *, data: Table | str | None = None) -> tuple[Table, Begun]:
    """Take an unfinished comparison up again.

    Args:
        address: of its store.
        name: its id.
        data: its table, with its model if it has one of a person's own, or a path where the file is now; None reads
            both from where they were.

    Raises:
        StoreRefusal: a comparison that is running, or functions that are not what they were.
        UsageError: a file that is no longer there.
        DataError: other data than it began with.
    """
    opened = open_store(address)
    with _closed_on_failure(opened):
        known = opened.comparison(name)
        opened.take(name)
        try:
            maker = None if isinstance(data, ModelTable) else _maker_again(known)
            _check_functions(known)
            table = data if isinstance(data, Table) else _read_again(known.source, data)
            if maker is not None and known.plan.model is not None:
                table = model_table(table, maker, device=known.plan.model.device)
            _check_table(known, table)
            return table, _taken(opened, name, held=True)
        except BaseException:
            opened.release(name)
            raise


def data_read(table: Table) -> DataRead:
    """The table as it was read, without its rows."""
    return DataRead(
        name=table.name,
        sha256=table.sha256,
        rows=table.rows,
        target=table.target,
        classes=tuple(zip(table.classes, table.class_counts, strict=True)),
        columns=tuple(ColumnRead(each.name, each.kind, each.missing, each.note) for each in table.columns),
        findings=tuple((finding.code, finding.sentence) for finding in table.findings),
    )


def formulas(plan: Plan) -> tuple[tuple[str, str], ...]:
    """What the functions of a plan compute, so that one that was declared anew under its old name is noticed."""
    known = [find(name) for name in plan.activations]
    return tuple((each.name, f"{each.formula}; {', '.join(map(repr, each.parameters))}") for each in known)


def _taken(opened: Store, name: str, *, held: bool = False) -> Begun:
    if not held:
        opened.take(name)
    known = opened.comparison(name)
    return Begun(Journal(opened, known), changed=changes(known.environment, environment_of("")))


def _same(one: Comparison, other: Comparison) -> bool:
    """Whether two comparisons give the same numbers."""

    def decides(each: Comparison) -> str:
        return to_text((each.plan, each.formulas, each.data.sha256, each.data.classes, each.data.columns))

    return decides(one) == decides(other)


def _check_functions(known: Comparison) -> None:
    try:
        now = dict(formulas(known.plan))
    except UnknownActivationError as error:
        raise StoreRefusal(
            f"The comparison {known.id} has a function that is not declared here: {error} "
            "Declare it, and continue with actlab.compare.resume(…)."
        ) from error
    other = [name for name, formula in known.formulas if now.get(name) != formula]
    if other:
        raise StoreRefusal(
            f"{other[0]} is not the function that the comparison {known.id} began with, so its networks "
            "cannot be compared; begin a new comparison."
        )


def _read_again(source: Source, path: str | None) -> Table:
    asked = path or source.path
    if asked is None:
        raise StoreRefusal(
            "This comparison's table came from Python; continue it there: actlab.compare.resume(…, data=table)."
        )
    return read(asked, source.target or "target", source.task, source.positive)


def _maker_again(known: Comparison) -> Maker | None:
    """The model of a comparison from its file, which may declare functions too; None for actlab's networks."""
    if known.plan.model is None:
        return None
    if known.source.model is None or known.plan.model.loss or known.plan.model.step:
        raise StoreRefusal(
            "This comparison's model came from Python; continue it there: actlab.compare.resume(…, model=make_model)."
        )
    return maker_for(known.source.model, known.plan.baseline)


def _check_table(known: Comparison, table: Table) -> None:
    now = data_read(table)
    plan = table.own.plan if isinstance(table, ModelTable) else None
    if plan != known.plan.model:
        name = known.plan.model.name if known.plan.model else ""
        raise StoreRefusal(
            f"{name} is not the model that the comparison {known.id} began with, so its networks cannot be compared; "
            "bring the old one back, or begin a new comparison."
            if name
            else f"The comparison {known.id} began without a model; leave it out."
        )
    if now.sha256 != known.data.sha256:
        raise DataError(
            f"{table.name} has changed since the comparison {known.id} began, so its other networks would learn from "
            "other rows; bring the old table back, or begin a new comparison."
        )
    if (now.target, now.classes, now.columns) != (known.data.target, known.data.classes, known.data.columns):
        raise DataError(
            f"{table.name} is read in another way than when the comparison {known.id} began; name the same target, "
            "task and positive class, or begin a new comparison."
        )


def _unmake(folder: Path) -> None:
    """Remove a folder that was made for a comparison of which nothing came, if nobody put anything there."""
    if {each.name for each in folder.iterdir()} <= {STORE}:
        with suppress(OSError):
            (folder / STORE).unlink(missing_ok=True)
            folder.rmdir()


@contextmanager
def _unmade_on_failure(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if folder is not None:
            _unmake(folder)
        raise


@contextmanager
def _closed_on_failure(opened: Store) -> Iterator[None]:
    try:
        yield
    except BaseException:
        opened.close()
        raise
