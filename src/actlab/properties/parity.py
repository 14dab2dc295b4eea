"""Proofs by rules of whether a formula is odd or even."""

from __future__ import annotations

from collections.abc import Mapping

from actlab.formula import Expression
from actlab.formula.expression import walk

ODD = frozenset({"negative", "sign", "sin", "atan", "sinh", "asinh", "tanh", "erf", "x_minus_tanh"})
EVEN = frozenset({"absolute", "cos", "cosh", "sech", "normal_pdf"})


def parity(expression: Expression, name: str = "x") -> str:
    """Whether the formula is "odd" or "even" in the symbol; "" where the rules cannot tell."""
    done: dict[Expression, str] = {}
    for node in walk(expression):
        done[node] = "odd" if node.word == "symbol" and node.name == name else _parity(node, done)
    return done[expression]


def _parity(node: Expression, done: Mapping[Expression, str]) -> str:
    parts = [done[part] for part in node.arguments]
    if all(part == "even" for part in parts):
        return "even"
    if "" in parts:
        return ""
    if node.word in ODD or node.word in EVEN:
        return "odd" if node.word in ODD else "even"
    if node.word in ("multiply", "divide", "damped"):
        return "even" if parts[0] == parts[1] else "odd"
    if node.word == "power":
        return "odd" if int(node.arguments[1].value) % 2 else "even"
    zeros = [part.is_number(0) for part in node.arguments]  # 0 is both odd and even
    if node.word == "where" and parts[0] == "even":
        kinds = {part for part, zero in zip(parts[1:], zeros[1:], strict=True) if not zero}
        return kinds.pop() if len(kinds) == 1 else ""
    if node.word == "hypot":
        return "even"
    return parts[0] if node.word in ("add", "subtract") and parts[0] == parts[1] else ""
