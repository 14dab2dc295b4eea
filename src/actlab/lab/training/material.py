"""The rows that a network learns from and those it is tested on, with the names, classes and scales they came with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.data import Scale
from actlab.lab.training.spec import Columns, Data, Toy
from actlab.lab.training.tables import chosen
from actlab.lab.training.toys import RADIUS, TOYS

Matrix = npt.NDArray[np.float64]
TEST_SHARE = 0.3
MARGIN = 0.06  # of the pictured span, beyond the outermost points


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of two inputs, (rows, 2), and a label each, the number of its class or the number to be predicted."""

    X: Matrix
    y: Matrix

    @property
    def points(self) -> list[list[float]]:
        """For the page."""
        return np.column_stack([self.X, self.y]).tolist()


@dataclass(frozen=True, eq=False)
class Material:
    """Both parts.

    Args:
        names: of the two inputs.
        target: what is predicted.
        classes: empty where a number is.
        span: what a picture of the inputs shows, from the lowest to the highest of each.
        train: what is learned from.
        test: what is not.
        centre: what is taken from the inputs before the network sees them, (2,); 0 of made-up data.
        spread: by what they are then divided, (2,); 1 of made-up data.
        scale: of a number to be predicted.
    """

    names: tuple[str, str]
    target: str
    classes: tuple[str, ...]
    span: tuple[tuple[float, float], tuple[float, float]]
    train: Part
    test: Part
    centre: Matrix
    spread: Matrix
    scale: Scale

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return len(self.classes) if len(self.classes) > 2 else 1

    def seen(self, X: Matrix) -> Matrix:
        """Inputs as the network sees them."""
        return (X - self.centre) / self.spread

    @property
    def document(self) -> dict[str, Any]:
        """What the page is told of it."""
        return {
            "names": list(self.names),
            "target": self.target,
            "classes": list(self.classes),
            "span": [list(ends) for ends in self.span],
            "train": self.train.points,
            "test": self.test.points,
        }


@lru_cache(maxsize=8)
def material(data: Data) -> Material:
    """The rows of a made-up data set, or of an uploaded table.

    Raises:
        Refusal: a table that is no longer known, or columns that cannot be used.
    """
    return _toy(data) if isinstance(data, Toy) else _table(data)


def _toy(data: Toy) -> Material:
    chance, kind = np.random.default_rng(data.seed), TOYS[data.name]
    X, y = kind.draw(chance, data.count, data.noise)
    half = max(RADIUS, float(np.abs(X).max())) * (1 + MARGIN)
    end = (data.shift - half, data.shift + half)
    train, test = _parted(chance, X + data.shift, y)
    scale = Scale() if kind.classes else Scale.of(train.y)
    return Material(
        ("x1", "x2"), "y", kind.classes, (end, end), train, test, np.zeros(2), np.ones(2), scale
    )  # fmt: skip


def _table(data: Columns) -> Material:
    table = chosen(data.table, data.inputs, data.target, data.seed)
    train, test = _parted(np.random.default_rng(data.seed), table.X, table.y)
    scales = [Scale.of(column) for column in train.X.T]
    low, high = table.X.min(0), table.X.max(0)
    margin = MARGIN * np.where(high > low, high - low, np.maximum(1, np.abs(high)))
    span = [(float(one), float(other)) for one, other in zip(low - margin, high + margin, strict=True)]
    return Material(
        data.inputs, data.target, table.classes, (span[0], span[1]), train, test,
        np.array([each.mean for each in scales]), np.array([each.deviation or 1.0 for each in scales]),
        Scale() if table.classes else _varied(Scale.of(train.y)),
    )  # fmt: skip


def _varied(scale: Scale) -> Scale:
    return scale if scale.deviation > 0 else Scale(scale.mean, 1.0)


def _parted(chance: np.random.Generator, X: Matrix, y: Matrix) -> tuple[Part, Part]:
    """The rows that are learned from and those that are not, in an order drawn by chance."""
    order = chance.permutation(len(y))
    cut = max(1, round(TEST_SHARE * len(y)))
    return Part(X[order[cut:]], y[order[cut:]]), Part(X[order[:cut]], y[order[:cut]])
