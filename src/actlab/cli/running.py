"""From a plan to its report: announced, trained under a progress bar, written, and told."""

from __future__ import annotations

from actlab.cli.ending import DONE, FAILED, INTERRUPTED, Ended
from actlab.cli.folder import Place
from actlab.cli.interrupting import Keeping
from actlab.cli.progress import TrainingProgress
from actlab.cli.scorecard import print_answer
from actlab.cli.streams import notices, print_document, results
from actlab.compare import Plan, Progress, Results, carry_out, document, estimate_seconds, in_words, write
from actlab.data import Table


def train_and_report(plan: Plan, table: Table, place: Place, *, quiet: bool, as_json: bool, command: str) -> None:
    """Carry out a plan, write the report, and say the answer.

    Args:
        plan: what to train.
        table: on what.
        place: where the report goes.
        quiet: no plan and no progress.
        as_json: print the document of the results instead of text.
        command: as it was typed, for the report.

    Raises:
        Ended: when not every network was trained, or none could be.
    """
    _announce(plan, table, place, quiet=quiet)
    keeping = Keeping()
    with keeping.watch():
        done = _train(plan, table, keeping, quiet=quiet, command=command)
        keeping.writing = True
        _, _, page = write(done, place.folder)
    try:
        if as_json:
            print_document(document(done))
        else:
            print_answer(results(), done)
    finally:  # the files are there, whether or not anybody still reads the answer
        code = _code(done)
        _say_how_it_ended(done, code)
        notices().print(f"The report is {page}", soft_wrap=True)
    if code != DONE:
        raise Ended(code)


def _announce(plan: Plan, table: Table, place: Place, *, quiet: bool) -> None:
    """Say what is known before the training: findings, what will be replaced, and how long it will take."""
    console = notices()
    if place.replaces:
        console.print(f"{place.out} holds an earlier report, which the new one will replace.", soft_wrap=True)
    for finding in table.findings:
        console.print(f"{finding.code}: {finding.sentence}", soft_wrap=True)
    if not quiet:
        with console.status("compiling, and timing one network"):
            seconds = estimate_seconds(plan, table)
        console.print(in_words(plan, seconds), soft_wrap=True)


def _train(plan: Plan, table: Table, keeping: Keeping, *, quiet: bool, command: str) -> Results:
    with TrainingProgress(plan, quiet=quiet) as bar:

        def show(progress: Progress) -> None:
            keeping.trained = True
            bar.show(progress)

        return carry_out(plan, table, on_progress=show, command=command)


def _say_how_it_ended(done: Results, code: int) -> None:
    if code == INTERRUPTED:
        sentence = f"Stopped after {len(done.runs)} of {done.plan.networks} networks; they are kept."
        notices().print(f"actlab: {sentence}", soft_wrap=True)
    if code == FAILED:
        notices().print("actlab: Every training failed; the report says how.", soft_wrap=True)


def _code(done: Results) -> int:
    if not done.complete:
        return INTERRUPTED
    return DONE if any(run.status == "finished" for run in done.runs) else FAILED
