"""The verb that compares on several data sets: bench."""

from __future__ import annotations

import shlex
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from actlab.cli.comparing import Cluster, Quiet, Store
from actlab.cli.ending import DONE, FAILED, INTERRUPTED, OUR_FAULT, STOPPED, TIME_UP, Ended
from actlab.cli.folder import check_folder, check_writable
from actlab.cli.interrupting import Abandoned, Keeping
from actlab.cli.options import check_store, seconds_in
from actlab.cli.streams import notices, print_document, results
from actlab.compare.store import masked

if TYPE_CHECKING:
    from rich.console import Console

    from actlab.cli.running import Means
    from actlab.compare.suite import Checked, Done, SuiteResults
    from actlab.compare.suite.records import Opposed, Standing

STYLES = {"shown better": "green", "shown worse": "red", "not shown": "dim", "baseline": "dim"}
HEADINGS = ("", "mean rank", "first", "better", "worse", "same", "p", "result")
WIDE_ENOUGH = 72  # columns of a terminal with room for all of them
SuiteTimeLimit = Annotated[
    str | None,
    typer.Option(
        "--time-limit",
        metavar="TIME",
        help="Stop after so long, all data sets together, such as 90s, 10m or 2h; the same command goes on.",
    ),
]


def bench(
    context: typer.Context,
    suite: Annotated[
        str,
        typer.Argument(metavar="SUITE.toml", help="A TOML file with data sets and settings; see docs/bench.md."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder of the report, with a folder for each data set in it. [default: actlab-bench-SUITE]",
        ),
    ] = None,
    store: Store = None,
    time_limit: SuiteTimeLimit = None,
    cluster: Cluster = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print suite.json instead of text.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare on every data set of a suite, rank the functions over all, and go on where it was stopped."""
    check_store(store)
    limit = seconds_in(time_limit)
    folder = out or Path(f"actlab-bench-{Path(suite).stem}")
    _check_place(folder)
    from actlab.cli.running import Means
    from actlab.compare.environment import environment_of
    from actlab.compare.executors import ExecutorFailure
    from actlab.compare.suite import checked, concluded, document, read_suite, write
    from actlab.compare.suite.writing import claimed

    before, command = time.perf_counter(), shlex.join(["actlab", *map(masked, context.obj or [])])
    asked = read_suite(suite)
    environment, ready, keeping = environment_of(command), checked(asked), Keeping()
    for each in ready:
        if (folder / each.member.name).exists():
            check_folder(folder / each.member.name)
    try:
        with Means.of(cluster, limit) as means, claimed(folder), keeping.watch():
            done = _carry_out(ready, folder, store, keeping, means, quiet=quiet)
        with keeping.watch():
            keeping.writing = True
            seconds = time.perf_counter() - before
            found = concluded(asked, ready, done, replace(environment, seconds=seconds))
            page = write(found, folder)[1]
    except Abandoned as stopped:
        raise Abandoned(f"{STOPPED} The networks are kept, and `{command}` continues.") from stopped
    except ExecutorFailure as failure:
        raise ExecutorFailure(f"{failure} The networks are kept, and `{command}` continues.") from failure
    code = _code(found, means)
    try:
        if as_json:
            print_document(document(found))
        else:
            print_ranks(results(), found)
    finally:  # the files are there, whether or not anybody still reads the answer
        _say_how_it_ended(found, code, command)
        _say(f"The report is {page}")
    if code != DONE:
        raise Ended(code)


def print_ranks(console: Console, found: SuiteResults) -> None:
    """The conclusion with what it rests on, then one line for each function."""
    console.print(Text(found.conclusion.sentence, style="bold"))
    console.print(found.conclusion.confidence)
    for reason in found.conclusion.reasons:
        console.print(f"- {reason}")
    if found.ranking is None:
        return
    opposed = {each.activation: each for each in found.ranking.against}
    headings = HEADINGS if console.width >= WIDE_ENOUGH else ("", "mean rank", "result")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, no_wrap=True, justify="left" if heading in ("", "result") else "right")
    for each in found.ranking.standings:
        cells = _cells(each, opposed.get(each.activation))
        table.add_row(*(cells[heading] for heading in headings))
    console.print()
    console.print(table)
    console.print(
        f"A mean rank of 1 is best everywhere, of {len(found.ranking.names)} worst everywhere. first: on how many "
        "data sets it has the best score; better, worse, same: against the baseline. "
        "The report explains the rest.",
        style="dim",
    )


def _cells(standing: Standing, own: Opposed | None) -> dict[str, Text]:
    """A function's line by heading; `own` is None for the baseline."""
    from actlab.figures import numerals

    cells = {"": standing.activation, "mean rank": numerals.number(standing.mean, 2), "first": str(standing.firsts)}
    if own is None:
        cells |= dict.fromkeys(("better", "worse", "same", "p"), "")
        word = "baseline"
    else:
        p = "–" if own.p_holm is None else numerals.number(own.p_holm, 3)
        cells |= {"better": str(own.better), "worse": str(own.worse), "same": str(own.same), "p": p}
        word = own.word
    return {heading: Text(text) for heading, text in cells.items()} | {"result": Text(word, style=STYLES[word])}


def _carry_out(
    ready: Sequence[Checked], folder: Path, store: str | None, keeping: Keeping, means: Means, *, quiet: bool
) -> list[Done]:
    """Compare on one data set after the other, until all are done or one is stopped."""
    from actlab.compare.suite.carrying import check_any

    done: list[Done] = []
    if not quiet:
        networks = sum(each.plan.networks for each in ready)
        _say(f"{len(ready)} data set{'s' * (len(ready) > 1)}, {networks} networks")
    try:
        for number, each in enumerate(ready, start=1):
            done.append(_one(each, f"[{number} of {len(ready)}]", folder, store, keeping, means, quiet=quiet))
            if not (done[-1].complete and done[-1].all_kept):
                break
    except KeyboardInterrupt:
        pass
    check_any(done, means.limit)
    return done


def _one(
    each: Checked, place: str, folder: Path, store: str | None, keeping: Keeping, means: Means, *, quiet: bool
) -> Done:
    from actlab.cli.progress import TrainingProgress
    from actlab.compare import Progress, in_words
    from actlab.compare.store import NotKept
    from actlab.compare.suite import carry_out

    if not quiet:
        _say(f"{place} {each.member.name}: {in_words(each.plan)}")
    for code, sentence in each.data.findings:
        _say(f"{code}: {sentence}")
    with _told() as heard, TrainingProgress(each.plan, quiet=quiet) as bar:

        def show(progress: Progress) -> None:
            keeping.trained = True
            bar.show(progress)

        done = carry_out(
            each,
            folder / each.member.name,
            store=store,
            limit=means.limit,
            executor=means.executor,
            on_progress=show,
        )
    if done.kept:
        keeping.trained = True
        if not quiet:
            _say(f"{place} {each.member.name}: all its networks are kept, and none is trained again.")
    return replace(done, all_kept=not any(issubclass(warning.category, NotKept) for warning in heard))


@contextmanager
def _told() -> Iterator[list[warnings.WarningMessage]]:
    """Say warnings as sentences."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield heard
    for each in heard:
        _say(f"actlab: {each.message}")


def _check_place(folder: Path) -> None:
    """Refuse, before anything is read, a place where nothing can be written."""
    if folder.is_dir():
        check_writable(folder, "--out")
    elif not folder.absolute().parent.is_dir():
        raise typer.BadParameter(
            f"There is no folder {folder.parent}; make it first, or name another one.", param_hint="--out"
        )
    elif not folder.exists():
        check_writable(folder.absolute().parent, "--out")


def _code(found: SuiteResults, means: Means) -> int:
    if not all(each.all_kept for each in found.done):
        return OUR_FAULT
    if not found.complete:
        return TIME_UP if means.limit is not None and means.limit.hit else INTERRUPTED
    return DONE if found.ranking is not None else FAILED


def _say_how_it_ended(found: SuiteResults, code: int, command: str) -> None:
    of = f"{sum(each.complete for each in found.done)} of {len(found.done)} data sets"
    if code == INTERRUPTED:
        _say(f"actlab: Stopped after {of}; the networks are kept, and `{command}` continues.")
    elif code == TIME_UP:
        _say(f"actlab: Time is up after {of}; the networks are kept, and `{command}` continues.")
    elif code == OUR_FAULT:
        _say(f"actlab: The report has {of}; `{command}` continues when the store works again.")
    elif code == FAILED:
        _say("actlab: Every training failed; the reports of the data sets say how.")


def _say(sentence: str) -> None:
    notices().print(sentence, soft_wrap=True)
