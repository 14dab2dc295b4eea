"""How many digits are right: the largest error of actlab, PyTorch, JAX and SciPy in ulp against mpmath.

Both signs from 1e-38 to 1e4, dense around 0, and the neighbours of every corner and of every zero of the value and of
the derivative; in float64 also where exponentials run out. Left out are the corners themselves, where each framework
declares a slope of its own, and for JAX subnormal inputs and results, which it replaces by 0.

Run from the checkout: python benchmarks/accuracy.py [--functions gelu,mish]   (needs the extras dev, torch and jax)
    --markdown prints the tables of docs/accuracy.md from what was saved.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from actlab.catalogue import Activation, find, names  # noqa: E402 (run from a checkout)
from actlab.compilers import numpy as reference  # noqa: E402
from actlab.formula.limits import candidates  # noqa: E402
from benchmarks import peers  # noqa: E402
from benchmarks.truth import truth  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "accuracy.json"
DTYPES: dict[str, Any] = {"float32": np.float32, "float64": np.float64}
NEAR = 3  # neighbours of a corner or zero on each side

Array = npt.NDArray[Any]
Pair = tuple[Array | None, Array | None]


def ours(name: str, x: Array) -> Pair:
    """actlab's value and derivative."""
    import actlab

    return actlab.find(name)(x), actlab.find(name).derivative(x)


def torch_peer(name: str, x: Array) -> Pair:
    """PyTorch's value and gradient."""
    import torch

    function = peers.torch_own().get(name)
    if function is None:
        return None, None
    leaf = torch.from_numpy(x.copy()).requires_grad_(name != "step")
    values = function(leaf)
    if name == "step":
        return values.numpy(), None
    values.sum().backward()
    assert leaf.grad is not None, "it was asked for"
    return values.detach().numpy(), leaf.grad.numpy()


def jax_peer(name: str, x: Array) -> Pair:
    """JAX's value and gradient."""
    import jax

    function = peers.jax_own().get(name)
    if function is None:
        return None, None
    return np.asarray(function(x)), np.asarray(jax.vmap(jax.grad(function))(x))


def scipy_peer(name: str, x: Array) -> Pair:
    """SciPy's value."""
    function = peers.scipy_functions().get(name)
    return (function(x) if function else None), None


PEERS: dict[str, Callable[[str, Array], Pair]] = {
    "actlab": ours,
    "torch": torch_peer,
    "jax": jax_peer,
    "scipy": scipy_peer,
}


def points(activation: Activation, dtype: str) -> Array:
    """Where to look."""
    kind = DTYPES[dtype]
    decades = np.geomspace(1e-38, 1e4, 400)
    around = [np.linspace(-10, 10, 801), np.linspace(-120, 120, 361)]
    if kind is np.float64:
        around.append(np.linspace(-746, 746, 747))
    corners = np.array(sorted(candidates(activation.formula, "x", activation.defaults)), kind)
    special = _neighbours(np.concatenate([corners, zeros(activation).astype(kind)]))
    x = np.unique(np.concatenate([decades, -decades, *around]).astype(kind))
    return np.setdiff1d(np.concatenate([x, special]), corners)


def zeros(activation: Activation) -> Array:
    """Where the value or the derivative changes its sign, without 0 itself."""
    from scipy.optimize import brentq

    x = np.linspace(-40.1, 40.2, 4000)
    found = []
    for formula in (activation.formula, activation.slopes[0]):

        def at(point: float, formula: Any = formula) -> float:
            return float(reference.run(formula, {**activation.defaults, "x": np.array([point])})[0])

        y = np.broadcast_to(reference.run(formula, {**activation.defaults, "x": x}), x.shape)
        found += [brentq(at, x[k], x[k + 1]) for k in np.flatnonzero(y[:-1] * y[1:] < 0)]
    return np.array([each for each in found if abs(each) > 1e-6])


