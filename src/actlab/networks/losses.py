"""The losses of a batch in machine code, each with its gradient in one go.

All take (outputs, targets, upstream, double* total, rows, columns): `total` becomes the sum of the losses, `upstream`
the gradient of their mean. Classes come as whole numbers in float32.
"""

from __future__ import annotations

from typing import Any

from actlab.compilers.native import words
from actlab.compilers.native.layers import accumulated
from actlab.compilers.native.loops import counted, load, store
from actlab.compilers.native.values import LAYOUTS, Value
from actlab.networks.steps import DOUBLE, FLOAT, INDEX, Table, content, keep_content


def squared(builder: Any, outputs: Any, targets: Any, upstream: Any, total: Any, rows: Any, columns: Any) -> None:
    """The square of what an output is away from the wanted value."""
    share = builder.fmul(_share(builder, rows), FLOAT.type(2.0))
    with counted(builder, builder.mul(rows, columns), carried=[DOUBLE.type(0.0)]) as (index, sums):
        error = load(builder, FLOAT, outputs, index) - load(builder, FLOAT, targets, index)
        wide = builder.fpext(error.content, DOUBLE.type)
        sums[0] = builder.fadd(sums[0], builder.fmul(wide, wide), flags=("reassoc",))
        keep_content(builder, builder.fmul(error.content, share), upstream, index)
    builder.store(sums[0], total)


def logistic(builder: Any, outputs: Any, targets: Any, upstream: Any, total: Any, rows: Any, columns: Any) -> None:
    """Cross-entropy of a sigmoid, where targets are 0 or 1."""
    share = _share(builder, rows)
    with counted(builder, builder.mul(rows, columns), carried=[DOUBLE.type(0.0)]) as (index, sums):
        turned = load(builder, FLOAT, targets, index) * -2 + 1  # -1 where 1 is wanted
        against = load(builder, FLOAT, outputs, index) * turned
        sums[0] = accumulated(builder, sums[0], words.softplus(against))
        slope = words.sigmoid(against) * turned
        keep_content(builder, builder.fmul(slope.content, share), upstream, index)
    builder.store(sums[0], total)


def cross_entropy(builder: Any, outputs: Any, targets: Any, upstream: Any, total: Any, rows: Any, classes: Any) -> None:
    """Log of the sum of exponentials, less the wanted output; the gradient is softmax minus the wanted 0s and 1."""
    share = _share(builder, rows)
    with counted(builder, rows, carried=[DOUBLE.type(0.0)]) as (row, sums):
        start = builder.mul(row, classes)
        with counted(builder, classes, carried=[content(builder, outputs, start)]) as (k, largest):
            value = content(builder, outputs, builder.add(start, k))
            largest[0] = builder.select(builder.fcmp_ordered(">", value, largest[0]), value, largest[0])
        with counted(builder, classes) as k:
            place = builder.add(start, k)
            keep_content(builder, builder.fsub(content(builder, outputs, place), largest[0]), upstream, place)
        said = content(builder, upstream, _wanted(builder, targets, row, start))
        sums[0] = builder.fsub(sums[0], builder.fpext(said, DOUBLE.type))
    with counted(builder, builder.mul(rows, classes)) as index:
        store(builder, FLOAT, words.exp(load(builder, FLOAT, upstream, index)), upstream, index)
    with counted(builder, rows, carried=[sums[0]]) as (row, sums):
        start = builder.mul(row, classes)
        with counted(builder, classes, carried=[FLOAT.type(0.0)]) as (k, added):
            added[0] = builder.fadd(added[0], content(builder, upstream, builder.add(start, k)))
        factor = builder.fdiv(share, added[0])
        with counted(builder, classes) as k:
            place = builder.add(start, k)
            keep_content(builder, builder.fmul(content(builder, upstream, place), factor), upstream, place)
        place = _wanted(builder, targets, row, start)
        keep_content(builder, builder.fsub(content(builder, upstream, place), share), upstream, place)
        antilog = Value(builder, LAYOUTS[FLOAT.type], added[0])
        sums[0] = accumulated(builder, sums[0], words.log(antilog))
    builder.store(sums[0], total)


def _share(builder: Any, rows: Any) -> Any:
    """One row's part in the mean."""
    return builder.fdiv(FLOAT.type(1.0), builder.sitofp(rows, FLOAT.type))


def _wanted(builder: Any, targets: Any, row: Any, start: Any) -> Any:
    """Where the output of the wanted class is."""
    return builder.add(start, builder.fptosi(content(builder, targets, row), INDEX))


LOSSES: Table = {
    "logistic": (4, 2, logistic),
    "cross_entropy": (4, 2, cross_entropy),
    "squared": (4, 2, squared),
}
