"""Which rows are learned from, which choose, and which judge, in each repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split

from actlab.compare.records import Plan
from actlab.data import Preparation, Scale, Table

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """One repeat's rows and the seed of its initialisations: the same for every function and learning rate."""

    repeat: int
    seed: int
    fitting: Rows
    validation: Rows
    test: Rows


@dataclass(frozen=True, eq=False)
class Prepared:
    """One repeat's numbers: features and targets as the networks take them, fitted on the fitting rows alone."""

    split: Split
    scale: Scale
    X: npt.NDArray[np.float32]
    y: npt.NDArray[Any]
    X_validation: npt.NDArray[np.float32]
    y_validation: npt.NDArray[Any]
    X_test: npt.NDArray[np.float32]


def make_split(plan: Plan, table: Table, repeat: int) -> Split:
    """The split and the seed of one repeat; they depend on the plan's seed, the repeat and the table alone."""
    outer, inner, seed = _seeds(plan, repeat)
    training, test = _parted(table, np.arange(table.rows), plan.test_share, outer)
    fitting, validation = _parted(table, training, plan.validation_share, inner)
    return Split(repeat, seed, fitting, validation, test)


def repeat_seed(plan: Plan, repeat: int) -> int:
    """The seed of one repeat's initialisations, known before its rows are split."""
    return _seeds(plan, repeat)[2]


def prepare(table: Table, split: Split) -> Prepared:
    """The table's rows as float32, with medians, means and categories learned from the fitting rows alone."""
    preparation = Preparation.fit(table, split.fitting)
    scale = Scale()
    if table.task == "regression":
        values = table.y.astype(np.float64)
        scale = Scale.of_fitting(values[split.fitting], values)
    return Prepared(
        split=split,
        scale=scale,
        X=preparation.transform(split.fitting),
        y=_standardised(table, split.fitting, scale),
        X_validation=preparation.transform(split.validation),
        y_validation=_standardised(table, split.validation, scale),
        X_test=preparation.transform(split.test),
    )


def _seeds(plan: Plan, repeat: int) -> tuple[int, int, int]:
    outer, inner, seed = np.random.SeedSequence((plan.seed, repeat)).generate_state(3).tolist()
    return outer, inner, seed


def _parted(table: Table, rows: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    classes = table.y[rows] if table.classes else None
    kept, aside = train_test_split(rows, test_size=share, random_state=seed, stratify=classes)
    return np.sort(kept), np.sort(aside)


def _standardised(table: Table, rows: Rows, scale: Scale) -> npt.NDArray[Any]:
    if table.task != "regression":
        return table.y[rows]
    return ((table.y[rows] - scale.mean) / scale.deviation).astype(np.float32)
