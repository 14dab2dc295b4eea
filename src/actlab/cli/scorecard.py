"""A finished comparison as a terminal shows it: the answer, and one line for each function."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from actlab.compare import METRICS, captions
from actlab.compare.records import Candidate, Results
from actlab.figures import numerals

STYLES = {
    "CLEAR": "bold green",
    "SMALL": "green",
    "WORSE": "red",
    "BROKEN": "bold red",
    "BASELINE": "dim",
}
WIDE_ENOUGH = {"difference": 60, "dead": 68, "training": 78}  # columns of the terminal that each one needs


def print_answer(console: Console, results: Results) -> None:
    """The recommendation in one sentence with its confidence, then the score card."""
    metric = METRICS[results.plan.metric]
    console.print(Text(results.answer.sentence, style="bold"))
    console.print(results.answer.confidence)
    console.print()
    console.print(score_card(results, console.width))
    better = "higher" if metric.direction > 0 else "lower"
    console.print(
        f"Scores are {metric.words}, {better} is better; differences are from {results.plan.baseline}, "
        "positive when better, with 95 % intervals."
    )


def score_card(results: Results, width: int) -> Table:
    """One line for each function, the best score first; a narrow terminal gets fewer columns."""
    shown = [name for name, needed in WIDE_ENOUGH.items() if width >= needed]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("score", no_wrap=True, justify="right")
    for name in shown:
        table.add_column(name, no_wrap=True, justify="left" if name == "difference" else "right")
    places = numerals.decimals(results.plan.matters)
    for each in captions.ranked(results):
        verdict = Text(each.verdict, style=STYLES.get(each.verdict, ""))
        cells = _cells(each, places)
        score = numerals.number(each.mean, places)
        table.add_row(each.activation, verdict, score, *(cells[name] for name in shown))
    return table


def _cells(candidate: Candidate, places: int) -> dict[str, str]:
    difference = ""
    if candidate.difference:
        own = candidate.difference
        mean, low, high = (numerals.signed(value, places) for value in (own.mean, own.low, own.high))
        difference = f"{mean}  [{low} … {high}]"
    return {
        "difference": difference,
        "dead": numerals.share(captions.dead_share(candidate)),
        "training": numerals.seconds(candidate.cost.training_seconds),
    }
