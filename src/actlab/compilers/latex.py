"""Formulas as LaTeX, for pages and papers."""

from __future__ import annotations

from collections.abc import Mapping

from actlab.formula import Expression
from actlab.formula.expression import walk

LOGIC, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)

TABLE: Mapping[str, tuple[str, int, tuple[int, ...]]] = {  # word: text, how tightly it binds, what its parts need
    "pi": (r"\pi", ATOM, ()),
    "logical_or": (r"{0} \lor {1}", LOGIC, (COMPARISON, COMPARISON)),
    "logical_and": (r"{0} \land {1}", LOGIC, (COMPARISON, COMPARISON)),
    "logical_not": (r"\lnot \left({0}\right)", ATOM, (LOGIC,)),
    "greater": ("{0} > {1}", COMPARISON, (SUM, SUM)),
    "greater_equal": (r"{0} \ge {1}", COMPARISON, (SUM, SUM)),
    "add": ("{0} + {1}", SUM, (SUM, PRODUCT)),
    "subtract": ("{0} - {1}", SUM, (SUM, PRODUCT)),
    "multiply": (r"{0} \, {1}", PRODUCT, (PRODUCT, POWER)),
    "damped": (r"{0} \, {1}", PRODUCT, (PRODUCT, POWER)),
    "divide": (r"\frac{{{0}}}{{{1}}}", ATOM, (SUM, SUM)),
    "negative": ("-{0}", SIGN, (POWER,)),
    "power": ("{0}^{{{1}}}", POWER, (ATOM, SUM)),
    "absolute": (r"\left|{0}\right|", ATOM, (SUM,)),
    "sqrt": (r"\sqrt{{{0}}}", ATOM, (SUM,)),
    "hypot": (r"\sqrt{{{0}^2 + {1}^2}}", ATOM, (ATOM, ATOM)),
    "exp": ("e^{{{0}}}", POWER, (SUM,)),
    "expm1": (r"\left(e^{{{0}}} - 1\right)", ATOM, (SUM,)),
    "log1p": (r"\ln\left(1 + {0}\right)", ATOM, (SUM,)),
    "sigmoid": (r"\sigma\left({0}\right)", ATOM, (SUM,)),
    "normal_cdf": (r"\Phi\left({0}\right)", ATOM, (SUM,)),
    "normal_pdf": (r"\varphi\left({0}\right)", ATOM, (SUM,)),
    "x_minus_tanh": (r"{0} - \tanh\left({0}\right)", SUM, (PRODUCT,)),
    "minimum": (r"\min\left({0}, {1}\right)", ATOM, (SUM, SUM)),
    "maximum": (r"\max\left({0}, {1}\right)", ATOM, (SUM, SUM)),
    "total": (r"\textstyle\sum_j {0}_j", SUM, (ATOM,)),
    "log_total_exp": (r"\ln \textstyle\sum_j e^{{{0}_j}}", SUM, (ATOM,)),
    **{
        word: (rf"\{word}\left({{0}}\right)", ATOM, (SUM,))
        for word in ("sin", "cos", "sinh", "cosh", "tanh")
    },
    "log": (r"\ln\left({0}\right)", ATOM, (SUM,)),
    "atan": (r"\arctan\left({0}\right)", ATOM, (SUM,)),
    **{
        word: (rf"\operatorname{{{{{word}}}}}\left({{0}}\right)", ATOM, (SUM,))
        for word in ("sign", "asinh", "sech", "softplus", "erf")
    },
}  # fmt: skip

GREEK = frozenset({"alpha", "beta", "gamma", "delta", "lambda", "mu", "sigma", "theta"})


def latex(expression: Expression) -> str:
    """The formula as LaTeX (math mode, without dollar signs)."""
    done: dict[Expression, tuple[str, int]] = {}
    for node in walk(expression):
        done[node] = _write(node, done)
    return done[expression][0]


def _write(node: Expression, done: Mapping[Expression, tuple[str, int]]) -> tuple[str, int]:
    if node.word == "symbol":
        return _symbol(node.name), ATOM
    if node.word == "constant":
        return _constant(node)
    if node.word == "where":
        return _cases(node, done), ATOM
    text, binding, needed = TABLE[node.word]
    parts = [_inside(done[part], need) for part, need in zip(node.arguments, needed, strict=True)]
    return text.format(*parts), binding


def _inside(part: tuple[str, int], needed: int) -> str:
    text, binding = part
    return text if binding >= needed else rf"\left({text}\right)"


def _symbol(name: str) -> str:
    if name in GREEK:
        return f"\\{name}"
    return name if len(name) == 1 else rf"\mathrm{{{name}}}".replace("_", r"\_")


def _constant(node: Expression) -> tuple[str, int]:
    text = str(node.value)
    if "/" in text:
        sign = "-" if text.startswith("-") else ""
        above, below = text.removeprefix("-").split("/")
        return rf"{sign}\tfrac{{{above}}}{{{below}}}", SIGN if sign else ATOM
    return text, SIGN if text.startswith("-") else ATOM


def _cases(node: Expression, done: Mapping[Expression, tuple[str, int]]) -> str:
    rows = []
    while node.word == "where":
        condition, yes, node = node.arguments
        rows.append(rf"{done[yes][0]} & \text{{if }} {done[condition][0]}")
    rows.append(rf"{done[node][0]} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
