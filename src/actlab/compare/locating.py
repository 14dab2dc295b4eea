"""Which comparison is meant: by its name, by its folder, by its store, or because there is only one."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from actlab.compare.store import STORE, Address, StoreRefusal, address_of, open_store
from actlab.compare.store.protocol import Entry


@dataclass(frozen=True)
class Found:
    """A comparison in a store."""

    address: Address
    entry: Entry

    @property
    def folder(self) -> Path | None:
        """Where its report goes; None if nobody ever said."""
        if self.entry.folder is None and self.address.path is not None:
            return self.address.path.parent
        return Path(self.entry.folder) if self.entry.folder else None


def comparisons(store: str | None = None) -> tuple[Found, ...]:
    """The comparisons of a store; without one, those beside the reports in this folder, the latest first.

    Raises:
        StoreRefusal: a store that cannot be used.
    """
    if store is not None:
        return _held(address_of(store))
    found = [each for address in _near() for each in _ours(address)]
    return tuple(sorted(found, key=lambda each: each.entry.started, reverse=True))


def located(place: str | os.PathLike[str] | None, store: str | None = None, *, unfinished: bool = False) -> Found:
    """The one comparison that is meant.

    Args:
        place: its name, the folder of its report (the latest one there), or a store; None for the only one there is.
        store: where to look; None looks in this folder.
        unfinished: one that can be continued is meant, where there are others beside it.

    Raises:
        StoreRefusal: none, or several.
    """
    name = None if place is None else os.fspath(place)
    in_folder = name is not None and Path(name).is_dir()
    if name is not None and store is None and _is_store(name):
        store, name = name, None
    found = comparisons(store)
    where = store or "this folder and those in it"
    if name is not None:
        return _named(found, name, where)
    open_ones = [each for each in found if each.entry.state != "finished"]
    if unfinished and place is None and not open_ones:
        raise StoreRefusal(f"No comparison is unfinished in {where}; name a folder or a store, or see `actlab runs`.")
    latest = found[:1] if in_folder else found  # the report in a folder is that of the latest
    meant = (open_ones or latest[:1]) if unfinished else latest
    if len(meant) != 1:
        names = ", ".join(f"{each.entry.id} ({each.entry.data})" for each in meant[:6])
        raise StoreRefusal(
            f"There are {len(meant)} comparisons in {where}; name one of them: {names}."
            if meant
            else f"There is no comparison in {where}."
        )
    return meant[0]


def _named(found: tuple[Found, ...], name: str, where: str) -> Found:
    for each in found:
        if each.entry.id == name:
            return each
    near = difflib.get_close_matches(name, [each.entry.id for each in found], n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise StoreRefusal(f"There is no comparison {name} in {where}{hint}; `actlab runs` lists them.")


def _is_store(name: str) -> bool:
    """Whether a word is a place rather than a comparison's name."""
    return "://" in name or os.sep in name or Path(name).exists() or Path(name).suffix == Path(STORE).suffix


def _held(address: Address) -> tuple[Found, ...]:
    opened = open_store(address)
    try:
        return tuple(Found(address, entry) for entry in opened.entries())
    finally:
        opened.close()


def _near() -> Iterator[Address]:
    here = Path()
    yield from (Address(path) for path in (here / STORE, *sorted(here.glob(f"*/{STORE}"))) if path.is_file())


def _ours(address: Address) -> tuple[Found, ...]:
    """What a file holds that has our store's name and may be somebody else's."""
    with suppress(StoreRefusal):
        return _held(address)
    return ()
