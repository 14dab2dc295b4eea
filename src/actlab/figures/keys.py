"""The marker of an activation as a tiny picture, to stand before its name in a text."""

from __future__ import annotations

import numpy as np
from matplotlib.markers import MarkerStyle

from actlab.figures.palette import COLOURS, Style


def key(style: Style) -> str:
    """Return an inline SVG of the marker; it says nothing to a screen reader, since the name follows it."""
    marker = MarkerStyle(style.marker)
    outline = marker.get_path().transformed(marker.get_transform()).to_polygons(closed_only=True)[0]
    points = " ".join(f"{6 + 8 * x:.1f},{6 - 8 * y:.1f}" for x, y in np.asarray(outline, dtype=float))
    colour = next(colour.variable for colour in COLOURS if colour.light == style.colour)
    shape = f'<polygon points="{points}" style="fill: {colour}" />'
    return f'<svg class="key" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{shape}</svg>'
