"""Vector-Jacobian products: forward derivatives on elementwise stretches, pulled back across reductions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from actlab.formula.derivative import derivative, scaled
from actlab.formula.expression import Expression, constant, rebuild, substitute, symbol, walk
from actlab.formula.primitives import REDUCTIONS, exp, total


@cache
def pullback(expression: Expression, names: Sequence[str], upstream: str = "upstream") -> tuple[Expression, ...]:
    """For each symbol in `names`, the gradient of sum(upstream * expression) with respect to it.

    The results contain the symbol `upstream`, whose shape is that of the expression, and may contain reductions.
    """
    gradients = {name: constant(0) for name in names}
    reductions = [node for node in walk(expression) if node.word in REDUCTIONS]
    stand_ins = {node: symbol(f"reduction {index}") for index, node in enumerate(reductions)}
    arriving = {node: constant(0) for node in reductions}

    def spread(stretch: Expression, gradient: Expression) -> None:
        flat = _replace(stretch, stand_ins)
        for name in names:
            gradients[name] = gradients[name] + scaled(_restore(derivative(flat, name), stand_ins), gradient)
        for node, stand_in in stand_ins.items():
            slope = _restore(derivative(flat, stand_in.name), stand_ins)
            if not slope.is_number(0):
                arriving[node] = arriving[node] + total(gradient * slope)

    spread(expression, symbol(upstream))
    for node in reversed(reductions):  # outermost first: all that arrives at one is known before it is passed on
        (inner,) = node.arguments
        share = arriving[node] if node.word == "total" else arriving[node] * exp(inner - node)
        if not share.is_number(0):
            spread(inner, share)
    return tuple(gradients[name] for name in names)


def _replace(expression: Expression, stand_ins: dict[Expression, Expression]) -> Expression:
    if expression in stand_ins:
        return stand_ins[expression]
    return (
        rebuild(expression.word, tuple(_replace(part, stand_ins) for part in expression.arguments))
        if expression.arguments
        else expression
    )


def _restore(expression: Expression, stand_ins: dict[Expression, Expression]) -> Expression:
    return substitute(expression, {stand_in.name: node for node, stand_in in stand_ins.items()})
