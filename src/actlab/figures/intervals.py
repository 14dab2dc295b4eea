"""Differences from the baseline, each with its interval, over the band of differences that do not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from actlab.figures import canvas, numerals, palette, rows


@dataclass(frozen=True)
class Interval:
    """A difference (positive is better) between its bounds; all nan where there is none. `note` is its verdict."""

    name: str
    mean: float
    low: float
    high: float
    note: str


@canvas.styled
def differences(
    intervals: Sequence[Interval],
    *,
    matters: float,
    quantity: str,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw one row for each interval, around the line where there is no difference.

    Args:
        intervals: in the order of the rows.
        matters: half the width of the band that does not matter.
        quantity: what differs, in words.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 leaves out what a phone has no room for.
    """
    names = [interval.name for interval in intervals]
    wide = width >= 500
    places = numerals.decimals(matters)
    frame = rows.Frame(width, rows.label_width(names), 232 if wide else 66, 28, 42, 24)
    figure, axes = rows.draw(names, frame)
    bounds = [bound for interval in intervals for bound in (interval.low, interval.high)]
    low, high = rows.focus([*bounds, 0, 0, 0, 0], max(matters, 1e-9))
    rows.axis(axes, min(low, -1.6 * matters), max(high, 1.6 * matters), 6 if wide else 3, sign=True)
    axes.axvspan(-matters, matters, color=palette.BAND.light, zorder=0, linewidth=0)
    axes.axvline(0, color=palette.INK.light, linewidth=1, zorder=1)
    looks = palette.styles(names)
    for row, interval in enumerate(intervals):
        _interval(axes, row, interval, looks[interval.name])
        if wide and interval.low <= interval.high:
            rows.note(axes, row, 1 + 14 / frame.body, spelled(interval, places))
        verdict = canvas.plain(interval.note, 10)
        rows.note(axes, row, 1 + frame.notes / frame.body, verdict, right=True, colour=palette.MUTED.light)
    meaning = f"within ±{numerals.short(matters)}: does not matter"
    rows.swatches(figure, frame.labels, 6, [(palette.BAND.light, meaning)])
    axes.set_xlabel(f"← worse · {quantity} · better →" if wide else "← worse · difference · better →")
    return canvas.Picture(title, description, figure)


def spelled(interval: Interval, places: int) -> str:
    """The difference and its bounds as text: +0.002 [−0.004, +0.008]."""
    mean, low, high = (numerals.signed(value, places) for value in (interval.mean, interval.low, interval.high))
    return f"{mean}  [{low}, {high}]"


def _interval(axes: Axes, row: int, interval: Interval, look: palette.Style) -> None:
    left, right = axes.get_xlim()
    if not interval.low <= interval.high:
        return
    if interval.high < left or interval.low > right:
        rows.outside(axes, row, interval.mean, look.colour, "off the scale")
        return
    axes.plot([interval.low, interval.high], [row, row], color=look.colour, linewidth=2, zorder=3)
    for bound in (interval.low, interval.high):
        if not left <= bound <= right:
            rows.outside(axes, row, bound, look.colour, "")
        else:
            axes.plot([bound], [row], marker="|", color=look.colour, markersize=7, markeredgewidth=2, zorder=3)
    if left <= interval.mean <= right:
        axes.plot([interval.mean], [row], marker=look.marker, color=look.colour, markersize=7, zorder=4)
