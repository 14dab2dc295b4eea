"""The verbs in one place, and the way from an argument list to an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from actlab.cli import comparing, looking
from actlab.cli.ending import DONE, INTERRUPTED, STOPPED, end_with, say_failure
from actlab.cli.streams import never_fail_to_spell

app = typer.Typer(
    name="actlab",
    help="Which activation function should I use here, is the difference real, what does it cost, and are units dying?",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(comparing.demo)
app.command("compare")(comparing.compare)
app.command("list")(looking.list_activations)
app.command("show")(looking.show)
app.command("plot")(looking.plot)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"actlab {version('actlab')}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def actlab(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Print the help when no verb is given."""
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: The words after `actlab`.

    Returns:
        The exit code: 0 done, 1 our fault, 2 usage, 3 data unusable, 5 every training failed,
        130 interrupted.
    """
    as_json = "--json" in arguments
    try:
        code = app(list(arguments), prog_name="actlab", standalone_mode=False, obj=list(arguments))
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where every failure becomes a sentence
        return end_with(error, as_json=as_json)
    if code == INTERRUPTED:
        say_failure(STOPPED, INTERRUPTED, as_json=as_json)
    return code or DONE


def main() -> None:
    """The `actlab` command."""
    never_fail_to_spell()
    raise SystemExit(run(sys.argv[1:]))
