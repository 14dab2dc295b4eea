"""What tests of the lab's networks share: networks, and the check of their exported code."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from actlab.lab.guarding import Door
from actlab.lab.training.exporting import files
from actlab.lab.training.spec import Spec
from actlab.lab.training.trial import Trial

LAYERS = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "mish"}]
DOOR = Door(8571, "secret")
ORIGIN = {"host": "127.0.0.1:8571", "origin": "http://127.0.0.1:8571"}


def trial(**fields: Any) -> Trial:
    return Trial(Spec.read({"layers": LAYERS, **fields}))


def run(of: Trial, steps: int) -> Any:
    return next((ending for _ in range(steps) if (ending := of.advance())), None)


def checks_itself(one: Trial, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The exported code, once it has found its own answers right."""
    code = files(one)["network.py"]
    (folder / "network.py").write_text(code, encoding="utf-8")
    runpy.run_path(str(folder / "network.py"), run_name="__main__")
    assert "The same answers" in capsys.readouterr().out
    return code
