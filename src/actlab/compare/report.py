"""The report: one HTML file that holds the answer, its evidence, its limits and the way to repeat it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from actlab.compare import captions
from actlab.compare.metrics import METRICS
from actlab.compare.recommendation import dead_share
from actlab.compare.records import Candidate, Results
from actlab.compare.verdict import FEWEST_REPEATS
from actlab.figures import canvas, cost, cutoff, intervals, keys, learning, numerals, pairs, palette, units

Draw = Callable[[int], canvas.Picture]

MEANINGS: Mapping[str, str] = {
    "CLEAR": "better than the baseline by more than matters: the whole interval lies above the grey band",
    "SMALL": "better than the baseline, but the interval reaches into the band: perhaps by too little to matter",
    "SAME": "no practical difference: the whole interval lies inside the band, so take the cheaper or plainer one",
    "UNSURE": "this data cannot tell: no difference is shown, yet the interval is not wholly inside the band "
    f"(or there are fewer than {FEWEST_REPEATS} repeats). An interval that just leaves out 0 is not enough when "
    "several functions are compared: one of them looks better or worse by luck sooner or later",
    "WORSE": "worse than the baseline, and that is more than luck",
    "BROKEN": "in at least one repeat no learning rate gave a finished network",
}
NAMELESS = {"target", "class", "label", "outcome", "y"}  # what a column is called when its name says nothing
SIGNS = {"BASELINE": "●", "CLEAR": "▲", "SMALL": "△", "SAME": "=", "UNSURE": "?", "WORSE": "▼", "BROKEN": "✕"}

SCORES: Mapping[str, str] = {
    "roc_auc": "Draw one row of each class: how often does the network give the right one the higher score? "
    "1 is always, 0.5 is guessing.",
    "average_precision": "Rank the rows by score: how pure in the rarer class is the top of the list, whichever length "
    "is cut off? 1 is perfect; guessing gets that class's share of the rows.",
    "balanced_accuracy": "The share of right answers in each class, averaged over the classes, so that a rare class "
    "counts as much as a common one. 1 is perfect; guessing gets 1 divided by the number of classes.",
    "rmse_over_deviation": "The typical error, divided by the target's standard deviation. 0 is perfect; 1 is no "
    "better than always answering the mean.",
    "loss": "The mean of the loss that came with the model, on rows that nothing was learned from. Its size means what "
    "that loss means.",
}


NOTHING_YET = "No repeat was finished, so there is nothing to draw yet."
UNITS_MISSING = (
    "The model has no activation that could be read: it calls functions instead of modules, or modules that work "
    "along an axis. What was not measured is listed below."
)


@dataclass(frozen=True)
class Figure:
    """One picture of the report, drawn for a desk and for a phone."""

    name: str
    title: str
    wide: Markup
    narrow: Markup


def render(results: Results) -> str:
    """Write the report of a comparison.

    Args:
        results: finished or interrupted; an interrupted one says so on top.

    Returns:
        One HTML document that needs no network, no other file and no script.
    """
    template = _environment().get_template("report.html.j2")
    style = files("actlab.compare").joinpath("templates/report.css").read_text(encoding="utf-8")
    ranked = captions.ranked(results)
    looks = palette.styles(each.activation for each in results.candidates)
    page = template.render(
        results=results,
        plan=results.plan,
        data=results.data,
        answer=results.answer,
        environment=results.environment,
        cutoff=results.cutoff,
        keeps_half=bool(results.cutoff and captions.keeps_half(results.cutoff)),
        subject=subject(results),
        fewest_repeats=FEWEST_REPEATS,
        ranked=ranked,
        groups=_groups(ranked),
        metric=METRICS[results.plan.metric],
        metric_meaning=SCORES[results.plan.metric],
        meanings=MEANINGS,
        signs=SIGNS,
        figures={figure.name: figure for figure in _figures(results)},
        key=lambda name: Markup(keys.key(looks[name])),
        seeds=_seeds(results),
        networks=_networks(results),
        unread=_unread(results),
        units_missing=UNITS_MISSING if results.plan.model and results.chosen else NOTHING_YET,
        places=numerals.decimals(results.plan.matters),
        style=Markup(palette.variables() + style),
    )
    return canvas.printable(page)


def subject(results: Results) -> str:
    """What the report's question is about: the "target" by its name, or where that says nothing "classes" or "data"."""
    if results.plan.target.strip().lower() not in NAMELESS:
        return "target"
    telling = all(any(map(str.isalpha, name)) for name, _ in results.data.classes)
    return "classes" if results.plan.task == "binary" and telling else "data"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("actlab.compare"),
        autoescape=True,  # names of columns, classes, data and functions are other people's text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    spellings: Mapping[str, Callable[..., str]] = {
        "number": numerals.number,
        "signed": numerals.signed,
        "short": numerals.short,
        "seconds": numerals.seconds,
        "share": numerals.share,
        "dead": lambda candidate: numerals.share(dead_share(candidate)),
        "clean": canvas.plain,
    }
    environment.filters.update(spellings)
    return environment


