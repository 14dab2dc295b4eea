"""Verbs that train: compare, and the demo."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actlab.cli.ending import DONE, FAILED, INTERRUPTED, Ended
from actlab.cli.folder import check_folder, default_folder
from actlab.cli.options import several
from actlab.cli.streams import notices, print_document, results

if TYPE_CHECKING:
    from actlab.compare import Plan, Results
    from actlab.data import Table

DEMO_DATA = "sklearn:breast_cancer"
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of the report. [default: actlab-report-NAME OF DATA]"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No plan and no progress.")]


def compare(  # the defaults are those of actlab.compare.Plan, which is too heavy to import for --help
    context: typer.Context,
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="A CSV or Parquet file, or sklearn:NAME for a bundled table.")
    ],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The column to predict.")],
    activations: Annotated[
        str, typer.Option(metavar="NAMES", help="Functions, with commas between them; see `actlab list`.")
    ] = "step,sigmoid,tanh,relu,leaky_relu,prelu,elu,gelu,silu,mish",
    baseline: Annotated[str, typer.Option(metavar="NAME", help="What the others are compared with.")] = "relu",
    repeats: Annotated[int, typer.Option(min=2, help="How many splits of the rows, each with new weights.")] = 10,
    hidden: Annotated[str, typer.Option(metavar="SIZES", help="Units of each hidden layer.")] = "64,64",
    rates: Annotated[
        str, typer.Option(metavar="RATES", help="Learning rates tried for each function.")
    ] = "0.0003,0.001,0.003,0.01",
    epochs: Annotated[int, typer.Option(min=1, help="At most so many passes over the rows.")] = 200,
    matters: Annotated[
        float, typer.Option(min=0, metavar="SIZE", help="The smallest difference in score that matters to you.")
    ] = 0.01,
    cost_fp: Annotated[float, typer.Option(metavar="COST", help="Cost of a false alarm (two classes).")] = 1.0,
    cost_fn: Annotated[float, typer.Option(metavar="COST", help="Cost of a miss (two classes).")] = 1.0,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="classification or regression. [default: by the target]")
    ] = None,
    positive: Annotated[
        str | None, typer.Option(metavar="CLASS", help="The positive one of two classes. [default: the later]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other splits and weights.")] = 0,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of text.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare activation functions on a table, and write a report about it."""
    names = several(activations, str, "--activations", "relu,gelu")
    sizes = several(hidden, int, "--hidden", "64,64")
    grid = several(rates, float, "--rates", "0.001,0.01")
    folder = out or default_folder(data)
    check_folder(folder)
    from actlab.compare import make_plan
    from actlab.data import read

    table = read(data, target, task, positive)
    plan = make_plan(
        table,
        activations=names,
        baseline=baseline,
        repeats=repeats,
        hidden=sizes,
        rates=grid,
        epochs=epochs,
        matters=matters,
        cost_false_positive=cost_fp,
        cost_false_negative=cost_fn,
        seed=seed,
    )
    done = _train(plan, table, quiet=quiet, command=_command(context))
    _hand_over(done, folder, as_json=as_json)


def demo(context: typer.Context, out: Out = None, quiet: Quiet = False) -> None:
    """Show the film decision of the article, then compare on a bundled table; about a minute, no network."""
    folder = out or default_folder(DEMO_DATA)
    check_folder(folder)
    from actlab.compare import make_plan
    from actlab.data import read
    from actlab.networks import movie_decision

    perceptron = movie_decision()
    console = results()
    weights = " + ".join(
        f"{weight:g} × {question}" for weight, question in zip(perceptron.weights, perceptron.inputs, strict=True)
    )
    console.print("One unit decides about a film: it fires when this sum is above its threshold.", style="bold")
    console.print(f"{weights} > {perceptron.threshold:g}\n", soft_wrap=True)
    console.print(f"{perceptron.table()}\n", soft_wrap=True)
    table = read(DEMO_DATA, "target")
    console.print(
        f"A step cannot learn by small changes; smooth functions can. Which one for {table.rows} tumours, "
        f"{' or '.join(table.classes)}?",
        style="bold",
    )
    done = _train(make_plan(table), table, quiet=quiet, command=_command(context))
    _hand_over(done, folder, as_json=False)


def _command(context: typer.Context) -> str:
    """The command as it was typed, for the report."""
    return shlex.join(["actlab", *(context.obj or [])])


def _train(plan: Plan, table: Table, *, quiet: bool, command: str) -> Results:
    """Announce the plan, then run it under a progress bar."""
    from actlab.cli.progress import TrainingProgress
    from actlab.compare import carry_out, estimate_seconds, in_words

    console = notices()
    for finding in table.findings:
        console.print(f"{finding.code}: {finding.sentence}", soft_wrap=True)
    if not quiet:
        with console.status("compiling, and timing one network"):
            seconds = estimate_seconds(plan, table)
        console.print(in_words(plan, seconds), soft_wrap=True)
    with TrainingProgress(plan, quiet=quiet) as progress:
        return carry_out(plan, table, on_progress=progress.show, command=command)


def _hand_over(done: Results, folder: Path, *, as_json: bool) -> None:
    """Write the files, say the answer, and end with the right code."""
    from actlab.cli.scorecard import print_answer
    from actlab.compare import document, write

    _, _, page = write(done, folder)
    if as_json:
        print_document(document(done))
    else:
        print_answer(results(), done)
    code = _code(done)
    console = notices()
    if code == INTERRUPTED:
        finished, planned = len(done.runs), done.plan.networks
        console.print(f"actlab: Stopped after {finished} of {planned} networks; they are kept.", soft_wrap=True)
    if code == FAILED:
        console.print("actlab: Every training failed; the report says how.", soft_wrap=True)
    console.print(f"The report is {page}", soft_wrap=True)
    if code != DONE:
        raise Ended(code)


def _code(done: Results) -> int:
    if not done.complete:
        return INTERRUPTED
    return DONE if any(run.status == "finished" for run in done.runs) else FAILED
