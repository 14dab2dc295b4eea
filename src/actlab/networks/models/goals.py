"""What a model's outputs mean: their loss, and the answers that they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from actlab.networks.models.failures import ModelError

Kind = Literal["binary", "multiclass", "regression", "own"]


@dataclass(frozen=True)
class Goal:
    """A task.

    Attributes:
        kind: "own" is what a person's loss alone defines.
        classes: how many there are; 0 where nothing is told apart.
    """

    kind: Kind
    classes: int = 0

    @property
    def outputs(self) -> int:
        """Numbers that a model gives for a row: a logit, one for each of more classes, or a value; 0 if unknown."""
        return {"multiclass": self.classes, "own": 0}.get(self.kind, 1)

    def loss(self, outputs: Any, y: Tensor) -> Tensor:
        """Cross-entropy of the logits, or the mean squared error."""
        values = self.checked(outputs, len(y))
        if self.kind == "regression":
            return functional.mse_loss(values, y.to(values.dtype))
        if values.ndim == 1:
            return functional.binary_cross_entropy_with_logits(values, y.to(values.dtype))
        return functional.cross_entropy(values, y.long())

    def scores(self, outputs: Any, rows: int) -> npt.NDArray[np.float32]:
        """The answer for each row: the probability of class 1 or the value, (rows,); of each class, (rows, classes)."""
        values = self.checked(outputs, rows).detach().float()
        if self.kind == "multiclass":
            values = values.softmax(1)
        elif self.kind == "binary":
            values = values.sigmoid() if values.ndim == 1 else values.softmax(1)[:, 1]
        return values.cpu().numpy().copy()

    def checked(self, outputs: Any, rows: int) -> Tensor:
        """The outputs as (rows,) or (rows, classes).

        Raises:
            ModelError: outputs of another kind or shape.
        """
        if not isinstance(outputs, Tensor):
            raise ModelError(
                f"the model gives a {type(outputs).__name__}, and {self.expected} are expected as one tensor; "
                "let its forward return that, or write loss=…"
            )
        shape = tuple(outputs.shape)
        if self.kind != "multiclass" and shape in {(rows,), (rows, 1)}:
            return outputs.reshape(rows)
        if self.kind != "regression" and shape == (rows, self.classes):
            return outputs
        raise ModelError(
            f"the model's outputs have the shape {shape} for {rows} rows, and {self.expected} are expected"
        )

    @property
    def expected(self) -> str:
        """The outputs that fit, in words."""
        if self.kind == "regression":
            return "values of shape (rows,) or (rows, 1)"
        one = " or (rows, 1)" if self.kind == "binary" else ""
        return f"logits of shape (rows, {self.classes}){one}"


def mean_of(loss: Any, name: str) -> Tensor:
    """A person's loss, checked: one number.

    Raises:
        ModelError: it is something else.
    """
    if isinstance(loss, int | float):
        return torch.tensor(float(loss))
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        what = f"a tensor of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"{loss!r}"
        raise ModelError(f"{name} gives {what}; let it return one number, as by .mean()")
    return loss.reshape(())
