"""What formulas give at ±inf, where their plain value may be inf - inf: nan stays nan, and limits are put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.compilers import numpy as reference
from actlab.formula import Expression, constant, depends_on, limit, symbols_of

Array = npt.NDArray[Any]


def mended(expression: Expression, inputs: Sequence[str], values: Mapping[str, Any], plain: Array) -> Array:
    """The plain values with nan where an input is nan, and the limit where one input is infinite.

    Args:
        expression: The formula of one number each.
        inputs: The names of its inputs; the other values are parameters.
        values: A number or an array for each input and parameter, which broadcast to the shape of `plain`.
        plain: What the formula gives on them; it stays where a limit cannot be decided.
    """
    columns = {name: np.broadcast_to(np.asarray(value, np.float64), plain.shape) for name, value in values.items()}
    states = np.stack([columns[name] for name in inputs])
    unknown = np.isnan(states).any(axis=0)
    result = np.where(unknown, np.nan, plain)
    alone = ~unknown & (np.isinf(states).sum(axis=0) == 1)
    for name in inputs:
        for side in (-1, 1):
            places = alone & (columns[name] == side * np.inf)
            if places.any() and depends_on(expression, name):
                others = {other: column[places] for other, column in columns.items() if other != name}
                ends = _limits(expression, name, side, others)
                result[places] = np.where(np.isnan(ends), result[places], ends)
    return result


def _limits(expression: Expression, name: str, side: int, others: Mapping[str, Array]) -> Array:
    """The limits at several places, decided once for equal ones."""
    varying, steady = _parted(expression, name)
    needed = sorted(symbols_of(varying) - {name})
    first, which = _distinct([others[other] for other in needed])
    ends = [
        _limit(varying, name, side, tuple((other, float(others[other][place])) for other in needed)) for place in first
    ]
    here, factor = np.array(ends)[which], reference.run(steady, others)
    with np.errstate(all="ignore"):
        return np.where((factor == 0) & ~np.isnan(here), 0.0, here * factor)


@lru_cache(maxsize=4096)
def _limit(expression: Expression, name: str, side: int, others: tuple[tuple[str, float], ...]) -> float:
    return limit(expression, name, side, dict(others))


def _parted(expression: Expression, name: str) -> tuple[Expression, Expression]:
    """Two factors of a product: what depends on the symbol, and what does not, such as a gate's value."""
    steady = constant(1)
    while expression.word in ("multiply", "damped"):
        varying, kept = sorted(expression.arguments, key=lambda part: not depends_on(part, name))
        if depends_on(kept, name):
            break
        expression, steady = varying, steady * kept
    return expression, steady


def _distinct(columns: Sequence[Array]) -> tuple[Array, Array]:
    """Where each distinct row of these columns stands first, and which of them each row equals."""
    first, which = np.zeros(1, np.intp), np.zeros(1, np.intp)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        _, first, which = np.unique(which * len(values) + codes, return_index=True, return_inverse=True)
    return first, which
