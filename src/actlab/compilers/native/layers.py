"""A layer's kernels for the training loop: bias, activation and slope in one pass, and the gradient of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from llvmlite import ir

from actlab.catalogue import Activation
from actlab.compilers.native.loops import (
    POINTER,
    SIZE,
    STORAGES,
    Storage,
    counted,
    load,
    new_function,
    precision_of,
    store,
)
from actlab.compilers.native.machine import addresses, new_module
from actlab.compilers.native.values import Value
from actlab.compilers.native.writer import whole, write
from actlab.formula import Expression, derivative

Dtype = Literal["float32", "float64"]
DOUBLE = STORAGES["float64"]


@dataclass(frozen=True)
class LayerKernels:
    """Addresses of C functions over arrays of one float type T; each is compiled when it is first asked for.

    `parameters` holds the fixed and learned parameters in the order of their declaration; `noise` one number
    in [0, 1) for each element, from which random parameters are drawn. Either may be a null pointer where
    there are none. Arrays are C-contiguous and do not overlap.
    """

    activation: Activation
    dtype: Dtype

    @cached_property
    def forward(self) -> int:
        """void(T* z, T* bias, T* noise, T* parameters, T* out, T* slope, int64 rows, int64 columns).

        Adds the bias to each row of z in place (a null pointer adds none), then out = f(z) and slope = f'(z).
        """
        return self._compiled("forward", 6, 2, self._write_forward)

    @cached_property
    def parameter_gradient(self) -> int:
        """void(T* z, T* noise, T* upstream, T* parameters, double* gradient, int64 n).

        Adds to gradient[k] the sum of upstream times the derivative in learned parameter k. The address is 0
        where no parameter is learned.
        """
        if not any(each.role == "learned" for each in self.activation.parameters):
            return 0
        return self._compiled("parameter_gradient", 5, 1, self._write_gradient)

    @cached_property
    def value(self) -> int:
        """void(T* x, T* noise, T* parameters, T* out, int64 n): out = f(x)."""
        return self._compiled("value", 4, 1, self._write_value)

    @property
    def _storage(self) -> Storage:
        return STORAGES[self.dtype]

    def _compiled(self, name: str, pointers: int, sizes: int, write_body: Any) -> int:
        module = new_module(self.activation.name)
        function, builder = new_function(module, name, [POINTER] * pointers + [SIZE] * sizes, internal=False)
        for argument in function.args[:pointers]:
            argument.add_attribute("noalias")
        write_body(builder, *function.args)
        builder.ret_void()
        return addresses(module, [name])[0]

    def _write_forward(
        self, builder: Any, z: Any, bias: Any, noise: Any, parameters: Any, out: Any, slope: Any, *shape: Any
    ) -> None:
        rows, columns = shape
        numbers = self._parameters(builder, parameters)
        with (
            builder.if_then(builder.icmp_unsigned("!=", bias, ir.Constant(POINTER, None))),
            counted(builder, rows) as row,
            counted(builder, columns) as column,
        ):
            place = builder.add(builder.mul(row, columns), column)
            moved = load(builder, self._storage, z, place) + load(builder, self._storage, bias, column)
            store(builder, self._storage, moved, z, place)
        both = (self.activation.formula, *self.activation.slopes)
        # One long loop: a short one for each row would waste wide registers.
        with counted(builder, builder.mul(rows, columns)) as place:
            results = self._results(builder, both, z, noise, numbers, place)
            for result, target in zip(results, (out, slope), strict=True):
                store(builder, self._storage, result, target, place)

    def _write_value(self, builder: Any, x: Any, noise: Any, parameters: Any, out: Any, count: Any) -> None:
        numbers = self._parameters(builder, parameters)
        with counted(builder, count) as place:
            (result,) = self._results(builder, (self.activation.formula,), x, noise, numbers, place)
            store(builder, self._storage, result, out, place)

    def _write_gradient(
        self, builder: Any, z: Any, noise: Any, upstream: Any, parameters: Any, gradient: Any, count: Any
    ) -> None:
        numbers = self._parameters(builder, parameters)
        learned = [each.name for each in self.activation.parameters if each.role == "learned"]
        slopes = tuple(derivative(self.activation.formula, name) for name in learned)
        totals = [load(builder, DOUBLE, gradient, SIZE(k)).content for k in range(len(learned))]
        with counted(builder, count, carried=totals) as (place, sums):
            arriving = load(builder, self._storage, upstream, place)
            results = self._results(builder, slopes, z, noise, numbers, place)
            for k, result in enumerate(results):
                sums[k] = accumulated(builder, sums[k], arriving * result)
        for k, total in enumerate(sums):
            builder.store(total, builder.gep(gradient, [SIZE(k)], source_etype=DOUBLE.type))

    def _parameters(self, builder: Any, pointer: Any) -> list[Value]:
        given = [each for each in self.activation.parameters if each.role != "random"]
        return [load(builder, self._storage, pointer, SIZE(k)) for k in range(len(given))]

    def _results(
        self, builder: Any, formulas: Sequence[Expression], x: Any, noise: Any, given: Sequence[Value], place: Any
    ) -> list[Value]:
        (name,) = self.activation.inputs
        values = {name: load(builder, self._storage, x, place)}
        numbers = iter(given)
        for each in self.activation.parameters:
            if each.role == "random":
                values[each.name] = load(builder, self._storage, noise, place) * (each.high - each.low) + each.low
            else:
                values[each.name] = next(numbers)
        return write([whole(formula, self.activation, precision_of(self._storage)) for formula in formulas], values)


@cache
def layer_kernels(activation: Activation, dtype: Dtype = "float32") -> LayerKernels:
    """The kernels of an elementwise activation of one input.

    Raises:
        TypeError: for gated functions and those that work along an axis.
        ValueError: for another dtype than float32 and float64.
    """
    if dtype not in ("float32", "float64"):
        raise ValueError(f'Kernels exist for float32 and float64, not for {dtype!r}; write dtype="float32".')
    if not activation.univariate:
        why = "works along an axis" if not activation.elementwise else f"has {len(activation.inputs)} inputs"
        raise TypeError(
            f"{activation.name} {why}, and a layer's kernel takes elementwise functions of one input; "
            f"choose one such as relu, or use NumPy's {activation.name}(x)."
        )
    return LayerKernels(activation, dtype)


def accumulated(builder: Any, total: Any, value: Value) -> Any:
    """total + value in double precision, in any order: otherwise the loop could not be vectorised."""
    wide = value.content if value.content.type == DOUBLE.type else builder.fpext(value.content, DOUBLE.type)
    return builder.fadd(total, wide, flags=("reassoc",))
