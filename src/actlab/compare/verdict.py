"""One of six words for each function, with a fixed meaning, and the reason in a sentence.

A difference is a function's score minus the baseline's, turned so that positive is better, with the 95 % interval
and the p-value of the corrected paired test (Nadeau & Bengio 2003). It is *shown* when its p-value, after Holm's
correction over all functions compared, is below 0.05. `matters` is the smallest difference the person cares about.
The first line that holds gives the word:

    BROKEN   in at least one repeat no learning rate gave a finished network (it diverged or failed)
    UNSURE   there is no difference to judge: fewer than five whole repeats, in which luck can hardly be seen, or the
             baseline itself broke
    CLEAR    shown, and the whole interval lies above +matters
    SMALL    shown and better, but the interval reaches below +matters: really better, perhaps by too little to matter
    SAME     the whole interval lies within -matters … +matters: no practical difference, either way
    WORSE    shown and worse
    UNSURE   anything else: this data cannot tell

So SMALL comes before SAME (a real gain is named even when it is too small to matter), and SAME before WORSE (a
loss too small to matter is no reason to avoid a function).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from actlab.compare.records import Difference, LayerSummary, Plan, Run, Verdict
from actlab.compare.statistics import LEVEL
from actlab.figures import numerals

FEWEST_REPEATS = 5

WORDS: tuple[tuple[Verdict, Callable[[Difference, float], bool]], ...] = (
    ("CLEAR", lambda difference, matters: shown(difference) and difference.low > matters),
    ("SMALL", lambda difference, _: shown(difference) and difference.mean > 0),
    ("SAME", lambda difference, matters: -matters <= difference.low and difference.high <= matters),
    ("WORSE", lambda difference, _: shown(difference)),
    ("UNSURE", lambda difference, _: True),
)


def shown(difference: Difference) -> bool:
    """Whether a difference is more than the luck of the splits, all functions compared taken together."""
    return difference.p_holm < LEVEL


def word(difference: Difference, matters: float) -> Verdict:
    """The word for a difference, by the table in this module's docstring."""
    return next(verdict for verdict, holds in WORDS if holds(difference, matters))


def judge(name: str, plan: Plan, scores: Sequence[float], difference: Difference | None) -> Verdict:
    """The word for a function: by its difference if it has one, else by what is missing."""
    if np.isnan(scores).any():
        return "BROKEN"
    if name == plan.baseline:
        return "BASELINE"
    return "UNSURE" if difference is None or len(scores) < FEWEST_REPEATS else word(difference, plan.matters)


def reason(
    plan: Plan,
    verdict: Verdict,
    difference: Difference | None,
    layers: Sequence[LayerSummary],
    scores: Sequence[float],
    runs: Sequence[Run],
) -> str:
    """Why a function got its word, in one sentence without its name, with numbers that were measured."""
    if verdict == "BROKEN":
        return broken_reason(scores, runs)
    if verdict == "BASELINE":
        sentence = "the baseline, which every other function is compared with"
    elif len(scores) < FEWEST_REPEATS:
        sentence = (
            f"{len(scores)} whole repeats are too few to tell luck from a difference; {FEWEST_REPEATS} are needed"
        )
    elif difference is None:
        sentence = f"the baseline {plan.baseline} broke, so there is nothing to compare with"
    else:
        sentence = _explained(verdict, difference, plan)
    stuck = never_moved(layers, plan.weight_decay)
    if stuck:
        return f"{sentence}; {stuck}" if verdict not in ("WORSE", "UNSURE") else f"{stuck}: {sentence}"
    return sentence


def never_moved(layers: Sequence[LayerSummary], weight_decay: float = 0.0) -> str:
    """Says so when no gradient reached any hidden layer that was measured; otherwise nothing."""
    if not layers or any(layer.gradient_start or layer.gradient_end for layer in layers):
        return ""
    flat = all(layer.dead_start == 1 and layer.dead_end == 1 for layer in layers)
    cause = "its slope is 0 everywhere" if flat else "no gradient reached them"
    moved = "were moved by weight decay alone" if weight_decay else "never moved from their random start"
    return f"{cause}, so its hidden layers {moved} and only the output layer learned"


def broken_reason(scores: Sequence[float], runs: Sequence[Run]) -> str:
    """What went wrong, in how many repeats, with the first message."""
    message = next((run.message for run in runs if run.message), "")
    lost = int(np.isnan(scores).sum())
    where = f"in {lost} of {len(scores)} repeats" if lost < len(scores) else "in every repeat"
    return f"{where} no learning rate gave a finished network" + (f" (first: {message})" if message else "")


def span(difference: Difference, matters: float) -> str:
    """An interval in words: `−0.004 to +0.013`."""
    places = numerals.decimals(matters)
    return f"{numerals.signed(difference.low, places)} to {numerals.signed(difference.high, places)}"


def _explained(verdict: Verdict, difference: Difference, plan: Plan) -> str:
    interval, matters, baseline = span(difference, plan.matters), f"{plan.matters:g}", plan.baseline
    size = numerals.number(abs(difference.mean), numerals.decimals(plan.matters))
    if verdict == "CLEAR":
        return f"better than {baseline} by {size} in the mean, and the whole interval ({interval}) lies above {matters}"
    if verdict == "SMALL":
        return f"really better than {baseline} ({interval}), but perhaps by less than the {matters} that matters"
    if verdict == "SAME":
        return f"no practical difference from {baseline}: the whole interval ({interval}) lies within ±{matters}"
    if verdict == "WORSE":
        return f"really worse than {baseline}, by {size} in the mean ({interval})"
    if difference.low <= -plan.matters and difference.high >= plan.matters:
        return f"this data cannot tell it from {baseline}: better or worse by {matters}, both are possible ({interval})"
    side = "better" if difference.high > plan.matters else "worse"
    if difference.low > 0 or difference.high < 0:
        others = len(plan.activations) - 1
        return (
            f"its interval ({interval}) leaves out 0, but among {others} functions one does so by luck too easily: "
            f"corrected for their number, p is {difference.p_holm:.2f}, so it is not shown to be {side}"
        )
    return (
        f"this data cannot tell it from {baseline}: it could be {side} by more than {matters} ({interval}), "
        "but that is not shown"
    )
