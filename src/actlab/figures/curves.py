"""Functions drawn from samples: value and derivative over one axis, several together, or a wall of panels."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from actlab.figures import canvas, numerals, palette, rows
from actlab.figures.sampling import Curve, finite

Line = Literal["solid"] | tuple[float, tuple[float, ...]]
LINES: tuple[Line, ...] = ("solid", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
DASHED: Line = (0, (3, 2))


@canvas.styled
def together(
    curves: Sequence[Curve],
    *,
    title: str,
    description: str,
    derivatives: bool = True,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw functions over one another, and below them, on the same horizontal axis, their derivatives.

    Args:
        curves: one or more, over the same range.
        title: what the picture shows, as a sentence; written above the curves.
        description: what a reader would see.
        derivatives: False draws the values alone.
        width: in units.
    """
    left, right, below = 44.0, 16.0, 30.0
    head, tall = _head(title, curves, width), 0.42 * width
    low = 0.6 * tall
    height = head + tall + (36 + low if derivatives else 0) + below
    figure = canvas.sheet(width, height)
    _heading(figure, title, curves, width, height)
    upper = canvas.place(figure, left, head, width - left - right, tall)
    _curves(upper, [(curve, curve.value, curve.value_breaks) for curve in curves])
    if derivatives:
        lower = canvas.place(figure, left, head + tall + 36, width - left - right, low)
        _curves(lower, [(curve, curve.derivative, curve.derivative_breaks) for curve in curves])
        words = "derivative: how much the output moves when x does" if width >= 400 else "derivative"
        lower.set_title(words, fontsize=11, loc="left", pad=6)
        upper.tick_params(labelbottom=False)
    return canvas.Picture(title, description, figure)


