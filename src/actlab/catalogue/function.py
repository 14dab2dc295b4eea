"""What an activation is: a formula with a name, which composes on symbols and computes on arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pickle import PicklingError
from typing import Any, Protocol

from actlab.catalogue.roles import Parameter
from actlab.formula import Expression, FormulaError, derivative, substitute
from actlab.formula.expression import as_expression, walk
from actlab.formula.primitives import REDUCTIONS


@dataclass(frozen=True)
class Source:
    """Where a function was published."""

    authors: str
    year: int
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.authors} ({self.year})" + (f", {self.reference}" if self.reference else "")


class Faculties(Protocol):
    """What an activation can do once the rooms above the catalogue lend a hand (`lend` hands it over)."""

    def compute(self, function: Activation, arrays: Any, parameters: dict[str, Any], axis: int, out: Any) -> Any:
        """The values."""

    def differentiate(self, function: Activation, arrays: Any, parameters: dict[str, Any], out: Any) -> Any:
        """The elementwise derivative, one for each input."""

    def value_and_derivative(self, function: Activation, arrays: Any, parameters: dict[str, Any], out: Any) -> Any:
        """A tuple of the values and of the derivative, one for each input."""

    def pull_back(
        self,
        function: Activation,
        arrays: Any,
        upstream: Any,
        parameters: dict[str, Any],
        axis: int,
        wrt: tuple[str, ...] | None,
    ) -> Any:
        """The gradient of sum(upstream * values), one for each input or each name in `wrt`."""

    def torch(self, function: Activation, features: int | None, axis: int, parameters: dict[str, Any]) -> Any:
        """A torch.nn.Module."""

    def keras(self, function: Activation, features: int | None, axis: int, parameters: dict[str, Any]) -> Any:
        """A callable for Keras layers."""

    def onnx(self, function: Activation, dtype: str, axis: int | None, options: dict[str, Any]) -> Any:
        """An ONNX model."""

    def latex(self, function: Activation) -> str:
        """The formula as LaTeX."""

    def properties(self, function: Activation) -> Any:
        """What can be said of the formula."""

    def plot(self, function: Activation) -> Any:
        """A figure of the function and its derivative."""

    def reserved(self) -> frozenset[str]:
        """Names that belong to the package itself, so that no activation may take them."""


_faculties: list[Faculties] = []


def lend(faculties: Faculties) -> None:
    """Give activations the abilities of the rooms above the catalogue; called once by `actlab`."""
    _faculties[:] = [faculties]


def reserved_names() -> frozenset[str]:
    """Names that no activation may take; none while the catalogue itself is being declared."""
    return _faculties[0].reserved() if _faculties else frozenset()


@dataclass(frozen=True, eq=False)
class Activation:
    """An activation function, declared once: calling it on symbols composes, on arrays computes.

    >>> import actlab
    >>> actlab.relu(-2.0), actlab.leaky_relu(-2.0, slope=0.1)
    (0.0, -0.2)
    """

    name: str
    family: str
    source: Source
    doc: str
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    formula: Expression
    aliases: tuple[str, ...] = ()
    module: str = field(default="", repr=False)
    elementwise: bool = field(init=False, repr=False)
    """Whether every output depends on one element of each input only."""
    defaults: dict[str, float] = field(init=False, repr=False)
    """The default of each parameter by name; for random ones the mean."""
    shortcuts: dict[type, Any] = field(init=False, repr=False)
    """By the kind of array, what needs no check any more; kept here by the rooms above."""

    def __post_init__(self) -> None:
        # At birth, since torch.compile cannot read through the lock of a cached property.
        reduces = any(node.word in REDUCTIONS for node in walk(self.formula))
        object.__setattr__(self, "elementwise", not reduces)
        object.__setattr__(self, "defaults", {each.name: each.default for each in self.parameters})
        object.__setattr__(self, "shortcuts", {})

    def __call__(self, *arrays: Any, axis: int = -1, out: Any = None, **parameters: Any) -> Any:
        """The value at x: same kind, shape and dtype back.

        Args:
            arrays: A float, NumPy array, PyTorch tensor or JAX array of floats for each input, any shape. A function
                of several inputs, such as swiglu(gate, value), also takes one array, which it splits into equal parts
                along `axis`.
            axis: The axis along which softmax adds up and gated functions split; for the others it changes nothing,
                but must be an axis of the input.
            out: A NumPy array of the result's shape and dtype, which the values are written into and which is given
                back; it may be the input itself.
            **parameters: Numbers or arrays that broadcast against the input, by name.

        Raises:
            TypeError: for integers, booleans, complex numbers and objects, and for an unknown parameter.
            ValueError: for a parameter outside its domain.
        """
        short = self.shortcuts.get(type(arrays[0])) if arrays else None
        if short is not None and (found := short.value(arrays, parameters, axis, out)) is not None:
            return found
        for array in arrays:
            if isinstance(array, Expression):
                return self._compose(arrays, parameters)
        return self._faculties.compute(self, arrays, self._complete(parameters), axis, out)

    def derivative(self, *arrays: Any, out: Any = None, **parameters: Any) -> Any:
        """The derivative at x, elementwise; for several inputs a tuple with one partial derivative for each.

        >>> import actlab, numpy as np
        >>> actlab.relu.derivative(np.array([-2.0, 3.0]))
        array([0., 1.])

        Arguments and errors are those of the call, but `out` is a tuple where there are several results. softmax,
        which works along an axis, has `pullback` instead.
        """
        short = self.shortcuts.get(type(arrays[0])) if arrays else None
        if short is not None and (found := short.derivative(arrays, parameters, -1, out)) is not None:
            return found
        self._check_elementwise()
        return self._faculties.differentiate(self, arrays, self._complete(parameters), out)

    def value_and_derivative(self, *arrays: Any, out: Any = None, **parameters: Any) -> Any:
        """The value and the derivative at x, on NumPy arrays in one pass: a tuple of f(x) and one slope for each input.

        >>> import actlab, numpy as np
        >>> actlab.relu.value_and_derivative(np.array([-2.0, 3.0]))
        (array([0., 3.]), array([0., 1.]))

        Arguments and errors are those of `derivative`; `out` is a tuple of as many NumPy arrays.
        """
        short = self.shortcuts.get(type(arrays[0])) if arrays else None
        if short is not None and (found := short.value_and_derivative(arrays, parameters, -1, out)) is not None:
            return found
        self._check_elementwise()
        return self._faculties.value_and_derivative(self, arrays, self._complete(parameters), out)

    def pullback(
        self,
        *arrays: Any,
        upstream: Any = None,
        axis: int = -1,
        wrt: str | Sequence[str] | None = None,
        **parameters: Any,
    ) -> Any:
        """The gradient of sum(upstream * f(x)) with respect to x; for several inputs a tuple.

        >>> import actlab, numpy as np
        >>> x, upstream = np.array([-2.0, -1.0, 3.0]), np.ones(3)
        >>> actlab.prelu.pullback(x, upstream=upstream, wrt=("x", "slope"))
        (array([0.25, 0.25, 1.  ]), array(-3.))

        Args:
            arrays: As in the call.
            upstream: The gradient that arrives from above, of the output's shape; it must be given.
            axis: The axis along which softmax adds up and gated functions split.
            wrt: The names of inputs and learned parameters whose gradients are wanted, in this order, from NumPy
                arrays; all inputs by default. A parameter's gradient has its shape.
            **parameters: As in the call.

        Raises:
            TypeError: without an upstream, and as in the call.
            ValueError: for an upstream of another shape, and as in the call.
        """
        short = self.shortcuts.get(type(arrays[0])) if arrays and wrt is None else None
        if short is not None and (found := short.pullback(arrays, upstream, parameters, axis)) is not None:
            return found
        if upstream is None:
            given = ", ".join(self.inputs)
            raise TypeError(
                f"{self.name}.pullback needs an upstream, the gradient that arrives from above; "
                f"write {self.name}.pullback({given}, upstream=np.ones_like({self.inputs[0]}))."
            )
        names = wrt if wrt is None else tuple(wrt) if isinstance(wrt, list | tuple) else (wrt,)
        return self._faculties.pull_back(self, arrays, upstream, self._complete(parameters), axis, names)

    def torch(self, features: int | None = None, axis: int = -1, **parameters: float) -> Any:
        """A torch.nn.Module of this function; needs the extra torch.

        Args:
            features: Learned parameters, one a feature, as in torch.nn.PReLU; by default one for all.
            axis: The axis along which softmax adds up and gated functions split.
            **parameters: Numbers for fixed parameters, and where learned ones start.
        """
        return self._faculties.torch(self, features, axis, self._given(parameters))

    def keras(self, features: int | None = None, axis: int = -1, **parameters: float) -> Any:
        """A callable for `activation=` of Keras layers, which saves and loads with the model; needs the extra keras.

        Where parameters are learned or drawn at random, it is a keras.layers.Layer. Arguments are those of `torch`.
        """
        return self._faculties.keras(self, features, axis, self._given(parameters))

    def onnx(self, dtype: str = "float32", axis: int | None = -1, **options: Any) -> Any:
        """An ONNX model of this function, made of standard operators; needs the extra onnx.

        Args:
            dtype: float16, bfloat16, float32 or float64.
            axis: The axis along which softmax adds up and gated functions split; None for several inputs.
            **options: `shape`, `opset` and parameters, as in `actlab.compilers.onnx.model`.
        """
        return self._faculties.onnx(self, dtype, axis, options)

    @property
    def univariate(self) -> bool:
        """Whether it is a function of one number."""
        return self.elementwise and len(self.inputs) == 1

    @cached_property
    def slopes(self) -> tuple[Expression, ...]:
        """The derivative's formula with respect to each input."""
        return tuple(derivative(self.formula, name) for name in self.inputs)

    @property
    def summary(self) -> str:
        """The first sentence of the text."""
        return self.doc.split("\n\n")[0].replace("\n", " ")

    @property
    def latex(self) -> str:
        """The formula as LaTeX."""
        return self._faculties.latex(self)

    @property
    def properties(self) -> Any:
        """Range, monotony, kinks, gain and more, each proved or sampled."""
        return self._faculties.properties(self)

    def plot(self) -> Any:
        """A picture of the function and its derivative: it shows itself in a notebook and has save(path)."""
        return self._faculties.plot(self)

    def _check_elementwise(self) -> None:
        if not self.elementwise:
            raise TypeError(
                f"{self.name} works along an axis, not number by number; use {self.name}.pullback(x, upstream=…)."
            )

    @property
    def _faculties(self) -> Faculties:
        assert len(_faculties) == 1, "import actlab, which lends activations their abilities"
        return _faculties[0]

    def _compose(self, operands: tuple[Any, ...], parameters: dict[str, Any]) -> Expression:
        if len(operands) > len(self.inputs) + len(self.parameters) or len(operands) < len(self.inputs):
            raise FormulaError(f"{self.name} takes {len(self.inputs)} input(s), not {len(operands)}.")
        names = (*self.inputs, *(parameter.name for parameter in self.parameters))
        given = {**self._complete(parameters), **dict(zip(names, operands, strict=False))}
        formulas = {name: as_expression(operand) for name, operand in given.items()}
        for parameter in self.parameters:
            if formulas[parameter.name].is_constant:
                parameter.check(float(formulas[parameter.name].value), self.name)
        return substitute(self.formula, formulas)

    def _complete(self, given: dict[str, Any]) -> dict[str, Any]:
        """All parameters by name, those that were given and the defaults of the others."""
        return {**self.defaults, **self._given(given)} if given else self.defaults

    def _given(self, given: dict[str, Any]) -> dict[str, Any]:
        for name in given:
            if name not in self.defaults:
                takes = ", ".join(self.defaults) or "no parameters"
                raise TypeError(f"{self.name} has no parameter {name!r}; it takes {takes}.")
        return given

    def __copy__(self) -> Activation:
        return self

    def __deepcopy__(self, _memory: dict[int, Any]) -> Activation:
        return self

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        from actlab.catalogue.activation import find, names, redeclared

        if self.name not in names() or find(self.name) is not self:
            raise PicklingError(
                f"This {self.name} is not the one declared under that name, and what a pickle brings back is; "
                f"declare it again, or under another name."
            )
        if self.module.startswith("actlab."):
            return find, (self.name,)
        # A worker process has not run the code that declares a person's own.
        own = self.inputs, self.parameters, self.formula, self.aliases, self.module
        return redeclared, (self.name, self.family, self.source, self.doc, *own)
