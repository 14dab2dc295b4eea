"""What the tests of tensors measure with: points, the reference in double precision, and errors in ulp."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from actlab.catalogue import Activation
from actlab.compilers import numpy as reference
from actlab.compilers.torch import running, short
from actlab.formula import Expression, limit
from tests.laws.oracle import grid

DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.float16]
DTYPE_NAMES = ["float32", "float64", "bfloat16", "float16"]


def forbid_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, tensors on the processor are computed by plain words, as all others are."""
    monkeypatch.setattr(short, "value", lambda *_: None)
    monkeypatch.setattr(running, "_by_kernel", lambda *_: None)


def points(activation: Activation, dtype: torch.dtype) -> Tensor:
    """The laws' grid, as far as it fits into the dtype."""
    given = torch.from_numpy(grid(activation)).to(dtype)
    return given[given.isfinite()]


def wrong_ends(expression: Expression, activation: Activation, got: Tensor) -> list[str]:
    """What is not right of the results at nan, -inf and inf."""
    ends = [limit(expression, "x", side, activation.defaults) for side in (-1, 1)]
    expected = torch.tensor([np.nan, *ends], dtype=torch.float64).to(got.dtype)
    same = (got == expected) | (got.isnan() & expected.isnan())
    return [f"{at}: {got[k].item()}" for k, at in enumerate(("nan", "-inf", "inf")) if not same[k]]


def worst(expression: Expression, got: Tensor, at: Tensor, values: Mapping[str, float]) -> tuple[float, float]:
    """The largest error in units of the last place, and where it is.

    Beside a zero crossing the largest term counts, and of a subnormal result sixteen of its units count as one.
    """
    facts, x = torch.finfo(got.dtype), at.double().numpy()
    true = np.broadcast_to(reference.run(expression, {**values, "x": x}), x.shape)
    terms = expression.arguments if expression.word in ("add", "subtract") else ()
    sizes = [np.abs(np.broadcast_to(reference.run(term, {**values, "x": x}), x.shape)) for term in terms]
    size = np.abs(true)
    if sizes:
        largest = np.max(sizes, axis=0)
        size = np.where(size < largest / 4, largest, size)
    unit = np.exp2(np.floor(np.log2(np.maximum(size, facts.tiny)))) * facts.eps
    unit = np.where(np.abs(true) < facts.tiny, 16 * unit if got.dtype.itemsize > 2 else unit, unit)
    inside = np.abs(true) <= facts.max
    errors = np.where(inside, np.abs(got.double().numpy() - np.where(inside, true, 0)) / unit, 0)
    place = int(np.nanargmax(errors))
    return float(errors[place]), float(x[place])
