"""A function drawn with letters: two by four dots in each braille character, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from actlab.figures import numerals

# The bit of each of the 4 rows × 2 columns of dots in a braille character (Unicode 2800).
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
BLANK = 0x2800


def plot(x: npt.ArrayLike, series: Sequence[tuple[str, npt.ArrayLike]], width: int = 60, height: int = 12) -> str:
    """Draw one or two series of y(x) as text.

    Args:
        x: (points,) rising.
        series: names and values, (points,) each; the first is drawn as a line, the second as dots.
        width: characters of the drawing, without the labels at the left.
        height: lines of the drawing.

    Returns:
        Lines joined by newlines: the drawing with y labels, the x labels, and a key if there are two series.
    """
    across = np.asarray(x, dtype=float)
    values = [np.asarray(y, dtype=float) for _, y in series]
    finite = np.concatenate([y[np.isfinite(y)] for y in values])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    low, high = _room_for_zero(low, high, height)
    dots = np.zeros((4 * height, 2 * width), dtype=bool)
    for index, y in enumerate(values):
        _line(dots, across, y, low, high, every=1 + index)
    blocks = dots.reshape(height, 4, width, 2)
    letters = BLANK + (blocks * DOTS[None, :, None, :]).sum(axis=(1, 3))
    _axes(letters, across, low, high)
    lines = ["".join(map(chr, row)) for row in letters]
    labels = _labels(low, high, height)
    room = max(len(label) for label in labels)
    drawn = [f"{label:>{room}} │{line}" for label, line in zip(labels, lines, strict=True)]
    left, right = numerals.short(float(across[0])), numerals.short(float(across[-1]))
    drawn.append(f"{'':>{room}}  {left}{right:>{width - len(left)}}")
    if len(series) > 1:
        drawn.append(f"{'':>{room}}  ── {series[0][0]}   ·· {series[1][0]}")
    return "\n".join(drawn)


def _line(
    dots: npt.NDArray[np.bool_],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    low: float,
    high: float,
    every: int,
) -> None:
    """Set the dots along a line; a steep stretch is filled from one column to the next, a gap is left open."""
    tall, wide = dots.shape
    columns = np.arange(wide)
    at = np.interp(x[0] + (x[-1] - x[0]) * columns / (wide - 1), x, y)
    rows = np.where(np.isfinite(at), (high - at) / (high - low) * (tall - 1), -1).round().astype(int)
    for column in columns[::every]:
        row, before = rows[column], rows[max(column - 1, 0)]
        if row >= 0:
            start = before if every == 1 and before >= 0 else row
            dots[min(start, row) : max(start, row) + 1, column] = True


def _axes(letters: npt.NDArray[np.int64], x: npt.NDArray[np.float64], low: float, high: float) -> None:
    """Rule the lines x = 0 and y = 0 where they are in sight and no curve runs; dots are for curves alone."""
    height, width = letters.shape
    axes = np.full((height, width), BLANK)
    if low < 0 < high:
        axes[_zero_row(low, high, height)] = ord("─")
    if x[0] < 0 < x[-1]:
        at = round(-x[0] / (x[-1] - x[0]) * (2 * width - 1)) // 2
        axes[:, at] = np.where(axes[:, at] == BLANK, ord("│"), ord("┼"))
    free = letters == BLANK
    letters[free] = axes[free]


def _room_for_zero(low: float, high: float, height: int) -> tuple[float, float]:
    """Limits between which 0 has a line of its own, when it lies inside them."""
    if not low < 0 < high:
        return low, high
    line = 1.1 / (height - 1)
    return min(low, -line * high), max(high, -line * low)


def _zero_row(low: float, high: float, height: int) -> int:
    return round(high / (high - low) * (4 * height - 1)) // 4


def _labels(low: float, high: float, height: int) -> list[str]:
    labels = [""] * height
    labels[0], labels[-1] = numerals.short(high), numerals.short(low)
    if low < 0 < high:
        labels[_zero_row(low, high, height)] = "0"
    return labels
