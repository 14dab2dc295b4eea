"""Where to cut a score into two answers, when a false alarm and a miss cost differently."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from actlab.compare.records import Chosen, CutoffCurve, Plan
from actlab.compare.statistics import corrected_test
from actlab.data import Table

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

NEVER = float(np.nextafter(1.0, 2.0))
"""A cutoff that no score reaches: a network that is very sure gives scores of exactly 1."""

FINE = np.array([step * 10.0**decade for decade in (-4, -3, -2) for step in (1, 1.5, 2, 3, 4, 5, 7)])
GRID = np.unique(np.concatenate((np.linspace(0, 1, 101), FINE, 1 - FINE)).round(6))
"""Where the curve is drawn: even steps, and finer ones near the ends, where dear mistakes put the best cutoff."""


def cutoff_curve(plan: Plan, table: Table, chosen: Sequence[Chosen], activation: str) -> CutoffCurve | None:
    """The expected cost of a row over the cutoff, on rows that were not trained on.

    Args:
        plan: names the costs of a false positive and of a false negative.
        table: a table with two classes; any other gives None.
        chosen: the chosen networks of all functions, with their scores.
        activation: the function whose networks are asked.

    Returns:
        The curve, or None when there are not two classes or fewer than two repeats.
    """
    own = [each for each in chosen if each.run.activation == activation]
    if table.task != "binary" or len(own) < 2:
        return None
    y = table.y.astype(np.int64)
    prices = plan.cost_false_positive, plan.cost_false_negative
    cutoffs = np.array([best_cutoff(y[each.validation_rows], each.validation_scores, *prices) for each in own])
    middle = float(np.median(cutoffs))
    grid = np.unique([*GRID, ideal_cutoff(*prices), middle, *cutoffs, NEVER])
    costs = np.array([_costs(y, each, grid, plan) for each in own])
    at_half, at_chosen = (_tested(y, own, at) for at in (np.full(len(own), 0.5), cutoffs))
    half, paid = cost_a_row(at_half, *prices), cost_a_row(at_chosen, *prices)
    saved = corrected_test(half - paid, plan.test_over_fitting, grain=min(prices) / len(own[0].test_rows))
    low, high = np.percentile(costs, (10, 90), axis=0)
    return CutoffCurve(
        activation=activation,
        positive=table.classes[1],
        negative=table.classes[0],
        cost_false_positive=plan.cost_false_positive,
        cost_false_negative=plan.cost_false_negative,
        cutoffs=tuple(grid.tolist()),
        cost=tuple(costs.mean(axis=0).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        chosen=middle,
        chosen_low=float(cutoffs.min()),
        chosen_high=float(cutoffs.max()),
        cost_at_half=float(half.mean()),
        cost_at_chosen=float(paid.mean()),
        saving_low=saved.low,
        saving_high=saved.high,
        confusion_at_half=_summed(at_half),
        confusion_at_chosen=_summed(at_chosen),
    )


def confusions(y: npt.NDArray[np.int64], scores: npt.NDArray[np.floating], cutoffs: npt.ArrayLike) -> Counts:
    """Count rows by true class and answer, where a score of at least the cutoff answers 1.

    Args:
        y: true classes, 0 or 1, shape (rows,).
        scores: shape (rows,).
        cutoffs: shape (cutoffs,).

    Returns:
        Shape (cutoffs, 2, 2): true class by answer, for each cutoff.
    """
    order = np.argsort(scores)
    # Cutoffs in float64: one between two neighbours in float32 is none of both.
    below = np.searchsorted(scores[order], np.asarray(cutoffs, np.float64), side="left")
    missed = np.concatenate(([0], np.cumsum(y[order])))[below]
    positives = int(y.sum())
    negatives = len(y) - positives
    right = below - missed
    counts = np.array([[right, negatives - right], [missed, positives - missed]], np.int64)
    return np.moveaxis(counts, -1, 0)


def cost_a_row(counts: Counts, false_positive: float, false_negative: float) -> Numbers:
    """The mean cost of a row, for counts of shape (..., 2, 2): right answers are free."""
    wrong = counts[..., 0, 1] * false_positive + counts[..., 1, 0] * false_negative
    return np.asarray(wrong / counts.sum(axis=(-2, -1)), np.float64)


def ideal_cutoff(false_positive: float, false_negative: float) -> float:
    """Where the cost is least when a score of 0.3 comes true in 30 % of the cases (Elkan 2001)."""
    return false_positive / (false_positive + false_negative)


def best_cutoff(
    y: npt.NDArray[np.int64], scores: npt.NDArray[np.floating], false_positive: float, false_negative: float
) -> float:
    """The cutoff of least cost on some rows, of all that part their scores differently.

    Between two neighbouring scores every cutoff costs the same, so their middle stands for all of them, and 0.5 and
    the ideal cutoff for their own place. Of several that cost least, the one nearest to the ideal cutoff is taken.
    """
    ideal = ideal_cutoff(false_positive, false_negative)
    distinct = np.unique(scores.astype(np.float64))
    tried = np.unique([0.0, *(distinct[:-1] + distinct[1:]) / 2, 0.5, ideal, NEVER])
    costs = cost_a_row(confusions(y, scores, tried), false_positive, false_negative)
    best = tried[costs <= costs.min() + 1e-12]
    return float(best[np.argmin(np.abs(best - ideal))])


def _costs(y: npt.NDArray[np.int64], chosen: Chosen, cutoffs: Numbers, plan: Plan) -> Numbers:
    counts = confusions(y[chosen.test_rows], chosen.test_scores, cutoffs)
    return cost_a_row(counts, plan.cost_false_positive, plan.cost_false_negative)


def _tested(y: npt.NDArray[np.int64], chosen: Sequence[Chosen], cutoffs: Numbers) -> Counts:
    """The test rows of each repeat, cut at its own place: shape (repeats, 2, 2)."""
    pairs = zip(chosen, cutoffs, strict=True)
    return np.array([confusions(y[each.test_rows], each.test_scores, [at])[0] for each, at in pairs])


def _summed(counts: Counts) -> tuple[tuple[int, int], tuple[int, int]]:
    (a, b), (c, d) = counts.sum(axis=0).tolist()
    return (a, b), (c, d)
