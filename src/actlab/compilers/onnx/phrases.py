"""Formulas in which ONNX's operators Softmax and LogSoftmax are recognised."""

from __future__ import annotations

from actlab.formula import Expression
from actlab.formula.expression import apply, rebuild, walk


def recognised(formula: Expression) -> Expression:
    """softmax and its logarithm become words of their own.

    >>> from actlab.catalogue import find
    >>> recognised(find("softmax").formula)
    softmax(x)
    """
    done: dict[Expression, Expression] = {}
    for node in walk(formula):
        parts = tuple(done[part] for part in node.arguments)
        done[node] = _phrase(rebuild(node.word, parts)) if parts else node
    return done[formula]


def _phrase(node: Expression) -> Expression:
    parts = node.arguments
    if node.word == "subtract" and parts[1] is apply("log_total_exp", parts[0]):
        return apply("log_softmax", parts[0])
    if node.word == "exp" and parts[0].word == "log_softmax":
        return apply("softmax", *parts[0].arguments)
    return node