def _groups(ranked: tuple[Candidate, ...]) -> list[tuple[str, list[Candidate]]]:
    """The candidates by verdict, in the order of the six words; words that nobody got are left out."""
    by_word = {word: [each for each in ranked if each.verdict == word] for word in ("BASELINE", *MEANINGS)}
    return [(word, found) for word, found in by_word.items() if found]


def _seeds(results: Results) -> list[tuple[int, str]]:
    """The seeds that each repeat's runs were started with; the same for every function, so there is one."""
    found: dict[int, set[int]] = {}
    for run in results.runs:
        found.setdefault(run.repeat, set()).add(run.seed)
    return [(repeat + 1, ", ".join(map(str, sorted(seeds)))) for repeat, seeds in sorted(found.items())]


def _networks(results: Results) -> Mapping[str, int]:
    """How the networks ended: finished, diverged, failed, and all that were tried."""
    ended = Counter(run.status for run in results.runs)
    return {**{status: ended[status] for status in ("finished", "diverged", "failed")}, "all": len(results.runs)}


def _unread(results: Results) -> str:
    """Functions whose networks finished and gave no reading, as a model that calls a function gives none."""
    finished = {each.run.activation for each in results.chosen}
    names = [each.activation for each in results.candidates if each.activation in finished and not each.layers]
    return numerals.listed([captions.name(each) for each in names]) if names else ""


def _figures(results: Results) -> list[Figure]:
    """Those pictures that there are numbers for."""
    scored = any(math.isfinite(each.mean) for each in results.candidates)
    drawings: dict[str, tuple[bool, Callable[[Results, int], canvas.Picture]]] = {
        "differences": (any(each.difference for each in results.candidates), _differences),
        "pairs": (scored, _pairs),
        "learning": (bool(results.chosen), _learning),
        "units": (any(each.layers for each in results.candidates), _units),
        "cost": (scored, _cost),
        "cutoff": (results.cutoff is not None, _cutoff),
    }
    return [_figure(name, partial(draw, results)) for name, (known, draw) in drawings.items() if known]


def _figure(name: str, draw: Draw) -> Figure:
    wide, narrow = draw(canvas.WIDE), draw(canvas.NARROW)
    return Figure(name, wide.title, Markup(wide.inline(f"{name}-wide")), Markup(narrow.inline(f"{name}-narrow")))


def _score(results: Results) -> dict[str, Any]:
    metric = METRICS[results.plan.metric]
    return {"quantity": metric.words, "least": results.plan.matters, "lower_is_better": metric.direction < 0}


def _differences(results: Results, width: int) -> canvas.Picture:
    plan, nan = results.plan, math.nan
    rows = [
        intervals.Interval(each.activation, found.mean, found.low, found.high, each.verdict)
        if (found := each.difference)
        else intervals.Interval(each.activation, nan, nan, nan, each.verdict)
        for each in captions.ranked(results)
        if each.activation != plan.baseline
    ]
    title, description = captions.differences(results)
    quantity = f"difference from {canvas.plain(plan.baseline, 20)}"
    return intervals.differences(
        rows, matters=plan.matters, quantity=quantity, title=title, description=description, width=width
    )


def _pairs(results: Results, width: int) -> canvas.Picture:
    ranked, (title, description) = captions.ranked(results), captions.pairs(results)
    names, scores = [each.activation for each in ranked], [each.scores for each in ranked]
    return pairs.pairs(names, scores, **_score(results), title=title, description=description, width=width)


def _learning(results: Results, width: int) -> canvas.Picture:
    title, description = captions.learning(results)
    panels = [
        (
            each.activation,
            [
                learning.Lesson(run.training_curve, run.validation_curve, run.best_epoch)
                for run in (chosen.run for chosen in results.chosen)
                if run.activation == each.activation
            ],
        )
        for each in captions.ranked(results)
    ]
    return learning.learning_curves(panels, title=title, description=description, width=width)


def _units(results: Results, width: int) -> canvas.Picture:
    ranked, (title, description) = captions.ranked(results), captions.units(results)
    layers = [
        [units.Layer(own.sparse_start, own.dead_start, own.sparse_end, own.dead_end) for own in each.layers]
        for each in ranked
    ]
    names = [each.activation for each in ranked]
    return units.units_by_layer(names, layers, title=title, description=description, width=width)


def _cost(results: Results, width: int) -> canvas.Picture:
    title, description = captions.cost(results)
    points = [cost.Point(each.activation, each.cost.training_seconds, each.mean) for each in results.candidates]
    return cost.cost_and_score(points, **_score(results), title=title, description=description, width=width)


def _cutoff(results: Results, width: int) -> canvas.Picture:
    found = results.cutoff
    assert found, "only drawn where there is a curve"
    title, description = captions.cutoff(results)
    marked = 0.5 if captions.keeps_half(found) else found.chosen
    choice = cutoff.Choice(marked, found.chosen_low, found.chosen_high)
    curve = found.cutoffs, found.cost, found.low, found.high
    answer = found.positive
    return cutoff.cutoff(*curve, choice, answer=answer, title=title, description=description, width=width)
