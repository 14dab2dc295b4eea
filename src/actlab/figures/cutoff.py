"""Expected cost over the cutoff: where to cut a score, and what that saves against one half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from actlab.figures import canvas, numerals, palette, rows

NEAR_AN_END = 0.05  # a cutoff this near to 0 or 1 could not be told from the end on an even axis
DECADES = (0.0001, 0.001, 0.01, 0.1)


@dataclass(frozen=True)
class Choice:
    """The cutoff to mark beside 0.5 (or 0.5 itself), and the range that the repeats chose from."""

    cutoff: float
    low: float
    high: float


@dataclass(frozen=True)
class _Places:
    """Where cutoffs lie on the axis: evenly, or by their odds, which gives the ends room."""

    low: float
    high: float
    by_odds: bool

    def __call__(self, cutoffs: npt.ArrayLike) -> npt.NDArray[np.float64]:
        inside = np.clip(np.asarray(cutoffs, dtype=float), self.low, self.high)
        return np.log(inside / (1 - inside)) if self.by_odds else inside


@canvas.styled
def cutoff(
    cutoffs: Sequence[float],
    cost: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    choice: Choice,
    *,
    answer: str,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw the cost a row at each cutoff with its band over the repeats, and mark one half and the choice.

    Args:
        cutoffs: rising, from 0 to 1.
        cost: expected cost a row at each cutoff.
        low: the lower end of the band at each cutoff.
        high: its upper end.
        choice: what was chosen; near 0 or 1 it stretches the axis there.
        answer: the class that a score at or above the cutoff is answered with.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 suits a phone.
    """
    tall, left, below, above = 290.0, 48.0, 42.0, 58.0
    figure = canvas.sheet(width, tall)
    axes = canvas.place(figure, left, above, width - left - 12, tall - below - above)
    places = _places(choice)
    marked = {at: float(np.interp(at, cutoffs, cost)) for at in (0.5, choice.cutoff)}
    _axes(axes, places, width)
    _costs(axes, [*high, *cost], max(*marked.values(), float(np.nanmedian(high)), 1e-9))
    axes.axvspan(*places([choice.low, choice.high]), color=palette.BAND.light, linewidth=0, zorder=0)
    blue = palette.SERIES[0].light
    axes.fill_between(places(cutoffs), low, high, color=blue, alpha=0.18, linewidth=0, zorder=1)
    axes.plot(places(cutoffs), cost, color=blue, linewidth=2, zorder=3)
    _marks(axes, places, marked, width - left - 12)
    stretched = ", stretched at both ends" if places.by_odds else ""
    counted = f"cutoff: a score at or above it is answered “{canvas.plain(answer, 24)}”"
    axes.set_xlabel(f"{'cutoff' if width < 500 else counted}{stretched}")
    figure.text(4 / width, 1 - 12 / tall, "↑ cost a row (lower is better)", color=palette.MUTED.light, fontsize=10.5)
    return canvas.Picture(title, description, figure)


def _places(choice: Choice) -> _Places:
    if NEAR_AN_END <= choice.cutoff <= 1 - NEAR_AN_END:
        return _Places(0.0, 1.0, by_odds=False)
    return _Places(_end(choice.cutoff, choice.low), 1 - _end(1 - choice.cutoff, 1 - choice.high), by_odds=True)


def _end(chosen: float, outermost: float) -> float:
    """How near to its end the axis goes: it shows the choice and, if that is not much further out, the whole range."""
    return max(1e-12, min(DECADES[1], max(outermost, chosen / 10) if chosen > 0 else 1) / 3)


def _axes(axes: Axes, places: _Places, width: int) -> None:
    """The scale of the cutoffs; on a stretched one the outermost places stand for 0 and 1."""
    axes.set_xlim(*places([0, 1]))
    if not places.by_odds:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.number(value, 1)))
        return
    inner = DECADES if width >= 500 else DECADES[2:3]
    shown = [0.0, *inner, 0.5, *(1 - at for at in reversed(inner)), 1.0]
    shown = [at for at in shown if at in (0, 1) or 2 * places.low < at < 1 - 2 * (1 - places.high)]
    axes.xaxis.set_major_locator(FixedLocator(places(shown).tolist()))
    axes.set_xticklabels([numerals.short(at) for at in shown])


def _costs(axes: Axes, costs: Sequence[float], floor: float) -> None:
    """Leave out what lies far above the interesting part: the ends of the curve can be ten times as high."""
    top = min(float(np.nanmax(costs)), 2.2 * floor)
    axes.set_ylim(0, 1.08 * max(top, 1e-9))
    locator = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10])
    decimals = rows.tick_places(locator.tick_values(0, top))
    axes.yaxis.set_major_locator(locator)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.number(value, decimals)))
    axes.grid(axis="y")


def _marks(axes: Axes, places: _Places, marked: dict[float, float], across: float) -> None:
    """One line for each marked cutoff with what the curve reads there; the label of 0.5 gives way to the other's."""
    left, right = axes.get_xlim()
    taken: list[tuple[float, float]] = []
    for at, cost in sorted(marked.items(), key=lambda mark: mark[0] == 0.5):
        text = f"{numerals.short(at, 2)} costs {numerals.short(cost)}"
        half = rows.LETTER * len(text) / 2 / across
        spot = (float(places(at)) - left) / (right - left)
        centre = min(max(spot, half), 1 - half)
        free = all(abs(centre - other) > half + its_half for other, its_half in taken)
        taken.append((centre, half))
        _mark(axes, spot, cost, 1.0 if free else 1.08, at == 0.5)
        colour = palette.MUTED.light if at == 0.5 else palette.INK.light
        axes.annotate(
            text,
            (centre, 1.0 if free else 1.08),
            xycoords="axes fraction",
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=10.5,
            color=colour,
        )


def _mark(axes: Axes, spot: float, cost: float, height: float, dashed: bool) -> None:
    colour = palette.MUTED.light if dashed else palette.INK.light
    style = (0, (4, 3)) if dashed else "solid"
    whole = axes.transAxes
    axes.plot([spot, spot], [0, height], color=colour, lw=1.2, ls=style, transform=whole, clip_on=False, zorder=2)
    across = axes.get_yaxis_transform()
    axes.plot([spot], [cost], "o", color=colour, markersize=5, transform=across, clip_on=False, zorder=4)
