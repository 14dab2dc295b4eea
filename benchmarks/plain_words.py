"""How many digits the plain words keep: what JAX runs, PyTorch on other devices and under its compiler, and jax.nn.

In float32 a million numbers, every 4099th of all, and half a million normal ones; in float64 those of accuracy.py,
against mpmath. Left out are subnormal inputs and results, results near them, and the corners. Where not one digit is
right, the error is 1.7e7 ulp, in float64 9e15.

Run from the checkout: python benchmarks/plain_words.py [--functions gelu,mish]   (needs the extras dev, torch and jax)
    --markdown prints the table of docs/jax.md from what was saved.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from actlab.catalogue import Activation, find, names  # noqa: E402 (run from a checkout)
from actlab.compilers.ends import whole  # noqa: E402
from benchmarks import peers  # noqa: E402
from benchmarks.accuracy import points  # noqa: E402
from benchmarks.truth import LOST, Truth, among_all, truth  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "plain_words.json"
WHATS = ("value", "derivative")
COLUMNS = ("jax float32", "jax.nn float32", "jax float64", "jax.nn float64", "torch float32")

Array = npt.NDArray[Any]
Compute = Callable[[Array], Array]


def in_jax(activation: Activation, what: str) -> Compute:
    """actlab's function in JAX, or its derivative."""
    import jax

    run = jax.jit(activation if what == "value" else activation.derivative)
    return lambda x: np.asarray(run(jax.numpy.asarray(x)))


def in_jax_nn(activation: Activation, what: str) -> Compute | None:
    """JAX's own function, if it has one, or its gradient."""
    import jax

    function = peers.jax_own().get(activation.name)
    if function is None:
        return None
    run = jax.jit(function if what == "value" else jax.vmap(jax.grad(function)))
    return lambda x: np.asarray(run(jax.numpy.asarray(x)))


def in_torch(activation: Activation, what: str) -> Compute:
    """actlab's plain words for PyTorch in float32."""
    import torch

    from actlab.compilers.torch.words import written

    formula = whole(activation.formula if what == "value" else activation.slopes[0], activation, "single")
    run = written((formula,), ("x", *activation.defaults), "single", -1)
    numbers = [torch.tensor(each, dtype=torch.float32) for each in activation.defaults.values()]

    def compute(x: Array) -> Array:
        result = run(torch.from_numpy(x), *numbers)[0]
        return np.broadcast_to(np.asarray(result, x.dtype), x.shape)

    return compute


def row(activation: Activation) -> dict[str, list[float | None]]:
    """The largest errors of value and derivative in each column."""
    x = points(activation, "float64")
    truths = [truth(each, x, activation.defaults) for each in (activation.formula, activation.slopes[0])]
    makers = {"jax": in_jax, "jax.nn": in_jax_nn}
    found: dict[str, list[float | None]] = {}
    for column in COLUMNS:
        language, dtype = column.split()
        computes = [makers.get(language, in_torch)(activation, what) for what in WHATS]
        if dtype == "float32":
            found[column] = [_single(activation, what, each) for what, each in zip(WHATS, computes, strict=True)]
        else:
            found[column] = [_double(x, true, each) for true, each in zip(truths, computes, strict=True)]
    return found


def _single(activation: Activation, what: str, compute: Compute | None) -> float | None:
    return None if compute is None else among_all(activation, what, compute)[0]


def _double(x: Array, true: Truth, compute: Compute | None) -> float | None:
    if compute is None:
        return None
    smallest, size = np.finfo(np.float64).tiny, np.abs(true.head)
    counted = (np.abs(x) >= smallest) & ((size > LOST * smallest) | (size == 0))
    return min(float(true.errors(compute(x))[counted].max()), 2.0**53)


def markdown(results: dict[str, Any]) -> str:
    """The table of docs/jax.md; functions with the same figures share a line."""
    lines = ["| | float32: actlab | jax.nn | float64: actlab | jax.nn |", "|---|---|---|---|---|"]
    alike: dict[str, list[str]] = {}
    for name, found in results["ulp"].items():
        cells = " | ".join(_pair(found[column]) for column in COLUMNS[:4])
        alike.setdefault(cells, []).append(name)
    return "\n".join([*lines, *(f"| {', '.join(group)} | {cells} |" for cells, group in alike.items())])


def torch_words(results: dict[str, Any]) -> str:
    """The largest errors of the plain words for PyTorch."""
    return "\n".join(f"{name}: {_pair(found['torch float32'])}" for name, found in results["ulp"].items())


def _pair(ulps: Sequence[float | None]) -> str:
    return "—" if ulps[0] is None else " / ".join(map(_number, ulps))


def _number(ulp: float | None) -> str:
    if ulp is None:
        return "—"
    return f"{ulp:.2g}" if ulp < 100 else f"{ulp:.0e}".replace("e+0", "e").replace("e+", "e")


def measure(functions: Sequence[str]) -> dict[str, Any]:
    """The errors of all functions, with the versions."""
    import jax

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    ulp = {}
    for name in functions:
        ulp[name] = row(find(name))
        print(name, *(f"{column} {_pair(found)};" for column, found in ulp[name].items()), flush=True)
    return {"versions": {each: version(each) for each in ("actlab", "jax", "torch")}, "ulp": ulp}


def main() -> None:
    """Measure, save, print."""
    known = [name for name in names() if find(name).univariate]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--functions", type=lambda text: text.split(","), default=known)
    parser.add_argument("--markdown", action="store_true", help="print the table of what was saved, measure nothing")
    given = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if given.markdown else measure(given.functions)
    if not given.markdown and given.functions == known:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"{markdown(results)}\n\nplain words for PyTorch, float32:\n{torch_words(results)}")


if __name__ == "__main__":
    main()
