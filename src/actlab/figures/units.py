"""The units of each hidden layer at the start and at the end: alive, sparse or dead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from actlab.figures import canvas, palette, rows

KINDS = ((palette.ALIVE, "alive"), (palette.SPARSE, "sparse"), (palette.DEAD, "dead"))


@dataclass(frozen=True)
class Layer:
    """Shares of one layer's units, between 0 and 1; the rest is alive."""

    sparse_start: float
    dead_start: float
    sparse_end: float
    dead_end: float


@canvas.styled
def units_by_layer(
    names: Sequence[str],
    layers: Sequence[Sequence[Layer]],
    *,
    title: str,
    description: str,
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw one row for each activation and one column for each layer: a thin bar for the start over one for the end.

    Args:
        names: in the order of the rows.
        layers: for each name its hidden layers from the input on; empty where no network finished.
        title: what the picture shows, as a sentence.
        description: what a reader would see.
        width: in units; 300 suits a phone.
    """
    frame = rows.Frame(width, rows.label_width(names), 4, 50, 22, 28)
    figure, axes = rows.draw(names, frame)
    columns = max((len(own) for own in layers), default=1) or 1
    axes.set_xlim(0, columns)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    corners: dict[str, list[list[tuple[float, float]]]] = {colour.light: [] for colour, _ in KINDS}
    for row, own in enumerate(layers):
        if not own:
            rows.note(axes, row, 0.02, "no network finished", colour=palette.MUTED.light)
        for column, layer in enumerate(own):
            _bar(corners, column, row - 0.29, 0.17, layer.sparse_start, layer.dead_start)
            _bar(corners, column, row - 0.06, 0.36, layer.sparse_end, layer.dead_end)
    for colour, boxes in corners.items():
        axes.add_collection(PolyCollection(boxes, facecolor=colour, linewidth=0), autolim=False)
    _headings(axes, columns, frame.body)
    rows.swatches(figure, frame.labels, 8, [(colour.light, text) for colour, text in KINDS])
    axes.set_xlabel("thin bar: before training · thick: after", fontsize=10.5)
    return canvas.Picture(title, description, figure)


def _bar(
    corners: dict[str, list[list[tuple[float, float]]]],
    column: int,
    top: float,
    height: float,
    sparse: float,
    dead: float,
) -> None:
    shares = np.clip(np.nan_to_num([1 - sparse - dead, sparse, dead]), 0, 1)
    edges = column + 0.02 + 0.96 * np.concatenate(([0.0], np.cumsum(shares))) / max(float(shares.sum()), 1e-9)
    for (colour, _), left, right in zip(KINDS, edges[:-1], edges[1:], strict=True):
        if right > left:
            box = [(left, top), (right, top), (right, top + height), (left, top + height)]
            corners[colour.light].append(box)


def _headings(axes: Axes, columns: int, body: float) -> None:
    roomy = body / columns > 60
    for column in range(columns):
        text = f"layer {column + 1}" if roomy else str(column + 1)
        axes.text(
            column + 0.5,
            1.0,
            text,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=10.5,
            color=palette.MUTED.light,
        )
    if not roomy:
        rows.note(axes, -0.72, -12 / body, "layer", right=True, colour=palette.MUTED.light)
