"""The table of machine code that works alike in every layer, in the order in which the compiled loop looks for it."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from actlab.networks import engine
from actlab.networks.chance import CHANCE
from actlab.networks.library import LIBRARY, sgemm
from actlab.networks.losses import LOSSES
from actlab.networks.products import products
from actlab.networks.steps import LOOPS, compiled
from actlab.networks.turning import TURNING

PLACES: dict[int, str] = {
    engine.GATHER: "gather",
    engine.COPY: "copy",
    engine.SUM_COLUMNS: "sum_columns",
    engine.SCALE: "scale",
    engine.TRANSPOSE: "transpose",
    engine.SHUFFLE: "shuffle",
    engine.FILL: "fill",
    engine.LIBRARY + engine.PLAIN: "plain_by_library",
    engine.LIBRARY + engine.ACROSS: "across_by_library",
    engine.LOSSES + engine.BINARY: "logistic",
    engine.LOSSES + engine.MULTICLASS: "cross_entropy",
    engine.LOSSES + engine.REGRESSION: "squared",
    engine.UPDATES + engine.ADAM: "adam",
    engine.UPDATES + engine.SGD: "descend",
}


@cache
def loops() -> dict[str, int]:
    """The address of each loop, by its name; its arguments are in the docstring of the function of that name."""
    return compiled({**LOOPS, **LOSSES, **CHANCE, **TURNING, **LIBRARY})


@cache
def kernels() -> npt.NDArray[np.int64]:
    """All addresses, each at its place."""
    table = np.zeros(engine.KERNELS, np.int64)
    table[engine.PRODUCTS + engine.PLAIN], table[engine.PRODUCTS + engine.ACROSS] = products()
    table[engine.SGEMM] = sgemm()
    for place, name in PLACES.items():
        table[place] = loops()[name]
    return table
