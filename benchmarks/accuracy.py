"""How many digits are right: the largest error of actlab, PyTorch and JAX in ulp against mpmath, on one float32 grid.

Run from the checkout: python benchmarks/accuracy.py   (needs the extra dev; saves only with torch and jax)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from actlab.catalogue import Activation  # noqa: E402
from actlab.compilers import numpy as reference  # noqa: E402
from actlab.formula.limits import candidates  # noqa: E402
from tests.laws.oracle import UNIVARIATE, grid, worst  # noqa: E402 (the laws' own measure)

SHARED = ("relu", "leaky_relu", "relu6", "elu", "selu", "celu", "silu", "mish", "softplus", "sigmoid", "tanh")
TORCH = {name: name for name in (*SHARED, "gelu", "softsign", "logsigmoid", "tanhshrink", "hardshrink", "softshrink")}
TORCH |= {name: name for name in ("hardtanh", "hardsigmoid", "hardswish")}
JAX = {name: name for name in (*SHARED, "squareplus")}
JAX |= {"softsign": "soft_sign", "logsigmoid": "log_sigmoid", "hardtanh": "hard_tanh", "hardsigmoid": "hard_sigmoid"}
JAX |= {"hardswish": "hard_swish"}

Pair = tuple[np.ndarray, np.ndarray]
Peer = Callable[[str, np.ndarray], Pair | None]


def ours(name: str, x: np.ndarray) -> Pair:
    """actlab's value and derivative."""
    import actlab

    return actlab.find(name)(x), actlab.find(name).derivative(x)


def torch_peer(name: str, x: np.ndarray) -> Pair | None:
    """PyTorch's value and gradient."""
    import torch
    from torch.nn import functional

    options: dict[str, Any] = {"approximate": "tanh"} if name == "gelu_tanh" else {}
    word = "gelu" if name == "gelu_tanh" else TORCH.get(name)
    if word is None:
        return None
    function = getattr(functional, word, None) or getattr(torch, word)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    values = function(leaf, **options)
    values.sum().backward()
    return values.detach().numpy(), leaf.grad.numpy()


def jax_peer(name: str, x: np.ndarray) -> Pair | None:
    """JAX's value and gradient."""
    import jax

    options: dict[str, Any] = {"approximate": name == "gelu_tanh"} if name.startswith("gelu") else {}
    word = "gelu" if name.startswith("gelu") else JAX.get(name)
    if word is None:
        return None
    function = getattr(jax.nn, word)
    slope = jax.vmap(jax.grad(lambda each: function(each, **options)))
    return np.asarray(function(x, **options)), np.asarray(slope(x))


def points(activation: Activation) -> np.ndarray:
    """The laws' grid without corners, where each framework has its own slope."""
    corners = np.array(sorted(candidates(activation.formula, "x", activation.defaults)), np.float32)
    return np.setdiff1d(grid(activation).astype(np.float32), corners)


def main() -> None:
    """Print the table and save it."""
    peers: dict[str, Peer] = {"actlab": ours}
    peers |= {name: peer for name, peer in (("torch", torch_peer), ("jax", jax_peer)) if find_spec(name)}
    rows: dict[str, dict[str, tuple[float, float] | None]] = {}
    for activation in UNIVARIATE:
        x = points(activation)
        rows[activation.name] = {}
        for peer, compute in peers.items():
            pair = compute(activation.name, x)
            formulas = (activation.formula, activation.slopes[0])
            rows[activation.name][peer] = pair and tuple(
                _largest(formula, got, x, activation.defaults) for formula, got in zip(formulas, pair, strict=True)
            )
    print("largest error in ulp, value / derivative, float32")
    print(f"{'':12}" + "".join(f"{f'{peer} {version(peer)}':>24}" for peer in peers))
    for name, row in rows.items():
        print(f"{name:12}" + "".join(f"{_spell(row[peer]):>24}" for peer in peers))
    if missing := {"torch", "jax"} - set(peers):
        install = "pip install -c constraints.txt -e '.[dev,torch,jax]'"
        print(f"Not saved: without {' and '.join(sorted(missing))} the table is not whole ({install}).")
        return
    target = ROOT / "benchmarks" / "results" / "accuracy.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"versions": {peer: version(peer) for peer in peers}, "ulp": rows}, indent=1) + "\n")


def _largest(formula: Any, got: np.ndarray, x: np.ndarray, values: dict[str, float]) -> float:
    """The largest error, at most 2**24 (no digit right), without subnormal inputs and results: JAX makes them 0."""
    smallest = np.finfo(np.float32).tiny
    true = np.abs(reference.run(formula, {**values, "x": x}))
    counted = (np.abs(x) >= smallest) & (np.broadcast_to(true, x.shape) >= smallest)
    return min(worst(formula, got[counted], x[counted], values)[0], 2.0**24)


def _spell(pair: tuple[float, float] | None) -> str:
    return "—" if pair is None else " / ".join(f"{error:.2g}" if error < 1e4 else f"{error:.0e}" for error in pair)


if __name__ == "__main__":
    main()
