"""Expected cost over the cutoff: where to cut a score, and what that saves against one half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from actlab.figures import canvas, numerals, palette, rows


@dataclass(frozen=True)
class Choice:
    """The cutoff that was chosen, the range that the repeats chose from, and the cost a row there and at 0.5."""

    cutoff: float
    low: float
    high: float
    cost: float
    cost_at_half: float


@canvas.styled
def cutoff(
    cutoffs: Sequence[float],
    cost: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    choice: Choice,
    *,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw the cost a row at each cutoff with its band over the repeats, and mark one half and the choice.

    Args:
        cutoffs: rising, between 0 and 1.
        cost: expected cost a row at each cutoff.
        low: the lower end of the band at each cutoff.
        high: its upper end.
        choice: what was chosen.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 suits a phone.
    """
    wide = width >= 500
    tall, left, below, above = 290.0, 48.0, 42.0, 58.0
    figure = canvas.sheet(width, tall)
    axes = canvas.place(figure, left, above, width - left - 12, tall - below - above)
    axes.set_xlim(0, 1)
    _costs(axes, cost, high, choice)
    axes.axvspan(choice.low, choice.high, color=palette.BAND.light, linewidth=0, zorder=0)
    blue = palette.SERIES[0].light
    axes.fill_between(cutoffs, low, high, color=blue, alpha=0.18, linewidth=0, zorder=1)
    axes.plot(cutoffs, cost, color=blue, linewidth=2, zorder=3)
    apart = abs(choice.cutoff - 0.5) > (0.12 if wide else 0.3)
    _mark(axes, 0.5, f"0.5 costs {numerals.short(choice.cost_at_half, 2)}", palette.MUTED.light, 1.0 if apart else 1.08)
    text = f"{numerals.short(choice.cutoff, 2)} costs {numerals.short(choice.cost, 2)}"
    _mark(axes, choice.cutoff, text, palette.INK.light, 1.0)
    axes.set_xlabel("cutoff: at or above it, say yes" if not wide else "cutoff: a score at or above it counts as yes")
    figure.text(4 / width, 1 - 12 / tall, "↑ cost a row (lower is better)", color=palette.MUTED.light, fontsize=10.5)
    return canvas.Picture(title, description, figure)


def _costs(axes: Axes, cost: Sequence[float], high: Sequence[float], choice: Choice) -> None:
    """Leave out what lies far above the interesting part: the ends of the curve can be ten times as high."""
    floor = max(choice.cost, choice.cost_at_half, float(np.nanmedian(high)), 1e-9)
    top = min(float(np.nanmax([*high, *cost])), 2.2 * floor)
    axes.set_ylim(0, 1.08 * top)
    locator = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10])
    places = rows.tick_places(locator.tick_values(0, top))
    axes.yaxis.set_major_locator(locator)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.number(value, places)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.number(value, 1)))
    axes.grid(axis="y")


def _mark(axes: Axes, at: float, text: str, colour: str, height: float) -> None:
    axes.plot(
        [at, at],
        [0, height],
        color=colour,
        linewidth=1.2,
        linestyle=(0, (4, 3)) if at == 0.5 else "solid",
        transform=axes.get_xaxis_transform(),
        clip_on=False,
        zorder=2,
    )
    side = "left" if at < 0.25 else "right" if at > 0.75 else "center"
    axes.annotate(
        text,
        (at, height),
        xycoords=axes.get_xaxis_transform(),
        xytext=(0, 3),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=10.5,
        color=colour,
    )
