"""The scale of a number to be predicted, so that networks see mean 0 and deviation 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FINEST = 1e-6
"""Least deviation of the fitting rows' targets, as a share of all rows'; below it no score could show a difference."""


@dataclass(frozen=True)
class Scale:
    """How a number to be predicted is standardised; classes stay as they are (mean 0, deviation 1)."""

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def of(cls, values: npt.NDArray[np.float64]) -> Scale:
        """Mean and deviation of numbers of any size: squares of 1e200 would be infinite.

        >>> Scale.of(np.array([1e200, 3e200]))
        Scale(mean=2e+200, deviation=1e+200)
        """
        exponent = int(np.frexp(np.abs(values).max())[1])
        small = np.ldexp(values, -exponent)  # a power of two, so not a digit is lost
        return cls(float(np.ldexp(small.mean(), exponent)), float(np.ldexp(small.std(), exponent)))

    @classmethod
    def of_fitting(cls, known: npt.NDArray[np.float64], everything: npt.NDArray[np.float64]) -> Scale:
        """The scale of the fitting rows, never so fine that a row outside them could not be told in float32."""
        own, whole = Scale.of(known), Scale.of(everything)
        return cls(own.mean, max(own.deviation, FINEST * whole.deviation))
