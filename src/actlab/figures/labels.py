"""Where to write a name beside each point of a scatter so that no two names cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HALF_HEIGHT = 7.0
MARKER = 6.0
RINGS = (0.0, 10.0, 22.0, 36.0, 52.0, 70.0, 92.0, 118.0)
SIDES = (
    *((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)),
    *((right, up) for right in (1.0, -1.0, 0.7, -0.7, 0.35, -0.35) for up in (0.5, -0.5, 1.0, -1.0)),
)


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, by its centre and half of each side."""

    x: float
    y: float
    half_width: float
    half_height: float

    def overlap(self, other: Box) -> float:
        """The area that both rectangles cover."""
        across = self.half_width + other.half_width - abs(self.x - other.x)
        down = self.half_height + other.half_height - abs(self.y - other.y)
        wide = min(across, 2 * self.half_width, 2 * other.half_width)
        high = min(down, 2 * self.half_height, 2 * other.half_height)
        return max(0.0, wide) * max(0.0, high)


def spread(
    points: Sequence[tuple[float, float]], widths: Sequence[float], across: float, down: float
) -> list[tuple[float, float]]:
    """Find a centre for each name, near its point, inside the sheet, clear of other names and points.

    Args:
        points: where the markers are, in units from the lower left corner.
        widths: how wide each name is.
        across: width of the sheet.
        down: height of the sheet.

    Returns:
        The centres of the names, in the order of the points.
    """
    placed = [Box(x, y, MARKER, MARKER) for x, y in points]
    markers = len(placed)
    centres: dict[int, tuple[float, float]] = {}
    for index in sorted(range(len(points)), key=lambda index: (-points[index][1], points[index][0])):
        x, y = points[index]
        half = widths[index] / 2
        tried = [Box(x + dx, y + dy, half, HALF_HEIGHT) for dx, dy in _offsets(half)]
        # The earlier of two places that are equally clear: it is the nearer one.
        best = min(enumerate(tried), key=lambda each: _trouble(each[1], placed, across, down) + 0.02 * each[0])[1]
        placed.append(best)
        centres[index] = (best.x, best.y)
    assert len(placed) == 2 * markers, "each point gets one name"
    return [centres[index] for index in range(len(points))]


def _offsets(half: float) -> list[tuple[float, float]]:
    """Right, left, above and below first, then the diagonals; then the same on wider and wider rings."""
    return [
        (right * (half + MARKER + 2 + 1.5 * ring), up * (HALF_HEIGHT + MARKER - 1 + ring))
        for ring in RINGS
        for right, up in SIDES
    ]


def _trouble(box: Box, placed: Sequence[Box], across: float, down: float) -> float:
    left, right = box.half_width - box.x, box.x + box.half_width - across
    below, above = box.half_height - box.y, box.y + box.half_height - down
    out = sum(max(0.0, excess) for excess in (left, right, below, above))
    return sum(box.overlap(other) for other in placed) + 1000 * out
