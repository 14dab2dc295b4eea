"""Verbs that train: compare, and the demo."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from actlab.cli.folder import choose_place
from actlab.cli.options import (
    BUNDLED_TARGET,
    check_above_zero,
    check_data,
    check_model,
    check_names,
    check_rates,
    check_sizes,
    check_store,
    seconds_in,
    several,
    target_of,
)
from actlab.cli.streams import Asked, notices, results
from actlab.compare.store import masked

ACTIVATIONS = "step,sigmoid,tanh,relu,leaky_relu,prelu,elu,gelu,silu,mish"
DEMO_DATA = "sklearn:breast_cancer"
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder of the report; an earlier report in it is replaced. "
        "[default: actlab-report-DATA, with a number if that is taken]",
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="STORE",
        help="Where finished networks are kept: a file, or the URL of a PostgreSQL database. "
        "[default: runs.sqlite in the report's folder]",
    ),
]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        "--time-limit",
        metavar="TIME",
        help="Stop after so long, such as 90s, 10m or 2h, with a report of what there is; `actlab resume` goes on.",
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Train on a Dask cluster: its scheduler's address, or local for processes of this machine. "
        "[default: threads of this machine]",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No plan and no progress.")]


def compare(  # the defaults are those of actlab.compare.Plan, which is too heavy to import for --help
    context: typer.Context,
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="A CSV or Parquet file, or sklearn:NAME for a bundled table.")
    ],
    target: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help=f"The column to predict. [default: {BUNDLED_TARGET}, for sklearn:NAME]"),
    ] = None,
    activations: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help=f"Functions, with commas between them; see `actlab list`. [default: {ACTIVATIONS.replace(',', ', ')}]",
            show_default=False,
        ),
    ] = ACTIVATIONS,
    baseline: Annotated[str, typer.Option(metavar="NAME", help="What the others are compared with.")] = "relu",
    repeats: Annotated[
        int, typer.Option(min=2, metavar="N", help="How many splits of the rows, each with new weights.")
    ] = 10,
    hidden: Annotated[str, typer.Option(metavar="SIZES", help="Units of each hidden layer.")] = "64,64",
    rates: Annotated[
        str, typer.Option(metavar="RATES", help="Learning rates tried for each function.")
    ] = "0.0003,0.001,0.003,0.01",
    epochs: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many passes over the rows.")] = 200,
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
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another seed, other splits and weights.")] = 0,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.py:NAME",
            help="Your own PyTorch model: a function of an activation that builds it, or a ready module. "
            "[default: actlab's networks]",
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="Where your model is trained, such as cuda. [default: cpu]")
    ] = None,
    out: Out = None,
    store: Store = None,
    time_limit: TimeLimit = None,
    cluster: Cluster = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of text.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare activation functions on a table, and write a report about it."""
    check_model(model, device, sizes_named=_is_written(context, "hidden"))
    names = several(activations, str, "--activations", "relu,gelu")
    sizes = several(hidden, int, "--hidden", "64,64")
    grid = several(rates, float, "--rates", "0.001,0.01")
    if model is None:  # whose file may declare functions of its own
        check_names((*names, baseline))
    check_sizes(sizes)
    check_rates(grid)
    check_above_zero((cost_fp,), "--cost-fp", "cost")
    check_above_zero((cost_fn,), "--cost-fn", "cost")
    check_data(data)
    column = target_of(data, target)
    check_store(store)
    seconds = seconds_in(time_limit)
    place = choose_place(data, out)
    from actlab.cli.running import Means, begin_and_report
    from actlab.compare import make_plan
    from actlab.compare.models import maker_for, model_table
    from actlab.compare.store.protocol import Source
    from actlab.data import read

    maker = None if model is None else maker_for(model, baseline)
    table = read(data, column, task, positive)
    if maker is not None:
        table = model_table(table, maker, device=device or "cpu")
    plan = make_plan(
        table,
        activations=names,
        baseline=baseline,
        repeats=repeats,
        **({"hidden": sizes} if model is None else {}),
        rates=grid,
        epochs=epochs,
        matters=matters,
        cost_false_positive=cost_fp,
        cost_false_negative=cost_fn,
        seed=seed,
    )
    if table.task != "binary" and (cost_fp, cost_fn) != (1, 1):
        notices().print(
            f"--cost-fp and --cost-fn matter for two classes only; they change nothing for `{column}`.", soft_wrap=True
        )
    source = Source.of(data, column, task, positive, model)
    asked = Asked(quiet=quiet, as_json=as_json, command=_command(context))
    with Means.of(cluster, seconds) as means:
        begin_and_report(plan, table, source, place, store, asked, means)


def demo(context: typer.Context, out: Out = None, quiet: Quiet = False) -> None:
    """Show the film decision of the article, then compare on a bundled table; less than a minute, no network."""
    place = choose_place(DEMO_DATA, out)
    from actlab.cli.running import Means, begin_and_report
    from actlab.compare import make_plan
    from actlab.compare.store.protocol import Source
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
    table = read(DEMO_DATA, BUNDLED_TARGET)
    console.print(
        f"A step cannot learn by small changes; smooth functions can. Which one for {table.rows} tumours, "
        f"{' or '.join(table.classes)}?",
        style="bold",
    )
    source = Source.of(DEMO_DATA, BUNDLED_TARGET, None, None)
    asked = Asked(quiet=quiet, as_json=False, command=_command(context))
    begin_and_report(make_plan(table), table, source, place, None, asked, Means())


def _is_written(context: typer.Context, option: str) -> bool:
    """Whether a person named the option, be it with its default."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _command(context: typer.Context) -> str:
    """The command as it was typed, for the report, without a password."""
    return shlex.join(["actlab", *map(masked, context.obj or [])])
