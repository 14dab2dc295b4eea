"""From an activation to the text of a Python module that holds its kernels, for Numba to compile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from actlab.catalogue import Activation, Parameter
from actlab.compilers.emit import emit
from actlab.formula import Expression, depends_on, derivative, evaluate, limit
from actlab.formula.expression import Number, apply, walk
from actlab.formula.primitives import REDUCTIONS, WORDS

OPERATORS: Mapping[str, str] = {
    "pi": "number(math.pi)",
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "greater": "({0} > {1})",
    "greater_equal": "({0} >= {1})",
    "logical_and": "({0} & {1})",
    "logical_or": "({0} | {1})",
    "logical_not": "(~{0})",
}


def _call(name: str, arity: int) -> str:
    return f"{name}({', '.join(f'{{{k}}}' for k in range(arity))})"


TABLE: Mapping[str, str] = {
    **{name: _call(name, word.arity) for name, word in WORDS.items() if name not in REDUCTIONS},
    **OPERATORS,
}


IDIOMS: Mapping[tuple[str, str], str] = {  # pairs of words that are cheaper as one
    ("tanh", "softplus"): "tanh_of_softplus",
    ("sech", "softplus"): "sech_of_softplus",
}

IDIOM_ROWS: Mapping[str, str] = {idiom: _call(idiom, 1) for idiom in IDIOMS.values()}

HEADER = '''"""Kernels of {name}, written by actlab from its formula: not to be edited, and safe to delete."""

import math

from actlab.compilers.numba_values import accumulate, elementwise, is_null, load, store
from actlab.compilers.numba_words import *
'''

ELEMENTWISE = """

@elementwise(results={results})
def {name}({arguments}):
    number = {first}.number
{lines}
"""

VALUE = """

def value(x, noise, parameters, out, count):
{loads}
    for i in range(count):
        store(out, i, value_at({values})[0])
"""

FORWARD = """

def forward(x, bias, noise, parameters, out, slope, rows, columns):
{loads}
    if not is_null(bias):
        for row in range(rows):
            for column in range(columns):
                i = row * columns + column
                store(x, i, load(x, i) + load(bias, column))
    for i in range(rows * columns):  # one long loop: a short one for each row would waste wide registers
        value, slope_there = value_and_slope_at({values})
        store(out, i, value)
        store(slope, i, slope_there)
"""

GRADIENT = """

