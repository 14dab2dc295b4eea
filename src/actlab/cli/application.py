"""The verbs in one place, and the way from an argument list to an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from shutil import get_terminal_size
from typing import Annotated

import typer

from actlab.cli import benching, comparing, looking, serving, storing
from actlab.cli.ending import CLOSED, DONE, INTERRUPTED, STOPPED, end_with, say_failure
from actlab.cli.interrupting import Abandoned, stay_silent
from actlab.cli.streams import drain, never_fail_to_spell

HELP_WIDTH = 80
VERBS: dict[str, Callable[..., None]] = {
    "demo": comparing.demo,
    "compare": comparing.compare,
    "bench": benching.bench,
    "resume": storing.resume,
    "runs": storing.runs,
    "report": storing.report,
    "list": looking.list_activations,
    "show": looking.show,
    "plot": looking.plot,
    "lab": serving.lab,
}

app = typer.Typer(
    name="actlab",
    help="Which activation function should I use here, is the difference real, what does it cost, and are units dying?",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help wraps on any terminal; with boxes it loses words below 80 columns
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _verb in VERBS.items():
    app.command(_name, short_help=_verb.__doc__)(_verb)  # the whole sentence, where Typer would cut its own


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
        sys.stdout.write(f"{context.get_help()}\n")


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: The words after `actlab`.

    Returns:
        The exit code: 0 done, 1 our fault, 2 usage, 3 data unusable, 5 every training failed,
        130 interrupted, 141 the reader of stdout has gone.
    """
    as_json, said = "--json" in arguments, STOPPED
    try:
        code = app(
            list(arguments),
            prog_name="actlab",
            standalone_mode=False,
            obj=list(arguments),
            terminal_width=min(get_terminal_size().columns, HELP_WIDTH),  # by itself help is never below 50 columns
        )
    except (KeyboardInterrupt, Abandoned) as stopped:
        code, said = INTERRUPTED, str(stopped) or STOPPED
    except SystemExit:  # so Typer and Rich end when the reader of stdout has gone
        return CLOSED
    except Exception as error:  # noqa: BLE001 - the one place where every failure becomes a sentence
        return end_with(error, as_json=as_json)
    if code == INTERRUPTED:
        say_failure(said, INTERRUPTED, as_json=as_json)
    return code or DONE


def start() -> None:
    """Run the command that was typed, and leave with its exit code."""
    never_fail_to_spell()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while a failure was being told
        code = INTERRUPTED
    stay_silent()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        drain(sys.stdout)
        code = code or CLOSED
    raise SystemExit(code)
