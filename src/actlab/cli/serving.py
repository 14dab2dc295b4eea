"""The verb that opens the lab."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from actlab.cli.streams import results


def lab(
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Where to listen; 0 for any free port.", show_default="the first free from 8571"
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Whether to open the page.")] = True,
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where its comparisons are kept; made when it is needed.")
    ] = Path("actlab-lab"),
) -> None:
    """Open the lab: a page on this machine where functions move, and are compared on a file that you drop."""
    from actlab.data import UsageError

    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} is a file; name a folder for the lab's comparisons.", param_hint="--folder")
    try:
        from actlab.lab.serving import serve
    except ModuleNotFoundError as missing:
        raise UsageError(f'The lab needs {missing.name}: pip install -c constraints.txt -e ".[lab]"') from missing

    def announce(address: str) -> None:
        results().print(f"The lab is at {address} (Ctrl-C ends it)", soft_wrap=True)

    serve(port, browser=browser, folder=folder, announce=announce)
