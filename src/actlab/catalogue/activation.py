"""How an activation is declared, and how one is found by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from actlab.catalogue.function import Activation, Source, reserved_names
from actlab.catalogue.roles import Parameter, named
from actlab.formula import Expression, FormulaError, symbol, symbols_of
from actlab.formula.expression import CONDITIONS, as_expression, walk

# Of the call, the derivative, the pullback, and what makes modules and models.
OWN_ARGUMENTS = ("self", "axis", "out", "upstream", "wrt", "features", "dtype", "shape", "opset")
LOGIC = ("logical_and", "logical_or", "logical_not")


class UnknownActivationError(LookupError):
    """No activation of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


_declared: dict[str, Activation] = {}
_by_name: dict[str, Activation] = {}


def activation(
    family: str, source: Source, *, aliases: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], Activation]:
    """Declare an activation: the decorated body runs once, on symbols, and its result is the formula.

    Args:
        family: The family it belongs to, such as "rectified".
        source: Who published it, when and where.
        aliases: Other names under which people look for it.

    Raises:
        FormulaError: if the body does not give a number, ignores one of its parameters, has no docstring, takes no
            input, or has an argument that activations cannot have.
        TypeError: if the source or the aliases are of another type.
        ValueError: if the name is taken.
    """
    if not isinstance(source, Source):
        raise TypeError(f"A source says who published it and when, not {source!r}; write Source(authors, year).")
    if isinstance(aliases, str) or not all(isinstance(alias, str) and _normal(alias) for alias in aliases):
        raise TypeError(f'Aliases are several names, not {aliases!r}; write aliases=("name",).')

    def declare(body: Callable[..., Any]) -> Activation:
        name = body.__name__
        inputs, parameters = _signature(body)
        formula = as_expression(body(*(symbol(each) for each in (*inputs, *(p.name for p in parameters)))))
        _check_conditions(name, formula)
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
            tuple(aliases),
            body.__module__,
        )
        _register(declared)
        return declared

    return declare


def _signature(body: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[Parameter, ...]]:
    name, signature = body.__name__, inspect.signature(body).parameters.values()
    for each in signature:
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD, each.KEYWORD_ONLY):
            raise FormulaError(f"{name} has the argument {each}; write plain ones, as in def {name}(x, slope=0.1).")
        if each.name in OWN_ARGUMENTS:
            raise FormulaError(f"{name} has an argument called {each.name}, a word of its own call; rename it.")
    inputs = tuple(each.name for each in signature if each.default is each.empty)
    parameters = tuple(named(each.name, each.default) for each in signature if each.default is not each.empty)
    drawn = [each.name for each in parameters if each.role == "random"]
    if not inputs:
        raise FormulaError(f"{name} has no input; give it an argument without a default, as in def {name}(x).")
    if len(drawn) > 1:
        raise FormulaError(f"{name} draws {' and '.join(drawn)} at random, and one draw is all there is; keep one.")
    return inputs, parameters


def _check_conditions(name: str, formula: Expression) -> None:
    """Raise where a comparison stands for a number, or a number for a comparison."""
    used = [(formula, False)]  # each part, and whether its place asks for a comparison
    for node in walk(formula):
        for place, argument in enumerate(node.arguments):
            used.append((argument, node.word in LOGIC or (node.word == "where" and place == 0)))
    for part, asked in used:
        if part.word in CONDITIONS and not asked:
            raise FormulaError(f"{name} uses {part!r} as a number; write where({part!r}, 1, 0).")
        if part.word not in CONDITIONS and asked:
            raise FormulaError(f"{name} uses {part!r} as a condition; write a comparison, such as ({part!r}) > 0.")


def _register(declared: Activation) -> None:
    every = (declared.name, *declared.aliases)
    reserved = {_normal(each) for each in reserved_names()}
    for name in every:
        if _normal(name) in reserved:
            raise ValueError(f"The name {name!r} belongs to actlab itself; choose another one.")
        taken = _by_name.get(_normal(name))
        if taken is not None and (taken.name, taken.module) != (declared.name, declared.module):
            raise ValueError(f"The name {name!r} already belongs to {taken.name}; choose another one.")
    for name in [name for name, each in _by_name.items() if each.name == declared.name]:
        del _by_name[name]  # declared anew, it may have lost an alias
    _declared[declared.name] = declared
    _by_name.update((_normal(name), declared) for name in every)


def redeclared(*fields: Any) -> Activation:
    """What comes out of a pickle of a person's own activation; a process that has not heard of it declares it.

    Raises:
        ValueError: another one has its name here.
    """
    wanted = Activation(*fields)
    known = _declared.get(wanted.name)
    if known is None:
        _register(wanted)
        return wanted
    if (known.formula, known.parameters) != (wanted.formula, wanted.parameters):
        raise ValueError(f"The {wanted.name} of this pickle is not the one declared here; rename one of them.")
    return known


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
