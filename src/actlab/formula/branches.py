"""The line cut into pieces on which a formula has no branch, no corner and no pole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from actlab.formula.expression import Expression, FormulaError, apply, constant, depends_on, rebuild, walk
from actlab.formula.zeros import Setting, Zeros, sign_on, spots, zeros

TRUE, FALSE = apply("greater", 1, 0), apply("greater", 0, 1)
COMPARING = ("greater", "greater_equal", "minimum", "maximum")
CHOOSING = (*COMPARING, "absolute", "sign")
SINGULAR = ("divide", "sqrt", "hypot", "log", "log1p")  # words with a corner or a pole where their gap is 0


@dataclass(frozen=True)
class Piece:
    """A stretch of the line on which the formula has no corner, and what it is there.

    `certain` is False where a corner may have been missed, because it was looked for by sampling, and where the
    formula may have a pole or a vertical slope at an end.
    """

    low: float
    high: float
    formula: Expression
    certain: bool = True

    @property
    def spots(self) -> tuple[float, ...]:
        """A few points inside, the middle first."""
        return spots(self.low, self.high)


def pieces(expression: Expression, name: str, values: Mapping[str, float]) -> tuple[Piece, ...]:
    """The pieces, from left to right: their ends are the points where the formula may not be smooth."""
    return _cut(Piece(-math.inf, math.inf, expression), Setting(name, values), frozenset())


def _cut(piece: Piece, setting: Setting, cleared: frozenset[Expression]) -> tuple[Piece, ...]:
    """Cut where the innermost undecided nodes change their minds, decide them, and go on outwards."""
    here = replace(setting, low=piece.low, high=piece.high)
    gaps = {node: _gap(node) for node in _undecided(piece.formula, setting.name, cleared)}
    if not gaps:
        return (piece,)
    found = Zeros()
    for node, gap in gaps.items():
        found |= zeros(gap, here, touching=node.word in SINGULAR)
    parts: list[Piece] = []
    for low, high in pairwise([piece.low, *sorted(found.points), piece.high]):
        stretch = replace(setting, low=low, high=high)
        signs = {node: sign_on(gap, stretch) for node, gap in gaps.items() if node.word not in SINGULAR}
        chosen = {node: _choose(node, sign) for node, sign in signs.items() if sign is not None}
        smooth = not any(_touches(gap, stretch) for node, gap in gaps.items() if node.word in SINGULAR)
        certain = piece.certain and found.certain and smooth and len(chosen) == len(signs)
        try:
            part = Piece(low, high, _settled(piece.formula, chosen), certain)
        except FormulaError:  # a division by a formula that is 0 all along the stretch
            parts.append(Piece(low, high, piece.formula, certain=False))
        else:
            parts += _cut(part, setting, cleared | (gaps.keys() - chosen.keys()))
    return tuple(parts)


def _touches(gap: Expression, stretch: Setting) -> bool:
    """Whether the gap vanishes at an end: what the formula does there is not settled by its rules."""
    return any(not abs(stretch.at(gap, end)) > 1e-9 for end in stretch.stretch if math.isfinite(end))


def _undecided(expression: Expression, name: str, cleared: frozenset[Expression]) -> list[Expression]:
    """The innermost nodes with branches, corners or poles; those behind an undecided condition come later."""
    found: list[Expression] = []
    waiting: set[Expression] = set()
    for node in walk(expression, parts=lambda node: node.arguments[:1] if node.word == "where" else node.arguments):
        if any(part in waiting for part in node.arguments):
            waiting.add(node)
        elif node not in cleared and node not in (TRUE, FALSE) and _branches(node, name):
            found.append(node)
            waiting.add(node)
    return found


def _branches(node: Expression, name: str) -> bool:
    return node.word in CHOOSING or (node.word in SINGULAR and depends_on(_gap(node), name))


def _gap(node: Expression) -> Expression:
    """The quantity whose sign decides the branch of a node, or at whose zeros it is not smooth."""
    if node.word in COMPARING:
        return node.arguments[0] - node.arguments[1]
    if node.word == "hypot":
        return node
    return 1 + node.arguments[0] if node.word == "log1p" else node.arguments[-1]


def _choose(node: Expression, sign: int) -> Expression:
    """What a node is where its gap has this sign."""
    if node.word in ("greater", "greater_equal"):
        return TRUE if sign > 0 or (sign == 0 and node.word == "greater_equal") else FALSE
    if node.word in ("minimum", "maximum"):
        return node.arguments[(sign < 0) == (node.word == "maximum")]
    return node.arguments[0] * sign if node.word == "absolute" else constant(sign)


def _settled(expression: Expression, chosen: Mapping[Expression, Expression]) -> Expression:
    """The expression with some nodes replaced and its decided conditions carried out."""
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        arguments = tuple(done[argument] for argument in node.arguments)
        done[node] = chosen[node] if node in chosen else _fold(node, arguments)
    return done[expression]


def _fold(node: Expression, arguments: tuple[Expression, ...]) -> Expression:
    if arguments == node.arguments:
        return node
    if node.word == "where" and arguments[0] in (TRUE, FALSE):
        return arguments[1] if arguments[0] is TRUE else arguments[2]
    if node.word == "logical_not" and arguments[0] in (TRUE, FALSE):
        return FALSE if arguments[0] is TRUE else TRUE
    if node.word in ("logical_and", "logical_or"):
        ends = TRUE if node.word == "logical_or" else FALSE
        if ends in arguments:
            return ends
        rest = [part for part in arguments if part not in (TRUE, FALSE)]
        if len(rest) < 2:
            return rest[0] if rest else arguments[0]
    return rebuild(node.word, arguments)
