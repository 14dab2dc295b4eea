"""Verbs that look at functions: list, show and plot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from actlab.catalogue import Activation, find, names
from actlab.cli.folder import check_writable
from actlab.cli.streams import notices, print_document, results

PICTURES = (".pdf", ".png", ".svg")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A function's name or alias: gelu, swish, …")]


def list_activations(as_json: AsJson = False) -> None:
    """List every function: its family, name, year and what it does."""
    known = sorted(map(find, names()), key=lambda each: each.family)
    if as_json:
        from actlab.properties.facts import entry

        print_document({"schema": "actlab.list/1", "activations": [entry(each) for each in known]})
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("name", no_wrap=True)
    table.add_column("year", no_wrap=True, style="dim")
    table.add_column("what it does")
    for family, members in groupby(known, key=lambda each: each.family):
        table.add_row(Text(family, style="bold"))
        for each in members:
            table.add_row(f"  {each.name}", str(each.source.year), each.summary)
    results().print(table)


def show(name: Name, as_json: AsJson = False) -> None:
    """Show one function: formula, derivative, properties, story, source and a small plot."""
    activation = find(name)
    from actlab.properties.facts import claims, facts

    if as_json:
        print_document({"schema": "actlab.show/1", **facts(activation)})
        return
    from actlab.cli import wording

    known = Table(box=None, pad_edge=False, show_header=False)
    known.add_column(no_wrap=True, style="dim")
    known.add_column()
    for what, text in _formulas(activation).items():
        known.add_row(what, text)
    for what, claim in claims(activation):
        words = wording.in_words(what, claim.value)
        known.add_row(what.replace("_", " "), Text.assemble(words, (f"  {claim.how}", "dim")))
    picture = _picture(activation, results().width) if activation.univariate else ""
    console = results()
    console.print(Text(f"{activation.name}: {activation.family}, {activation.source}", style="bold"))
    for paragraph in activation.doc.split("\n\n"):
        console.print(f"\n{' '.join(paragraph.split())}")
    console.print()
    console.print(known)
    if picture:
        console.print(f"\n{picture}", soft_wrap=True)


def plot(
    chosen: Annotated[list[str], typer.Argument(metavar="NAME", help="One or more functions.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="A file name in .svg, .png or .pdf.")],
    as_json: AsJson = False,
) -> None:
    """Draw functions and their derivatives into a file."""
    activations = [find(name) for name in chosen]
    _check_picture(activations, output)
    from actlab.figures import functions

    functions.overlay(activations).save(output)
    if as_json:
        drawn = [each.name for each in activations]
        print_document({"schema": "actlab.plot/1", "file": str(output), "activations": drawn})
        return
    notices().print(f"{output} is drawn.", soft_wrap=True)


def _check_picture(activations: Sequence[Activation], output: Path) -> None:
    if output.suffix not in PICTURES:
        raise typer.BadParameter(
            f"{output} ends in {output.suffix or 'nothing'}; write a name that ends in .svg, .png or .pdf.",
            param_hint="--output",
        )
    if not output.parent.is_dir() or output.is_dir():
        raise typer.BadParameter(f"{output} is not a file in a folder that exists.", param_hint="--output")
    check_writable(output.parent, "--output")
    for activation in activations:
        if not activation.univariate:
            raise typer.BadParameter(
                f"{activation.name} is not a function of one number, so it has no curve.", param_hint="NAME"
            )


def _formulas(activation: Activation) -> dict[str, str]:
    """The formula and its derivatives, as text and as LaTeX, with what belongs to them."""
    lines = {"formula": str(activation.formula), "LaTeX": activation.latex}
    if activation.elementwise:
        for name, slope in zip(activation.inputs, activation.slopes, strict=True):
            lines[f"derivative by {name}" if len(activation.inputs) > 1 else "derivative"] = str(slope)
    for each in activation.parameters:
        lines[f"parameter {each.name}"] = f"{each.default:g}, {each.role}"
    if activation.aliases:
        lines["also called"] = ", ".join(activation.aliases)
    return lines


def _picture(activation: Activation, width: int) -> str:
    """The value and the derivative, drawn with characters."""
    from actlab.figures import sampling, terminal

    curve = sampling.sampled(activation, -5.0, 5.0)
    return terminal.plot(
        curve.x,
        [("value", curve.value), ("derivative", curve.derivative)],
        width=max(20, min(60, width - 10)),
    )
