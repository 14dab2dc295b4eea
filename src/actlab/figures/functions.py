"""Pictures of activations: sampled from the declaration, value and derivative, alone or together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from actlab.catalogue import Activation
from actlab.figures import canvas, curves, numerals
from actlab.figures.sampling import Curve, finite, sampled

__all__ = ["overlay", "plot", "sampled", "wall"]


def plot(activation: Activation, low: float = -5.0, high: float = 5.0) -> canvas.Picture:
    """Draw one activation of one number with its derivative.

    Raises:
        TypeError: for functions of several inputs or of a whole row, such as swiglu and softmax.
    """
    return overlay([activation], low=low, high=high)


def overlay(
    activations: Sequence[Activation],
    *,
    low: float = -5.0,
    high: float = 5.0,
    title: str = "",
    notes: Sequence[str] = (),
    width: int = canvas.WIDE,
) -> canvas.Picture:
    """Draw activations over one another, and their derivatives below on the same axis.

    Args:
        activations: functions of one number.
        low: the left end of the axis.
        high: its right end.
        title: a sentence above the curves; by default their names.
        notes: what the key says of each.
        width: in units.
    """
    own = [sampled(activation, low, high) for activation in activations]
    if notes:
        own = [replace(curve, note=note) for curve, note in zip(own, notes, strict=True)]
    heading = title or f"{numerals.listed([curve.name for curve in own], 6)}, with the derivative below"
    return curves.together(own, title=heading, description=described(own), width=width)


def wall(
    activations: Sequence[Activation], *, low: float = -4.0, high: float = 4.0, title: str, width: int = canvas.WIDE
) -> canvas.Picture:
    """Draw each activation with its derivative in a panel of its own, all on the same scales."""
    own = [sampled(activation, low, high) for activation in activations]
    return curves.wall(own, title=title, description=described(own), width=width)


def described(own: Sequence[Curve]) -> str:
    """Say of each curve where it starts and ends and how steep it gets, for readers who do not see it."""
    if not own:
        return "No functions."
    ends = f"Between x = {numerals.short(own[0].x[0])} and {numerals.short(own[0].x[-1])}: "
    return ends + "; ".join(map(_in_words, own)) + "."


def _in_words(curve: Curve) -> str:
    seen, slopes = finite(curve.value), finite(curve.derivative)
    if not seen.size or not slopes.size:
        return f"{curve.name} has no finite value there"
    left, right, steepest = seen[0], seen[-1], np.abs(slopes).max()
    course = f"{curve.name} goes from {numerals.short(float(left))} to {numerals.short(float(right))}"
    return f"{course}, its slope is at most {numerals.short(float(steepest))}"
