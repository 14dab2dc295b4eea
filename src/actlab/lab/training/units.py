"""How the units of a hidden layer are: alive, or in which way they are not."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from actlab.lab.training.network import Hidden, Matrix
from actlab.networks.units import SPARSE_SHARE

HEALTH = ("alive", "sparse", "saturated", "silent", "dead")
FLAT, MOSTLY = 0.01, 0.95  # less of the steepest slope than this, on more than this share of the rows


def health(layer: Hidden, values: Matrix, slopes: Matrix) -> npt.NDArray[np.int64]:
    """A code for each unit, its place in HEALTH, on the rows it was shown, (rows, units)."""
    flat = np.abs(slopes) < FLAT * steepest(layer)
    codes = np.zeros(values.shape[1], int)
    codes[flat.mean(0) > MOSTLY] = HEALTH.index("saturated")
    codes[(slopes != 0).mean(0) < SPARSE_SHARE] = HEALTH.index("sparse")
    codes[(values == 0).all(0)] = HEALTH.index("silent")
    codes[(slopes == 0).all(0)] = HEALTH.index("dead")
    return codes


def counted(codes: npt.NDArray[np.int64]) -> dict[str, int]:
    """How many units are how."""
    return {name: int((codes == code).sum()) for code, name in enumerate(HEALTH)}


@lru_cache(maxsize=256)
def steepest(layer: Hidden) -> float:
    """The steepest slope of an activation between -10 and 10."""
    _, slopes = layer.both(np.linspace(-10, 10, 2001))
    return float(np.abs(slopes).max())
