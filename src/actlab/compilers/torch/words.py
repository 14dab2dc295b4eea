"""The language of plain torch words, which every device runs, Inductor fuses and ONNX can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from actlab.compilers.emit import emit
from actlab.compilers.expansions import expand
from actlab.compilers.precision import Precision
from actlab.formula import Expression, substitute, symbol
from actlab.formula.expression import Number, apply, rebuild, walk

Words = Callable[..., tuple[Any, ...]]  # tensors in; a tensor out for each formula, or a number where it is constant

TABLE: Mapping[str, str] = {
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "absolute": "torch.abs({0})",
    "sqrt": "torch.sqrt({0})",
    "greater": "({0} > {1})",
    "greater_equal": "({0} >= {1})",
    "logical_and": "({0} & {1})",
    "logical_or": "({0} | {1})",
    "logical_not": "(~{0})",
    "where": "words.where({0}, {1}, {2}, like)",
    "exp": "torch.exp({0})",
    "expm1": "torch.expm1({0})",
    "log": "torch.log({0})",
    "log1p": "torch.log1p({0})",
    "sin": "torch.sin({0})",
    "cos": "torch.cos({0})",
    "atan": "torch.atan({0})",
    "sinh": "torch.sinh({0})",
    "cosh": "torch.cosh({0})",
    "asinh": "torch.asinh({0})",
    "tanh": "torch.tanh({0})",
    "total": "torch.sum({0}, axis, keepdim=True)",
    "log_total_exp": "torch.logsumexp({0}, axis, keepdim=True)",
}
# Torch lacks these, or loses digits of theirs in the tails, or not all of its compilers know them.
EXPANDED = frozenset(
    {"pi", "damped", "power", "sign", "minimum", "maximum", "hypot", "sech", "sigmoid", "softplus", "erf"}
    | {"normal_cdf", "normal_pdf", "x_minus_tanh"}
)
OWN = {"round": "torch.round({0})", "softmax": "torch.softmax({0}, axis)"}  # no words of formulas


def written(outputs: Sequence[Expression], symbols: Sequence[str], precision: Precision, axis: int) -> Words:
    """A function of one tensor a symbol, all of the dtype to compute in, which gives the values of the formulas."""
    names = {name: f"v{place}" for place, name in enumerate(symbols)}
    formulas = {str(place): _in_torch(output, precision) for place, output in enumerate(outputs)}
    code = emit(formulas, {**TABLE, **OWN}, _spell_constant, lambda name: names[name])
    results = ", ".join(code.results[str(place)] for place in range(len(outputs)))
    lines = (f"like = {names[symbols[0]]}", *code.lines, f"return ({results},)")
    text = f"def kernel({', '.join(names.values())}):\n" + "".join(f"    {line}\n" for line in lines)
    namespace: dict[str, Any] = {"torch": torch, "words": SimpleNamespace(where=_where), "axis": axis}
    exec(compile(text, "<actlab formula>", "exec"), namespace)
    made: Words = namespace["kernel"]
    return made


def _in_torch(expression: Expression, precision: Precision) -> Expression:
    """The formula in torch's words. A softmax stays whole: torch's own subtracts the largest number first."""
    rows: dict[str, Expression] = {}
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        done[node] = rebuild(node.word, tuple(done[part] for part in node.arguments)) if node.arguments else node
        if (scores := _scores(node)) is not None:
            rows[f"softmax {len(rows)}"] = done[scores]
            done[node] = symbol(f"softmax {len(rows) - 1}")
    words = {*TABLE, "round"}
    wholes = {name: apply("softmax", expand(scores, words, precision)) for name, scores in rows.items()}
    return substitute(expand(done[expression], words, precision), wholes)


def _scores(node: Expression) -> Expression | None:
    """Of what this is the softmax, exp(u - log_total_exp(u)); None if it is something else."""
    if node.word == "exp" and node.arguments[0].word == "subtract":
        u, total = node.arguments[0].arguments
        return u if total.word == "log_total_exp" and total.arguments[0] is u else None
    return None


def _where(condition: Tensor, yes: Tensor | float, no: Tensor | float, like: Tensor) -> Tensor:
    """torch.where, which would give two plain numbers the default dtype."""
    if not isinstance(yes, Tensor) and not isinstance(no, Tensor):
        yes = torch.full((), yes, dtype=like.dtype, device=like.device)
    return torch.where(condition, yes, no)


def _spell_constant(value: Number) -> str:
    return repr(float(value))
