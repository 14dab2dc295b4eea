"""Verbs that look into a store: resume, runs and report."""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from actlab.cli.comparing import Cluster, Quiet, TimeLimit
from actlab.cli.folder import check_folder, choose_place
from actlab.cli.looking import AsJson
from actlab.cli.options import seconds_in
from actlab.cli.streams import Asked, notices, print_document, results

if TYPE_CHECKING:
    from actlab.compare.locating import Found

Where = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="STORE",
        help="A file, or the URL of a PostgreSQL database. [default: the stores of the reports in this folder]",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of the report. [default: the one that it began with]"),
]


def resume(
    place: Annotated[
        str | None,
        typer.Argument(
            metavar="[PLACE]",
            help="The folder of its report, a store, or its name in `actlab runs`. "
            "[default: the only unfinished comparison here]",
        ),
    ] = None,
    store: Where = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="FILE", help="Where the table is now, if it was moved.")
    ] = None,
    out: Out = None,
    time_limit: TimeLimit = None,
    cluster: Cluster = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of text.")] = False,
    quiet: Quiet = False,
) -> None:
    """Continue a comparison that was stopped, however it was stopped; nothing is trained twice."""
    seconds = seconds_in(time_limit)
    from actlab.compare.locating import located

    found = located(place, store, unfinished=True)
    if found.entry.state == "finished":
        notices().print(f"All networks of {found.entry.id} are trained; its report is written again.", soft_wrap=True)
        _report(found, out, Asked(as_json=as_json))
        return
    from actlab.cli.running import Means, train_and_report
    from actlab.compare.beginning import reopen

    folder = _folder(found, out)
    with Means.of(cluster, seconds) as means:
        table, begun = reopen(found.address, found.entry.id, data=data)
        folder.mkdir(exist_ok=True)
        train_and_report(begun, table, folder, Asked(quiet=quiet, as_json=as_json), means)


def runs(store: Where = None, as_json: AsJson = False) -> None:
    """List comparisons: their names, how far they are, and what they answered."""
    from actlab.compare.locating import comparisons

    found = comparisons(store)
    if as_json:
        listed = [{**asdict(each.entry), "folder": _shown(each), "store": str(each.address)} for each in found]
        print_document({"schema": "actlab.runs/1", "runs": listed})
        return
    if not found:
        where = store or "this folder and those in it"
        notices().print(f"No comparison is kept in {where}; `actlab compare` begins one.", soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("run", "networks", "state", "answer", "data", "started"):
        table.add_column(heading, no_wrap=heading == "run", overflow="fold")
    for each in found:
        own = each.entry
        networks, when = f"{own.done} of {own.planned}", own.started[:16].replace("T", " ")
        table.add_row(own.id, networks, own.state, own.answer or "–", own.data, when)
    results().print(table)


def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A comparison's name in `actlab runs`, or the folder of its report.")
    ],
    store: Where = None,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of text.")] = False,
) -> None:
    """Write the report of a comparison again, from its store alone."""
    from actlab.compare.locating import located

    _report(located(run, store), out, Asked(as_json=as_json))


def _report(found: Found, out: Path | None, asked: Asked) -> None:
    folder = _folder(found, out)
    from actlab.cli.running import say, say_answer, write_report
    from actlab.compare.comparing import kept_results

    done = kept_results(found)
    folder.mkdir(exist_ok=True)
    page = write_report(done, folder, shlex.join(["actlab", "report", found.entry.id, "--store", str(found.address)]))
    try:
        say_answer(done, asked)
    finally:
        if not done.complete:
            say(f"{len(done.runs)} of {done.plan.networks} networks are trained, and whole repeats are in the report.")
        say(f"The report is {page}")


def _folder(found: Found, out: Path | None) -> Path:
    """Where the report goes, checked; a fresh folder when the old one was on another machine, or nobody named one."""
    if out is not None:
        check_folder(out)
        return out
    if found.entry.folder is None and found.folder is not None:
        return found.folder
    if found.folder is not None and found.folder.parent.is_dir():
        check_folder(found.folder)
        return found.folder
    place = choose_place(found.entry.data, None)
    return place.claim()[0]


def _shown(found: Found) -> str | None:
    """The folder of its report, as one would type it here."""
    if found.folder is None:
        return None
    path = os.path.relpath(found.folder)
    return str(found.folder) if path.startswith(os.pardir) else path