@canvas.styled
def wall(curves: Sequence[Curve], *, title: str, description: str, width: int = canvas.WIDE) -> canvas.Picture:
    """Draw each function in a panel of its own, value bold and derivative dashed, all on the same scales.

    Args:
        curves: one a panel.
        title: what the picture shows, as a sentence; written above the panels.
        description: what a reader would see.
        width: in units; panels are about 140 wide.
    """
    columns = max(1, min(len(curves), width // 140))
    lines = max(1, math.ceil(len(curves) / columns))
    left, gap, above, tall = 28.0, 20.0, 26.0, 108.0
    head, below = 36.0 + 19.0 * len(_lines(title, width)), 20.0
    height = head + lines * (tall + above) + below
    figure = canvas.sheet(width, height)
    _dash_key(figure, _title(figure, title, width, height), width, height)
    looks = palette.styles(curve.name for curve in curves)
    across = (width - left - 8) / columns - gap
    for index, curve in enumerate(curves):
        line, column = divmod(index, columns)
        axes = canvas.place(figure, left + column * (across + gap), head + above + line * (tall + above), across, tall)
        _frame(axes, float(curve.x[0]), float(curve.x[-1]), (-2.0, 2.6), ticks=2)
        axes.tick_params(labelleft=column == 0, labelbottom=index + columns >= len(curves))
        axes.set_title(rows.label(curve.name), fontsize=11.5, loc="left", pad=4)
        derivative = _broken(curve.x, curve.derivative, curve.derivative_breaks)
        axes.plot(*derivative, color=palette.MUTED.light, linewidth=1.2, linestyle=DASHED)
        axes.plot(*_broken(curve.x, curve.value, curve.value_breaks), color=looks[curve.name].colour, linewidth=2.2)
    return canvas.Picture(title, description, figure)


def _curves(axes: Axes, drawn: Sequence[tuple[Curve, npt.NDArray[np.float64], tuple[float, ...]]]) -> None:
    looks = palette.styles(curve.name for curve, _, _ in drawn)
    seen = np.concatenate([[], *(finite(values) for _, values, _ in drawn)])
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    high = max(high, low + 1) if high - low < 1e-3 else high  # a level line lies at the foot of a scale to 1
    air = 0.08 * max(high - low, 0.5)
    ends = drawn[0][0].x
    _frame(axes, float(ends[0]), float(ends[-1]), (low - air, high + air), ticks=4)
    for index, (curve, values, breaks) in enumerate(drawn):
        colour = looks[curve.name].colour
        axes.plot(*_broken(curve.x, values, breaks), color=colour, linewidth=2.4, linestyle=_dash(index))
        _ends(axes, curve.x, values, breaks, colour)


def _dash(index: int) -> Line:
    """Each further curve has its own dashes: where two coincide, both are seen."""
    return LINES[index % len(LINES)]


def _frame(axes: Axes, left: float, right: float, ends: tuple[float, float], ticks: int) -> None:
    axes.set_xlim(left, right)
    axes.set_ylim(*ends)
    axes.grid(True, linewidth=0.7)
    axes.axhline(0, color=palette.MUTED.light, linewidth=1, zorder=1)
    axes.axvline(0, color=palette.MUTED.light, linewidth=1, zorder=1)
    for along, bins in ((axes.xaxis, max(3, ticks + 2)), (axes.yaxis, ticks)):
        along.set_major_locator(MaxNLocator(nbins=bins, steps=[1, 2, 5, 10]))
        along.set_major_formatter(FuncFormatter(lambda value, _: numerals.short(value)))
    axes.spines["bottom"].set_visible(False)


def _broken(
    x: npt.NDArray[np.float64], values: npt.NDArray[np.float64], breaks: Sequence[float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The same line with the value at each break and pole taken out: what lies left and right is not joined."""
    return x, np.where(np.isin(x, breaks) | ~np.isfinite(values), np.nan, values)


def _ends(
    axes: Axes, x: npt.NDArray[np.float64], values: npt.NDArray[np.float64], breaks: Sequence[float], colour: str
) -> None:
    """At a break: an open dot at each end that the function leaves, a full one at the value it takes."""
    for at in breaks:
        here = int(np.searchsorted(x, at))
        if 0 < here < len(x) - 1 and x[here] == at:
            for near in (here - 1, here + 1):
                axes.plot([at], [values[near]], "o", markersize=6.5, mfc=palette.SURFACE.light, mec=colour, mew=1.8)
            axes.plot([at], [values[here]], "o", markersize=6.5, color=colour)


def _head(title: str, curves: Sequence[Curve], width: float) -> float:
    return 34.0 + 19.0 * len(_lines(title, width)) + 18.0 * len(_keys(curves, width))


def _lines(title: str, width: float) -> list[str]:
    return textwrap.wrap(canvas.plain(title), max(12, int((width - 32) / 8.9)))


def _title(figure: Figure, title: str, width: float, height: float) -> float:
    for index, line in enumerate(_lines(title, width)):
        figure.text(16 / width, 1 - (26 + 19 * index) / height, line, fontsize=14.5, fontweight="bold")
    return 26.0 + 19.0 * len(_lines(title, width))


def _keys(curves: Sequence[Curve], width: float) -> list[list[tuple[int, Curve]]]:
    """The entries of the key, broken into lines that fit."""
    found: list[list[tuple[int, Curve]]] = [[]]
    used = 16.0
    for index, curve in enumerate(curves):
        need = 58 + rows.LETTER * len(_key(curve))
        if found[-1] and used + need > width:
            found.append([])
            used = 16.0
        found[-1].append((index, curve))
        used += need
    return found


def _key(curve: Curve) -> str:
    name = rows.label(curve.name)
    return f"{name}: {canvas.plain(curve.note, 60)}" if curve.note else name


def _heading(figure: Figure, title: str, curves: Sequence[Curve], width: float, height: float) -> None:
    top = _title(figure, title, width, height)
    looks = palette.styles(curve.name for curve in curves)
    for line in _keys(curves, width):
        left = 16.0
        for index, curve in line:
            _stroke(figure, (left, top), (width, height), looks[curve.name].colour, _dash(index), 2.4)
            figure.text((left + 36) / width, 1 - (top + 4) / height, _key(curve), fontsize=11)
            left += 58 + rows.LETTER * len(_key(curve))
        top += 18


def _dash_key(figure: Figure, top: float, width: float, height: float) -> None:
    for left, text, look, thick in (
        (16.0, "value", LINES[0], 2.2),
        (116.0, "derivative", DASHED, 1.2),
    ):
        _stroke(figure, (left, top), (width, height), palette.MUTED.light, look, thick)
        figure.text((left + 36) / width, 1 - (top + 4) / height, text, fontsize=11, color=palette.MUTED.light)


def _stroke(
    figure: Figure,
    at: tuple[float, float],
    size: tuple[float, float],
    colour: str,
    line: Line,
    thick: float,
) -> None:
    across = [at[0] / size[0], (at[0] + 28) / size[0]]
    up = [1 - at[1] / size[1]] * 2
    figure.add_artist(Line2D(across, up, color=colour, linestyle=line, linewidth=thick))
