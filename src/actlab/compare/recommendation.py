"""Which function to take: one rule.

1. *Evidence.* Contenders are the baseline and every function that is CLEAR, SMALL or SAME against it. What the data
   cannot tell from the baseline (UNSURE) never displaces it, however good its mean looks.
2. *Score.* Of these stay the ones whose mean lies within `matters` of the best contender's mean; when the baseline
   is not among them, only the ones that are shown to be better than it (CLEAR, SMALL).
3. *Health and cost.* Each gets a mark for a hidden layer in which more than 10 % of the units are dead at the end,
   and a mark for answering a thousand rows in more than twice the time of the fastest contender. The fewest
   marks win.
4. *Plainness.* A tie goes to the plainest formula (see `plainness`), then to the baseline, then to the order of the
   plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from actlab.compare.plainness import plainness
from actlab.compare.records import Candidate, Plan
from actlab.figures import numerals

DEAD = 0.10
SLOW = 2.0
BETTER = ("CLEAR", "SMALL")
EVIDENT = ("BASELINE", *BETTER, "SAME")


@dataclass(frozen=True)
class Contest:
    """How the rule went: who contended, with what marks, and who is recommended."""

    recommended: Candidate
    baseline: Candidate
    contenders: tuple[Candidate, ...]
    marks: dict[str, tuple[str, ...]]


def hold_contest(plan: Plan, candidates: Sequence[Candidate]) -> Contest:
    """The rule of this module, on candidates whose baseline is whole."""
    baseline = next(each for each in candidates if each.activation == plan.baseline)
    evident = [each for each in candidates if each.verdict in EVIDENT]
    best = max(advantage(each) for each in evident)
    contenders = [each for each in evident if advantage(each) >= best - plan.matters]
    if baseline not in contenders:
        contenders = [each for each in contenders if each.verdict in BETTER] or [baseline]
    marks = {each.activation: _marks(each, contenders) for each in contenders}
    order = {name: place for place, name in enumerate(plan.activations)}
    recommended = min(
        contenders,
        key=lambda each: (
            len(marks[each.activation]),
            plainness(each.activation),
            each.activation != plan.baseline,
            order[each.activation],
        ),
    )
    return Contest(recommended, baseline, tuple(contenders), marks)


def advantage(candidate: Candidate) -> float:
    """Mean difference from the baseline, positive when better; the baseline's own is 0."""
    return candidate.difference.mean if candidate.difference else 0.0


def dead_share(candidate: Candidate) -> float:
    """The share of dead units at the end in the hidden layer that has most of them; nan where no layer was read."""
    return max((layer.dead_end for layer in candidate.layers), default=math.nan)


def _marks(candidate: Candidate, contenders: Sequence[Candidate]) -> tuple[str, ...]:
    marks = []
    if dead_share(candidate) > DEAD:
        marks.append(f"{numerals.share(dead_share(candidate))} of the units in a hidden layer are dead at the end")
    own = candidate.cost.inference_thousand_rows_seconds
    fastest = min(each.cost.inference_thousand_rows_seconds for each in contenders)
    if own > SLOW * fastest:
        marks.append(f"a thousand rows take {own / fastest:.1f} times as long as with the fastest")
    return tuple(marks)
