"""What the estimators' arguments ask for, layers, a training and rows to learn from, or a sentence on why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from actlab.catalogue import Activation, find
from actlab.networks.architecture import Training

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draw:
    """What chance decides in a training: the rows learned from, those that choose when to stop, the network's seed."""

    learned: Rows
    held: Rows
    seed: int


def layer_sizes(hidden: Any) -> tuple[int, ...]:
    """The units of each hidden layer.

    >>> layer_sizes([64, 32])
    (64, 32)
    """
    several = isinstance(hidden, Sequence | np.ndarray) and not isinstance(hidden, str)
    if not several or not all(isinstance(units, Integral) and int(units) >= 1 for units in hidden):
        raise ValueError(f"hidden is {hidden!r}; write the units of each hidden layer, such as hidden=(64, 64).")
    return tuple(int(units) for units in hidden)


def layer_names(activation: Any, layers: int) -> tuple[str, ...]:
    """The name of each hidden layer's activation, in the catalogue's spelling.

    >>> layer_names("Swish", 2), layer_names(["relu", "tanh"], 2)
    (('silu', 'silu'), ('relu', 'tanh'))
    """
    if not isinstance(activation, list | tuple | np.ndarray):
        return (_name(activation),) * layers
    if len(activation) != layers:
        raise ValueError(
            f"activation lists {len(activation)} functions for {layers} hidden layers; write one a hidden layer, or "
            'one for all of them, such as activation="relu".'
        )
    return tuple(_name(each) for each in activation)


def _name(activation: Any) -> str:
    if isinstance(activation, str):
        return find(activation).name
    if not isinstance(activation, Activation):
        raise TypeError(
            f'activation is {activation!r}; write a name such as "mish", a function such as actlab.mish, or a list '
            "with one of them a hidden layer."
        )
    if find(activation.name) is not activation:
        raise ValueError(
            f"This {activation.name} is not the one declared under that name; declare it again, or under another name."
        )
    return activation.name


def training_of(given: Mapping[str, Any]) -> Training:
    """The training that an estimator's arguments ask for; their ranges are checked by `Training` itself."""
    plain: dict[str, Any] = {"optimiser": given["optimiser"]}
    for name in ("rate", "momentum", "weight_decay", "batch", "epochs", "patience"):
        usual = getattr(Training, name)
        kind, words = (Integral, "whole number") if isinstance(usual, int) else (Real, "number")
        if not isinstance(given[name], kind):
            raise TypeError(f"{name} is {given[name]!r}; write a {words}, such as {usual}.")
        plain[name] = type(usual)(given[name])
    return Training(**plain)


def draw(classes: Rows, share: Any, random_state: Any) -> Draw:
    """Deal out the rows, and draw the network's seed.

    Args:
        classes: the class of each row as a whole number from 0, (rows,); all 0 where there are no classes.
        share: how much of each class is held aside, in whole rows; one of each is always learned from.
        random_state: scikit-learn's: a whole number, a RandomState or None.

    Returns:
        The draw; where the share comes to no row, the rows learned from choose when to stop.
    """
    if not isinstance(share, Real) or not 0 <= float(share) < 1:
        raise ValueError(f"validation_share is {share!r}; write 0 or more and less than 1, such as 0.15.")
    chance = check_random_state(random_state)
    order = chance.permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    counts = np.bincount(classes)
    quota = np.minimum(np.round(float(share) * counts), counts - 1)
    place = np.arange(len(classes)) - np.repeat(np.cumsum(counts) - counts, counts)
    aside = place < quota[classes[order]]
    learned = np.sort(order[~aside])
    return Draw(learned, np.sort(order[aside]) if aside.any() else learned, int(chance.randint(2**31 - 1)))
