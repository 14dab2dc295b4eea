"""Ranks over data sets and the tests on them: Friedman, Nemenyi, and each function against the baseline.

Which tests, and why:

- Demšar (2006, JMLR 7) ranks the functions on every data set and asks Friedman's test first whether the mean ranks
  differ at all. Only if they do, Nemenyi's test says which pairs do, and the critical-difference diagram shows it.
  Friedman's p-value comes from shuffling the ranks within each data set: for five or eight data sets the usual
  approximations err (`docs/bench.md` has the numbers).
- Benavoli, Corani & Mangili (2016, JMLR 17) show that Nemenyi's verdict on two functions depends on which others
  take part. So the question that a person decides by, is this function better than the baseline, is asked pair by
  pair: by Wilcoxon's signed-rank test, exactly, with Holm's correction over the functions. Its sizes of differences
  mean nothing across different units of score; where a suite mixes them, the sign test takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, studentized_range

from actlab.compare.metrics import METRICS
from actlab.compare.statistics import LEVEL, holm
from actlab.compare.suite.records import Friedman, Nemenyi, Opposed, Ranking, Standing
from actlab.data import UsageError

if TYPE_CHECKING:
    from actlab.compare.records import Results
    from actlab.compare.suite.records import Against

FEWEST_DATA_SETS = 5
"""With fewer, Nemenyi's approximation errs, and no pair can be shown at all."""

SHUFFLES = 20_000
"""A p-value of 0.05 is then known to 0.003, twice its standard error."""

EQUAL = 12
"""Decimals to which two means are compared: beyond them they differ by the order of their sum."""

Floats = npt.NDArray[np.float64]


def ranking(results: Mapping[str, Results], baseline: str) -> Ranking | None:
    """Rank the functions over the data sets, and test what so many data sets allow.

    Args:
        results: by data set, each of the same functions.
        baseline: the function that the others are held against.

    Returns:
        The ranking; None without any data set.
    """
    if not results:
        return None
    names = next(iter(results.values())).plan.activations
    goodness = np.array([_goodness(each, names) for each in results.values()])
    ranks = ranks_of(goodness)
    order = sorted(range(len(names)), key=lambda index: (ranks[:, index].mean(), index))
    names, goodness, ranks = tuple(names[index] for index in order), goodness[:, order], ranks[:, order]
    testable = len(results) >= FEWEST_DATA_SETS
    friedman = friedman_test(ranks) if testable else None
    pair_test: Literal["signed-rank", "sign"] = (
        "signed-rank" if len({each.plan.metric for each in results.values()}) == 1 else "sign"
    )
    return Ranking(
        data_sets=tuple(results),
        standings=tuple(_standing(name, ranks[:, at], goodness[:, at], results) for at, name in enumerate(names)),
        friedman=friedman,
        nemenyi=nemenyi_test(names, ranks) if friedman is not None and friedman.p < LEVEL else None,
        pair_test=pair_test,
        against=against(names, goodness, baseline, by_size=pair_test == "signed-rank", testable=testable),
    )


def ranks_of(goodness: Floats) -> Floats:
    """Ranks within each row, 1 for the highest; equal ones share the mean of their places, and what broke is last.

    >>> ranks_of(np.array([[0.9, 0.8, 0.9, -np.inf]]))
    array([[1.5, 3. , 1.5, 4. ]])
    """
    return np.asarray(rankdata(-goodness, axis=1, method="average"), dtype=np.float64)


def friedman_test(ranks: Floats, shuffles: int = SHUFFLES) -> Friedman:
    """Friedman's test, corrected for ties; its p-value is the share of shuffles with a statistic at least as large.

    Args:
        ranks: (data sets, functions).
        shuffles: how often the ranks of each data set change places at random; always in the same ways.
    """
    data_sets, functions = ranks.shape
    centred = ranks - (functions + 1) / 2
    scatter = float((centred**2).sum())
    if scatter == 0:
        return Friedman(0.0, 1.0)
    scale = (functions - 1) / scatter
    statistic = scale * float((centred.sum(axis=0) ** 2).sum())
    chance, sums = np.random.default_rng(0), np.zeros((shuffles, functions))
    for row in centred:
        sums += chance.permuted(np.broadcast_to(row, (shuffles, functions)), axis=1)
    reached = int((scale * (sums**2).sum(axis=1) >= statistic - 1e-9).sum())
    assert data_sets, "a test has data"
    return Friedman(statistic, (1 + reached) / (1 + shuffles))


def critical_difference(functions: int, data_sets: int) -> float:
    """How far two mean ranks must lie apart to be told apart by Nemenyi's test at the level of 5 %.

    >>> round(critical_difference(4, 14), 2)  # the numbers of Demšar's example
    1.25
    """
    quantile = float(studentized_range.ppf(1 - LEVEL, functions, inf)) / sqrt(2)
    return quantile * sqrt(functions * (functions + 1) / (6 * data_sets))


