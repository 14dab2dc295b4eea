"""From formulas to straight-line code: a line for each sub-formula that is used twice, or that nests too deep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actlab.formula import Expression
from actlab.formula.expression import Number, walk

DEEPEST = 40  # words inside one another on one line; Python's own parser gives up at 100 to 200


@dataclass(frozen=True)
class Lines:
    """Assignments in order, and for each output the text of its value."""

    lines: tuple[str, ...]
    results: Mapping[str, str]


def emit(
    outputs: Mapping[str, Expression],
    table: Mapping[str, str],
    spell_constant: Callable[[Number], str],
    spell_symbol: Callable[[str], str] = str,
) -> Lines:
    """Spell several formulas that share their sub-formulas.

    `table` maps a word to a format string of its arguments, such as `"tanh": "np.tanh({0})"`. Exponents of powers
    are spelled as plain whole numbers. A word that is missing from the table raises, naming the word.
    """
    uses = Counter(argument for node in walk(*outputs.values()) for argument in node.arguments)
    texts: dict[Expression, str] = {}
    depths: dict[Expression, int] = {}
    lines: list[str] = []
    for node in walk(*outputs.values()):
        text = _spell_node(node, table, texts, spell_constant, spell_symbol)
        depths[node] = 1 + max((depths[argument] for argument in node.arguments), default=-1)
        if node.arguments and (uses[node] > 1 or depths[node] > DEEPEST):
            lines.append(f"t{len(lines)} = {text}")
            text, depths[node] = f"t{len(lines) - 1}", 0
        texts[node] = text
    return Lines(tuple(lines), {name: texts[output] for name, output in outputs.items()})


def _spell_node(
    node: Expression,
    table: Mapping[str, str],
    texts: Mapping[Expression, str],
    spell_constant: Callable[[Number], str],
    spell_symbol: Callable[[str], str],
) -> str:
    if node.word == "symbol":
        return spell_symbol(node.name)
    if node.word == "constant":
        return spell_constant(node.value)
    if node.word not in table:
        raise NotImplementedError(f"This language has no word for {node.word}(); add a row to its table.")
    if node.word == "power":
        return table["power"].format(texts[node.arguments[0]], node.arguments[1].value)
    return table[node.word].format(*(texts[argument] for argument in node.arguments))
