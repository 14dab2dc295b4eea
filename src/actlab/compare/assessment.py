"""From runs to what is known of each function: scores, differences, costs, units and a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from actlab.compare.metrics import METRICS
from actlab.compare.records import Candidate, Chosen, Cost, LayerSummary, Plan, Run
from actlab.compare.statistics import differences_from
from actlab.compare.verdict import judge, reason

Timing = tuple[float, float]
"""Seconds of one call that answers for one row, and for a thousand."""


def candidates(
    plan: Plan, runs: Sequence[Run], chosen: Sequence[Chosen], repeats: Sequence[int], timings: Mapping[str, Timing]
) -> tuple[Candidate, ...]:
    """All that is known of each function of the plan, in the plan's order.

    Args:
        plan: what was to be run.
        runs: what was run.
        chosen: the run of each function and repeat whose learning rate won.
        repeats: the repeats that are whole; only they are compared.
        timings: inference seconds of each function that has a network.
    """
    best = {(each.run.activation, each.run.repeat): each for each in chosen}
    scores = {name: tuple(_score(best.get((name, repeat))) for repeat in repeats) for name in plan.activations}
    direction = METRICS[plan.metric].direction
    tested = len(chosen[0].test_rows) if chosen else 0
    differences = differences_from(plan.baseline, scores, direction, plan.test_over_fitting, grain(plan, tested))
    found = []
    for name in plan.activations:
        own = [best[name, repeat] for repeat in repeats if (name, repeat) in best]
        tried = [run for run in runs if run.activation == name]
        layers = _layers(own)
        word = judge(name, plan, scores[name], differences.get(name))
        known = np.array(scores[name], dtype=np.float64)
        found.append(
            Candidate(
                activation=name,
                verdict=word,
                reason=reason(plan, word, differences.get(name), layers, scores[name], tried),
                scores=scores[name],
                mean=float(known.mean()) if known.size else float("nan"),
                deviation=float(known.std(ddof=1)) if known.size > 1 else float("nan"),
                difference=differences.get(name),
                cost=_cost(own, timings.get(name)),
                layers=layers,
                rates=_rates(plan, own),
                diverged=sum(run.status == "diverged" for run in tried),
                failed=sum(run.status == "failed" for run in tried),
            )
        )
    return tuple(found)


def grain(plan: Plan, tested: int) -> float:
    """About the smallest step by which a score on so many rows can move: one row, or for rankings one pair of rows."""
    if plan.metric in ("rmse_over_deviation", "loss") or not tested:
        return 0.0
    return 1 / tested if plan.metric == "balanced_accuracy" else 4 / tested**2


def _score(chosen: Chosen | None) -> float:
    return chosen.run.test_score if chosen else float("nan")


def _rates(plan: Plan, own: Sequence[Chosen]) -> tuple[tuple[float, int], ...]:
    won = Counter(each.run.rate for each in own)
    return tuple((rate, won[rate]) for rate in plan.rates)


def _cost(own: Sequence[Chosen], timing: Timing | None) -> Cost:
    nan = float("nan")
    training = float(np.median([each.run.seconds for each in own])) if own else nan
    one, thousand = timing or (nan, nan)
    return Cost(training, one, thousand)


def _layers(own: Sequence[Chosen]) -> tuple[LayerSummary, ...]:
    """Means over the repeats, layer by layer."""
    fewest = min((len(each.end) for each in own), default=0)  # a model may be read in one repeat and not in another
    return tuple(_layer(own, index) for index in range(fewest))


def _layer(own: Sequence[Chosen], index: int) -> LayerSummary:
    start, end = [each.start[index] for each in own], [each.end[index] for each in own]
    units = end[0].units
    return LayerSummary(
        layer=end[0].layer,
        units=units,
        zeros_start=float(np.mean([reading.zeros for reading in start])),
        zeros_end=float(np.mean([reading.zeros for reading in end])),
        dead_start=float(np.mean([reading.dead for reading in start])) / units,
        dead_end=float(np.mean([reading.dead for reading in end])) / units,
        sparse_start=float(np.mean([reading.sparse for reading in start])) / units,
        sparse_end=float(np.mean([reading.sparse for reading in end])) / units,
        gradient_start=float(np.mean([reading.gradient for reading in start])),
        gradient_end=float(np.mean([reading.gradient for reading in end])),
    )
