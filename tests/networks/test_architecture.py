"""Architectures and trainings that cannot be are refused at birth, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from actlab.networks import Architecture, Training

GOOD: dict[str, Any] = {"inputs": 4, "hidden": (8, 8), "activations": ("relu", "tanh"), "outputs": 1, "task": "binary"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"task": "ranking"}, "'ranking'.*Write"),
        ({"hidden": (8, 0)}, "at least one unit"),
        ({"inputs": 0}, "at least one unit"),
        ({"activations": ("relu",)}, "2 hidden layers need as many activations, but 1 came"),
        ({"outputs": 2}, '"binary" network has 1 output'),
        ({"task": "regression", "outputs": 3}, '"regression" network has 1 output'),
        ({"task": "multiclass"}, "one output a class"),
        ({"activations": ("relu", "softmax")}, "softmax does not work on one number"),
        ({"activations": ("relu", "swiglu")}, "swiglu does not work on one number"),
    ],
)
def test_bad_architectures(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Architecture(**{**GOOD, **change})


def test_unknown_activations_name_the_nearest() -> None:
    with pytest.raises(LookupError, match="leaky_relu"):
        Architecture(**{**GOOD, "activations": ("relu", "leaky_rlu")})


def test_a_good_one_knows_its_widths() -> None:
    assert Architecture(**GOOD).widths == (4, 8, 8, 1)
    assert [function.name for function in Architecture(**GOOD).functions] == ["relu", "tanh"]


@pytest.mark.parametrize(
    "change",
    [
        {"rate": 0.0},
        {"rate": float("nan")},
        {"rate": float("inf")},
        {"optimiser": "lion"},
        {"momentum": 1.0},
        {"weight_decay": -1.0},
        {"batch": 0},
        {"epochs": 0},
        {"patience": 0},
    ],
)
def test_bad_trainings(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(change)).replace('_', ' ').replace('rate', 'learning rate')} is"):
        Training(**change)
