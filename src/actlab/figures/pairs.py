"""The scores of every repeat, the same repeat joined from one activation to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from actlab.figures import canvas, numerals, palette, rows


@canvas.styled
def pairs(
    names: Sequence[str],
    scores: npt.ArrayLike,
    *,
    quantity: str,
    least: float,
    lower_is_better: bool,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw one row of dots for each activation and one thin line down through each repeat.

    Args:
        names: in the order of the rows.
        scores: (names, repeats), nan where there is no score.
        quantity: what the scores are, in words.
        least: the smallest difference worth a look, for the scale.
        lower_is_better: turns the axis round, so that right is better in every report.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 leaves out what a phone has no room for.
    """
    table = np.atleast_2d(np.asarray(scores, dtype=float))
    wide = width >= 500
    places = numerals.decimals(least)
    frame = rows.Frame(width, rows.label_width(names), 128 if wide else 58, 4, 42, 24)
    figure, axes = rows.draw(names, frame)
    rows.axis(axes, *rows.focus(table, max(least, 1e-9)), 6 if wide else 3, flipped=lower_is_better)
    for repeat in table.T:
        known = np.flatnonzero(np.isfinite(repeat))  # a line passes over what broke
        axes.plot(repeat[known], known, color=palette.MUTED.light, linewidth=0.8, alpha=0.45, zorder=1)
    looks = palette.styles(names)
    for row, name in enumerate(names):
        _dots(axes, row, table[row], looks[name])
        rows.note(axes, row, 1 + frame.notes / frame.body, _spread(table[row], places, wide), right=True)
    axes.set_xlabel(f"{quantity} · better →" if wide else "better →")
    return canvas.Picture(title, description, figure)


def _dots(axes: Axes, row: int, scores: npt.NDArray[np.float64], look: palette.Style) -> None:
    finite = scores[np.isfinite(scores)]
    if not finite.size:
        return
    low, high = sorted(axes.get_xlim())
    seen = finite[(finite >= low) & (finite <= high)]
    axes.plot(seen, np.full(seen.size, row), look.marker, color=look.colour, markersize=4, alpha=0.55, zorder=2)
    mean = float(finite.mean())
    if low <= mean <= high:
        axes.plot([mean], [row], "|", color=palette.INK.light, markersize=15, markeredgewidth=2, zorder=4)
    if seen.size < finite.size:
        extreme = finite[np.argmax(np.abs(finite - (low + high) / 2))]
        some = "off the scale" if not seen.size else f"{finite.size - seen.size} off the scale"
        rows.outside(axes, row, float(extreme), look.colour, some)


def _spread(scores: npt.NDArray[np.float64], places: int, wide: bool) -> str:
    finite = scores[np.isfinite(scores)]
    if not finite.size:
        return "no score"
    mean = numerals.number(float(finite.mean()), places)
    return f"{mean} ± {numerals.number(float(finite.std(ddof=1)), places)}" if wide and finite.size > 1 else mean
