"""From a plan to its report: announced, trained under a progress bar, kept, written, and told."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from actlab.cli.ending import DONE, FAILED, INTERRUPTED, OUR_FAULT, STOPPED, TIME_UP, Ended
from actlab.cli.folder import Place
from actlab.cli.interrupting import Abandoned, Keeping
from actlab.cli.progress import TrainingProgress
from actlab.cli.scorecard import print_answer
from actlab.cli.streams import Asked, notices, print_document, results
from actlab.compare import Plan, Progress, Results, carry_out, document, estimate_seconds, in_words, write
from actlab.compare.beginning import Begun, begin
from actlab.compare.executors import Executor, ExecutorFailure
from actlab.compare.journal import Journal
from actlab.compare.plan import duration
from actlab.compare.runs import TimeLimit
from actlab.compare.store.protocol import Source
from actlab.data import Table


@dataclass(frozen=True)
class Means:
    """What trains, and how long it may: None for this machine, and for as long as it takes."""

    executor: Executor | None = None
    limit: TimeLimit | None = None

    @classmethod
    @contextmanager
    def of(cls, cluster: str | None, seconds: float | None) -> Iterator[Self]:
        """Those that were asked for; the time counts from now on."""
        limit = None if seconds is None else TimeLimit(seconds)
        if cluster is None:
            yield cls(None, limit)
            return
        from actlab.compare.executors.cluster import Cluster

        with Cluster(cluster) as executor:
            yield cls(executor, limit)


def begin_and_report(
    plan: Plan, table: Table, source: Source, place: Place, store: str | None, asked: Asked, means: Means
) -> None:
    """Carry out a plan, and say the answer; an unfinished comparison with the same plan is continued.

    Args:
        plan: what to train.
        table: on what.
        source: how the table was read.
        place: where the report goes.
        store: where networks are kept; None for a file beside the report.
        asked: what to say.
        means: what trains, and how long.

    Raises:
        Ended: when not every network was trained, or none could be.
    """
    folder, made = place.claim()
    begun = begin(plan, table, source, command=asked.command, store=store, folder=folder, made=made)
    if place.replaces:
        say(f"{place.out} holds an earlier report, which the new one will replace.")
    if begun.journal.done:
        say(f"{folder} holds this comparison, unfinished; it is continued.")
    for name in begun.others:
        command = shlex.join(["actlab", "resume", name, "--store", begun.journal.shown])
        say(f"{folder} holds an unfinished comparison with another plan or other data; `{command}` continues it.")
    train_and_report(begun, table, folder, asked, means)


def train_and_report(begun: Begun, table: Table, folder: Path, asked: Asked, means: Means) -> None:
    """Train what is left of a comparison, write its report, and say the answer.

    Args:
        begun: the comparison.
        table: its data.
        folder: where the report goes.
        asked: what to say.
        means: what trains, and how long.

    Raises:
        Ended: when not every network was trained, or none could be.
    """
    resumption = shlex.join(["actlab", "resume", *_where(begun, folder)])
    keeping = Keeping(trained=begun.journal.done > 0)
    try:
        with begun.journal as journal:
            _announce(begun, table, means, quiet=asked.quiet)
            with keeping.watch():
                done = _train(journal, table, keeping, means, quiet=asked.quiet)
        with keeping.watch():
            keeping.writing = True
            page = write_report(done, folder, resumption)
    except Abandoned as stopped:
        raise Abandoned(f"{STOPPED} The networks are kept, and `{resumption}` continues.") from stopped
    except ExecutorFailure as failure:
        raise ExecutorFailure(f"{failure} The networks are kept, and `{resumption}` continues.") from failure
    code = _code(done, journal, means.limit)
    try:
        say_answer(done, asked)
    finally:  # the files are there, whether or not anybody still reads the answer
        _say_how_it_ended(done, journal, code, resumption)
        say(f"The report is {page}")
    if code != DONE:
        raise Ended(code)


def write_report(done: Results, folder: Path, resumption: str) -> Path:
    """Write the files of a report; when that fails, say how to get it later.

    Raises:
        OSError: a full disk, or a folder that has gone.
    """
    try:
        return write(done, folder)[2]
    except OSError:
        say(f"The networks are kept; `{resumption}` writes the report when there is room for it.")
        raise


def say_answer(done: Results, asked: Asked) -> None:
    """The answer on stdout, as text or as a document."""
    if asked.as_json:
        print_document(document(done))
    else:
        print_answer(results(), done)


def say(sentence: str) -> None:
    """A sentence on stderr."""
    notices().print(sentence, soft_wrap=True)


def _where(begun: Begun, folder: Path) -> list[str]:
    """What `actlab resume` needs to hear: the folder alone, when it holds the store and no other open comparison."""
    journal = begun.journal
    if journal.comparison.folder is None and not begun.others:
        return [str(folder)]
    return [journal.comparison.id, "--store", journal.shown]


def _announce(begun: Begun, table: Table, means: Means, *, quiet: bool) -> None:
    """Say what is known before the training: findings, what is there already, and how long the rest will take."""
    plan, done = begun.journal.comparison.plan, begun.journal.done
    if begun.changed:
        say(f"Numbers may differ from those that are kept: {', '.join(begun.changed)}.")
    for finding in table.findings:
        say(f"{finding.code}: {finding.sentence}")
    left = plan.networks - done
    if quiet or not left:
        return
    with notices().status("compiling, and timing one network"):
        seconds = estimate_seconds(plan, table, executor=means.executor)
    if done:
        rest = duration(seconds * left / plan.networks)
        say(f"{in_words(plan)}: {done} are kept, the other {left} take about {rest}")
    else:
        say(in_words(plan, seconds))


def _train(journal: Journal, table: Table, keeping: Keeping, means: Means, *, quiet: bool) -> Results:
    plan = journal.comparison.plan
    with TrainingProgress(plan, done=journal.done, quiet=quiet) as bar:

        def show(progress: Progress) -> None:
            keeping.trained = True
            bar.show(progress)

        return carry_out(plan, table, on_progress=show, journal=journal, executor=means.executor, limit=means.limit)


def _say_how_it_ended(done: Results, journal: Journal, code: int, resumption: str) -> None:
    of = f"{len(done.runs)} of {done.plan.networks} networks"
    if journal.failure is not None:
        say(f"actlab: {journal.failure} The report has {of}; `{resumption}` continues when the store works again.")
    elif code == TIME_UP:
        say(f"actlab: Time is up after {of}; they are kept, and `{resumption}` continues.")
    elif code == INTERRUPTED:
        say(f"actlab: Stopped after {of}; they are kept, and `{resumption}` continues.")
    elif code == FAILED:
        say("actlab: Every training failed; the report says how.")


def _code(done: Results, journal: Journal, limit: TimeLimit | None) -> int:
    if journal.failure is not None:
        return OUR_FAULT
    if not done.complete:
        return TIME_UP if limit is not None and limit.hit else INTERRUPTED
    return DONE if any(run.status == "finished" for run in done.runs) else FAILED
