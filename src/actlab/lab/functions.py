"""The catalogue for the page: its functions as JavaScript, and what is known of each."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from actlab.catalogue import Activation, find, names
from actlab.compilers.javascript import module
from actlab.compilers.mathml import mathml
from actlab.formula.expression import walk
from actlab.lab.naming import framework_code, framework_names
from actlab.properties.facts import facts

router = APIRouter()

LEAVES = frozenset({"symbol", "constant", "pi"})
CHEAP = frozenset({
    "add", "subtract", "multiply", "damped", "divide", "negative", "power", "absolute", "sign", "minimum", "maximum",
    "greater", "greater_equal", "logical_and", "logical_or", "logical_not", "where", "total",
})  # fmt: skip


@router.get("/functions.js", response_class=Response)
def code() -> Response:
    """Every function of one number as JavaScript."""
    return Response(_module(), media_type="text/javascript")


@router.get("/functions.json", response_class=JSONResponse)
def catalogue() -> JSONResponse:
    """The facts of every function, in the catalogue's order."""
    return JSONResponse(_facts())


@cache
def _module() -> str:
    return module(each for each in map(find, names()) if each.univariate)


@cache
def _facts() -> list[dict[str, Any]]:
    return [_page(find(name)) for name in names()]


def _page(activation: Activation) -> dict[str, Any]:
    known = facts(activation)
    known["formula"]["mathml"] = mathml(activation.formula)
    for name, slope in zip(activation.inputs, activation.slopes if activation.elementwise else (), strict=False):
        known["derivatives"][name]["mathml"] = mathml(slope)
    named = {"names": framework_names(activation), "code": framework_code(activation)}
    return {**known, "univariate": activation.univariate, "cost": _cost(activation), **named}


def _cost(activation: Activation) -> dict[str, Any]:
    """How often each word is computed that is more than arithmetic and comparisons, and how many of those there are."""
    words = Counter(node.word for node in walk(activation.formula) if node.word not in LEAVES)
    dear = {word: count for word, count in words.items() if word not in CHEAP}
    return {"dear": dear, "cheap": words.total() - sum(dear.values())}
