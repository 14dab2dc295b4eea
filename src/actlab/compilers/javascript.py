"""JavaScript: activations of one input as functions of a number, for pages in a browser."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

from actlab.catalogue import Activation, Parameter
from actlab.compilers.emit import emit
from actlab.compilers.ends import whole
from actlab.compilers.expansions import expand
from actlab.formula import Expression
from actlab.formula.expression import Number

# Engines may compute Math.tanh, Math.expm1 and their like as they please; these few are right to about a digit in all.
TABLE: Mapping[str, str] = {
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "absolute": "Math.abs({0})",
    "sign": "Math.sign({0})",
    "minimum": "Math.min({0}, {1})",
    "maximum": "Math.max({0}, {1})",
    "sqrt": "Math.sqrt({0})",
    "greater": "({0} > {1})",
    "greater_equal": "({0} >= {1})",
    "logical_and": "({0} && {1})",
    "logical_or": "({0} || {1})",
    "logical_not": "(!{0})",
    "where": "({0} ? {1} : {2})",
    "exp": "Math.exp({0})",
    "log": "Math.log({0})",
    "sin": "Math.sin({0})",
    "cos": "Math.cos({0})",
    "atan": "Math.atan({0})",
    "asinh": "Math.asinh({0})",
}


def is_drawable(activation: Activation) -> bool:
    """Whether it is a curve: one number in, one number out."""
    return activation.elementwise and len(activation.inputs) == 1


def module(activations: Iterable[Activation]) -> str:
    """An ES module that exports FUNCTIONS: by name an object with `value` and `derivative` of (x, parameters).

    Numbers are float64. Parameters are an object of numbers by name; those left out have their defaults, random ones
    their mean.

    Args:
        activations: Elementwise functions of one input.
    """
    entries = "".join(f"  {json.dumps(each.name)}: {_entry(each)},\n" for each in activations)
    return f"export const FUNCTIONS = {{\n{entries}}};\n"


def function(expression: Expression, activation: Activation) -> str:
    """The formula, one of the activation's inputs and parameters, as an arrow function of a number and an object."""
    (x,) = activation.inputs
    code = emit({"result": expand(whole(expression, activation, "double"), TABLE, "double")}, TABLE, _spell, _name)
    used = [
        each for each in activation.parameters if _name(each.name) in "".join((*code.lines, code.results["result"]))
    ]
    given = [f"const {_name(each.name)} = given.{each.name} ?? {_spell(each.default)};" for each in used]
    lines = [*given, *(f"const {line};" for line in code.lines), f"return {code.results['result']};"]
    return f"({_name(x)}, given = {{}}) => {{ {' '.join(lines)} }}"


def _entry(activation: Activation) -> str:
    facts = {
        "name": activation.name,
        "family": activation.family,
        "aliases": activation.aliases,
        "year": activation.source.year,
        "parameters": [_parameter(each) for each in activation.parameters],
    }
    (slope,) = activation.slopes
    value, derivative = function(activation.formula, activation), function(slope, activation)
    return f"{{ ...{json.dumps(facts)}, value: {value}, derivative: {derivative} }}"


def _parameter(parameter: Parameter) -> dict[str, object]:
    low, high = (None if math.isinf(each) else each for each in (parameter.low, parameter.high))
    bounds = {"low": low, "high": high}
    return {"name": parameter.name, "default": parameter.default, "role": parameter.role, **bounds}


def _name(symbol: str) -> str:
    return f"${symbol}"


def _spell(value: Number) -> str:
    number = float(value)
    return repr(number) if math.isfinite(number) else "NaN" if math.isnan(number) else f"({'-' * (number < 0)}Infinity)"
