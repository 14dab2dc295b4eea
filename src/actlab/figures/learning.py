"""Learning curves, one small panel for each activation, all on the same scales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from actlab.figures import canvas, numerals, palette, rows

MOST_POINTS = 60  # more than a small panel can show


@dataclass(frozen=True)
class Lesson:
    """The losses of one network, one an epoch, and the epoch whose weights were kept (counted from 1)."""

    training: tuple[float, ...]
    validation: tuple[float, ...]
    best: int


@canvas.styled
def learning_curves(
    panels: Sequence[tuple[str, Sequence[Lesson]]],
    *,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw the validation loss of each repeat thin, and the middle repeat bold with its training loss dashed.

    Args:
        panels: names and their lessons, one a repeat; the first of them sets the grid's upper left corner.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 gives two panels a row, 680 five.
    """
    columns = min(max(1, len(panels)), 5 if width >= 500 else 2)
    lines = max(1, math.ceil(len(panels) / columns))
    left, gap, head, above, below, tall = 44.0, 12.0, 18.0, 26.0, 38.0, 96.0
    across = (width - left - 4) / columns - gap
    whole = head + lines * (tall + above) + below
    figure = canvas.sheet(width, whole)
    losses = [loss for _, lessons in panels for lesson in lessons for loss in lesson.validation]
    scale = _scale(losses)
    longest = max((len(lesson.validation) for _, lessons in panels for lesson in lessons), default=2)
    looks = palette.styles(name for name, _ in panels)
    for index, (name, lessons) in enumerate(panels):
        line, column = divmod(index, columns)
        axes = canvas.place(figure, left + column * (across + gap), head + above + line * (tall + above), across, tall)
        _scales(axes, scale, longest, first=column == 0, last=index + columns >= len(panels))
        axes.set_title(rows.label(name), fontsize=11, loc="left", pad=5)
        _lessons(axes, lessons, looks[name].colour)
    if panels:
        figure.text(0.5, 8 / whole, "epoch", ha="center", color=palette.MUTED.light)
        quantity = f"↑ loss (lower is better){', logarithmic scale' if scale[2] else ''}"
        figure.text(4 / width, 1 - 12 / whole, quantity, color=palette.MUTED.light, fontsize=10.5)
    return canvas.Picture(title, description, figure)


def _scale(losses: Sequence[float]) -> tuple[float, float, bool]:
    """The lowest and the highest loss to show, and whether a logarithmic axis is wanted."""
    finite = np.asarray([loss for loss in losses if math.isfinite(loss)])
    if not finite.size:
        return 0.0, 1.0, False
    low, high = float(finite.min()), float(np.quantile(finite, 0.995))
    if low > 0 and high > 30 * low:
        return low / 1.3, high * 1.3, True
    air = 0.08 * max(high - low, 1e-9)
    return low - air, high + air, False


def _scales(axes: Axes, scale: tuple[float, float, bool], longest: int, first: bool, last: bool) -> None:
    low, high, logarithmic = scale
    if logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    axes.set_ylim(low, high)
    axes.set_xlim(-0.02 * longest, longest * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10], integer=True, prune="upper"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.short(value)))
    axes.tick_params(labelleft=first, labelbottom=last)
    axes.grid(axis="y")


def _lessons(axes: Axes, lessons: Sequence[Lesson], colour: str) -> None:
    if not lessons:
        axes.text(0.5, 0.5, "no network finished", transform=axes.transAxes, ha="center", color=palette.MUTED.light)
        return
    for lesson in lessons:
        axes.plot(*_thinned(lesson.validation), color=colour, linewidth=0.8, alpha=0.4)
    middle = _middle(lessons)
    axes.plot(*_thinned(middle.training), color=palette.MUTED.light, linewidth=1.2, linestyle=(0, (3, 2)))
    axes.plot(*_thinned(middle.validation), color=colour, linewidth=2)
    if 0 < middle.best <= len(middle.validation):
        axes.plot(
            [middle.best], [middle.validation[middle.best - 1]], "o", color=palette.INK.light, markersize=4, zorder=5
        )


def _middle(lessons: Sequence[Lesson]) -> Lesson:
    """The lesson whose best validation loss is the median one (the lower of two)."""
    ranked = sorted(lessons, key=lambda lesson: min(lesson.validation, default=math.inf))
    return ranked[(len(ranked) - 1) // 2]


def _thinned(losses: Sequence[float]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """At most MOST_POINTS of the epochs, the first and the last among them; no value that is not finite."""
    epochs = np.unique(np.linspace(1, len(losses), min(len(losses), MOST_POINTS)).round().astype(np.int64))
    values = np.asarray(losses, dtype=float)[epochs - 1]
    return epochs, np.where(np.isfinite(values), values, np.nan)
