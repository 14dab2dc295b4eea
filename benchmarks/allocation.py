"""What a fresh result costs: page faults and time of one relu, by where each library gets its memory.

The first touch of a page is a fault of the processor, in which the system clears the page: 4096 bytes, or 2 MiB where
the memory was asked for as huge pages. Memory that is given back and taken again pays it again. Every library runs in
a process of its own, with one thread, as its memory was when it started.

Run from the checkout: python benchmarks/allocation.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RESULTS = ROOT / "benchmarks" / "results" / "allocation.json"
SIZES = {"64 Ki": 1 << 16, "1 Mi": 1 << 20, "16 Mi": 1 << 24}
KEPT = (1, 2)  # results alive at once: of a forward pass, and of one with its gradient

# A name: the library, and what its process is told beforehand.
WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "actlab": ("actlab", {}),
    "actlab, into `out=`": ("actlab_out", {}),
    "actlab on tensors": ("actlab_torch", {}),
    "NumPy": ("numpy", {}),
    "NumPy, no huge pages": ("numpy", {"NUMPY_MADVISE_HUGEPAGE": "0"}),
    "PyTorch": ("torch", {}),
    "PyTorch, huge pages": ("torch", {"THP_MEM_ALLOC_ENABLE": "1"}),
    "PyTorch, into `out=`": ("torch_out", {}),
    "JAX": ("jax", {}),
}


def relu_of(library: str, size: int) -> Callable[[], Any]:
    """A call that computes relu of an array of float32."""
    import numpy as np

    x = np.resize(np.random.default_rng(0).standard_normal(1 << 16).astype(np.float32), size)
    if library.startswith("actlab"):
        return _actlab(library, x)
    if library == "numpy":
        return lambda: np.maximum(x, 0)
    if library == "jax":
        import jax

        there, relu = jax.device_put(x), jax.jit(jax.nn.relu)
        return lambda: jax.block_until_ready(relu(there))
    import torch

    torch.set_num_threads(1)
    tensor = torch.from_numpy(x)
    out = torch.zeros_like(tensor)
    return lambda: torch.clamp_min(tensor, 0, out=out) if library == "torch_out" else torch.relu(tensor)


def _actlab(library: str, x: Any) -> Callable[[], Any]:
    import numpy as np

    import actlab

    if library == "actlab_torch":
        import torch

        tensor = torch.from_numpy(x)
        return lambda: actlab.relu(tensor)
    out = np.zeros_like(x) if library == "actlab_out" else None
    return lambda: actlab.relu(x, out=out)


def look(library: str, size: int, kept: int, rounds: int) -> tuple[float, float]:
    """Page faults and microseconds a result, medians over the rounds."""
    call = relu_of(library, size)
    faults, seconds = [], []
    for _ in range(rounds + 3):  # the first three compile and settle
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        start = time.perf_counter()
        results = [call() for _ in range(kept)]
        seconds.append((time.perf_counter() - start) / kept)
        faults.append((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / kept)
        del results
    return median(faults[3:]), median(seconds[3:]) * 1e6


def ask(way: str, size: int, kept: int, rounds: int) -> tuple[float, float]:
    """The same, in a process of its own."""
    library, settings = WAYS[way]
    limits = {"OMP_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    command = [sys.executable, __file__, "--look", library, str(size), str(kept), str(rounds)]
    environment = {**os.environ, **limits, **settings}
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    faults, microseconds = json.loads(answer.stdout)
    return faults, microseconds


def main() -> None:
    """Measure, save, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7, help="of each (default 7)")
    parser.add_argument("--look", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--markdown", action="store_true", help="print the table of what was saved, measure nothing")
    given = parser.parse_args()
    if given.look:
        print(json.dumps(look(given.look[0], *map(int, given.look[1:]))))
        return
    if not given.markdown:
        found = {
            f"{name}, {kept}": {way: ask(way, size, kept, given.rounds) for way in WAYS}
            for name, size in SIZES.items()
            for kept in KEPT
        }
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(table(json.loads(RESULTS.read_text(encoding="utf-8"))))


def table(found: dict[str, dict[str, tuple[float, float]]]) -> str:
    """The figures in Markdown: faults / microseconds a result."""
    head = [f"{name.split(', ')[0]}, {name.split(', ')[1]} alive" for name in found]
    lines = ["| faults / µs a result | " + " | ".join(head) + " |", "|---" * (len(head) + 1) + "|"]
    for way in WAYS:
        cells = [f"{faults:.0f} / {taken:.0f}" for faults, taken in (each[way] for each in found.values())]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
