"""What an activation is, how it is declared, and how one is found by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from actlab.catalogue.roles import Parameter, named
from actlab.formula import Expression, FormulaError, derivative, substitute, symbol, symbols_of
from actlab.formula.expression import as_expression, walk
from actlab.formula.primitives import REDUCTIONS


class UnknownActivationError(LookupError):
    """No activation of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Source:
    """Where a function was published."""

    authors: str
    year: int
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.authors} ({self.year})" + (f", {self.reference}" if self.reference else "")


class Faculties(Protocol):
    """What an activation can do once the rooms above the catalogue lend a hand (see `actlab.faculties`)."""

    def compute(self, function: Activation, arrays: Any, parameters: dict[str, Any], axis: int) -> Any:
        """The values."""

    def differentiate(self, function: Activation, arrays: Any, parameters: dict[str, Any]) -> Any:
        """The elementwise derivative, one for each input."""

    def pull_back(
        self,
        activation: Activation,
        arrays: tuple[Any, ...],
        upstream: Any,
        parameters: dict[str, Any],
        axis: int,
    ) -> Any:
        """The gradient of sum(upstream * values), one for each input."""

    def latex(self, function: Activation) -> str:
        """The formula as LaTeX."""

    def properties(self, function: Activation) -> Any:
        """What can be said of the formula."""

    def plot(self, function: Activation) -> Any:
        """A figure of the function and its derivative."""


_faculties: list[Faculties] = []


