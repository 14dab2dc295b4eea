"""Where to cut a score into yes and no, when a false alarm and a miss cost differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab.compare.records import Chosen, CutoffCurve, Plan
from actlab.compare.statistics import corrected_test
from actlab.data import Table

CUTOFFS = np.linspace(0.0, 1.0, 101).round(2)

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Repeat:
    """What one repeat's test rows say, with the cutoff that its validation rows chose."""

    cost: npt.NDArray[np.float64]  # a row's mean cost at each cutoff
    chosen: float
    cost_at_half: float
    cost_at_chosen: float
    confusion_at_half: Counts
    confusion_at_chosen: Counts


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
    repeats = [_repeat(plan, table, each) for each in own]
    costs = np.array([repeat.cost for repeat in repeats])
    cutoffs = np.array([repeat.chosen for repeat in repeats])
    saved = corrected_test(
        [repeat.cost_at_half - repeat.cost_at_chosen for repeat in repeats], plan.test_share / (1 - plan.test_share)
    )
    low, high = np.percentile(costs, (10, 90), axis=0)
    return CutoffCurve(
        activation=activation,
        positive=table.classes[1],
        negative=table.classes[0],
        cost_false_positive=plan.cost_false_positive,
        cost_false_negative=plan.cost_false_negative,
        cutoffs=tuple(CUTOFFS.tolist()),
        cost=tuple(costs.mean(axis=0).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        chosen=float(np.median(cutoffs)),
        chosen_low=float(cutoffs.min()),
        chosen_high=float(cutoffs.max()),
        cost_at_half=float(np.mean([repeat.cost_at_half for repeat in repeats])),
        cost_at_chosen=float(np.mean([repeat.cost_at_chosen for repeat in repeats])),
        saving_low=saved.low,
        saving_high=saved.high,
        confusion_at_half=_summed([repeat.confusion_at_half for repeat in repeats]),
        confusion_at_chosen=_summed([repeat.confusion_at_chosen for repeat in repeats]),
    )


def confusion(y: npt.NDArray[np.int64], scores: npt.NDArray[np.float32], cutoff: float) -> Counts:
    """Rows by true class (first axis) and answer (second axis), where a score of at least the cutoff answers 1."""
    return np.bincount(2 * y + (scores >= cutoff), minlength=4).reshape(2, 2)


def cost_a_row(table_of_counts: Counts, false_positive: float, false_negative: float) -> float:
    """The mean cost of a row: right answers are free."""
    counts = table_of_counts
    return float((counts[0, 1] * false_positive + counts[1, 0] * false_negative) / counts.sum())


def cheapest_cutoff(costs: npt.NDArray[np.float64], false_positive: float, false_negative: float) -> float:
    """The cutoff of least cost; of several, the one nearest to where exact probabilities would put it."""
    best = CUTOFFS[costs <= costs.min() + 1e-12]
    ideal = false_positive / (false_positive + false_negative)
    return float(best[np.argmin(np.abs(best - ideal))])


def _repeat(plan: Plan, table: Table, chosen: Chosen) -> _Repeat:
    prices = plan.cost_false_positive, plan.cost_false_negative
    y = table.y.astype(np.int64)
    aside, tested = y[chosen.validation_rows], y[chosen.test_rows]
    on_validation = [cost_a_row(confusion(aside, chosen.validation_scores, cutoff), *prices) for cutoff in CUTOFFS]
    on_test = [cost_a_row(confusion(tested, chosen.test_scores, cutoff), *prices) for cutoff in CUTOFFS]
    cutoff = cheapest_cutoff(np.array(on_validation), *prices)
    at_half, at_chosen = (confusion(tested, chosen.test_scores, each) for each in (0.5, cutoff))
    return _Repeat(
        cost=np.array(on_test),
        chosen=cutoff,
        cost_at_half=cost_a_row(at_half, *prices),
        cost_at_chosen=cost_a_row(at_chosen, *prices),
        confusion_at_half=at_half,
        confusion_at_chosen=at_chosen,
    )


def _summed(counts: list[Counts]) -> tuple[tuple[int, int], tuple[int, int]]:
    (a, b), (c, d) = np.sum(counts, axis=0).tolist()
    return (a, b), (c, d)
