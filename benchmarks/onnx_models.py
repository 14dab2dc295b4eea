"""What onnxruntime makes of the models: largest error in ulp, and time, beside its own operator of the same name.

In float32 errors are looked for among every 4099th of all numbers and half a million normal ones.

Run from the checkout: python benchmarks/onnx_models.py   (needs the extras dev and onnx; saves its result)
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from actlab.catalogue import Activation  # noqa: E402
from actlab.compilers import numpy as reference  # noqa: E402
from actlab.compilers.onnx import model  # noqa: E402
from actlab.compilers.onnx.nodes import TYPES  # noqa: E402
from benchmarks.truth import among_all  # noqa: E402
from tests.laws.oracle import UNIVARIATE, grid, worst  # noqa: E402 (the laws' own measure)

OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "gelu": ("Gelu", {}),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}),
    "mish": ("Mish", {}),
    "softplus": ("Softplus", {}),
    "relu": ("Relu", {}),
    "leaky_relu": ("LeakyRelu", {}),
    "elu": ("Elu", {}),
    "selu": ("Selu", {}),
    "celu": ("Celu", {}),
    "hardswish": ("HardSwish", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softsign": ("Softsign", {}),
    "hardsigmoid": ("HardSigmoid", {"alpha": 1 / 6}),
}
ELEMENTS = 2**20
ROUNDS = 9


def session(made: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """onnxruntime on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])


def operator(name: str, dtype: str) -> onnxruntime.InferenceSession | None:
    """A model of the standard's own operator, if onnxruntime has it for this type."""
    if name not in OPERATORS:
        return None
    word, attributes = OPERATORS[name]
    x, y = (helper.make_tensor_value_info(each, TYPES[dtype].code, ["n"]) for each in "xy")
    graph = helper.make_graph([helper.make_node(word, ["x"], ["y"], **attributes)], word, [x], [y])
    try:
        return session(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9))
    except Exception:  # noqa: BLE001 (it has classes of its own for a type that it lacks)
        return None


def points(activation: Activation, dtype: str) -> np.ndarray:
    """The laws' grid and 3000 points more, where neither the input nor the result is subnormal."""
    smallest, last = np.finfo(dtype).tiny, 750
    more = [np.geomspace(smallest, 1e-3, 300), np.geomspace(1e-3, 1e4, 1000), np.linspace(0, last, 200)]
    both = np.concatenate([np.concatenate(more), *(-each for each in more), grid(activation)])
    x = np.unique(both.astype(dtype))
    size = np.abs(reference.run(activation.formula, {**activation.defaults, "x": x}))
    zero = (size == 0) & (np.abs(x) < last / 2)  # an exact one; farther out it may have underflowed
    return x[(np.abs(x) >= smallest) & ((size >= 16 * smallest) | zero)]


def error(activation: Activation, running: onnxruntime.InferenceSession | None, dtype: str) -> float | None:
    """The largest error in ulp: in float32 among a million and a half, in float64 on the points above."""
    if running is None:
        return None
    if dtype == "float32":
        return among_all(activation, "value", lambda x: running.run(None, {"x": x})[0])[0]
    x = points(activation, dtype)
    return worst(activation.formula, running.run(None, {"x": x})[0], x, activation.defaults)[0]


def seconds(running: onnxruntime.InferenceSession | None) -> float | None:
    """The least time of several, for a million float32."""
    if running is None:
        return None
    x, times = 3 * np.random.default_rng(0).normal(size=ELEMENTS).astype(np.float32), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        running.run(None, {"x": x})
        times.append(time.perf_counter() - start)
    return min(times)


def row(activation: Activation) -> dict[str, float | None]:
    """All measures of one activation."""
    measures: dict[str, float | None] = {}
    for dtype in ("float32", "float64"):
        measures[f"{dtype} error"] = error(activation, session(model(activation, dtype, shape=("n",))), dtype)
        measures[f"{dtype} error of the operator"] = error(activation, operator(activation.name, dtype), dtype)
    measures["seconds"] = seconds(session(model(activation, shape=("n",))))
    measures["seconds of the operator"] = seconds(operator(activation.name, "float32"))
    return measures


def main() -> None:
    """Print the table and save it."""
    versions = {each: version(each) for each in ("actlab", "onnx", "onnxruntime")}
    print(versions)
    rows = {}
    for activation in UNIVARIATE:
        rows[activation.name] = row(activation)
        *errors, ours, theirs = rows[activation.name].values()
        told = ["—" if each is None else f"{each:.2g}" for each in errors]
        times = [f"{each * 1e3:.1f} ms" if each else "—" for each in (ours, theirs)]
        print(f"| {activation.name} | {' | '.join([*told, *times])} |", flush=True)
    target = ROOT / "benchmarks" / "results" / "onnx_models.json"
    target.write_text(json.dumps({"versions": versions, "elements": ELEMENTS, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
