"""Can a straight line tell two classes apart? Linear programmes find an answer, exact arithmetic proves it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
NEGLIGIBLE = 1e-9


def separating_weights_exist(rows: Matrix, wanted: npt.NDArray[np.int64]) -> bool | None:
    """Whether some weights and bias make the sum positive for every row wanted 1 and negative for every other.

    Args:
        rows: shape (rows, inputs), finite.
        wanted: 0 or 1, (rows,).

    Returns:
        True with weights found and tried out; False with a point found that belongs to the convex hulls of both
        classes, checked in fractions; None where neither could be shown, because it hangs on the last digits.
    """
    from scipy.optimize import linprog  # slow to import and only needed here

    largest = np.abs(rows).max(axis=0)
    scaled = np.column_stack([rows / np.where(largest > 0, largest, 1), np.ones(len(rows))])
    signed = np.where(wanted == 1, 1.0, -1.0)[:, None] * scaled
    # sign * (weights · row + bias) >= 1: any separation can be scaled up to this
    apart = linprog(np.zeros(signed.shape[1]), -signed, -np.ones(len(rows)), bounds=(None, None), method="highs-ds")
    if apart.status == 0:
        return True if (signed @ apart.x > 0).all() else None
    # shares of rows that add up to the same point on both sides
    sides = np.vstack([signed.T, np.ones(len(rows))])
    total = np.append(np.zeros(signed.shape[1]), 1)
    met = linprog(np.zeros(len(rows)), A_eq=sides, b_eq=total, bounds=(0, None), method="highs-ds")
    if met.status != 0:
        return None
    return False if is_shared_point(rows, wanted, np.flatnonzero(met.x > NEGLIGIBLE)) else None


def is_shared_point(rows: Matrix, wanted: npt.NDArray[np.int64], used: npt.NDArray[np.int64]) -> bool:
    """Whether shares of the used rows, none negative, give the same point for both classes; without rounding."""
    columns = []
    for index in used:
        sign = 1 if wanted[index] == 1 else -1
        columns.append([sign * Fraction(value) for value in (*rows[index].tolist(), 1.0)] + [Fraction(1)])
    columns.append([Fraction(0)] * (rows.shape[1] + 1) + [Fraction(1)])
    shares = _solve([list(equation) for equation in zip(*columns, strict=True)])
    return shares is not None and min(shares) >= 0


def _solve(equations: list[list[Fraction]]) -> list[Fraction] | None:
    """The only solution of linear equations, each with its right side last; None if there is none or many."""
    unknowns = len(equations[0]) - 1
    for unknown in range(unknowns):
        pivot = next((i for i in range(unknown, len(equations)) if equations[i][unknown]), None)
        if pivot is None:
            return None
        equations[unknown], equations[pivot] = equations[pivot], equations[unknown]
        head = [value / equations[unknown][unknown] for value in equations[unknown]]
        equations[unknown] = head
        for i, equation in enumerate(equations):
            if i != unknown and equation[unknown]:
                equations[i] = [value - equation[unknown] * top for value, top in zip(equation, head, strict=True)]
    if any(equation[-1] for equation in equations[unknowns:]):
        return None
    return [equation[-1] for equation in equations[:unknowns]]
