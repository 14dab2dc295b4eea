"""JavaScript's numbers against fifty digits, in a real engine: the Node.js that Playwright brings."""

from __future__ import annotations

import json
import math
import subprocess
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright._impl._driver import compute_driver_executable

from actlab.catalogue import Activation, find, names
from actlab.compilers.expansions import RULES
from actlab.compilers.javascript import TABLE, module
from actlab.compilers.mpmath import evaluate
from actlab.formula import WORDS
from actlab.formula.primitives import REDUCTIONS

DRAWN = [name for name in names() if find(name).univariate]
SIZES = np.concatenate(
    [np.geomspace(1e-300, 1e-3, 40), np.geomspace(1e-3, 40, 120), np.geomspace(40, 1e4, 20), [1.0, 3.0, 6.0]]
)
POINTS = [0.0, *SIZES.tolist(), *(-SIZES).tolist()]
ULPS = 8.0  # as for float64 elsewhere
SUBNORMAL = 5e-324  # an exp below 2e-308 has few digits in JavaScript, and x times it as few
READ = """
const { FUNCTIONS } = await import(process.argv[1]);
const { points, given } = JSON.parse(process.argv[2]);
const read = (text) => Number(text);
const said = {};
for (const [name, each] of Object.entries(FUNCTIONS)) said[name] = ["value", "derivative"].map((what) =>
  points.map((x) => String(each[what](read(x), given[name] || {}))));
console.log(JSON.stringify(said));
"""


@cache
def computed(parameters: str = "{}") -> dict[str, list[list[float]]]:
    """Value and derivative of every function at the points, then at inf, -inf and nan."""
    node = Path(compute_driver_executable()[0])
    code = "data:text/javascript," + quote(module(map(find, DRAWN)))
    asked = json.dumps(
        {"points": [*map(repr, POINTS), "Infinity", "-Infinity", "NaN"], "given": json.loads(parameters)}
    )
    said = subprocess.run(
        [node, "--input-type=module", "-e", READ, code, asked], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    return {name: [[spelt(text) for text in row] for row in rows] for name, rows in json.loads(said).items()}


def spelt(text: str) -> float:
    return float(text.replace("Infinity", "inf"))


@pytest.mark.parametrize("what", [0, 1], ids=["value", "derivative"])
@pytest.mark.parametrize("name", DRAWN)
def test_javascript_is_right_to_the_last_digits(name: str, what: int) -> None:
    activation = find(name)
    formula = (activation.formula, activation.slopes[0])[what]
    found = computed()[name][what]
    wrong = []
    for x, said in zip(POINTS, found, strict=False):
        true = float(evaluate(formula, {"x": x, **activation.defaults}))
        allowed = ULPS * max(math.ulp(true), SUBNORMAL * max(1, abs(x)), beside_zero(activation, what, x))
        if not (said == true or abs(said - true) <= allowed):
            wrong.append((x, said, true))
    assert wrong == []


def beside_zero(activation: Activation, what: int, x: float) -> float:
    """Where a slope passes through 0 it has the digits of its largest term, which is about 1."""
    return math.ulp(1.0) if what == 1 and abs(x) < 4 else 0.0


@pytest.mark.parametrize("what", [0, 1], ids=["value", "derivative"])
@pytest.mark.parametrize("name", DRAWN)
def test_javascript_ends_as_numpy_does(name: str, what: int) -> None:
    activation, ends = find(name), np.array([np.inf, -np.inf, np.nan])
    expected = activation.derivative(ends) if what else activation(ends)
    np.testing.assert_array_equal(computed()[name][what][-3:], expected)


def test_parameters_are_handed_over() -> None:
    given = {"leaky_relu": {"slope": 0.3}, "elu": {"alpha": 2.0}, "silu": {}}
    said, x = computed(json.dumps(given)), np.array(POINTS)
    np.testing.assert_allclose(said["leaky_relu"][0][: len(x)], find("leaky_relu")(x, slope=0.3), rtol=1e-15)
    np.testing.assert_allclose(said["elu"][1][: len(x)], find("elu").derivative(x, alpha=2.0), 1e-15, 1e-320)


def test_every_word_is_there_or_is_written_in_others() -> None:
    assert set(WORDS) - REDUCTIONS <= TABLE.keys() | RULES.keys() | {"pi", "power"}


def test_parameters_say_their_bounds() -> None:
    def bounds(name: str) -> Any:
        (line,) = [line for line in module([find(name)]).splitlines() if f'"{name}"' in line]
        return json.loads(line[line.index("...") + 3 : line.index(", value:")])["parameters"][0]

    assert bounds("leaky_relu")["default"] == 0.01
    assert bounds("rrelu")["role"] == "random"
