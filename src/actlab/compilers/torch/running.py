"""One calculation on tensors: by a fused kernel on the processor, by plain torch words anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from actlab.compilers.shortcuts import LONG
from actlab.compilers.torch.calculations import Calculation

DTYPES = {
    torch.float32: "float32",
    torch.float64: "float64",
    torch.bfloat16: "bfloat16",
    torch.float16: "float16",
}
PLAIN = (Tensor, torch.nn.Parameter)  # other subclasses may hold no numbers of their own


@dataclass(frozen=True)
class Draw:
    """Random numbers, one an element, that can be drawn again: a seed takes less memory than they do."""

    seed: int
    low: float
    high: float

    def like(self, tensor: Tensor) -> Tensor:
        """The numbers, of the shape and dtype of a tensor on the processor."""
        generator = torch.Generator().manual_seed(self.seed)
        return torch.empty_like(tensor, requires_grad=False).uniform_(self.low, self.high, generator=generator)


Value = Tensor | float | Draw  # of a symbol: parameters may be plain numbers, or random ones


def run(calculation: Calculation, values: Sequence[Value]) -> tuple[Tensor, ...]:
    """The results, of the inputs' common dtype and of the shape of all arrays; autograd is not told."""
    if len(values) > (count := len(calculation.arrays)):
        drawn = [value.like(values[0]) if isinstance(value, Draw) else value for value in values[count:]]  # type: ignore[arg-type]  # arrays are tensors
        values = [*values[:count], *drawn]
    return _by_kernel(calculation, values, count) or by_words(*without_numbers(calculation, values))


def by_words(calculation: Calculation, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The results by plain torch words; float16 and bfloat16 are computed in float32 and rounded once."""
    arrays = tensors[: len(calculation.arrays)]
    dtype = common_dtype(calculation, arrays)
    computed = torch.float64 if dtype == torch.float64 else torch.float32
    wide = [tensor if tensor.dtype == computed else tensor.to(computed) for tensor in tensors]
    results = calculation.words("double" if dtype == torch.float64 else "single")(*wide)
    dtypes = [computed if precise else dtype for precise in calculation.precise] or [dtype] * len(results)
    pairs = zip(results, dtypes, strict=True)
    return tuple(_finished(result, arrays, own, any(result is each for each in tensors)) for result, own in pairs)


def without_numbers(calculation: Calculation, values: Sequence[Any]) -> tuple[Calculation, list[Tensor]]:
    """The calculation with its plain numbers written into the formulas, and the tensors that are left."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) == len(values):
        return calculation, tensors
    named = zip(calculation.symbols, values, strict=True)
    return calculation.with_numbers(tuple((name, v) for name, v in named if not isinstance(v, Tensor))), tensors


def common_dtype(calculation: Calculation, arrays: Sequence[Tensor]) -> torch.dtype:
    """The dtype of the results: that of the inputs, whatever the parameters and what arrives."""
    dtype = arrays[0].dtype
    if len(calculation.activation.inputs) > 1:
        for other in arrays[1 : len(calculation.activation.inputs)]:
            dtype = torch.promote_types(dtype, other.dtype)
    return dtype


def are_here(arrays: Sequence[Tensor]) -> bool:
    """Whether all numbers lie in this process's memory, where a kernel can read them."""
    if torch._C._len_torch_dispatch_stack():  # somebody watches the operators, or holds back the memory
        return False
    return all(type(each) in PLAIN and each.is_cpu and not each.is_neg() for each in arrays)


def to_numpy(tensor: Tensor, dtype: torch.dtype) -> Any:
    """The tensor's own memory if it has the dtype; bfloat16 as its bits."""
    if tensor.dtype != dtype:
        tensor = tensor.to(dtype)
    if tensor.requires_grad:
        tensor = tensor.detach()
    if dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(np.uint16)
    return tensor.numpy()


def from_numpy(array: Any, dtype: torch.dtype) -> Tensor:
    """NumPy's memory as it is: large arrays of its own lie on huge pages, torch's do not."""
    if type(array) is not np.ndarray:
        array = np.asarray(array)
    if dtype == torch.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(dtype)
    return torch.from_numpy(array)


def numbers_for_kernels(parameters: Sequence[Tensor | float], dtype: torch.dtype) -> list[Any]:
    """Parameters in the dtype that is computed in."""
    wide, number = (torch.float64, np.float64) if dtype == torch.float64 else (torch.float32, np.float32)
    return [to_numpy(each, wide) if isinstance(each, Tensor) else number(each) for each in parameters]


def called(kernel: Any, given: Sequence[Any], count: int = 1, axis: int | None = None) -> Any:
    """What a kernel gives for arrays, of which the first `count` are no parameters; with an axis a kernel of rows.

    Long ones are shared out to threads, and large results lie in memory that others have left.
    """
    if given[0].size >= LONG or given[count - 1].size >= LONG:
        from actlab.compilers.native import memory

        start_threads()
        return memory.called(kernel, given, axis)
    return kernel(*given) if axis is None else kernel(*given, axis=axis)


def start_threads() -> None:
    """Look for the pool that long arrays are shared out to."""
    from actlab.compilers.native import threads

    threads.start()


def _by_kernel(calculation: Calculation, values: Sequence[Any], count: int) -> tuple[Tensor, ...] | None:
    """The results by a kernel; None where none can run. Loops are written out: a small tensor costs a few µs."""
    if torch._C._len_torch_dispatch_stack():  # somebody watches the operators, or holds back the memory
        return None
    dtype = common_dtype(calculation, values)
    kernel = calculation.kernel(DTYPES[dtype])
    if kernel is None:
        return None
    given = []
    for place in range(count):
        tensor = values[place]
        if type(tensor) not in PLAIN or not tensor.is_cpu or tensor.is_neg():
            return None
        given.append(to_numpy(tensor, dtype))
    if len(values) > count:
        given += numbers_for_kernels(values[count:], dtype)
    results = called(kernel, given, count, None if calculation.activation.elementwise else calculation.axis)
    if type(results) is tuple:
        return tuple([from_numpy(each, dtype) for each in results])
    return (from_numpy(results, dtype),)


def _finished(result: Tensor | float, arrays: Sequence[Tensor], dtype: torch.dtype, is_given: bool) -> Tensor:
    """The result in its dtype and shape, and in memory of its own."""
    shape = arrays[0].shape
    if len(arrays) > 1 and any(each.shape != shape for each in arrays[1:]):
        shape = torch.broadcast_shapes(*(each.shape for each in arrays))
    if not isinstance(result, Tensor):
        return torch.full(shape, result, dtype=dtype, device=arrays[0].device)
    if len(arrays) > 1 and result.shape != shape:
        result = result.expand(shape)
    if result.dtype != dtype:
        return result.to(dtype)
    return result.clone() if is_given else result
