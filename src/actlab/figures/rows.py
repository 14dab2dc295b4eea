"""One row for each name: the layout that pictures of intervals, repeats and units share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from actlab.figures import canvas, numerals, palette

LETTER = 6.9  # the width of a letter at 11 units, wide enough for most fonts
LONGEST = 14


@dataclass(frozen=True)
class Frame:
    """Where the rows lie on the sheet: columns for labels left and notes right, and room above and below."""

    width: float
    labels: float
    notes: float
    above: float
    below: float
    row: float

    @property
    def body(self) -> float:
        """The width left for the axes."""
        return self.width - self.labels - self.notes


def label(name: str) -> str:
    """A name short enough for the column at the left."""
    return canvas.plain(name, LONGEST)


def label_width(names: Sequence[str]) -> float:
    """The room that the longest label needs."""
    return 12 + LETTER * max((len(label(name)) for name in names), default=0)


def draw(names: Sequence[str], frame: Frame) -> tuple[Figure, Axes]:
    """An empty sheet with one labelled row for each name, the first on top; row i is centred on y = i."""
    tall = max(1, len(names)) * frame.row
    figure = canvas.sheet(frame.width, frame.above + tall + frame.below)
    axes = canvas.place(figure, frame.labels, frame.above, frame.body, tall)
    axes.set_ylim(max(1, len(names)) - 0.5, -0.5)
    axes.set_yticks([])
    for row, name in enumerate(names):
        note(axes, row, -12 / frame.body, label(name), right=True)
        if row:
            axes.axhline(row - 0.5, color=palette.RULE.light, linewidth=0.5, zorder=0)
    return figure, axes


def note(axes: Axes, row: float, across: float, text: str, *, right: bool = False, colour: str = "") -> None:
    """Write in a row; `across` counts from 0 at the left end of the axes to 1 at the right end."""
    axes.text(
        across,
        row,
        text,
        transform=axes.get_yaxis_transform(),
        ha="right" if right else "left",
        va="center_baseline",
        color=colour or palette.INK.light,
    )


def swatches(figure: Figure, left: float, top: float, keys: Sequence[tuple[str, str]]) -> None:
    """A line of coloured squares, each with its meaning; `keys` are pairs of a colour and a text."""
    for colour, text in keys:
        key = canvas.place(figure, left, top, 12, 10)
        key.axis("off")
        key.axvspan(0, 1, color=colour, linewidth=0)
        key.set_xlim(0, 1)
        key.text(1.5, 0.5, text, va="center_baseline", fontsize=10.5, color=palette.MUTED.light)
        left += 32 + LETTER * len(text)


def focus(values: npt.ArrayLike, least: float) -> tuple[float, float]:
    """The part of an axis worth showing: all values, save those further out than five times the middle half.

    Args:
        values: any shape; what is not finite is left out.
        least: the smallest extent that may count as the middle half, so that equal values get a window too.

    Returns:
        The lower and the upper end, with a little air.
    """
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if finite.size == 0:
        return -least, least
    lower, upper = np.quantile(finite, (0.25, 0.75))
    reach = 5 * max(upper - lower, least)
    kept = finite[(finite >= lower - reach) & (finite <= upper + reach)]
    low, high = float(kept.min()), float(kept.max())
    air = 0.06 * max(high - low, least)
    return low - air, high + air


def axis(axes: Axes, low: float, high: float, ticks: int, sign: bool = False, flipped: bool = False) -> int:
    """Set the horizontal axis, its grid and its numbers; `flipped` puts small values at the right.

    Returns:
        How many decimals its numbers have.
    """
    axes.set_xlim(high, low) if flipped else axes.set_xlim(low, high)
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
    axes.xaxis.set_major_locator(locator)
    places = tick_places(locator.tick_values(low, high))
    spell = numerals.signed if sign else numerals.number
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: spell(value, places)))
    axes.grid(axis="x")
    return places


def tick_places(ticks: npt.ArrayLike) -> int:
    """How many decimals a series of ticks needs."""
    values = np.asarray(ticks, dtype=float)
    return next((places for places in range(7) if np.allclose(np.round(values, places), values, atol=1e-9)), 7)


def outside(axes: Axes, row: float, value: float, colour: str, text: str) -> None:
    """Mark a value that lies beyond the axis: an arrow at the edge that it left by, and its number."""
    low, high = axes.get_xlim()
    beyond_left = (value < low) if low < high else (value > low)
    edge, marker, side = (0.0, "<", 1) if beyond_left else (1.0, ">", -1)
    across = axes.get_yaxis_transform()
    axes.plot([edge], [row], marker=marker, color=colour, markersize=6, transform=across, clip_on=False, zorder=4)
    axes.annotate(
        text,
        (edge, row),
        xycoords=across,
        xytext=(8 * side, 0),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="center_baseline",
        fontsize=10,
        color=palette.MUTED.light,
        zorder=4,
    )
