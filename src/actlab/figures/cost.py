"""What a score costs: training time against score, one named point for each activation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from actlab.figures import canvas, labels, numerals, palette, rows

ROUND = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), tuple(range(1, 10)), tuple(x / 10 for x in range(10, 100)))


@dataclass(frozen=True)
class Point:
    """One activation: what it costs, in seconds, and how well it scores."""

    name: str
    seconds: float
    score: float


@canvas.styled
def cost_and_score(
    points: Sequence[Point],
    *,
    quantity: str,
    least: float,
    lower_is_better: bool,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw cost to the right, on a scale of ratios, and score upwards, so that the best lies in the upper left corner.

    Args:
        points: what did not finish is left out.
        quantity: what the scores are, in words.
        least: the smallest difference worth a look, for the scale.
        lower_is_better: turns the score's axis round, so that up is better in every report.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 suits a phone.
    """
    known = [point for point in points if math.isfinite(point.score) and point.seconds > 0]
    tall = 300.0 + (6.0 if width >= 500 else 20.0) * max(0, len(known) - 8)
    left, below, above = 48.0, 42.0, 24.0
    figure = canvas.sheet(width, tall)
    across, down = width - left - 12, tall - below - above
    axes = canvas.place(figure, left, above, across, down)
    window = rows.focus([point.score for point in known], max(least, 1e-9))
    _axes(axes, known, window, lower_is_better)
    cheaper = "← cheaper · time to train one network, logarithmic scale"
    axes.set_xlabel(cheaper if width >= 500 else "← cheaper to train · logarithmic")
    upwards = f"↑ {quantity}, better upwards" if width >= 500 else "↑ better score"
    figure.text(4 / width, 1 - 12 / tall, upwards, color=palette.MUTED.light, fontsize=10.5)
    _points(axes, known, window, across, down)
    return canvas.Picture(title, description, figure)


def _axes(axes: Axes, points: Sequence[Point], window: tuple[float, float], flipped: bool) -> None:
    low, high = window
    air = 0.06 * (high - low)
    axes.set_ylim((high + air, low - air) if flipped else (low - air, high + air))
    fastest = min((point.seconds for point in points), default=0.5)
    slowest = max((point.seconds for point in points), default=2.0)
    axes.set_xscale("log")
    reach = max(1.25, (slowest / fastest) ** 0.12)
    axes.set_xlim(fastest / reach, slowest * reach)
    axes.xaxis.set_major_locator(FixedLocator(_round_times(fastest / reach, slowest * reach)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.seconds(value)))
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
    places = rows.tick_places(locator.tick_values(low - air, high + air))
    axes.yaxis.set_major_locator(locator)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.number(value, places)))
    axes.grid(axis="y")


def _round_times(low: float, high: float) -> list[float]:
    """Three to six round numbers between two times, however near or far apart they are."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found: list[float] = []
    for steps in ROUND:
        found = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(found) >= 3:
            break
    return found[:: max(1, math.ceil(len(found) / 6))]


def _points(axes: Axes, points: Sequence[Point], window: tuple[float, float], across: float, down: float) -> None:
    low, high = window
    looks = palette.styles(point.name for point in points)
    inside = [min(max(point.score, low), high) for point in points]
    places = [
        tuple(axes.transAxes.inverted().transform(axes.transData.transform((point.seconds, score))))
        for point, score in zip(points, inside, strict=True)
    ]
    spots = [(x * across, y * down) for x, y in places]
    texts = [_text(point, window, axes.yaxis_inverted()) for point in points]
    centres = labels.spread(spots, [rows.LETTER * len(text) for text in texts], across, down)
    for point, score, spot, text, centre in zip(points, inside, spots, texts, centres, strict=True):
        look = looks[point.name]
        axes.plot([point.seconds], [score], look.marker, color=look.colour, markersize=8, zorder=3)
        _name(axes, spot, centre, text, across, down)


def _text(point: Point, window: tuple[float, float], flipped: bool) -> str:
    """The name, with an arrow and the score where that lies beyond the axis."""
    low, high = window
    if low <= point.score <= high:
        return rows.label(point.name)
    arrow = "↓" if (point.score < low) != flipped else "↑"
    return f"{rows.label(point.name)} {arrow} {numerals.short(point.score)}"


def _name(
    axes: Axes, spot: tuple[float, float], centre: tuple[float, float], text: str, across: float, down: float
) -> None:
    x, y = centre[0] / across, centre[1] / down
    half = rows.LETTER * len(text) / 2
    reach = max(abs(centre[0] - spot[0]) - half, 0) + max(abs(centre[1] - spot[1]) - labels.HALF_HEIGHT, 0)
    if reach > 3 * labels.MARKER:
        near = min(max(spot[0], centre[0] - half), centre[0] + half)
        line = ([spot[0] / across, near / across], [spot[1] / down, y])
        axes.plot(*line, color=palette.MUTED.light, linewidth=0.6, transform=axes.transAxes, zorder=1)
    # The name starts or ends at its point's side: fonts narrower than ours leave no gap there.
    side = "left" if centre[0] - half > spot[0] else "right" if centre[0] + half < spot[0] else "center"
    anchor = {"left": x - half / across, "right": x + half / across, "center": x}[side]
    axes.text(anchor, y, text, transform=axes.transAxes, ha=side, va="center_baseline", zorder=4)
