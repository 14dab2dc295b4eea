"""Formulas as MathML, which browsers lay out and screen readers read."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from actlab.compilers.latex import ANY, ATOM, CASES, FRACTION, POWER, PRODUCT, SIGN, TABLE
from actlab.formula import Expression
from actlab.formula.expression import walk

LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "mu": "μ", "sigma": "σ", "theta": "θ",
}  # fmt: skip
SIGNS = {"greater": "&gt;", "greater_equal": "≥", "logical_and": "∧", "logical_or": "∨", "add": "+", "subtract": "−"}
NAMED = {
    "log": "ln",
    "atan": "arctan",
    "sigmoid": "σ",
    "normal_cdf": "Φ",
    "normal_pdf": "φ",
    "minimum": "min",
    "maximum": "max",
}
SHAPES: Mapping[str, str] = {  # words that are neither a sign between two parts nor a function's name before its parts
    "pi": "<mi>π</mi>",
    "multiply": "{0}<mspace width='0.17em'/>{1}",
    "damped": "{0}<mspace width='0.17em'/>{1}",
    "divide": "<mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac>",
    "negative": "<mo form='prefix'>−</mo>{0}",
    "power": "<msup><mrow>{0}</mrow><mrow>{1}</mrow></msup>",
    "absolute": "<mo form='prefix'>|</mo>{0}<mo form='postfix'>|</mo>",
    "sqrt": "<msqrt>{0}</msqrt>",
    "hypot": "<msqrt><msup><mrow>{0}</mrow><mn>2</mn></msup><mo>+</mo><msup><mrow>{1}</mrow><mn>2</mn></msup></msqrt>",
    "exp": "<msup><mi>e</mi><mrow>{0}</mrow></msup>",
    "expm1": "<mo>(</mo><msup><mi>e</mi><mrow>{0}</mrow></msup><mo>−</mo><mn>1</mn><mo>)</mo>",
    "log1p": "<mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>{0}<mo>)</mo>",
    "x_minus_tanh": "{0}<mo>−</mo><mi>tanh</mi><mo>(</mo>{0}<mo>)</mo>",
    "logical_not": "<mo form='prefix'>¬</mo><mo>(</mo>{0}<mo>)</mo>",
    "total": "<munder><mo>∑</mo><mi>j</mi></munder><msub><mrow>{0}</mrow><mi>j</mi></msub>",
    "log_total_exp": "<mi>ln</mi><munder><mo>∑</mo><mi>j</mi></munder>"
    "<msup><mi>e</mi><msub><mrow>{0}</mrow><mi>j</mi></msub></msup>",
}

Part = tuple[str, int]


def mathml(expression: Expression) -> str:
    """The formula as a `<math>` element; how tightly each word binds is read from the table of LaTeX."""
    done: dict[Expression, Part] = {}
    for node in walk(expression):
        done[node] = _write(node, done)
    return f"<math>{done[expression][0]}</math>"


def _write(node: Expression, done: Mapping[Expression, Part]) -> Part:
    if node.word == "symbol":
        return f"<mi>{escape(LETTERS.get(node.name, node.name.replace('_', ' ')))}</mi>", ATOM
    if node.word == "constant":
        return _constant(str(node.value))
    if node.word == "where":
        return _cases(node, done), CASES
    _, binding, needed = TABLE[node.word]
    if node.word not in SHAPES and node.word not in SIGNS:  # what a function is given stands in brackets already
        needed = (ANY,) * len(node.arguments)
    parts = [_inside(done[part], need) for part, need in zip(node.arguments, needed, strict=True)]
    return _shape(node.word, parts), binding


def _shape(word: str, parts: list[str]) -> str:
    if word in SIGNS:
        return f"{parts[0]}<mo>{SIGNS[word]}</mo>{parts[1]}"
    if word in SHAPES:
        return SHAPES[word].format(*parts)
    return f"<mi>{NAMED.get(word, word)}</mi><mo>(</mo>{'<mo>,</mo>'.join(parts)}<mo>)</mo>"


def _inside(part: Part, needed: int) -> str:
    text, binding = part
    return text if binding >= needed else f"<mo>(</mo>{text}<mo>)</mo>"


def _constant(text: str) -> Part:
    sign, size, binding = "<mo form='prefix'>−</mo>" * text.startswith("-"), text.removeprefix("-"), ATOM
    written = f"<mn>{size}</mn>"
    if "/" in size:
        above, below = size.split("/")
        written, binding = f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>", FRACTION
    elif "e" in size:
        digits, exponent = size.split("e")
        power = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>".replace("<mn>-", "<mn>−")
        written, binding = (power, POWER) if digits == "1" else (f"<mn>{digits}</mn><mo>·</mo>{power}", PRODUCT)
    return f"<mrow>{sign}{written}</mrow>" if sign else written, min(binding, SIGN) if sign else binding


def _cases(node: Expression, done: Mapping[Expression, Part]) -> str:
    rows = []
    while node.word == "where":
        condition, yes, node = node.arguments
        rows.append((done[yes][0], f"<mtext>if\u00a0</mtext>{done[condition][0]}"))
    rows.append((done[node][0], "<mtext>otherwise</mtext>"))
    cells = "".join(f"<mtr><mtd>{value}</mtd><mtd>{when}</mtd></mtr>" for value, when in rows)
    return f"<mrow><mo>{{</mo><mtable columnalign='left left'>{cells}</mtable></mrow>"
