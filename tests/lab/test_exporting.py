"""Exported networks check themselves: the same answers, with their parameters and for inputs of any size."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from actlab.lab.training.tables import SHELF
from tests.lab.trials import checks_itself, run, trial


@pytest.mark.parametrize(
    ("data", "activation"),
    [("circles", "relu"), ("clouds", "mish"), ("hills", "leaky_relu"), ("xor", "prelu"), ("xor", "squareplus")],
)
def test_exported_code_gives_the_same_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: str, activation: str
) -> None:
    pytest.importorskip("torch")
    one = trial(data={"name": data}, layers=[{"units": 5, "activation": activation}] * 2, rate=0.05)
    run(one, 50)
    checks_itself(one, tmp_path, capsys)


@pytest.mark.parametrize(
    ("activation", "parameters", "module"),
    [
        ("selu", {}, "nn.SELU()"),
        ("selu", {"scale": 2.0}, "actlab.selu.torch(scale=2.0, alpha="),
        ("rrelu", {"slope": 0.2}, "actlab.rrelu.torch(slope=0.2)"),
        ("elu", {"alpha": 0.5}, "nn.ELU(alpha=0.5)"),
    ],
)
def test_exported_code_keeps_the_parameters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], activation: str, parameters: dict[str, float], module: str
) -> None:
    pytest.importorskip("torch")
    one = trial(layers=[{"units": 5, "activation": activation, "parameters": parameters}])
    run(one, 20)
    assert module in checks_itself(one, tmp_path, capsys)


@pytest.mark.parametrize("target", ["c", "d"])
@pytest.mark.parametrize("start", [5_000_000, 1_700_000_000, 1_700_000_000_000])
def test_exported_code_keeps_the_digits_of_large_inputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], start: int, target: str
) -> None:
    pytest.importorskip("torch")
    rows = range(200)
    frame = pl.DataFrame({
        "a": [start + each for each in rows], "b": [each * 37 % 100 for each in rows],
        "c": ["yes" if each * 37 % 100 > each / 2 else "no" for each in rows],
        "d": [start + each**1.5 for each in rows],
    })  # fmt: skip
    one = trial(data={"table": SHELF.put(frame), "columns": ["a", "b"], "target": target})
    run(one, 200)
    checks_itself(one, tmp_path, capsys)
