"""Formulas as plain text, the way one would type them."""

from __future__ import annotations

from actlab.formula.expression import Expression, walk

INFIX = {  # word: (sign, how tightly it binds in Python)
    "greater": (">", 1),
    "greater_equal": (">=", 1),
    "logical_or": ("|", 2),
    "logical_and": ("&", 3),
    "add": ("+", 4),
    "subtract": ("-", 4),
    "multiply": ("*", 5),
    "damped": ("*", 5),
    "divide": ("/", 5),
}
NEGATIVE, POWER, ATOM = 6, 7, 8
COMMUTING = ("add", "multiply", "damped")
COMPARISONS = ("greater", "greater_equal")  # Python reads a > b > c as a chain
LONGEST = 4000  # characters; a formula that uses its parts many times would fill a book


def spell(expression: Expression) -> str:
    """The formula as a line of text; 1/2 stands for exact fractions, … for the middle of a very long text."""
    done: dict[Expression, tuple[str, int]] = {}
    for node in walk(expression):
        text, binding = _spell_node(node, [done[argument] for argument in node.arguments])
        if len(text) > LONGEST:
            text, binding = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}", ATOM
        done[node] = text, binding
    return done[expression][0]


def _spell_node(node: Expression, parts: list[tuple[str, int]]) -> tuple[str, int]:
    def inside(index: int, binding: int) -> str:
        text, own = parts[index]
        return text if own >= binding else f"({text})"

    if node.word == "symbol":
        return node.name, ATOM
    if node.word == "constant":
        text = str(node.value)
        return text, INFIX["divide"][1] if "/" in text else NEGATIVE if text.startswith("-") else ATOM
    if node.word in INFIX:
        sign, binding = INFIX[node.word]
        left, right = binding + (node.word in COMPARISONS), binding + (node.word not in COMMUTING)
        return f"{inside(0, left)} {sign} {inside(1, right)}", binding
    if node.word == "negative":
        return f"-{inside(0, NEGATIVE)}", NEGATIVE
    if node.word == "power":
        return f"{inside(0, ATOM)}**{parts[1][0]}", POWER
    if node.word == "absolute":
        return f"abs({parts[0][0]})", ATOM
    if node.word == "logical_not":
        return f"~{inside(0, ATOM)}", NEGATIVE
    return f"{node.word}({', '.join(text for text, _ in parts)})" if parts else node.word, ATOM