def parameter_gradient(x, noise, upstream, parameters, gradient, count):
{loads}
{starts}
    for i in range(count):
        slopes = parameter_slopes_at({values})
{sums}
{stores}
"""


@dataclass(frozen=True)
class Source:
    """The text of a module of kernels; `learned` says how many parameters its gradient has."""

    name: str
    text: str
    learned: int


def write(activation: Activation) -> Source:
    """The kernels of an elementwise activation of one input; they fit any float type.

    Raises:
        TypeError: for gated functions and those that work along an axis.
    """
    if not activation.univariate:
        why = "works along an axis" if not activation.elementwise else f"has {len(activation.inputs)} inputs"
        raise TypeError(
            f"{activation.name} {why}, and a layer's kernel takes elementwise functions of one input; "
            f"choose one such as relu, or use NumPy's {activation.name}(x)."
        )
    (x,) = activation.inputs
    formula = activation.formula
    learned = [each for each in activation.parameters if each.role == "learned"]
    loads = _loads(activation)
    values = f"({', '.join(['load(x, i)', *_arguments(activation)])},)"
    parts = [
        HEADER.format(name=activation.name),
        _elementwise("value_at", activation, (formula,)),
        _elementwise("value_and_slope_at", activation, (formula, derivative(formula, x))),
        VALUE.format(loads=loads, values=values),
        FORWARD.format(loads=loads, values=values),
    ]
    if learned:
        slopes = tuple(derivative(formula, each.name) for each in learned)
        parts += [
            _elementwise("parameter_slopes_at", activation, slopes),
            _gradient(loads, values, len(learned)),
        ]
    return Source(activation.name, "".join(parts), len(learned))


def _elementwise(name: str, activation: Activation, outputs: tuple[Expression, ...]) -> str:
    code = emit(_in_idioms(outputs), {**TABLE, **IDIOM_ROWS}, _spell_constant, _spell_symbol)
    results = ", ".join(_mended(code.results[str(k)], output, activation) for k, output in enumerate(outputs))
    lines = [*_random_parameters(activation.parameters), *code.lines, f"return ({results},)"]
    first = _spell_symbol(activation.inputs[0])
    names = [first, *(_spell_symbol(each.name) for each in activation.parameters if each.role != "random")]
    return ELEMENTWISE.format(
        results=len(outputs),
        name=name,
        arguments=", ".join([*names, *["noise"] * _is_random(activation)]),
        first=first,
        lines="\n".join(f"    {line}" for line in lines),
    )


def _mended(text: str, formula: Expression, activation: Activation) -> str:
    """The value with nan kept and the limits at ±inf put right, where the formula alone does neither."""
    name = activation.inputs[0]
    x = _spell_symbol(name)
    for side in (1, -1):
        plain = _plain_value(formula, {**activation.defaults, name: side * math.inf})
        right = _limit(formula, name, side, activation.parameters)
        if not math.isnan(right) and plain != right:
            spelt = x if right == side * math.inf else f"number({_spell_float(right)})"
            text = f"where({_condition(side, formula, activation)}, {spelt}, {text})"
    if math.isnan(_plain_value(formula, {**activation.defaults, name: math.nan})):
        return text
    return f"where({x}.is_nan, {x}, {text})"


def _limit(formula: Expression, name: str, side: int, parameters: tuple[Parameter, ...]) -> float:
    """The limit where it holds for parameters of any size; nan where they decide it, or where it is unknown."""
    found = {
        limit(formula, name, side, {each.name: each.default * scale for each in parameters}) for scale in (0.5, 1, 2)
    }
    return found.pop() if len(found) == 1 else math.nan


def _condition(side: int, formula: Expression, activation: Activation) -> str:
    """That x is infinite, and that the parameters have the sign of their defaults, for which the limit was found."""
    signs = [
        f"({_spell_symbol(each.name)} {'>' if each.default > 0 else '<'} 0)"
        for each in activation.parameters
        if each.default and depends_on(formula, each.name) and not (each.low >= 0 or each.high <= 0)
    ]
    return " & ".join([f"{_spell_symbol(activation.inputs[0])}.equals({_spell_float(side * math.inf)})", *signs])


def _plain_value(formula: Expression, values: Mapping[str, float]) -> float:
    try:
        return evaluate(formula, values)
    except ValueError:  # the standard library's sin(inf) and sqrt(-1)
        return math.nan


def _in_idioms(outputs: tuple[Expression, ...]) -> dict[str, Expression]:
    """The outputs by their numbers, with idioms for pairs of words."""
    done: dict[Expression, Expression] = {}
    for node in walk(*outputs):
        idiom = IDIOMS.get((node.word, node.arguments[0].word)) if node.arguments else None
        if idiom is not None:
            done[node] = apply(idiom, *(done[inner] for inner in node.arguments[0].arguments))
        elif node.arguments:
            done[node] = apply(node.word, *(done[argument] for argument in node.arguments))
        else:
            done[node] = node
    return {str(k): done[output] for k, output in enumerate(outputs)}


def _is_random(activation: Activation) -> bool:
    return any(each.role == "random" for each in activation.parameters)


def _random_parameters(parameters: tuple[Parameter, ...]) -> list[str]:
    return [
        f"{_spell_symbol(each.name)} = {each.low!r} + {each.high - each.low!r} * noise"
        for each in parameters
        if each.role == "random"
    ]


def _given(activation: Activation) -> list[Parameter]:
    """The parameters that come in the array `parameters`, in its order."""
    return [each for each in activation.parameters if each.role != "random"]


def _loads(activation: Activation) -> str:
    given = _given(activation)
    return "\n".join(f"    {_spell_symbol(each.name)} = load(parameters, {k})" for k, each in enumerate(given))


def _arguments(activation: Activation) -> list[str]:
    noise = ["load(noise, i)"] * _is_random(activation)
    return [*(_spell_symbol(each.name) for each in _given(activation)), *noise]


def _gradient(loads: str, values: str, count: int) -> str:
    starts = [f"    total_{k} = 0.0" for k in range(count)]
    sums = [f"        total_{k} = accumulate(total_{k}, load(upstream, i) * slopes[{k}])" for k in range(count)]
    stores = [f"    store(gradient, {k}, load(gradient, {k}) + total_{k})" for k in range(count)]
    joined = {"starts": "\n".join(starts), "sums": "\n".join(sums), "stores": "\n".join(stores)}
    return GRADIENT.format(loads=loads, values=values, **joined)


def _spell_constant(value: Number) -> str:
    return f"number({_spell_float(value)})"


def _spell_float(value: Number) -> str:
    assert not math.isnan(value), "no formula holds nan, and no limit that is used is one"
    return repr(float(value)) if math.isfinite(value) else "-math.inf" if value < 0 else "math.inf"


def _spell_symbol(name: str) -> str:
    return f"symbol_{name}"
