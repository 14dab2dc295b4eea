"""Made-up data sets of two inputs, each there to show what a network can and cannot draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Chance = np.random.Generator
RADIUS = 2.0  # the points lie about so far from the middle


@dataclass(frozen=True)
class Kind:
    """How points are drawn from (generator, count, noise): their places (count, 2) and labels, and the classes."""

    draw: Callable[[Chance, int, float], tuple[Matrix, Matrix]]
    classes: tuple[str, ...] = ("0", "1")


def _dealt(count: int, classes: int) -> npt.NDArray[np.int64]:
    """As many labels of each class as of any other."""
    return np.arange(count) % classes


def _polar(radius: Matrix, angle: Matrix) -> Matrix:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _blurred(chance: Chance, places: Matrix, amount: float) -> Matrix:
    return places + amount * chance.standard_normal(places.shape)


def circles(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """A disc (class 1) in a ring (class 0)."""
    label = _dealt(count, 2)
    inside = np.sqrt(chance.uniform(0, 1, count))  # as many points wherever one looks
    radius = RADIUS * np.where(label == 1, 0.5 * inside, 0.7 + 0.3 * inside)
    return _blurred(chance, _polar(radius, chance.uniform(0, 2 * np.pi, count)), noise), label.astype(float)


def xor(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """A checkerboard of four fields: class 1 where both inputs have the same sign."""
    places = chance.uniform(-RADIUS, RADIUS, (count, 2))
    places += 0.15 * np.sign(places)  # a gap between the fields
    label = (places[:, 0] * places[:, 1] > 0).astype(float)
    return _blurred(chance, places, noise), label


def gaussians(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """Two clouds, which overlap with much noise."""
    label = _dealt(count, 2)
    centre = np.where(label == 1, 1.0, -1.0)[:, None] * np.array([1.0, 1.0])
    return _blurred(chance, centre, 0.4 + noise), label.astype(float)


def spirals(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """Two arms that wind around each other."""
    label = _dealt(count, 2)
    along = np.sqrt(chance.uniform(0.01, 1, count))
    places = _polar(RADIUS * along, 1.75 * 2 * np.pi * along + np.pi * label)
    return _blurred(chance, places, 0.5 * noise), label.astype(float)


def moons(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """Two half circles, each with an end inside the other."""
    label = _dealt(count, 2)
    angle = chance.uniform(0, np.pi, count)
    upper = np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    return _blurred(chance, np.where((label == 1)[:, None], -upper, upper) * 1.3, noise), label.astype(float)


def stripes(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """Four slanting stripes, of one class and the other in turn."""
    places = chance.uniform(-RADIUS, RADIUS, (count, 2))
    label = np.floor((places[:, 0] + 0.5 * places[:, 1] + 3) / 1.5) % 2
    return _blurred(chance, places, noise), label


def clouds(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """Three clouds around the middle, of three classes."""
    label = _dealt(count, 3)
    centre = _polar(np.full(count, 1.3), np.pi / 2 + 2 * np.pi * label / 3)
    return _blurred(chance, centre, 0.35 + noise), label.astype(float)


def hills(chance: Chance, count: int, noise: float) -> tuple[Matrix, Matrix]:
    """A number to be predicted: the height of a landscape with two hills and two hollows."""
    places = chance.uniform(-RADIUS, RADIUS, (count, 2))
    height = np.sin(np.pi * places[:, 0] / 2) * np.sin(np.pi * places[:, 1] / 2)
    return places, height + 0.3 * noise * chance.standard_normal(count)


TOYS: Mapping[str, Kind] = {
    "circles": Kind(circles),
    "xor": Kind(xor),
    "gaussians": Kind(gaussians),
    "spirals": Kind(spirals),
    "moons": Kind(moons),
    "stripes": Kind(stripes),
    "clouds": Kind(clouds, ("0", "1", "2")),
    "hills": Kind(hills, ()),
}
