"""A finished comparison as a terminal shows it: the answer, and one line for each function."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from actlab.compare import METRICS, captions
from actlab.compare.recommendation import dead_share
from actlab.compare.records import Candidate, Results
from actlab.compare.report import MEANINGS, SCORES
from actlab.figures import numerals

STYLES = {
    "CLEAR": "bold green",
    "SMALL": "green",
    "WORSE": "red",
    "BROKEN": "bold red",
    "BASELINE": "dim",
}
COLUMNS = ("verdict", "score", "difference", "dead", "training")
DEAD = "dead is the share of units whose slope is 0 on every training row, in the hidden layer with most of them."


def print_answer(console: Console, results: Results) -> None:
    """The recommendation in one sentence with its confidence, then the score card."""
    metric = METRICS[results.plan.metric]
    console.print(Text(results.answer.sentence, style="bold"))
    console.print(results.answer.confidence)
    console.print()
    card = score_card(results)
    unbounded = console.options.update(max_width=1000)
    if console.measure(card, options=unbounded).maximum <= console.width:
        console.print(card)
    else:
        console.print(blocks(results))
    better = "higher" if metric.direction > 0 else "lower"
    console.print(
        f"Scores are {metric.words}, {better} is better; differences are from {results.plan.baseline}, "
        "positive when better, with 95 % intervals."
    )
    for line in explanations(results):
        console.print(line, style="dim")


def score_card(results: Results) -> Table:
    """One line for each function, the best score first."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, no_wrap=True, justify="left" if name in ("verdict", "difference") else "right")
    for activation, cells in _rows(results):
        table.add_row(activation, *cells.values())
    return table


def blocks(results: Results) -> Text:
    """The same for a terminal that is too narrow for the lines: a few short ones for each function."""
    text = Text(end="")
    for activation, cells in _rows(results):
        text.append_text(Text.assemble(f"{activation} ", cells["verdict"], "\n"))
        for name in COLUMNS[1:]:
            if cells[name]:
                text.append_text(Text.assemble("  ", (f"{name} ", "dim"), cells[name], "\n"))
    return text


def explanations(results: Results) -> Iterator[str]:
    """What the words of the score card mean: those verdicts that occur, the metric, and dead units."""
    found = {each.verdict for each in results.candidates}
    words = [f"{word}: {meaning.partition(':')[0]}" for word, meaning in MEANINGS.items() if word in found]
    if words:
        yield f"{'; '.join(words)}."
    yield f"{METRICS[results.plan.metric].words}: {SCORES[results.plan.metric]}"
    yield f"{DEAD} The report explains the rest."


def _rows(results: Results) -> Iterator[tuple[str, dict[str, Text]]]:
    places = numerals.decimals(results.plan.matters)
    for each in captions.ranked(results):
        yield each.activation, _cells(each, places)


def _cells(candidate: Candidate, places: int) -> dict[str, Text]:
    difference = ""
    if candidate.difference:
        own = candidate.difference
        mean, low, high = (numerals.signed(value, places) for value in (own.mean, own.low, own.high))
        difference = f"{mean}  [{low} … {high}]"
    return {
        "verdict": Text(candidate.verdict, style=STYLES.get(candidate.verdict, "")),
        "score": Text(numerals.number(candidate.mean, places)),
        "difference": Text(difference),
        "dead": Text(numerals.share(dead_share(candidate))),
        "training": Text(numerals.seconds(candidate.cost.training_seconds)),
    }
