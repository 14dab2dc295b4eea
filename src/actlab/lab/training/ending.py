"""Why a training ended, and what to try."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from actlab.catalogue import Activation
from actlab.formula import constant
from actlab.lab.training.network import Goal
from actlab.lab.training.spec import Spec

ZERO = constant(0)
WINDOW, LEAST = 1000, 1e-3  # a plateau: so many steps in which the loss fell by less than this share of the first
TOO_LARGE = 1e6  # times the first loss: nobody waits for such a training to come back


class Sentence:
    """A sentence that the page translates; its values also name the settings that a piece of advice would change."""

    def __init__(self, text: str, **values: str | float) -> None:
        self.text, self.values = text, values

    @property
    def document(self) -> list[Any]:
        """What the page is sent."""
        return [self.text, self.values]


@dataclass(frozen=True)
class Ending:
    """Why it ended, in a word and in a sentence."""

    why: str
    sentence: Sentence
    advice: tuple[Sentence, ...]

    @property
    def document(self) -> dict[str, Any]:
        """What the page is sent."""
        text, values = self.sentence.document
        return {"why": self.why, "text": text, "values": values, "advice": [each.document for each in self.advice]}


@dataclass(frozen=True)
class Outcome:
    """Where a training stands when its loss no longer falls.

    Args:
        loss: now.
        perfect: whether every point has the right answer.
        units: hidden units whose function has a slope.
        dead: how many of them have none on any row.
        dead_at_first: how many had none at the start.
    """

    loss: float
    perfect: bool
    units: int
    dead: int
    dead_at_first: int


def is_flat(activation: Activation) -> bool:
    """Whether its slope is 0 wherever it has one."""
    return all(slope == ZERO for slope in activation.slopes)


class Plateau:
    """Watches the loss for a stretch in which it no longer falls."""

    def __init__(self, first: float) -> None:
        self._least, self._best, self._since = LEAST * first, math.inf, 0

    def reached(self, loss: float, step: int) -> bool:
        """Whether the last steps were in vain; told the loss of all rows now and then."""
        if loss < self._best - self._least:
            self._best, self._since = loss, step
        return step - self._since >= WINDOW


def plateau(spec: Spec, now: Outcome) -> Ending:
    """The loss no longer falls."""
    if now.perfect:
        said = Sentence(
            "Every point has the right answer, and the loss hardly falls any more: by less than {percent} % of what it "
            "was at first in the last {steps} steps. It is {loss} now.",
            steps=WINDOW, percent=100 * LEAST, loss=now.loss,
        )  # fmt: skip
        return Ending("plateau", said, ())
    said = Sentence(
        "In the last {steps} steps the loss fell by less than {percent} % of what it was at first. It is {loss} now.",
        steps=WINDOW, percent=100 * LEAST, loss=now.loss,
    )  # fmt: skip
    advice = [*_straight(spec), *_stuck(spec), *_revived(spec, now)]
    if spec.rate < 0.01 and spec.optimiser != "adam":
        advice.append(Sentence("The learning rate is small. Try {rate}.", rate=spec.rate * 10))
    if not _straight(spec):
        advice.append(Sentence("If the loss is still too high: another seed, more units, or another activation."))
    return Ending("plateau", said, tuple(advice))


def _straight(spec: Spec) -> list[Sentence]:
    """What a network without a bend cannot do."""
    if not spec.layers:
        return [Sentence("Without a hidden layer only a straight boundary can be learned; add a layer.")]
    if any(each.activation.name != "identity" for each in spec.layers):
        return []
    return [
        Sentence(
            "Layers of identity add up to one straight line, however many there are. Use {activation}.",
            activation="tanh",
        )
    ]


def _stuck(spec: Spec) -> list[Sentence]:
    """Why hidden weights cannot move from where they began."""
    advice = []
    flat = [each.activation.name for each in spec.layers if is_flat(each.activation)]
    if flat:
        advice.append(
            Sentence(
                "The slope of {flat} is 0, so these hidden units cannot learn. Use {activation}.",
                flat=flat[0], activation="tanh",
            )
        )  # fmt: skip
    if spec.initialisation == "zeros" and spec.layers:
        advice.append(
            Sentence(
                "All weights began at 0, so all units of a layer are the same. Use initialisation “{initialisation}”.",
                initialisation="matched",
            )
        )
    return advice


def _revived(spec: Spec, now: Outcome) -> list[Sentence]:
    """What kills units, and what brings them back."""
    advice = []
    if now.dead_at_first and spec.bias < 0:
        advice.append(
            Sentence(
                "Units have been dead from the start: their first bias of {first} holds their sums below 0 on every "
                "point. Begin with bias {bias}.",
                first=spec.bias, bias=0.0,
            )
        )  # fmt: skip
    if now.dead > now.dead_at_first:
        advice.append(
            Sentence(
                "Units died while learning: a step too large threw their sums below 0 on every point. "
                "Take smaller steps: learning rate {rate}.",
                rate=_smaller(spec.rate),
            )
        )
    if now.dead:
        advice.append(
            Sentence(
                "Dead hidden units: {dead} of {total}. "
                "Use {activation}: it lets a little through below 0, so that units can come back.",
                dead=now.dead, total=now.units, activation="leaky_relu",
            )
        )  # fmt: skip
    return advice


def _smaller(rate: float) -> float:
    return float(f"{rate / 10:.2g}")


def diverged(spec: Spec, goal: Goal, loss: float, first: float) -> Ending:
    """The loss grew beyond everything, or is no number."""
    if math.isfinite(loss):
        said = Sentence("The loss grew from {first} to {loss}: each step overshot by more than the one before.",
                        first=first, loss=loss)  # fmt: skip
    else:
        said = Sentence(
            "The weights grew until the loss was no longer a number (NaN). What you see is the last step before."
        )
    advice = [Sentence("Take smaller steps: learning rate {rate}.", rate=_smaller(spec.rate))]
    if spec.optimiser != "adam":
        advice.append(Sentence("Let Adam measure its steps (optimiser {optimiser}, learning rate {rate}).",
                               optimiser="adam", rate=min(spec.rate, 0.01)))  # fmt: skip
    if goal.classes and goal.name == "squared_error":
        advice.append(Sentence("Use the loss that is made for classes: {loss}.", loss="cross_entropy"))
    return Ending("diverged", said, tuple(advice))
