"""Rows and targets as the compiled loop wants them, or one sentence that says what is wrong with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from actlab.networks.architecture import Architecture, Floats


def checked_inputs(architecture: Architecture, X: npt.ArrayLike) -> Floats:
    """Rows as writeable float32 in C order; arrays that are so already are not copied.

    Raises:
        ValueError: not two-dimensional, or not as wide as the network.
    """
    inputs = np.require(X, np.float32, ["C", "A", "W"])
    if inputs.ndim != 2 or inputs.shape[1] != architecture.inputs:
        raise ValueError(
            f"The network takes rows of {architecture.inputs} numbers, but an array of shape {inputs.shape} came. "
            f"Give an array of shape (rows, {architecture.inputs})."
        )
    return inputs


def checked_rows(architecture: Architecture, X: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Rows and their targets, both float32.

    Raises:
        ValueError: no rows, another number of targets, classes that the network has no output for, or numbers
            that are not finite.
    """
    inputs, targets = checked_inputs(architecture, X), np.asarray(y)
    if targets.shape != (len(inputs),) or len(inputs) == 0:
        raise ValueError(
            f"Training needs one target for each row, but {inputs.shape[0]} rows and targets of shape "
            f"{targets.shape} came."
        )
    if not np.isfinite(inputs).all():
        raise ValueError("Some inputs are not finite numbers. Fill in or leave out the rows with gaps.")
    if not np.isfinite(targets).all():
        raise ValueError("Some targets are not finite numbers. Leave out the rows without a known target.")
    if architecture.task != "regression":
        classes = max(2, architecture.outputs)
        strange = targets[(targets != np.floor(targets)) | (targets < 0) | (targets >= classes)]
        if strange.size:
            raise ValueError(
                f"Classes are the whole numbers from 0 to {classes - 1}, but {strange[0]} came as a target."
            )
    return inputs, np.require(targets, np.float32, ["C", "A", "W"])
