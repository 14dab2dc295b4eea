"""What is said of a function of one number, and how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from actlab.formula import Breakpoint

T = TypeVar("T")
How = Literal["proved", "sampled"]
Monotone = Literal["rising", "falling", "neither"]


@dataclass(frozen=True)
class Claim(Generic[T]):
    """Something said of a function: "proved" by rules and exact limits, or "sampled" on a fine grid."""

    value: T
    how: How


@dataclass(frozen=True)
class Properties:
    """What is known of a function of one number.

    Attributes:
        range: The least and the greatest value, or what they tend to.
        monotone: "rising" and "falling" include level stretches.
        zero_centred: Whether the mean output for a standard-normal input is 0; not so where there is no mean.
        kinks: Where the slope jumps, with the slope on both sides and the one declared at the point itself.
        jumps: Where the value jumps or is infinite.
        largest_slope: The largest absolute slope.
        saturation: The sides ("left", "right") on which the function levels off at a finite value.
        zeros: The share of exact zeros for a standard-normal input.
        gain: What the weights' standard deviation times sqrt(fan-in) must be to keep a signal's variance:
            1 / sqrt(E[f(z)²]) for standard-normal z (He et al. 2015 for ReLU). Where E[f(z)²] is 0, infinite or no
            number, no factor keeps the variance, and the gain is 1.
    """

    range: Claim[tuple[float, float]]
    monotone: Claim[Monotone]
    zero_centred: Claim[bool]
    kinks: Claim[tuple[Breakpoint, ...]]
    jumps: Claim[tuple[Breakpoint, ...]]
    largest_slope: Claim[float]
    saturation: Claim[tuple[str, ...]]
    zeros: Claim[float]
    gain: Claim[float]
