"""Ranks over data sets: the critical-difference diagram, and how often each function took which rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import fmean

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from actlab.figures import canvas, numerals, palette, rows

ROW = 20
BAR = 10
MARGIN = 14
APART = 4.0  # units between two bars on the same level


@dataclass(frozen=True)
class Layout:
    """Where everything lies on the sheet, in units from its upper left corner; rank 1 is at the right end."""

    left: float
    right: float
    axis: float
    worst: int

    def across(self, rank: float) -> float:
        """The place of a rank on the axis."""
        return self.right - (rank - 1) / max(1, self.worst - 1) * (self.right - self.left)


@canvas.styled
def critical_difference(
    names: Sequence[str],
    ranks: Sequence[float],
    groups: Sequence[Sequence[str]],
    critical: float | None,
    *,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw mean ranks on an axis, best at the right, each led to its name, with a bar under each group.

    Args:
        names: of the functions, in any order.
        ranks: their mean ranks, 1 for one that is best everywhere.
        groups: names that cannot be told apart, one bar for each group.
        critical: the difference of mean ranks from which two are told apart; None where nothing was tested.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 has all names at the right.
    """
    order = sorted(range(len(names)), key=lambda index: ranks[index])
    places = {names[index]: ranks[index] for index in order}
    at_right = order if width < 500 else order[: ceil(len(order) / 2)]
    at_left = [index for index in reversed(order) if index not in at_right]
    levels = _levels([(places[group[0]], places[group[-1]]) for group in _sorted(groups, places) if len(group) > 1])
    room = max(84, 34 + rows.label_width(names))
    above = 66 if critical is not None else 30
    down = above + 14 + BAR * (1 + max((level for _, _, level in levels), default=-1))
    layout = Layout(room if at_left else MARGIN, width - room, above, len(names))
    height = down + ROW * max(len(at_right), len(at_left)) + 4
    figure = canvas.sheet(width, height)
    axes = canvas.place(figure, 0, 0, width, height)
    axes.axis("off")
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    _axis(axes, layout)
    if critical is not None:
        _ruler(axes, layout, critical)
    for first, last, level in levels:
        _bar(axes, layout, first, last, above + 14 + BAR * level)
    looks = palette.styles(names)
    for side, indices in ((1, at_right), (-1, at_left)):
        for row, index in enumerate(indices):
            _leader(axes, layout, names[index], ranks[index], looks[names[index]], down + ROW * (row + 0.5), side)
    return canvas.Picture(title, description, figure)


def _sorted(groups: Sequence[Sequence[str]], places: dict[str, float]) -> list[list[str]]:
    return sorted((sorted(group, key=places.__getitem__) for group in groups), key=lambda group: places[group[0]])


def _levels(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float, int]]:
    """Each span with the first level on which it overlaps no earlier one."""
    ends: list[float] = []
    found = []
    for first, last in spans:
        level = next((index for index, end in enumerate(ends) if end < first), len(ends))
        ends[level : level + 1] = [last]
        found.append((first, last, level))
    return found


def _axis(axes: Axes, layout: Layout) -> None:
    axes.plot([layout.left, layout.right], [layout.axis] * 2, color=palette.MUTED.light, linewidth=1, zorder=1)
    step = max(1, ceil(26 * (layout.worst - 1) / max(1.0, layout.right - layout.left)))
    for rank in range(1, layout.worst + 1, step):
        place = layout.across(rank)
        axes.plot([place] * 2, [layout.axis - 4, layout.axis], color=palette.MUTED.light, linewidth=1, zorder=1)
        _write(axes, place, layout.axis - 13, str(rank))
    _write(axes, layout.right + 12, layout.axis - 13, "better →", side=1)
    if layout.left > MARGIN:
        _write(axes, layout.left - 12, layout.axis - 13, "mean rank", side=-1)


def _ruler(axes: Axes, layout: Layout, critical: float) -> None:
    """How far apart two mean ranks must be, drawn to scale above the axis."""
    ends, down = (layout.across(1 + critical), layout.right), layout.axis - 38
    axes.plot(ends, [down] * 2, color=palette.INK.light, linewidth=1.5, zorder=2)
    for end in ends:
        axes.plot([end] * 2, [down - 4, down + 4], color=palette.INK.light, linewidth=1.5, zorder=2)
    words = f"critical difference {numerals.number(critical, 2)}"
    _write(axes, layout.right, down - 14, words, side=-1, colour=palette.INK.light)


def _bar(axes: Axes, layout: Layout, first: float, last: float, down: float) -> None:
    ends = [layout.across(last) - APART, layout.across(first) + APART]
    axes.plot(ends, [down] * 2, color=palette.INK.light, linewidth=4, alpha=0.75, zorder=3)


def _leader(axes: Axes, layout: Layout, name: str, rank: float, look: palette.Style, down: float, side: int) -> None:
    """A line from the axis down and out to the name."""
    place = layout.across(rank)
    out = layout.right + 12 if side > 0 else layout.left - 12
    axes.plot([place, place, out], [layout.axis, down, down], color=look.colour, linewidth=1.1, zorder=2)
    axes.plot([place], [layout.axis], marker=look.marker, color=look.colour, markersize=7, zorder=4)
    text = rows.label(name), numerals.number(rank, 1)
    _write(axes, out + 4 * side, down, "  ".join(text if side > 0 else text[::-1]), side, palette.INK.light)


def _write(axes: Axes, across: float, down: float, text: str, side: int = 0, colour: str = palette.MUTED.light) -> None:
    """A text that begins at a place (`side` 1), ends there (-1), or has it in its middle (0)."""
    alignment = {1: "left", 0: "center", -1: "right"}[side]
    axes.text(across, down, text, ha=alignment, va="center_baseline", fontsize=11, color=colour)


@canvas.styled
def ranks_taken(
    names: Sequence[str],
    ranks: Sequence[Sequence[float]],
    *,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw one row for each function, with a dot at each rank that it took, larger the more often it took it.

    Args:
        names: in the order of the rows.
        ranks: of each function, one a data set.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 suits a phone.
    """
    frame = rows.Frame(width, rows.label_width(names), 74, 4, 42, 28)
    figure, axes = rows.draw(names, frame)
    rows.axis(axes, 0.4, len(names) + 0.6, 10 if width >= 500 else 5, flipped=True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10 if width >= 500 else 5, integer=True))
    looks = palette.styles(names)
    for row, (name, own) in enumerate(zip(names, ranks, strict=True)):
        for rank, count in Counter(own).items():
            size = 5 + 15 * sqrt(count / len(own))
            axes.plot([rank], [row], "o", color=looks[name].colour, markersize=size, alpha=0.6, markeredgewidth=0)
        if own:
            mean = fmean(own)
            axes.plot([mean], [row], "|", color=palette.INK.light, markersize=20, markeredgewidth=2, zorder=4)
            text = f"mean {numerals.number(mean, 1)}"
            rows.note(axes, row, 1 + frame.notes / frame.body, text, right=True, colour=palette.MUTED.light)
    axes.set_xlabel("rank · better →")
    return canvas.Picture(title, description, figure)
