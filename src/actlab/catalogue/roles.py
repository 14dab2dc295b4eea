"""The parameters of an activation: fixed, learned with the weights, or drawn at random while training."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

Role = Literal["fixed", "learned", "random"]


@dataclass(frozen=True)
class Parameter:
    """One parameter. A random one is drawn uniformly between low and high; its default is the mean.

    For the other roles, low and high are the open ends of the domain.
    """

    name: str
    default: float
    role: Role
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not self.low < self.default < self.high:
            raise ValueError(f"A default of {self.default:g} lies outside its domain; it must be {self._domain()}.")

    def check(self, value: float, activation: str) -> None:
        """Raise if a value lies outside the domain."""
        if self.role != "random" and not self.low < value < self.high:
            raise ValueError(
                f"{activation}({self.name}={value}) is outside its domain; {self.name} must be {self._domain()}."
            )

    def _domain(self) -> str:
        if self.high == math.inf:
            return f"a number above {self.low:g}" if self.low > -math.inf else "a finite number"
        return f"between {self.low:g} and {self.high:g}"


# These three stand as defaults of formulas' arguments, so they are typed as any operand.


def fixed(default: float, *, low: float = -math.inf, high: float = math.inf) -> Any:
    """A parameter that a person sets. A plain number as default means the same, without bounds."""
    return Parameter("", default, "fixed", low, high)


def learned(default: float, *, low: float = -math.inf, high: float = math.inf) -> Any:
    """A parameter that is trained with the weights, starting at its default."""
    return Parameter("", default, "learned", low, high)


def uniform(low: float, high: float) -> Any:
    """A parameter drawn for each element while training, and at its mean afterwards."""
    return Parameter("", (low + high) / 2, "random", low, high)


def named(name: str, default: object) -> Parameter:
    """The parameter that a declaration's default stands for."""
    if isinstance(default, Parameter):
        return replace(default, name=name)
    if isinstance(default, int | float) and not isinstance(default, bool):
        return Parameter(name, float(default), "fixed")
    raise TypeError(f"Parameter {name!r} has the default {default!r}; write a number, learned(…) or uniform(…).")
