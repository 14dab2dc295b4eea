"""The finished comparison of a data set, found again where it was kept, so that nothing is trained twice."""

from __future__ import annotations

import json
from pathlib import Path

from actlab.compare.beginning import formulas
from actlab.compare.comparing import kept_results
from actlab.compare.locating import Found
from actlab.compare.records import Results
from actlab.compare.results import REPORT, RESULTS, RUNS, document, write
from actlab.compare.store import STORE, Address, address_of, open_store
from actlab.compare.suite.records import Checked


def kept(checked: Checked, folder: Path, store: str | None) -> Results | None:
    """The results of a data set whose every network is kept, under the same plan, of the same rows; else None.

    Its report is written again where it is missing, or is that of another plan.

    Args:
        checked: the data set.
        folder: of its report.
        store: where networks are kept; None for the file in the folder.
    """
    for found in _stored(Address(folder / STORE) if store is None else address_of(store)):
        if found.entry.state == "finished" and _is_same(found, checked):
            results = kept_results(found)
            if not _is_reported(results, folder):
                write(results, folder)
            return results
    return None


def _stored(address: Address) -> tuple[Found, ...]:
    """What a store holds, the latest first; one that is not made yet holds nothing."""
    if address.path is not None and not address.path.exists():
        return ()
    opened = open_store(address, create=True)  # a server may be there without our tables
    try:
        return tuple(Found(address, entry) for entry in opened.entries())
    finally:
        opened.close()


def _is_reported(results: Results, folder: Path) -> bool:
    """Whether the report in a folder is that of these results: a later plan may have been there, and left again."""
    if not all((folder / each).is_file() for each in (RUNS, REPORT)):
        return False
    try:
        return bool(json.loads((folder / RESULTS).read_text(encoding="utf-8")) == document(results))
    except (OSError, ValueError):
        return False


def _is_same(found: Found, checked: Checked) -> bool:
    """Whether a comparison has the numbers that would come out again."""
    opened = open_store(found.address)
    try:
        known = opened.comparison(found.entry.id)
    finally:
        opened.close()
    one, other = known.data, checked.data
    return (
        known.plan == checked.plan
        and known.formulas == formulas(checked.plan)
        and (one.sha256, one.target, one.classes, one.columns)
        == (other.sha256, other.target, other.classes, other.columns)
    )
