"""Everybody who takes part in the speed benchmark, each library in a process of its own.

A contestant is a call without arguments that computes one result, or a result and then its gradient, both alive at the
end as in a step of training.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

FORWARD, INTO_OUT, BOTH = "forward", "forward into out", "forward and backward"
MODES = (FORWARD, INTO_OUT, BOTH)
ROW = 1024  # elements that softmax adds up
HUGE = 1 << 24  # the largest size
TILE = 1 << 20  # random numbers that are drawn; larger arrays repeat them
COMPILED_BY_TORCH = ("gelu", "silu", "mish", "softplus", "tanh", "tanhshrink", "squareplus", "swiglu")

Call = Callable[[], Any]
Calls = dict[str, Call]


@dataclass(frozen=True)
class Case:
    """One thing to compute: `size` is the number of elements of the result."""

    function: str
    dtype: str
    size: int
    mode: str


@dataclass(frozen=True)
class Bench:
    """A case with its arrays, seen from one library's process."""

    case: Case
    arrays: tuple[np.ndarray, ...]  # the inputs, then what arrives from above

    @property
    def inputs(self) -> tuple[np.ndarray, ...]:
        """All but the last."""
        return self.arrays[:-1]


def bench_of(case: Case) -> Bench:
    """The arrays: standard normal, the same in every process."""
    from actlab import find

    count = len(find(case.function).inputs)
    shape = (max(1, case.size // ROW), min(case.size, ROW)) if case.function == "softmax" else (case.size,)
    arrays = [_numbers(case.dtype, case.size, place).reshape(shape) for place in range(count + 1)]
    return Bench(case, tuple(arrays))


@lru_cache(maxsize=3)
def _numbers(dtype: str, size: int, seed: int) -> np.ndarray:
    """Those of one case serve the next, too: filling large arrays takes longer than what is measured."""
    return np.resize(np.random.default_rng(seed).standard_normal(min(size, TILE)).astype(dtype), size)


class NumPyProcess:
    """actlab on NumPy arrays, and what computes on them too."""

    def calls(self, bench: Bench) -> Calls:
        """The contestants of a case."""
        case, x, upstream = bench.case, bench.inputs, bench.arrays[-1]
        out = np.zeros_like(upstream) if case.mode == INTO_OUT else None
        is_too_long = case.size == HUGE and case.dtype == "float64"
        compares = _is_alone() and not is_too_long
        copies: Calls = {FORWARD: x[0].copy, INTO_OUT: lambda: np.copyto(out, x[0])}
        return _present(
            {
                "actlab": self._actlab(case, x, upstream, out),
                "copy": copies.get(case.mode),
                "traffic": self._traffic(case, x, upstream) if compares else None,
                "NumPy": self._numpy(bench) if compares else None,
                "SciPy": self._scipy(case, x, out) if compares else None,
                "numexpr": None if is_too_long else self._numexpr(bench, out),
            }
        )

    def _actlab(self, case: Case, x: tuple[Any, ...], upstream: Any, out: Any) -> Call:
        from actlab import find

        function = find(case.function)

        def both() -> Any:
            return function(*x), function.pullback(*x, upstream=upstream)

        calls: Calls = {FORWARD: partial(function, *x), INTO_OUT: partial(function, *x, out=out), BOTH: both}
        return calls[case.mode]

    @staticmethod
    def _traffic(case: Case, x: tuple[Any, ...], upstream: Any) -> Call | None:
        """What the memory alone costs: a copy and a product, which read and write as much as a function must."""
        if case.mode != BOTH or len(x) > 1:
            return None
        value, gradient = np.zeros_like(x[0]), np.zeros_like(x[0])
        return lambda: (np.copyto(value, x[0]), np.multiply(x[0], upstream, out=gradient))

    def _numpy(self, bench: Bench) -> Call | None:
        from benchmarks.peers import in_numpy

        return None if bench.case.mode == INTO_OUT else self._written(bench, in_numpy, None)

    def _numexpr(self, bench: Bench, out: Any) -> Call | None:
        from benchmarks.peers import in_numexpr

        return self._written(bench, in_numexpr, out)

    @staticmethod
    def _written(bench: Bench, write: Callable[..., Any], out: Any) -> Call | None:
        from actlab import find
        from benchmarks.peers import EXPRESSIONS

        case, symbols = bench.case, find(bench.case.function).inputs
        value, gradient = EXPRESSIONS.get(case.function, ("", ""))
        forward = write(value, symbols, case.dtype) if value else None
        if forward is None or case.mode != BOTH:
            options = {"out": out} if case.mode == INTO_OUT else {}
            return forward and partial(forward, *bench.inputs, **options)
        backward = write(gradient, (*symbols, "upstream"), case.dtype) if gradient else None
        return backward and (lambda: (forward(*bench.inputs), backward(*bench.arrays)))

    @staticmethod
    def _scipy(case: Case, x: tuple[Any, ...], out: Any) -> Call | None:
        from benchmarks.peers import scipy_functions

        function = scipy_functions().get(case.function)
        if function is None or case.mode == BOTH or (case.mode == INTO_OUT and not isinstance(function, np.ufunc)):
            return None
        return partial(function, *x, out=out) if case.mode == INTO_OUT else partial(function, *x)


class TorchProcess:
    """PyTorch in eager mode and compiled, and actlab on its tensors."""

    def __init__(self, huge_pages: bool = False) -> None:
        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        self.huge_pages = huge_pages
        self.compiled: dict[tuple[str, str, int, bool], Any] = {}

    def calls(self, bench: Bench) -> Calls:
        """The contestants of a case."""
        import torch

        from actlab import find
        from benchmarks.peers import torch_composed, torch_own

        case = bench.case
        tensors = [torch.from_numpy(each) for each in bench.arrays]
        function = {**torch_composed(), **torch_own()}[case.function]
        if case.mode == BOTH:
            tensors = [each.requires_grad_() for each in tensors[:-1]] + tensors[-1:]
        given = tensors
        if case.function == "glu":
            given = [torch.cat([each.detach() for each in tensors[:-1]]).requires_grad_(case.mode == BOTH), tensors[-1]]
        if self.huge_pages:
            return _present({"torch, huge pages": self._call(case, function, given)})
        return _present(
            {
                "torch": self._call(case, function, given),
                "torch.compile": self._compiled(case, function, given),
                "actlab in torch": None if case.mode == INTO_OUT else self._call(case, find(case.function), tensors),
            }
        )

    @staticmethod
    def _call(case: Case, function: Callable[..., Any], tensors: list[Any]) -> Call | None:
        import torch

        from benchmarks.peers import torch_into

        *x, upstream = tensors
        if case.mode == FORWARD:
            return partial(function, *x)
        if case.mode == INTO_OUT:
            write = torch_into(case.function)
            return write and partial(write, *x, out=torch.zeros_like(upstream))

        def both() -> Any:
            for leaf in x:
                leaf.grad = None
            y = function(*x)
            y.backward(upstream)
            return y

        return None if case.function == "step" and function is not _ours(case) else both

    def _compiled(self, case: Case, function: Callable[..., Any], tensors: list[Any]) -> Call | None:
        import torch

        if case.function not in COMPILED_BY_TORCH or case.dtype != "float32" or case.mode == INTO_OUT:
            return None
        key = (case.function, case.dtype, case.size, case.mode == BOTH)
        if key not in self.compiled:
            torch._dynamo.reset()
            self.compiled[key] = torch.compile(function, dynamic=False)
        return self._call(case, self.compiled[key], tensors)


class JAXProcess:
    """jax.jit on the processor; the forward and backward pass as one compiled function."""

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_enable_x64", True)
        self.placed: dict[tuple[int, ...], Any] = {}

    def _there(self, array: np.ndarray) -> Any:
        """JAX's copy of an array; of the arrays of one case the next one is computed, too."""
        import jax

        key = (array.ctypes.data, *array.shape)
        if key not in self.placed:
            if len(self.placed) > 3:
                self.placed.clear()
            self.placed[key] = (array, jax.device_put(array))  # an address belongs to what is alive
        return self.placed[key][1]

    def calls(self, bench: Bench) -> Calls:
        """The contestant of a case."""
        import jax

        from benchmarks.peers import jax_composed, jax_own

        function = {**jax_composed(), **jax_own()}[bench.case.function]
        *x, upstream = [self._there(each) for each in bench.arrays]

        def both(*arrays: Any) -> Any:
            values, pull = jax.vjp(function, *arrays[:-1])
            return values, pull(arrays[-1])

        if bench.case.mode == INTO_OUT:
            return {}
        compiled = jax.jit(both if bench.case.mode == BOTH else function)
        given = (*x, upstream) if bench.case.mode == BOTH else tuple(x)
        return {"jax.jit": lambda: jax.block_until_ready(compiled(*given))}


PROCESSES: dict[str, tuple[Callable[[], Any], dict[str, str]]] = {
    "numpy": (NumPyProcess, {}),
    "torch": (TorchProcess, {}),
    "torch with huge pages": (partial(TorchProcess, huge_pages=True), {"THP_MEM_ALLOC_ENABLE": "1"}),
    "jax": (JAXProcess, {}),
}


def _ours(case: Case) -> Any:
    from actlab import find

    return find(case.function)


def _present(calls: dict[str, Call | None]) -> Calls:
    return {name: call for name, call in calls.items() if call is not None}


def _is_alone() -> bool:
    """NumPy and SciPy have one thread however many there are, so they are timed where everybody has one."""
    return os.environ["OMP_NUM_THREADS"] == "1"
