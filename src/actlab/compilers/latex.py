"""Formulas as LaTeX, for pages and papers."""

from __future__ import annotations

from collections.abc import Mapping

from actlab.formula import Expression
from actlab.formula.expression import walk

CASES, LOGIC, COMPARISON, SUM, PRODUCT, SIGN, FRACTION, POWER, ATOM = range(9)
ANY = CASES  # what a part needs that the sign around it encloses already

TABLE: Mapping[str, tuple[str, int, tuple[int, ...]]] = {  # word: text, how tightly it binds, what its parts need
    "pi": (r"\pi", ATOM, ()),
    "logical_or": (r"{0} \lor {1}", LOGIC, (COMPARISON, COMPARISON)),
    "logical_and": (r"{0} \land {1}", LOGIC, (COMPARISON, COMPARISON)),
    "logical_not": (r"\lnot \left({0}\right)", ATOM, (ANY,)),
    "greater": ("{0} > {1}", COMPARISON, (SUM, SUM)),
    "greater_equal": (r"{0} \ge {1}", COMPARISON, (SUM, SUM)),
    "add": ("{0} + {1}", SUM, (SUM, PRODUCT)),
    "subtract": ("{0} - {1}", SUM, (SUM, PRODUCT)),
    "multiply": (r"{0} \, {1}", PRODUCT, (PRODUCT, FRACTION)),
    "damped": (r"{0} \, {1}", PRODUCT, (PRODUCT, FRACTION)),
    "divide": (r"\frac{{{0}}}{{{1}}}", FRACTION, (ANY, ANY)),
    "negative": ("-{0}", SIGN, (FRACTION,)),
    "power": ("{0}^{{{1}}}", POWER, (ATOM, ANY)),
    "absolute": (r"\left|{0}\right|", ATOM, (ANY,)),
    "sqrt": (r"\sqrt{{{0}}}", ATOM, (ANY,)),
    "hypot": (r"\sqrt{{{0}^2 + {1}^2}}", ATOM, (ATOM, ATOM)),
    "exp": ("e^{{{0}}}", POWER, (ANY,)),
    "expm1": (r"\left(e^{{{0}}} - 1\right)", ATOM, (ANY,)),
    "log1p": (r"\ln\left(1 + {0}\right)", ATOM, (SUM,)),
    "sigmoid": (r"\sigma\left({0}\right)", ATOM, (ANY,)),
    "normal_cdf": (r"\Phi\left({0}\right)", ATOM, (ANY,)),
    "normal_pdf": (r"\varphi\left({0}\right)", ATOM, (ANY,)),
    "x_minus_tanh": (r"{0} - \tanh\left({0}\right)", SUM, (PRODUCT,)),
    "minimum": (r"\min\left({0}, {1}\right)", ATOM, (ANY, ANY)),
    "maximum": (r"\max\left({0}, {1}\right)", ATOM, (ANY, ANY)),
    "total": (r"\textstyle\sum_j {0}_j", SUM, (ATOM,)),
    "log_total_exp": (r"\ln \textstyle\sum_j e^{{{0}_j}}", SUM, (ATOM,)),
    **{
        word: (rf"\{word}\left({{0}}\right)", ATOM, (ANY,))
        for word in ("sin", "cos", "sinh", "cosh", "tanh")
    },
    "log": (r"\ln\left({0}\right)", ATOM, (ANY,)),
    "atan": (r"\arctan\left({0}\right)", ATOM, (ANY,)),
    **{
        word: (rf"\operatorname{{{{{word}}}}}\left({{0}}\right)", ATOM, (ANY,))
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
        return _cases(node, done), CASES
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
    sign = "-" if text.startswith("-") else ""
    size, binding = text.removeprefix("-"), ATOM
    if "/" in size:
        above, below = size.split("/")
        size, binding = rf"\tfrac{{{above}}}{{{below}}}", FRACTION
    elif "e" in size:
        digits, exponent = size.split("e")
        ten = f"10^{{{int(exponent)}}}"
        size, binding = (ten, POWER) if digits == "1" else (rf"{digits} \cdot {ten}", PRODUCT)
    return sign + size, min(binding, SIGN) if sign else binding


def _cases(node: Expression, done: Mapping[Expression, tuple[str, int]]) -> str:
    rows = []
    while node.word == "where":
        condition, yes, node = node.arguments
        rows.append(rf"{done[yes][0]} & \text{{if }} {done[condition][0]}")
    rows.append(rf"{done[node][0]} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
