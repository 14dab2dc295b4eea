"""True values to compare with, from mpmath, and the errors of computed ones in units of the last place."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actlab.catalogue import Activation
from actlab.compilers import mpmath as oracle
from actlab.formula import Expression
from tests.laws.oracle import largest_term

Array = npt.NDArray[Any]
FAR, USUAL, MANY = 1e10, 50, 150  # where squares of x need more digits than usual
STRIDE = 4099  # a prime, so that all digits of the numbers vary
MORE = 500_000
NONE_RIGHT = 2.0**24
LOST = 4096  # times the smallest normal number: a factor of a result below may be subnormal, which XLA makes 0


@dataclass(frozen=True)
class Truth:
    """A formula at some points.

    Args:
        head: Its values as float64.
        rest: What is beyond, in units of the last place.
        place: That unit: of the value, or beside a zero crossing of the sum's largest term.
    """

    head: Array
    rest: Array
    place: Array

    def errors(self, got: Array) -> Array:
        """How many units of the last place each computed value is off; infinite for a wrong nan or infinity."""
        with np.errstate(all="ignore"):
            lost = np.abs((got.astype(np.float64) - self.head) / self.place - self.rest)
            endless = ~np.isfinite(self.place)
            lost[endless] = np.where(got[endless] == self.head[endless].astype(got.dtype), 0.0, np.inf)
        lost[np.isnan(lost)] = np.inf
        return lost


def truth(expression: Expression, x: Array, values: Mapping[str, float]) -> Truth:
    """The formula at every number of x, with units in the last place of x's dtype."""
    found = [_at(expression, float(point), values, x.dtype.type) for point in x]
    head, rest, place = (np.array(column) for column in zip(*found, strict=True))
    return Truth(head, rest, place)


def _at(expression: Expression, x: float, values: Mapping[str, float], dtype: Any) -> tuple[float, float, float]:
    import mpmath

    here = {**values, "x": x}
    true = oracle.evaluate(expression, here, digits=MANY if abs(x) > FAR else USUAL)
    head = float(true)
    term = largest_term(expression, here) if abs(x) <= FAR else 0.0
    with np.errstate(all="ignore"):
        place = float(np.spacing(dtype(term if abs(head) < term / 4 else abs(head))))
    with mpmath.workdps(USUAL):
        return head, float((true - head) / place) if math.isfinite(place) else 0.0, place


def among_all(activation: Activation, what: str, compute: Callable[[Array], Array]) -> tuple[float, float, int]:
    """The largest error in ulp of what something else computes, where it is, and how many errors are above 4 ulp.

    A million float32, every 4099th, and half a million normal ones of deviation 8, against the native kernel in
    float64, as in `exhaustive.py`. Left out are subnormal inputs, results that are subnormal or so near that a factor
    of them is, and the corners.

    Args:
        activation: A function of one number.
        what: "value" or "derivative".
        compute: From float32 numbers to what is tested.
    """
    from actlab.formula.limits import candidates
    from benchmarks import exhaustive

    usual = np.random.default_rng(0).normal(0, 8, MORE).astype(np.float32)
    x = np.concatenate([*exhaustive.inputs(STRIDE, 1 << 20), usual])
    smallest = np.finfo(np.float32).tiny
    corners = np.array(sorted(candidates(activation.formula, "x", activation.defaults)), np.float32)
    x = x[np.isfinite(x) & (np.abs(x) >= smallest) & ~np.isin(x, corners)]
    believed = exhaustive.subject(activation, what)
    tested = replace(believed, single=lambda x, *_: np.asarray(compute(x)))  # type: ignore[arg-type]  # not a ufunc
    with np.errstate(all="ignore"):
        true = np.abs(believed.run(believed.double, x.astype(np.float64)))
        errors = exhaustive.errors(tested, x)
    errors[(true < LOST * smallest) & (true != 0)] = 0.0
    at = int(errors.argmax())
    return min(float(errors[at]), NONE_RIGHT), float(x[at]), int(np.count_nonzero(errors > 4))
