"""Curves from units: exact where they can be, better with more, and the same each time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from actlab.catalogue import find
from actlab.lab.application import application
from actlab.lab.guarding import Door
from actlab.lab.shapes import COUNTS, POINTS, STEEPNESS, X, fit

SINE = 0.8 * np.sin(np.pi * X)
ASKED = {
    "host": "127.0.0.1:8571",
    "origin": "http://127.0.0.1:8571",
    "x-actlab-token": "secret",
}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(
        application(Door(8571, "secret"), folder=tmp_path), base_url="http://127.0.0.1:8571", headers=ASKED
    )


def test_a_line_bent_once_or_three_times_needs_as_many_relus() -> None:
    assert fit(X, "relu", 1).worst < 1e-12
    assert fit(np.abs(X), "relu", 2).worst < 1e-12
    assert fit(np.abs(X), "relu", 1).worst > 0.1
    saw = np.abs(np.abs(X) - 0.5)
    assert fit(saw, "relu", 4).worst < 1e-12
    assert fit(saw, "relu", 3).worst > 0.05


def test_stairs_need_a_step_each() -> None:
    stairs = np.floor(2.5 * (X + 1))
    assert fit(stairs, "step", 5).worst < 1e-12
    assert fit(stairs, "step", 4).worst > 0.1


@pytest.mark.parametrize("activation", STEEPNESS)
@pytest.mark.parametrize("wanted", [SINE, np.floor(2.5 * X)], ids=["sine", "stairs"])
def test_more_units_never_do_worse(activation: str, wanted: np.ndarray) -> None:
    errors = [fit(wanted, activation, count).error for count in (1, 4, 16)]
    assert all(after <= before * (1 + 1e-9) + 1e-12 for before, after in pairwise(errors))
    assert errors[-1] < 0.7 * errors[0]


@pytest.mark.parametrize("activation", STEEPNESS)
def test_the_units_add_up_to_the_values(activation: str) -> None:
    found = fit(SINE, activation, 9)
    function: Any = find(activation)
    total = found.constant + sum(
        output * function(weight * X + bias)
        for weight, bias, output in zip(found.weights, found.biases, found.outputs, strict=True)
    )
    assert np.abs(total - found.values).max() < 1e-9
    assert found.error == pytest.approx(np.sqrt(np.mean((total - SINE) ** 2)), rel=1e-6)
    again = fit(SINE, activation, 9)
    assert (again.outputs == found.outputs).all()


def test_a_fit_and_its_errors_over_the_wire(client: TestClient) -> None:
    answer = client.post("/shapes", json={"points": SINE.tolist(), "activation": "tanh", "units": 3}).json()
    assert len(answer["units"]) == 3
    assert answer["error"] == fit(SINE, "tanh", 3).error
    errors = client.post("/shapes/errors", json={"points": SINE.tolist(), "activation": "gelu"}).json()
    assert list(errors["errors"]) == ["relu", "sigmoid", "tanh", "gelu"]
    assert errors["counts"] == list(COUNTS)
    assert errors["errors"]["tanh"] == pytest.approx([fit(SINE, "tanh", count).error for count in COUNTS])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"points": [0.0] * 5}, "points must be 129 numbers"),
        ({"points": ["a"] * POINTS}, "points must be 129 numbers"),
        ({"points": [1e300] * POINTS}, "points must be 129 numbers"),
        ({"points": [0.0] * POINTS, "activation": "softmax"}, "must be one of relu"),
        ({"points": [0.0] * POINTS, "units": 65}, "whole number from 1 to 64"),
        ([1], "must be an object"),
        ({"curve": 1}, "has no field"),
    ],
)
def test_what_is_no_curve_is_refused(client: TestClient, body: Any, said: str) -> None:
    answer = client.post("/shapes", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["text"].format(**answer.json()["error"]["values"])


def test_a_flat_curve_needs_no_unit_and_nonsense_is_refused(client: TestClient) -> None:
    assert client.post("/shapes", json={"points": [0.5] * POINTS, "units": 4}).json()["units"] == []
    assert client.post("/shapes", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert client.post("/shapes", content=b'{"points": [NaN]}').status_code == 400