def lend(faculties: Faculties) -> None:
    """Give activations the abilities of the rooms above the catalogue; called once by `actlab`."""
    _faculties[:] = [faculties]


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

    def __call__(self, *arrays: Any, axis: int = -1, **parameters: Any) -> Any:
        """The value at x: same kind, shape and dtype back.

        Args:
            arrays: A float or floating-point array for each input, any shape. A function of several inputs, such as
                swiglu(gate, value), also takes one array, which it splits into equal parts along `axis`.
            axis: The axis along which softmax adds up and gated functions split; the others ignore it.
            **parameters: Numbers or arrays that broadcast against the input, by name.

        Raises:
            TypeError: for integers, booleans, complex numbers and objects, and for an unknown parameter.
            ValueError: for a parameter outside its domain.
        """
        if any(isinstance(array, Expression) for array in arrays):
            return self._compose(arrays, parameters)
        return self._faculties.compute(self, arrays, self._complete(parameters), axis)

    def derivative(self, *arrays: Any, **parameters: Any) -> Any:
        """The derivative at x, elementwise; for several inputs a tuple with one partial derivative for each.

        Arguments and errors are those of the call; softmax, which works along an axis, has `pullback` instead.
        """
        if not self.elementwise:
            raise TypeError(
                f"{self.name} works along an axis, not number by number; use {self.name}.pullback(x, upstream=…)."
            )
        return self._faculties.differentiate(self, arrays, self._complete(parameters))

    def pullback(self, *arrays: Any, upstream: Any, axis: int = -1, **parameters: Any) -> Any:
        """The gradient of sum(upstream * f(x)) with respect to x; for several inputs a tuple.

        Args:
            arrays: As in the call.
            upstream: The gradient that arrives from above, of the output's shape.
            axis: The axis along which softmax adds up and gated functions split.
            **parameters: As in the call.
        """
        return self._faculties.pull_back(self, arrays, upstream, self._complete(parameters), axis)

    @cached_property
    def elementwise(self) -> bool:
        """Whether every output depends on one element of each input only."""
        return not any(node.word in REDUCTIONS for node in walk(self.formula))

    @property
    def univariate(self) -> bool:
        """Whether it is a function of one number."""
        return self.elementwise and len(self.inputs) == 1

    @cached_property
    def slopes(self) -> tuple[Expression, ...]:
        """The derivative's formula with respect to each input."""
        return tuple(derivative(self.formula, name) for name in self.inputs)

    @property
    def defaults(self) -> dict[str, float]:
        """The default of each parameter by name; for random ones the mean."""
        return {parameter.name: parameter.default for parameter in self.parameters}

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

    @property
    def _faculties(self) -> Faculties:
        assert _faculties, "import actlab, which lends activations their abilities"
        return _faculties[0]

    def _compose(self, operands: tuple[Any, ...], parameters: dict[str, Any]) -> Expression:
        if len(operands) > len(self.inputs) + len(self.parameters) or len(operands) < len(self.inputs):
            raise FormulaError(f"{self.name} takes {len(self.inputs)} input(s), not {len(operands)}.")
        names = (*self.inputs, *(parameter.name for parameter in self.parameters))
        given = {**self._complete(parameters), **dict(zip(names, operands, strict=False))}
        return substitute(self.formula, {name: as_expression(operand) for name, operand in given.items()})

    def _complete(self, given: dict[str, Any]) -> dict[str, Any]:
        """All parameters by name, the given ones checked."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in given.items():
            if name not in known:
                takes = ", ".join(known) or "no parameters"
                raise TypeError(f"{self.name} has no parameter {name!r}; it takes {takes}.")
            if isinstance(value, int | float) and not isinstance(value, bool):
                known[name].check(value, self.name)
        return {**self.defaults, **given}

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return find, (self.name,)


_declared: dict[str, Activation] = {}
_by_name: dict[str, Activation] = {}


def activation(
    family: str, source: Source, *, aliases: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Activation]:
    """Declare an activation: the decorated body runs once, on symbols, and its result is the formula.

    Args:
        family: The family it belongs to, such as "rectified".
        source: Who published it, when and where.
        aliases: Other names under which people look for it.

    Raises:
        FormulaError: if the body does not give a formula, ignores one of its parameters or has no docstring.
        ValueError: if the name is taken.
    """

    def declare(body: Callable[..., Any]) -> Activation:
        name = body.__name__
        inputs, parameters = _signature(body)
        formula = as_expression(body(*(symbol(each) for each in (*inputs, *(p.name for p in parameters)))))
        unused = sorted({*inputs, *(p.name for p in parameters)} - symbols_of(formula))
        if unused:
            raise FormulaError(f"The formula of {name} does not use {', '.join(unused)}; use it or leave it out.")
        if not body.__doc__:
            raise FormulaError(f"{name} has no docstring; say in one sentence what it does.")
        declared = Activation(
            name,
            family,
            source,
            inspect.cleandoc(body.__doc__),
            inputs,
            parameters,
            formula,
            aliases,
            body.__module__,
        )
        _register(declared)
        return declared

    return declare


def _signature(body: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[Parameter, ...]]:
    signature = inspect.signature(body).parameters.values()
    inputs = tuple(each.name for each in signature if each.default is each.empty)
    return inputs, tuple(named(each.name, each.default) for each in signature if each.default is not each.empty)


def _register(declared: Activation) -> None:
    for name in (declared.name, *declared.aliases):
        taken = _by_name.get(_normal(name))
        if taken is not None and (taken.name, taken.module) != (declared.name, declared.module):
            raise ValueError(f"The name {name!r} already belongs to {taken.name}; choose another one.")
    _declared[declared.name] = declared
    for name in (declared.name, *declared.aliases):
        _by_name[_normal(name)] = declared


def _normal(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


def names() -> tuple[str, ...]:
    """The names of all declared activations, in the order of their declaration."""
    return tuple(_declared)


def find(name: str) -> Activation:
    """The activation of that name or alias; capitals, spaces, - and _ do not matter.

    Raises:
        UnknownActivationError: naming the nearest ones.

    >>> from actlab.catalogue import find
    >>> find("Swish").name
    'silu'
    """
    found = _by_name.get(_normal(name))
    if found is not None:
        return found
    import difflib

    close = difflib.get_close_matches(_normal(name), _by_name, n=3, cutoff=0.6)
    nearest = list(dict.fromkeys(_by_name[each].name for each in close))
    hint = f"Did you mean {' or '.join(nearest)}?" if nearest else f"Known are: {', '.join(sorted(_declared))}."
    raise UnknownActivationError(f"There is no activation called {name!r}. {hint}")
