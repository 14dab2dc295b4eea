"""Whether a difference is more than the luck of the splits: the corrected paired test and Holm's correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr, stdtrit

from actlab.compare.records import Difference

LEVEL = 0.05
"""Intervals cover 95 %, and a p-value below this counts as shown."""

NO_SCATTER = 1e-12
"""Differences that scatter less than this are equal but for rounding."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval and the two-sided p-value of its being 0."""

    mean: float
    low: float
    high: float
    p: float


def corrected_test(differences: npt.ArrayLike, test_over_train: float, grain: float = 0.0) -> Estimate:
    """The corrected resampled t-test of Nadeau & Bengio (2003) on paired differences.

    Repeats share most of their rows, so their differences are correlated and the plain t-test calls luck a result.
    The correction takes (1/repeats + test/train) for the variance of the mean instead of 1/repeats.

    Args:
        differences: one number a repeat, shape (repeats,), at least 2 of them.
        test_over_train: rows tested on over rows trained on, such as 0.25 for an 80/20 split.
        grain: the step in which a score moves. Differences that scatter by less are taken to scatter by that much:
            that few rows cannot show more.

    Returns:
        The mean with its interval and p-value; all nan when a difference is nan.

    >>> corrected_test([0.0, 0.0, 0.0], 0.25)
    Estimate(mean=0.0, low=0.0, high=0.0, p=1.0)
    """
    values = np.asarray(differences, dtype=np.float64)
    repeats, mean = values.size, float(values.mean())
    if not np.isfinite(mean):
        return Estimate(np.nan, np.nan, np.nan, np.nan)
    scatter = max(float(values.std(ddof=1)), grain)
    if scatter <= NO_SCATTER * max(1.0, abs(mean)):
        return _without_scatter(mean, repeats)
    reach = scatter * relative_reach(repeats, test_over_train)
    p = 2 * float(stdtr(repeats - 1, -abs(mean) / (scatter * sqrt(1 / repeats + test_over_train))))
    return Estimate(mean, mean - reach, mean + reach, p)


def relative_reach(repeats: int | None, test_over_train: float) -> float:
    """Half an interval's width in units of the scatter, for a number of repeats or for endlessly many."""
    if repeats is None:
        return float(ndtri(1 - LEVEL / 2) * sqrt(test_over_train))
    return float(stdtrit(repeats - 1, 1 - LEVEL / 2) * sqrt(1 / repeats + test_over_train))


def _without_scatter(mean: float, repeats: int) -> Estimate:
    """The same difference in every repeat leaves a t-test nothing to go by; its sign in each is still evidence."""
    if abs(mean) <= NO_SCATTER:
        return Estimate(0.0, 0.0, 0.0, 1.0)
    p = 2.0 ** (1 - repeats)
    reach = 0.0 if p < LEVEL else 2 * abs(mean)
    return Estimate(mean, mean - reach, mean + reach, p)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values corrected for their number (Holm 1979): the chance of any false alarm stays below the level.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return tuple(corrected)


def differences_from(
    baseline: str,
    scores: Mapping[str, tuple[float, ...]],
    direction: int,
    test_over_train: float,
    grain: float = 0.0,
) -> dict[str, Difference]:
    """What each function's scores differ from the baseline's, repeat by repeat, as far as both have all of them.

    Args:
        baseline: name of the function the others are compared with.
        scores: of each function, one score a repeat; a nan marks a repeat in which it broke.
        direction: +1 when a higher score is better, -1 when a lower one is.
        test_over_train: rows tested on over rows trained on.
        grain: the step in which a score moves (see `corrected_test`).

    Returns:
        A difference for every other function without a nan, positive when better; none if the baseline has one
        or there are fewer than two repeats.
    """
    own = np.array(scores[baseline], dtype=np.float64)
    if own.size < 2 or not np.isfinite(own).all():
        return {}
    found = {}
    for name, values in scores.items():
        by_repeat = direction * (np.array(values, dtype=np.float64) - own)
        if name != baseline and np.isfinite(by_repeat).all():
            test = corrected_test(by_repeat, test_over_train, grain)
            found[name] = Difference(test.mean, test.low, test.high, test.p, test.p, tuple(by_repeat.tolist()))
    corrected = holm([difference.p for difference in found.values()])
    return {name: replace(difference, p_holm=p) for (name, difference), p in zip(found.items(), corrected, strict=True)}
