"""Every float32 there is: the largest error of each function and derivative over all 2^32 inputs.

The truth is the native kernel in float64, whose error counts for nothing here (8 of its ulp are 2^-26 of float32's);
that it has no more is checked against mpmath first, on inputs drawn from all float32 numbers. Errors are in units of
the last place of the true value, subnormal ones included; beside a zero crossing of a sum, of its largest term, as in
`tests/laws/oracle.py`. Infinity counts as 2^128. At nan and the infinities the answer must be the limit itself.

Run from the checkout: python benchmarks/exhaustive.py [--functions gelu,mish] [--stride 4099] [--processes 2]
    --markdown prints the table of docs/accuracy.md from what was saved.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from actlab.catalogue import Activation, find, names  # noqa: E402 (run from a checkout)
from actlab.compilers.native import ufuncs  # noqa: E402
from actlab.formula import Expression, limit  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "exhaustive.json"
ALL = 1 << 32
CHUNK = 1 << 15  # what is at work at a time stays in the second cache
LAST_BIT, SMALLEST = 2.0**-23, 2.0**-149
OVERFLOW = 2.0**128
EXPONENT = np.uint32(0x7F800000)
SAMPLE, FEW_ULPS = 1000, 8.0
COUNTED = (1.0, 2.0, 4.0)

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Finding:
    """What was found of one function or derivative.

    Args:
        ulp: The largest error.
        at: Where it is.
        beyond: How many inputs have an error above 1, 2 and 4 ulp.
        inputs: How many were looked at.
        wrong: Inputs that give nan or miss it, or an infinity that gives anything but the limit.
    """

    ulp: float
    at: float
    beyond: tuple[int, ...]
    inputs: int
    wrong: int

    def __add__(self, other: Finding) -> Finding:
        worse = max(self, other, key=lambda each: each.ulp)
        beyond = tuple(a + b for a, b in zip(self.beyond, other.beyond, strict=True))
        return Finding(worse.ulp, worse.at, beyond, self.inputs + other.inputs, self.wrong + other.wrong)


NOTHING = Finding(0.0, 0.0, (0,) * len(COUNTED), 0, 0)


@dataclass(frozen=True)
class Subject:
    """A formula of one input with its kernels: what is tested, and what is believed."""

    expression: Expression
    activation: Activation
    single: np.ufunc
    double: np.ufunc
    terms: np.ufunc | None  # of a sum: its two terms

    def run(self, kernel: np.ufunc, x: Array, *out: Array) -> Any:
        """A kernel at x with the parameters' defaults."""
        return kernel(x, *(x.dtype.type(value) for value in self.activation.defaults.values()), *out)

    def scale(self, x: Array, true: Array, *out: Array) -> Array:
        """What errors are measured by: the true value, and the largest term of a sum that all but cancels."""
        size = np.abs(true, *out[:1])
        if self.terms is not None:
            first, second = (np.abs(each, each) for each in self.run(self.terms, x, *out[1:]))
            largest = np.maximum(first, second, out=first)
            np.multiply(largest, 0.25, out=second)
            np.copyto(size, largest, where=size < second)
        return size


class Quick:
    """The errors of finite values, in memory that is used again for every chunk."""

    def __init__(self, of: Subject, count: int) -> None:
        self.of = of
        self.got, self.size = (np.empty(count, np.float32) for _ in range(2))
        self.wide, self.true, self.place, *self.terms = (np.empty(count, np.float64) for _ in range(5))

    def errors(self, x: Array) -> Array | None:
        """In ulp; None where something is not finite, which wants more care."""
        n = len(x)
        got, size, wide, true, place = (each[:n] for each in (self.got, self.size, self.wide, self.true, self.place))
        self.of.run(self.of.single, x, got)
        np.copyto(wide, x)
        self.of.run(self.of.double, wide, true)
        terms = [each[:n] for each in self.terms]
        np.copyto(size, self.of.scale(wide, true, place, *terms), casting="same_kind")
        if not size.max() < OVERFLOW:
            return None
        np.bitwise_and(size.view(np.uint32), EXPONENT, out=size.view(np.uint32))
        np.copyto(place, size)
        np.multiply(place, LAST_BIT, out=place)
        np.maximum(place, SMALLEST, out=place)
        np.copyto(wide, got)
        np.subtract(wide, true, out=wide)
        np.abs(wide, out=wide)
        np.divide(wide, place, out=wide)
        return wide if wide.max() < math.inf else None


def subject(activation: Activation, what: str) -> Subject:
    """The value or the derivative of a function of one number."""
    expression = activation.formula if what == "value" else activation.slopes[0]
    kernels: dict[str, Callable[..., np.ufunc]] = {"value": ufuncs.value, "derivative": ufuncs.derivative}
    single, double = (kernels[what](activation, dtype) for dtype in ("float32", "float64"))
    terms = None
    if expression.word in ("add", "subtract"):
        terms = ufuncs.elementwise(
            f"terms of {activation.name}", expression.arguments, ("x",), activation.parameters, "float64"
        )
    return Subject(expression, activation, single, double, terms)


def errors(of: Subject, x: Array) -> Array:
    """The error at each number of any float32 array, in ulp; infinite where nan is missed or made up."""
    got = of.run(of.single, x).astype(np.float64)
    wide = x.astype(np.float64)
    true = of.run(of.double, wide)
    size = of.scale(wide, true).astype(np.float32).view(np.uint32)
    place = np.minimum(size & EXPONENT, EXPONENT - np.uint32(1 << 23)).view(np.float32).astype(np.float64)
    place *= LAST_BIT
    np.maximum(place, SMALLEST, out=place)
    np.clip(got, -OVERFLOW, OVERFLOW, out=got)
    lost = np.abs(got - np.clip(true, -OVERFLOW, OVERFLOW)) / place
    unknown = np.isnan(got) != np.isnan(true)
    lost[np.isnan(lost)] = 0.0
    lost[unknown] = np.inf
    return lost