def nemenyi_test(names: Sequence[str], ranks: Floats) -> Nemenyi:
    """Nemenyi's test of all pairs; `names` and the columns of `ranks` have the best mean rank first."""
    check_installed()
    from scikit_posthocs import posthoc_nemenyi_friedman

    p = np.asarray(posthoc_nemenyi_friedman(ranks), dtype=np.float64)
    ends = [max(np.flatnonzero(row >= LEVEL).max(), at) for at, row in enumerate(p)]
    starts = [0, *(at for at, (before, end) in enumerate(pairwise(ends), start=1) if end > before)]
    groups = tuple(tuple(names[at : ends[at] + 1]) for at in starts if ends[at] > at)
    return Nemenyi(critical_difference(len(names), len(ranks)), tuple(map(tuple, p.tolist())), groups)


def check_installed() -> None:
    """Refuse to begin what could not be ended.

    Raises:
        UsageError: scikit-posthocs is not installed.
    """
    try:
        import scikit_posthocs  # noqa: F401
    except ImportError as error:
        raise UsageError('Nemenyi\'s test needs scikit-posthocs; write pip install "actlab[bench]".') from error


def against(
    names: Sequence[str], goodness: Floats, baseline: str, *, by_size: bool, testable: bool
) -> tuple[Opposed, ...]:
    """Every other function against the baseline, pair by pair.

    Args:
        names: of the functions.
        goodness: (data sets, functions); higher is better, and what broke is minus infinity.
        baseline: one of the names.
        by_size: whether the sizes of differences can be compared across data sets.
        testable: whether there are data sets enough for a p-value.
    """
    own = goodness[:, names.index(baseline)]
    others = [(name, _differences(goodness[:, at], own)) for at, name in enumerate(names) if name != baseline]
    p = [exact_test(each, by_size=by_size) for _, each in others]
    return tuple(
        Opposed(
            activation=name,
            better=int((each > 0).sum()),
            worse=int((each < 0).sum()),
            same=int((each == 0).sum()),
            p=plain if testable else None,
            p_holm=corrected if testable else None,
            word=_word(each, corrected, by_size=by_size) if testable else "not shown",
        )
        for (name, each), plain, corrected in zip(others, p, holm(p), strict=True)
    )


def exact_test(differences: Floats, *, by_size: bool) -> float:
    """The exact two-sided p-value of the signed-rank test, or without sizes of the sign test.

    Each difference may as well have had the other sign if there is nothing in it: all ways are counted. Differences
    of 0 have a rank and no sign (Pratt 1959); equal sizes share their mean rank.

    >>> exact_test(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), by_size=True)
    0.03125
    """
    weights = _weights(differences, by_size=by_size)
    reached = abs(int((np.sign(differences) * weights).sum()))
    sums = np.zeros(2 * int(weights.sum()) + 1)
    centre = len(sums) // 2
    sums[centre] = 1.0
    for weight in weights[differences != 0]:
        sums = (np.roll(sums, weight) + np.roll(sums, -weight)) / 2
    return min(1.0, float(sums[: centre - reached + 1].sum() + sums[centre + reached :].sum())) if reached else 1.0


def fewest_to_show(functions: int) -> int:
    """How many data sets it takes until the pair tests can show anything, if one function wins on all of them.

    >>> fewest_to_show(2), fewest_to_show(10)
    (6, 9)
    """
    return next(count for count in range(1, 99) if (functions - 1) * 2.0 ** (1 - count) < LEVEL)


def _weights(differences: Floats, *, by_size: bool) -> npt.NDArray[np.int64]:
    """Twice the rank of each size, so that shared ranks are whole numbers too; 2 for all without sizes."""
    if not by_size:
        return np.full(len(differences), 2)
    return np.asarray(2 * rankdata(np.abs(differences)), dtype=np.int64)


def _differences(goodness: Floats, own: Floats) -> Floats:
    """Higher is better; two that broke are equal."""
    with np.errstate(invalid="ignore"):
        return np.where(goodness == own, 0.0, goodness - own)


def _word(differences: Floats, p: float, *, by_size: bool) -> Against:
    if p >= LEVEL:
        return "not shown"
    towards = (np.sign(differences) * _weights(differences, by_size=by_size)).sum()
    return "shown better" if towards > 0 else "shown worse"


def _goodness(results: Results, names: Sequence[str]) -> list[float]:
    """Mean scores by function, turned so that higher is better; minus infinity where one broke."""
    means = {each.activation: each.mean for each in results.candidates}
    direction = METRICS[results.plan.metric].direction
    return [round(direction * means[name], EQUAL) if means[name] == means[name] else -inf for name in names]


def _standing(name: str, ranks: Floats, goodness: Floats, results: Mapping[str, Results]) -> Standing:
    best = [max(_goodness(each, each.plan.activations)) for each in results.values()]
    return Standing(
        activation=name,
        mean=float(ranks.mean()),
        ranks=tuple(ranks.tolist()),
        firsts=int((goodness == np.array(best)).sum()),
        broken=tuple(each for each, own in zip(results, goodness, strict=True) if own == -inf),
    )
