"""A curve as a sum of units: one hidden layer that comes close to what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from actlab.catalogue import find
from actlab.lab.refusal import Refusal
from actlab.lab.training import reading

Matrix = npt.NDArray[np.float64]
POINTS, MOST_UNITS, HIGHEST = 129, 64, 1e6
COUNTS = (1, 2, 4, 8, 16, 32, 64)
COMPARED = ("relu", "sigmoid", "tanh")
KINKED = (1.0,)  # another steepness of these is only another output weight
SMOOTH = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
STEEPNESS: Mapping[str, tuple[float, ...]] = {
    "relu": KINKED, "leaky_relu": KINKED, "step": KINKED, "sigmoid": SMOOTH, "tanh": SMOOTH,
    "softplus": SMOOTH, "gelu": SMOOTH, "elu": SMOOTH,
}  # fmt: skip
X = np.linspace(-1, 1, POINTS)
ALIKE = 1e-6  # a candidate of which so little is new would get an output weight without bounds
SWEEPS, SWEPT = 2, 16  # exchanges, of fits with at most so many units
TRIED, FEW = 8192, 4  # first units that are tried times candidates, and of how large fits

router = APIRouter()


@dataclass(frozen=True, eq=False)
class Fit:
    """Units f(weight * x + bias), what each is multiplied by, and what is added to their sum."""

    weights: Matrix
    biases: Matrix
    outputs: Matrix
    constant: float
    values: Matrix
    error: float
    worst: float

    @property
    def document(self) -> dict[str, Any]:
        """For the page."""
        return {
            "units": np.column_stack([self.weights, self.biases, self.outputs]).tolist(),
            "constant": self.constant,
            "error": self.error,
            "worst": self.worst,
        }


@router.post("/shapes")
async def shape(request: Request) -> dict[str, Any]:
    """The units that come close to a curve."""
    given = await _given(request, ("points", "activation", "units"))
    units = reading.whole(given, "units", 4, 1, MOST_UNITS)
    activation = reading.choice(given, "activation", "relu", STEEPNESS)
    fitted = await run_in_threadpool(_alone, fit, _points(given), activation, units)
    document: dict[str, Any] = fitted.document
    return document


@router.post("/shapes/errors")
async def errors(request: Request) -> dict[str, Any]:
    """The typical error of the article's functions, and of another one, with more and more units."""
    given = await _given(request, ("points", "activation"))
    activation = reading.choice(given, "activation", "relu", STEEPNESS)
    found = await run_in_threadpool(_alone, _errors, _points(given), activation)
    return {"counts": COUNTS, "errors": found}


def fit(wanted: Matrix, activation: str, units: int) -> Fit:
    """Units chosen from a dictionary of places and steepnesses, with the output weights of least squares.

    Args:
        wanted: heights of the curve at 129 places from -1 to 1.
        activation: one of STEEPNESS.
        units: how many.
    """
    candidates, weights, biases = _dictionary(activation)
    chosen = _ladder(candidates, wanted, units)[-1]
    used = np.column_stack([np.ones(POINTS), candidates[:, chosen]])
    solution = np.linalg.lstsq(used, wanted, rcond=None)[0].astype(float)
    values: Matrix = used @ solution
    gap = np.abs(values - wanted)
    return Fit(
        weights[chosen], biases[chosen], solution[1:], float(solution[0]), values,
        float(np.sqrt(np.mean(gap**2))), float(gap.max()),
    )  # fmt: skip


def _ladder(candidates: Matrix, wanted: Matrix, units: int) -> list[list[int]]:
    """The candidates of one unit, two, four, up to so many; each choice goes on from the one before, or does better."""
    below = _ladder(candidates, wanted, units // 2) if units > 1 else [[]]
    starts = [[], below[-1]]
    if units <= FEW:
        many = candidates.shape[1]
        starts += [[each] for each in range(0, many, max(1, many**2 // TRIED))]
    found = [_completed(candidates, wanted, units, start) for start in starts]
    return [*below, min(found, key=lambda each: _left(candidates, wanted, each))]


def _completed(candidates: Matrix, wanted: Matrix, units: int, start: list[int]) -> list[int]:
    """The start and what helps most beside it; of few units each is then exchanged for the best beside the others."""
    chosen = list(start)
    while len(chosen) < units and (best := _best(candidates, chosen, wanted)) is not None:
        chosen.append(best)
    for _ in range(SWEEPS if len(chosen) <= SWEPT else 0):
        for place in range(len(chosen)):
            best = _best(candidates, chosen[:place] + chosen[place + 1 :], wanted)
            chosen[place] = chosen[place] if best is None else best
    return chosen


def _left(candidates: Matrix, wanted: Matrix, chosen: list[int]) -> float:
    """The squared error that is left."""
    base, _ = np.linalg.qr(np.column_stack([np.ones(POINTS), candidates[:, chosen]]))
    return float(((wanted - base @ (base.T @ wanted)) ** 2).sum())


def _best(candidates: Matrix, chosen: list[int], wanted: Matrix) -> int | None:
    """The candidate that takes most of the error away beside those chosen; none where nothing is left to take."""
    base, _ = np.linalg.qr(np.column_stack([np.ones(POINTS), candidates[:, chosen]]))
    rest = wanted - base @ (base.T @ wanted)
    if np.abs(rest).max() < 1e-12 * max(1.0, float(np.abs(wanted).max())):
        return None
    new = candidates - base @ (base.T @ candidates)
    size = (new**2).sum(0)
    usable = size > ALIKE * (candidates**2).sum(0)
    gain = np.where(usable, (rest @ new) ** 2 / np.where(usable, size, 1), -1.0)
    best = int(gain.argmax())
    return best if gain[best] > 0 else None


@lru_cache(maxsize=len(STEEPNESS))
def _dictionary(activation: str) -> tuple[Matrix, Matrix, Matrix]:
    """Values at X of every unit to choose from, (points, units), with its weight and bias."""
    steepness = np.array(STEEPNESS[activation])
    places = X if len(steepness) == 1 else X[::2]
    weights, centres = (each.ravel() for each in np.meshgrid(np.concatenate([steepness, -steepness]), places))
    biases = 0.0 - weights * centres
    function: Any = find(activation)
    return function(np.outer(X, weights) + biases), weights, biases


def _alone(work: Callable[..., Any], *given: Any) -> Any:
    """Done on one thread: for matrices so small, threads of BLAS wait for each other longer than they work."""
    from threadpoolctl import threadpool_limits  # slow to import and only needed here

    with threadpool_limits(1, "blas"):
        return work(*given)


def _errors(wanted: Matrix, activation: str) -> dict[str, list[float]]:
    found = {}
    for name in dict.fromkeys((*COMPARED, activation)):
        candidates = _dictionary(name)[0]
        ladder = _ladder(candidates, wanted, COUNTS[-1])[1:]
        found[name] = [float(np.sqrt(_left(candidates, wanted, chosen) / POINTS)) for chosen in ladder]
    return found


async def _given(request: Request, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        document = reading.parsed(await request.body())
    except ValueError:
        raise Refusal("This is no JSON; send the heights of a curve.") from None
    return reading.fields(document, "shape", allowed)


def _points(given: Mapping[str, Any]) -> Matrix:
    points = reading.listed(given.get("points"), "points", POINTS)
    if len(points) != POINTS or not all(reading.finite(each) and abs(each) <= HIGHEST for each in points):
        raise Refusal("points must be {count} numbers: the heights of a curve from x = −1 to 1.", count=POINTS)
    return np.array(points, float)
