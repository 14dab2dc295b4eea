"""How fast the kernels are: actlab beside NumPy, SciPy, numexpr, PyTorch and JAX, with a copy as the limit.

Every library has a process of its own with the same processors and threads; they take turns, round by round, so that a
machine that changes its speed changes it for all. Figures are medians of the rounds. A contestant that is more than
SLOW times behind actlab is not measured in every round, NumPy and SciPy only where everybody has one thread, and
torch.compile on some functions in float32, because compiling takes it seconds.

Run from the checkout: python benchmarks/kernels.py [--functions gelu,mish] [--sizes 65536] [--peers torch,jax]
    [--threads 1] [--dtypes float32] [--rounds 5]; --markdown prints the tables of docs/speed.md from what was saved.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import rates  # noqa: E402 (the checkout is not installed)
from benchmarks.contestants import HUGE, INTO_OUT, MODES, PROCESSES, Case  # noqa: E402
from benchmarks.workers import PLAIN, Worker  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "kernels.json"
TINY = 10
SIZES = (TINY, 1 << 16, 1 << 20, HUGE)
PEERS = ("numpy", "torch", "jax")
AT_LEAST = 0.002  # seconds that the calls of one round take together
SLOW, FEW = 3.0, 2
VERSIONS = ("actlab", "numpy", "scipy", "numexpr", "torch", "jax", "jaxlib", "llvmlite")

Row = dict[str, Any]


def cases(functions: Iterable[str], dtypes: Iterable[str], sizes: Iterable[int]) -> Iterator[Case]:
    """All that is computed; of tiny arrays the cost of a call, which is the same in every dtype and with `out=`."""
    for size, dtype, function, mode in product(sizes, dtypes, functions, MODES):
        if size > TINY or (dtype == "float32" and mode != INTO_OUT):
            yield Case(function, dtype, size, mode)


def measure(case: Case, workers: dict[str, Worker], rounds: int) -> dict[str, list[float]]:
    """The seconds a call of each contestant, one number a round; they take turns within a round."""
    turns: list[tuple[str, Worker, float]] = []
    for kind, worker in workers.items():
        if kind != "torch with huge pages" or case.size == HUGE:
            turns += [(name, worker, seconds) for name, seconds in worker.prepare(case).items()]
    ours = next((seconds for name, _, seconds in turns if name == "actlab"), 0.0)
    seen: dict[str, list[float]] = {name: [] for name, _, _ in turns}
    for number in range(rounds):
        for name, worker, estimate in turns if number % 2 else reversed(turns):
            is_slow = ours and estimate > SLOW * ours
            if is_slow and number >= FEW:
                continue
            if is_slow and estimate > 0.1 and name in PLAIN:
                seen[name] = [estimate]
            else:
                seen[name].append(worker.seconds(name, min(2000, int(AT_LEAST / estimate) + 1)))
    return seen


def run(given: argparse.Namespace) -> list[Row]:
    """Every case with every number of threads."""
    rows: list[Row] = []
    kinds = [kind for kind in PROCESSES if kind.split()[0] in given.peers and (" " not in kind or HUGE in given.sizes)]
    for threads in given.threads:
        workers = {kind: Worker(kind, threads) for kind in dict.fromkeys(("numpy", *kinds))}
        for case in cases(given.functions, given.dtypes, given.sizes):
            seen = measure(case, workers, given.rounds if case.size < HUGE else max(FEW, given.rounds - 2))
            rows.append(row(case, threads, seen))
            print(rates.line(rows[-1]), flush=True)
        for worker in workers.values():
            worker.stop()
    return rows


def row(case: Case, threads: int, seen: dict[str, list[float]]) -> Row:
    """What is saved of a case: for each contestant median, fastest and slowest round in microseconds."""
    figures = {name: [_short(pick(each) * 1e6) for pick in (median, min, max)] for name, each in seen.items()}
    return {**vars(case), "threads": threads, "microseconds": figures}


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def machine() -> dict[str, Any]:
    """What was measured on."""
    from llvmlite import binding

    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    pages = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return {
        "processor": f"{names[0] if names else platform.processor()} ({binding.get_host_cpu_name()})",
        "processors": len(names),
        "system": platform.platform(),
        "transparent_huge_pages": pages.read_text().strip() if pages.exists() else "",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
    }


def arguments() -> argparse.Namespace:
    """What is to be measured."""
    from actlab import find, names

    known = [name for name in names() if find(name).univariate]
    everything = [*known, "glu", "geglu", "swiglu", "softmax"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--functions", type=lambda text: text.split(","), default=everything)
    parser.add_argument("--dtypes", type=lambda text: text.split(","), default=["float32", "float64"])
    parser.add_argument("--sizes", type=lambda text: [int(each) for each in text.split(",")], default=list(SIZES))
    parser.add_argument("--threads", type=lambda text: [int(each) for each in text.split(",")], default=[1, 2])
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(PEERS), help="numpy,torch,jax")
    parser.add_argument("--rounds", type=int, default=5, help="of the largest size two fewer (default 5)")
    parser.add_argument("--save", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--markdown", action="store_true", help="print the tables of what was saved, measure nothing")
    return parser.parse_args()


def main() -> None:
    """Measure, save, print."""
    given = arguments()
    if not given.markdown:
        before = time.perf_counter()
        rows = run(given)
        results = {**machine(), "seconds": round(time.perf_counter() - before), "rows": rows}
        given.save.parent.mkdir(exist_ok=True)
        given.save.write_text(rates.as_json(results), encoding="utf-8")
    print(rates.report(json.loads(given.save.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
