"""What is computed in one pass: the formulas of an activation, of its gradients, or of theirs in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import add
from typing import Any, Literal

from actlab.catalogue import Activation, Parameter
from actlab.compilers.ends import whole
from actlab.compilers.precision import Precision
from actlab.compilers.torch.words import Words, written
from actlab.formula import Expression, constant, depends_on, derivative, pullback, scaled, substitute, symbol

What = Literal["value", "derivative", "pullback"]


@dataclass(frozen=True, eq=False)
class Calculation:
    """Formulas of the same tensors, made one after another from the first: gradients, and gradients of gradients.

    Args:
        activation: Whose formulas they are.
        outputs: One formula a result.
        arriving: Symbols beside the inputs and parameters, in each of which the outputs are linear: what autograd
            brings from above or, in forward mode, from below.
        parameters: The parameters that have not become plain numbers in the formulas.
        axis: Along which softmax and its like add up.
        what: Which of the first calculations it is, for which NumPy's arrays have kernels too.
        precise: Which outputs keep the digits that are computed with, because they will be added up.
    """

    activation: Activation
    outputs: tuple[Expression, ...]
    arriving: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    axis: int = -1
    what: What | None = None
    precise: tuple[bool, ...] = ()
    arrays: tuple[str, ...] = field(init=False)  # what has the shape of the result, or is stretched to it
    symbols: tuple[str, ...] = field(init=False)  # all that it is computed from, in order: arrays, parameters
    made: dict[Any, Any] = field(default_factory=dict, repr=False)  # what was derived from it

    def __post_init__(self) -> None:
        arrays = (*self.activation.inputs, *self.arriving)
        object.__setattr__(self, "arrays", arrays)
        object.__setattr__(self, "symbols", (*arrays, *(each.name for each in self.parameters)))

    def gradients(self, needed: tuple[bool, ...]) -> Calculation:
        """The gradient of the sum of all outputs, each times what arrives at it, in each symbol where it is needed."""
        return self.made.get(needed) or self.once(needed, lambda: self._gradients(needed))

    def tangents(self, moved: tuple[str, ...]) -> Calculation:
        """How fast each output moves when the symbols move, each as fast as what arrives for it."""
        return self.once(("tangents", moved), lambda: self._tangents(moved))

    def with_numbers(self, numbers: tuple[tuple[str, float], ...]) -> Calculation:
        """The same with some parameters written into the formulas as plain numbers."""
        if len(self.made) > 1000:  # somebody tries many numbers: old ones are not worth the memory
            self.made.clear()
        return self.once(("numbers", numbers), lambda: self._with_numbers(dict(numbers))) if numbers else self

    def words(self, precision: Precision) -> Words:
        """A function of torch words, of one tensor a symbol."""
        return self.once(("words", precision), lambda: self._words(precision))

    def kernel(self, dtype: str) -> Any:
        """A NumPy ufunc, or a function of `axis`, of one array a symbol; None for what has words only."""
        return self.made[dtype] if dtype in self.made else self.once(dtype, lambda: self._kernel(dtype))

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What was made for a key, or is made now."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def _gradients(self, needed: tuple[bool, ...]) -> Calculation:
        wanted = tuple(name for name, need in zip(self.symbols, needed, strict=True) if need)
        names = tuple(f"upstream {len(self.arriving) + place}" for place in range(len(self.outputs)))
        pairs = list(zip(names, self.outputs, strict=True))
        if self.activation.elementwise:
            found = tuple(reduce(add, (scaled(derivative(o, name), symbol(up)) for up, o in pairs)) for name in wanted)
        else:
            total = reduce(add, (symbol(up) * output for up, output in pairs))
            one = {"one": constant(1)}
            found = tuple(substitute(each, one) for each in pullback(total, wanted, upstream="one"))
        is_first = self.what == "value" and wanted == self.activation.inputs
        what: What | None = "pullback" if is_first else None
        precise = tuple(name not in self.arrays for name in wanted)
        return Calculation(self.activation, found, self.arriving + names, self.parameters, self.axis, what, precise)

    def _tangents(self, moved: tuple[str, ...]) -> Calculation:
        names = tuple(f"tangent {len(self.arriving) + place}" for place in range(len(moved)))
        pairs = list(zip(names, moved, strict=True))
        found = tuple(
            reduce(add, (symbol(tangent) * derivative(output, name) for tangent, name in pairs))
            for output in self.outputs
        )
        return Calculation(self.activation, found, self.arriving + names, self.parameters, self.axis)

    def _with_numbers(self, numbers: dict[str, float]) -> Calculation:
        constants = {name: constant(number) for name, number in numbers.items()}
        outputs = tuple(substitute(output, constants) for output in self.outputs)
        kept = tuple(each for each in self.parameters if each.name not in numbers)
        return Calculation(self.activation, outputs, self.arriving, kept, self.axis, None, self.precise)

    def _words(self, precision: Precision) -> Words:
        outputs = [self._finished(output, precision) for output in self.outputs]
        return written(outputs, self.symbols, precision, self.axis)

    def _finished(self, output: Expression, precision: Precision) -> Expression:
        """The formula with its limits: an infinity may arrive as well, and is then multiplied by the limit."""
        if not self.activation.elementwise:
            return output
        for name in reversed(self.arriving):
            if depends_on(output, name):
                share = scaled(self._finished(derivative(output, name), precision), symbol(name))
                others = substitute(output, {name: constant(0)})
                return share if others.is_number(0) else share + self._finished(others, precision)
        return whole(output, self.activation, precision)

    def _kernel(self, dtype: str) -> Any:
        from actlab.compilers.native import rows, ufuncs

        if self.what is not None and not self.activation.elementwise:
            return getattr(rows, self.what)(self.activation, dtype)
        if self.what is not None:
            return getattr(ufuncs, self.what)(self.activation, dtype)
        if not self.activation.elementwise:
            return None
        precision: Precision = "double" if dtype == "float64" else "single"
        outputs = tuple(self._finished(output, precision) for output in self.outputs)
        return ufuncs.elementwise(self.activation.name, outputs, self.arrays, self.parameters, dtype)


@cache
def calculation(activation: Activation, what: What, axis: int = -1) -> Calculation:
    """The values of an activation, its derivatives, or its gradients times what arrives from above."""
    if what == "pullback":
        value = calculation(activation, "value", axis)
        return value.gradients((True,) * len(activation.inputs) + (False,) * len(activation.parameters))
    outputs = activation.slopes if what == "derivative" else (activation.formula,)
    return Calculation(activation, outputs, (), activation.parameters, axis, what)
