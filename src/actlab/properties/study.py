"""The properties of an activation of one number, at its default parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers import numpy as reference
from actlab.formula import Breakpoint, Expression, breakpoints, depends_on, derivative, evaluate, limit
from actlab.formula.branches import Piece, pieces
from actlab.formula.enclosure import enclosure
from actlab.properties.averages import normal_average, share
from actlab.properties.claims import Claim, How, Monotone, Properties
from actlab.properties.parity import parity

Floats = npt.NDArray[np.float64]
FAR = np.geomspace(12.01, 1e4, 400)
PLACES = np.concatenate([-FAR[::-1], np.linspace(-12, 12, 24001) + 1e-7, FAR])
NOISE = 1e-9  # smaller differences of two values, relative to them, may be rounding
ROUNDING = 1e-15  # and so may these, of a value that is the difference of terms of x's size


@cache
def of(activation: Activation) -> Properties:
    """The properties of an activation of one input, at its default parameters.

    Raises:
        TypeError: for functions of several inputs or of a whole row, such as swiglu and softmax.
    """
    if not activation.univariate:
        raise TypeError(
            f"{activation.name} is not a function of one number, so it has no range, slope or gain of its own."
        )
    return Study(activation.formula, activation.inputs[0], activation.defaults).properties()


def _how(proved: bool) -> How:
    return "proved" if proved else "sampled"


@dataclass(frozen=True)
class Study:
    """A formula of one symbol, and what can be found out about it."""

    formula: Expression
    name: str
    values: Mapping[str, float]

    @cached_property
    def slope(self) -> Expression:
        """The derivative."""
        return derivative(self.formula, self.name)

    @cached_property
    def cut(self) -> tuple[Piece, ...]:
        """The pieces without a corner."""
        return pieces(self.formula, self.name, self.values)

    @cached_property
    def points(self) -> tuple[Breakpoint, ...]:
        """The kinks and jumps."""
        return breakpoints(self.formula, self.name, self.values)

    @cached_property
    def places(self) -> Floats:
        """Where to look: a fine grid, and some places on each piece, however short."""
        spots = [spot for piece in self.cut for spot in (*piece.spots, piece.low, piece.high) if abs(spot) <= FAR[-1]]
        return np.unique(np.concatenate([PLACES, spots]))

    @property
    def certain(self) -> bool:
        """Whether no corner can have been missed."""
        return all(piece.certain for piece in self.cut)

    def properties(self) -> Properties:
        """All claims."""
        return Properties(
            range=self.range(),
            monotone=self.monotone,
            zero_centred=self.zero_centred(),
            kinks=Claim(tuple(point for point in self.points if point.kinks), _how(self.certain)),
            jumps=Claim(tuple(point for point in self.points if point.jumps), _how(self.certain)),
            largest_slope=self.largest_slope(),
            saturation=self.saturation(),
            zeros=self.zeros(),
            gain=self.gain(),
        )

    @cached_property
    def monotone(self) -> Claim[Monotone]:
        """Whether it rises or falls: refuted by two witnesses, proved piece by piece."""
        outputs = self.run(self.formula, self.places)
        jumps = [point.value_right - point.value_left for point in self.points if point.jumps]
        with np.errstate(all="ignore"):
            steps, sizes = np.diff(outputs), np.abs(outputs[1:]) + np.abs(outputs[:-1])
            noise = NOISE * sizes + ROUNDING * (1 + np.abs(self.places[1:]))
            up, down = (any(sign * jump > 0 for jump in jumps) or (sign * steps > noise).any() for sign in (1, -1))
        if up and down:
            return Claim("neither", "proved")
        return Claim("falling" if down else "rising", _how(self.certain and self._never(1 if down else -1)))

    def _never(self, direction: int) -> bool:
        """Whether it is proved that the function nowhere goes up (1) or down (-1)."""
        jumps = [direction * (point.value_right - point.value_left) for point in self.points if point.jumps]
        slopes = [
            enclosure(derivative(piece.formula, self.name), self.values, (piece.low, piece.high)) for piece in self.cut
        ]
        return all(jump < 0 for jump in jumps) and all(
            (low >= 0 if direction < 0 else high <= 0) for low, high in slopes
        )

    def range(self) -> Claim[tuple[float, float]]:
        """The ends of a monotone function, else the extreme values found."""
        ends = [limit(self.formula, self.name, side, self.values) for side in (-1, 1)]
        if self.monotone.value != "neither" and not any(map(math.isnan, ends)):
            return Claim((min(ends) + 0.0, max(ends) + 0.0), self.monotone.how)
        spots = [value for point in self.points for value in (point.value_left, point.value, point.value_right)]
        extremes = [self.extreme(self.formula, direction) for direction in (-1, 1)]
        known = [value for value in (*ends, *spots, *extremes) if not math.isnan(value)] or [math.nan]
        return Claim((min(known) + 0.0, max(known) + 0.0), "sampled")

    def zero_centred(self) -> Claim[bool]:
        """By symmetry where there is one, else by the mean."""
        mean, square = (normal_average(self.formula, self.cut, self.name, self.values, power) for power in (1, 2))
        if not math.isfinite(mean.value):
            return Claim(False, "sampled")
        if parity(self.formula, self.name) == "odd":
            return Claim(True, _how(square.exists))
        size = math.sqrt(square.value) if math.isfinite(square.value) else 1.0
        return Claim(abs(mean.value) <= NOISE * size, _how(mean.exact))

    def largest_slope(self) -> Claim[float]:
        """The steepest line of a function made of lines, else the steepest place found."""
        parts = pieces(self.slope, self.name, self.values)
        if all(piece.certain and not depends_on(piece.formula, self.name) for piece in parts):
            return Claim(max(abs(evaluate(piece.formula, self.values)) for piece in parts), "proved")
        corners = breakpoints(self.slope, self.name, self.values)
        found = [self.extreme(self.slope, direction) for direction in (-1, 1)]
        ends = [limit(self.slope, self.name, side, self.values) for side in (-1, 1)]
        beside = [side for point in corners for side in (point.value_left, point.value_right)]
        known = [abs(slope) for slope in (*found, *ends, *beside) if not math.isnan(slope)]
        return Claim(max(known, default=math.nan), "sampled")

    def saturation(self) -> Claim[tuple[str, ...]]:
        """The sides with a finite limit, by rules or by a look far out."""
        sides = {"left": self._levels_off(-1), "right": self._levels_off(1)}
        level = tuple(word for word, (levels, _) in sides.items() if levels)
        return Claim(level, _how(all(proved for _, proved in sides.values())))

    def _levels_off(self, side: int) -> tuple[bool, bool]:
        """Whether the function levels off on a side, and whether that is proved."""
        end, slope = (limit(each, self.name, side, self.values) for each in (self.formula, self.slope))
        if not math.isnan(end) and (math.isinf(end) or not math.isnan(slope)):
            return math.isfinite(end) and slope == 0, True
        for distance in (1e4, 1e3, 1e2, 30.0):
            here = {**self.values, self.name: side * distance}
            value, slope = evaluate(self.formula, here), evaluate(self.slope, here)
            if math.isfinite(value) and math.isfinite(slope):
                return abs(slope) * distance <= 1e-3 * max(1.0, abs(value)), False
        return False, False

    def zeros(self) -> Claim[float]:
        """The pieces on which the formula is 0; elsewhere it is 0 at single points at most."""
        zero = [piece for piece in self.cut if self._is_zero(piece)]
        proved = self.certain and all(piece.formula.is_number(0) for piece in zero)
        return Claim(math.fsum(map(share, zero)), _how(proved))

    def _is_zero(self, piece: Piece) -> bool:
        values = (evaluate(piece.formula, {**self.values, self.name: spot}) for spot in piece.spots)
        return all(abs(value) <= 1e-15 for value in values)

    def gain(self) -> Claim[float]:
        """1 / sqrt(E[f(z)²]) where that is a number, else 1."""
        square = normal_average(self.formula, self.cut, self.name, self.values, 2)
        usable = math.isfinite(square.value) and square.value > 0
        return Claim(1 / math.sqrt(square.value) if usable else 1.0, _how(square.exact and usable))

    def run(self, expression: Expression, xs: Floats) -> Floats:
        """An expression of the symbol at many places."""
        return np.broadcast_to(reference.run(expression, {**self.values, self.name: xs}), xs.shape)

    def extreme(self, expression: Expression, direction: int) -> float:
        """The highest (1) or lowest (-1) value of an expression, as far as a finer and finer grid tells."""
        xs, found = self.places, -math.inf
        for width in (1e-3, 2e-5, 4e-7, 8e-9, 0.0):
            outputs = direction * self.run(expression, xs)
            best = int(np.argmax(np.where(np.isnan(outputs), -math.inf, outputs)))
            found = np.nanmax([found, outputs[best]])
            xs = np.linspace(xs[best] - width, xs[best] + width, 201)
        return direction * float(found) if found > -math.inf else math.nan
