"""The perceptron: weigh what comes in, add it up, and fire when the sum is above the threshold."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from actlab.networks.separation import separating_weights_exist

Matrix = npt.NDArray[np.float64]
MOST_CASES = 16  # inputs; 65,536 cases are more than anybody reads


@dataclass(frozen=True)
class Case:
    """One combination of inputs that are 1 or 0, their weighted sum, and whether the perceptron fires."""

    inputs: tuple[tuple[str, int], ...]
    total: float
    fires: bool


@dataclass(frozen=True, init=False)
class Perceptron:
    """One unit with a step: it fires when the weighted sum of its inputs is above its threshold, not when equal.

    The bias is the threshold moved to the other side of the comparison: bias = -threshold.

    Args:
        weights: one number an input.
        threshold: what the sum must exceed; give this or `bias`.
        bias: how easily it fires.
        inputs: names of the inputs; without them they are called x1, x2, …

    Raises:
        ValueError: no weights, both or neither of threshold and bias, numbers that are not finite, or names that
            do not match the weights.

    >>> Perceptron((1, 1), threshold=1).fires([1, 1])
    True
    """

    weights: tuple[float, ...]
    threshold: float
    inputs: tuple[str, ...]

    def __init__(
        self,
        weights: Sequence[float],
        threshold: float | None = None,
        *,
        bias: float | None = None,
        inputs: Sequence[str] = (),
    ) -> None:
        if (threshold is None) == (bias is None):
            raise ValueError("A perceptron has a threshold or a bias, which is minus the threshold. Give one of them.")
        limit = float(threshold) if threshold is not None else -float(bias or 0)
        numbers = tuple(float(weight) for weight in weights)
        if not numbers:
            raise ValueError("A perceptron needs at least one weight, such as weights=(4, 2, 2).")
        if not np.isfinite((*numbers, limit)).all():
            raise ValueError(f"Weights and threshold must be finite numbers, but {numbers} and {limit} came.")
        names = tuple(inputs) or tuple(f"x{i + 1}" for i in range(len(numbers)))
        if len(names) != len(numbers) or len(set(names)) != len(names):
            raise ValueError(f"{len(numbers)} weights need as many different names, but {names} came.")
        for field, value in (("weights", numbers), ("threshold", limit), ("inputs", names)):
            object.__setattr__(self, field, value)

    @property
    def bias(self) -> float:
        """Minus the threshold: how easily the perceptron fires."""
        return 0.0 - self.threshold

    def total(self, x: npt.ArrayLike) -> float | Matrix:
        """The weighted sum of one row (inputs,) or of several (rows, inputs)."""
        rows = np.asarray(x, float)
        if rows.ndim not in (1, 2) or rows.shape[-1] != len(self.weights):
            raise ValueError(f"This perceptron takes {len(self.weights)} numbers a row, but shape {rows.shape} came.")
        sums = rows @ np.array(self.weights)
        return float(sums) if rows.ndim == 1 else sums

    def fires(self, x: npt.ArrayLike) -> bool | npt.NDArray[np.bool_]:
        """Whether the sum is above the threshold, for one row or for several."""
        return self.total(x) > self.threshold

    def cases(self) -> tuple[Case, ...]:
        """All combinations of inputs that are 1 or 0, from all 1 to all 0."""
        if len(self.weights) > MOST_CASES:
            raise ValueError(f"{len(self.weights)} inputs have too many cases; at most {MOST_CASES} inputs are listed.")
        return tuple(
            Case(tuple(zip(self.inputs, values, strict=True)), float(self.total(values)), bool(self.fires(values)))
            for values in itertools.product((1, 0), repeat=len(self.weights))
        )

    def table(self) -> str:
        """All cases as text: the inputs, the sum compared with the threshold, and the decision."""
        heads = (*self.inputs, "sum", "decision")
        rows = [(*("yes" if on else "no" for _, on in case.inputs), *self._spell(case)) for case in self.cases()]
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in (heads, *rows))

    def _spell(self, case: Case) -> tuple[str, str]:
        if case.fires:
            return f"{case.total:g} > {self.threshold:g}", "fires"
        return f"{case.total:g} ≤ {self.threshold:g}", "stays silent"

    @classmethod
    def learn(
        cls,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        rate: float = 1.0,
        most_passes: int = 1000,
        inputs: Sequence[str] = (),
    ) -> Learned:
        """Rosenblatt's rule (1958): after each mistake, move the weights by rate * (wanted - decided) * row.

        Args:
            X: rows, (rows, inputs).
            y: what is wanted for each row, 0 or 1, (rows,).
            rate: size of a correction.
            most_passes: passes over the rows after which it gives up; on data that a straight line separates it
                ends by itself, on other data it never would.
            inputs: names of the inputs.

        Returns:
            The perceptron, its mistakes in each pass, and whether a straight line separates the data.

        Raises:
            ValueError: labels other than 0 and 1, or rows that do not fit.
        """
        rows, wanted = _checked(X, y, rate, most_passes)
        weights, bias, mistakes = np.zeros(rows.shape[1]), 0.0, []
        for _ in range(most_passes):
            wrong = 0
            for row, label in zip(rows, wanted, strict=True):
                correction = label - (row @ weights > -bias)
                if correction:
                    weights, bias, wrong = weights + rate * correction * row, bias + rate * correction, wrong + 1
            mistakes.append(wrong)
            if not wrong:
                break
        converged = mistakes[-1] == 0
        perceptron = cls(tuple(weights), bias=bias, inputs=inputs)
        return Learned(perceptron, len(mistakes), tuple(mistakes), converged, converged or separable(rows, wanted))


@dataclass(frozen=True)
class Learned:
    """What came of learning.

    Args:
        perceptron: with the weights after the last pass.
        passes: passes over all rows; the last one of a converged training made no mistake.
        mistakes: wrong decisions in each pass.
        converged: every row is decided as wanted.
        separable: whether any perceptron could do that: shown by this one, or else as `separable` does it.
    """

    perceptron: Perceptron
    passes: int
    mistakes: tuple[int, ...]
    converged: bool
    separable: bool | None


def separable(X: npt.ArrayLike, y: npt.ArrayLike) -> bool | None:
    """Whether some weights and threshold decide every row as wanted.

    Args:
        X: rows, (rows, inputs).
        y: what is wanted, 0 or 1, (rows,).

    Returns:
        True where weights were found that do; False where it was proved that there are none, because a point lies
        between the rows of both classes; None where it hangs on the last digits of the numbers.

    Raises:
        ValueError: labels other than 0 and 1, or rows that do not fit.
    """
    rows, wanted = _checked(X, y, 1.0, 1)
    return separating_weights_exist(rows, wanted)


def movie_decision() -> Perceptron:
    """The article's decision: always for Marvel, otherwise only when cinema and company come together."""
    return Perceptron((4, 2, 2), 3, inputs=("is it a Marvel film", "is it in the favourite cinema", "do friends come"))


def _checked(X: npt.ArrayLike, y: npt.ArrayLike, rate: float, most_passes: int) -> tuple[Matrix, npt.NDArray[np.int64]]:
    rows, wanted = np.asarray(X, float), np.asarray(y)
    if rows.ndim != 2 or 0 in rows.shape or wanted.shape != rows.shape[:1]:
        raise ValueError(
            f"Learning needs rows of shape (rows, inputs) and a label for each, but shapes {rows.shape} and "
            f"{wanted.shape} came."
        )
    if not np.isfinite(rows).all():
        raise ValueError("Some inputs are not finite numbers. Fill in or leave out the rows with gaps.")
    if not np.isin(wanted, (0, 1)).all():
        strange = np.setdiff1d(wanted, (0, 1))[0]
        raise ValueError(f"Labels must be 0 or 1, but {strange!r} came. Write y = (y == wanted).astype(int).")
    if rate <= 0 or most_passes < 1:
        raise ValueError(f"rate must be above 0 and most_passes at least 1, but {rate} and {most_passes} came.")
    return rows, wanted.astype(np.int64)
