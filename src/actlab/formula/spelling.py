"""Formulas as plain text, the way one would type them."""

from __future__ import annotations

from actlab.formula.expression import Expression, walk

INFIX = {  # word: (sign, how tightly it binds)
    "logical_or": ("|", 1),
    "logical_and": ("&", 2),
    "greater": (">", 3),
    "greater_equal": (">=", 3),
    "add": ("+", 4),
    "subtract": ("-", 4),
    "multiply": ("*", 5),
    "damped": ("*", 5),
    "divide": ("/", 5),
}
NEGATIVE, POWER, ATOM = 6, 7, 8


def spell(expression: Expression) -> str:
    """The formula as a line of text; 1/2 stands for exact fractions."""
    done: dict[Expression, tuple[str, int]] = {}
    for node in walk(expression):
        done[node] = _spell_node(node, [done[argument] for argument in node.arguments])
    return done[expression][0]


def _spell_node(node: Expression, parts: list[tuple[str, int]]) -> tuple[str, int]:
    def inside(index: int, binding: int) -> str:
        text, own = parts[index]
        return text if own >= binding else f"({text})"

    if node.word == "symbol":
        return node.name, ATOM
    if node.word == "constant":
        text = str(node.value)
        return text, NEGATIVE if text.startswith("-") else (INFIX["divide"][1] if "/" in text else ATOM)
    if node.word in INFIX:
        sign, binding = INFIX[node.word]
        tighter = binding + (node.word not in ("add", "multiply", "damped"))
        return f"{inside(0, binding)} {sign} {inside(1, tighter)}", binding
    if node.word == "negative":
        return f"-{inside(0, NEGATIVE)}", NEGATIVE
    if node.word == "power":
        return f"{inside(0, ATOM)}**{parts[1][0]}", POWER
    if node.word == "absolute":
        return f"abs({parts[0][0]})", ATOM
    if node.word == "logical_not":
        return f"~{inside(0, ATOM)}", NEGATIVE
    return f"{node.word}({', '.join(text for text, _ in parts)})" if parts else node.word, ATOM