def _neighbours(x: Array) -> Array:
    steps = [x]
    for side in (-np.inf, np.inf):
        moved = x
        for _ in range(NEAR):
            moved = np.nextafter(moved, x.dtype.type(side))
            steps.append(moved)
    return np.concatenate(steps)


def compare(activation: Activation, dtype: str) -> dict[str, list[float | None]]:
    """The largest error of value and derivative for each peer, at most that of no right digit; None: it has none."""
    x = points(activation, dtype)
    none_right = 2.0 ** (np.finfo(x.dtype).nmant + 1)
    truths = [truth(each, x, activation.defaults) for each in (activation.formula, activation.slopes[0])]
    row: dict[str, list[float | None]] = {}
    for peer, compute in PEERS.items():
        row[peer] = []
        for got, true in zip(compute(activation.name, x), truths, strict=True):
            counted = _is_normal(x) & _is_normal(true.head.astype(x.dtype)) if peer == "jax" else ...
            largest = math.nan if got is None else float(true.errors(np.asarray(got))[counted].max())
            row[peer].append(None if got is None else float(f"{min(largest, none_right):.3g}"))
    return row


def _is_normal(x: Array) -> Array:
    return np.abs(x) >= np.finfo(x.dtype).tiny


def markdown(results: dict[str, Any], dtype: str) -> str:
    """The table of docs/accuracy.md."""
    spelled = {"actlab": "actlab", "torch": "PyTorch", "jax": "JAX", "scipy": "SciPy"}
    lines = ["| | " + " | ".join(spelled[peer] for peer in PEERS) + " |", "|---" * (len(PEERS) + 1) + "|"]
    for name, row in results["ulp"][dtype].items():
        lines.append(f"| {name} | " + " | ".join(_spell(row[peer]) for peer in PEERS) + " |")
    return "\n".join(lines)


def worse_than_a_peer(results: dict[str, Any], margin: float = 1.5) -> list[str]:
    """Where actlab is more than that many ulp worse than the best peer."""
    said = []
    for dtype, rows in results["ulp"].items():
        for name, row in rows.items():
            for k, what in enumerate(("value", "derivative")):
                theirs = [row[peer][k] for peer in PEERS if peer != "actlab" and row[peer][k] is not None]
                best = min(theirs, default=math.inf)
                if row["actlab"][k] > best + margin:
                    said.append(f"{name} {what} {dtype}: {row['actlab'][k]} ulp, the best peer {best}")
    return said


def _spell(pair: Sequence[float | None]) -> str:
    return "—" if pair[0] is None and pair[1] is None else " / ".join(map(_number, pair))


def _number(ulp: float | None) -> str:
    if ulp is None:
        return "—"
    if ulp < 1000:
        return f"{ulp:.2g}" if ulp < 100 else f"{ulp:.0f}"
    return f"{ulp:.0e}".replace("e+0", "e").replace("e+", "e")


def main() -> None:
    """Measure, save, print."""
    known = [name for name in names() if find(name).univariate]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--functions", type=lambda text: text.split(","), default=known)
    parser.add_argument("--markdown", action="store_true", help="print the tables of what was saved, measure nothing")
    given = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if given.markdown else measure(given.functions)
    if not given.markdown and given.functions == known:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for dtype in DTYPES:
        print(f"\nlargest error in ulp, value / derivative, {dtype}\n\n{markdown(results, dtype)}")
    print("\nmore than 1.5 ulp worse than the best peer:", *(worse_than_a_peer(results) or ["nowhere"]), sep="\n")


def measure(functions: Sequence[str]) -> dict[str, Any]:
    """The tables of both dtypes, with the versions."""
    import jax

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    warnings.simplefilter("ignore", RuntimeWarning)  # theirs, on the way to an infinity
    rows = {dtype: {name: compare(find(name), dtype) for name in functions} for dtype in DTYPES}
    return {"versions": {peer: version(peer) for peer in PEERS}, "ulp": rows}


if __name__ == "__main__":
    main()