def look(of: Subject, x: Array, quick: Quick) -> Finding:
    """What is found among the numbers of an array; nan must give nan."""
    lost = quick.errors(x)
    if lost is None:
        lost = errors(of, x)
    at = int(lost.argmax())
    largest = float(lost[at])
    beyond = tuple(int(np.count_nonzero(lost > bound)) if largest > bound else 0 for bound in COUNTED)
    wrong = int(np.count_nonzero(np.isinf(lost))) if math.isinf(largest) else 0
    return Finding(largest, float(x[at]), beyond, len(x), wrong)


def at_the_ends(of: Subject) -> int:
    """How many of nan, inf and -inf do not give the limit, exactly."""
    points = np.array([np.nan, np.inf, -np.inf], np.float32)
    ends = [limit(of.expression, "x", side, of.activation.defaults) for side in (1, -1)]
    expected = np.array([np.nan, *ends], np.float32)
    return int(np.count_nonzero(~_same(of.run(of.single, points), expected)))


def _same(a: Array, b: Array) -> Array:
    return (a == b) | (np.isnan(a) & np.isnan(b))


def inputs(stride: int, chunk: int = CHUNK) -> Iterator[Array]:
    """Every stride-th float32 by its bits, in arrays of a chunk at most."""
    for start in range(0, ALL, stride * chunk):
        bits = np.arange(start, min(start + stride * chunk, ALL), stride, dtype=np.int64)
        yield bits.astype(np.uint32).view(np.float32)


def search(of: Subject, stride: int) -> Finding:
    """The finding over every stride-th float32."""
    found, quick = NOTHING, Quick(of, CHUNK)
    with np.errstate(all="ignore"):
        for x in inputs(stride):
            found += look(of, x, quick)
        missed = at_the_ends(of)
    return found if not missed else found + Finding(math.inf, math.inf, (0,) * len(COUNTED), 0, missed)


def doubt(of: Subject, count: int = SAMPLE) -> float:
    """The largest error of what is believed, in its own ulp against mpmath, on random float32 numbers."""
    from benchmarks.truth import truth

    generator = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        bits = generator.integers(0, ALL, count, dtype=np.uint32).view(np.float32).astype(np.float64)
        usual = generator.normal(0, 8, count).astype(np.float32).astype(np.float64)
    x = np.concatenate([bits[np.isfinite(bits)], usual])
    return float(truth(of.expression, x, of.activation.defaults).errors(of.run(of.double, x)).max())


def judge(task: tuple[str, str], stride: int) -> dict[str, Any]:
    """One line of the table."""
    before = time.perf_counter()
    of = subject(find(task[0]), task[1])
    doubtful = doubt(of)
    found = search(of, stride)
    seconds = round(time.perf_counter() - before, 1)
    return {"function": task[0], "what": task[1], **asdict(found), "float64": round(doubtful, 2), "seconds": seconds}


def run(functions: Sequence[str], stride: int, processes: int) -> list[dict[str, Any]]:
    """The whole table."""
    tasks = [(name, what) for name in functions for what in ("value", "derivative")]
    lines = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for line in pool.map(partial(judge, stride=stride), tasks):
            lines.append(line)
            print(spell(line), flush=True)
    return lines


def spell(line: dict[str, Any]) -> str:
    """A line of the table while it is measured."""
    doubt = f"float64 {line['float64']} ulp" + (" TOO MUCH" if line["float64"] > FEW_ULPS else "")
    beyond = ", ".join(f"{count} above {bound:g}" for count, bound in zip(line["beyond"], COUNTED, strict=True))
    task = f"{line['function']:12} {line['what']:10} {line['ulp']:8.3f} ulp at {line['at']!r:24}"
    return f"{task} {beyond}; {line['wrong']} wrong; {doubt}; {line['seconds']} s"


def markdown(results: dict[str, Any]) -> str:
    """The table of docs/accuracy.md."""
    header = ["", "value", "at x", "above 1 / 2 ulp", "derivative", "at x", "above 1 / 2 ulp"]
    by_name: dict[str, list[str]] = {}
    for line in results["findings"]:
        counts = " / ".join(_count(count) for count in line["beyond"][:2])
        by_name.setdefault(line["function"], []).extend([f"{line['ulp']:.2f}", f"{line['at']:.6g}", counts])
    body = [[name, *cells] for name, cells in by_name.items()]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *body))


def _count(count: int) -> str:
    return str(count) if count < 10_000 else f"{count:.1e}".replace("e+0", "e").replace("e+", "e")


def main() -> None:
    """Search, print, save."""
    univariate = [name for name in names() if find(name).univariate]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--functions", type=lambda text: text.split(","), default=univariate)
    parser.add_argument("--stride", type=int, default=1, help="look at every so many-th input (default all)")
    parser.add_argument("--processes", type=int, default=1, help="at work at once (default 1)")
    parser.add_argument("--save", type=Path, help="where findings go; without, a search of all inputs is kept")
    parser.add_argument("--markdown", action="store_true", help="print the table of what was saved, search nothing")
    given = parser.parse_args()
    path = given.save or RESULTS
    if not given.markdown:
        findings = run(given.functions, given.stride, given.processes)
        whole = given.stride == 1 and given.functions == univariate
        if given.save or whole:
            lines = ",\n".join("  " + json.dumps(line) for line in findings)
            path.write_text(f'{{\n "stride": {given.stride},\n "findings": [\n{lines}\n ]\n}}\n', encoding="utf-8")
        return
    print(markdown(json.loads(path.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
