"""Numbers that came as text, and how to write them so that they can be read as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from actlab.data.errors import SHOWN, DataError, by_column, counted
from actlab.data.table import Finding

NEARLY = 0.9
"""From this share of numbers on, a column of text was probably meant to be one of numbers."""

GAPS_AMONG_NUMBERS = ["-", "--", "---", "–", "—", ".", ".."]
"""Cells without a value where all others are numbers; among words, as in `+` and `-`, they may mean something."""

PLAIN = r"^[+-]?(\d+|\d*\.\d+|\d{1,3}(\.\d{3})+)$"
DECIMAL_COMMA = r"^[+-]?(\d+|\d{1,3}([. ]\d{3})+)?,\d+$"
COMMAS_IN_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
NUMBER = f"{PLAIN}|{DECIMAL_COMMA}|{COMMAS_IN_THOUSANDS}"


@dataclass(frozen=True)
class Commas:
    """Commas in numbers: which, the first number that has one, and how it has to be written."""

    kind: str
    came: str
    plain: str


@dataclass(frozen=True)
class Hindrance:
    """What keeps a column that is meant as numbers from being read as such: the code, a note and how it is told."""

    code: str
    note: str
    told: str
    plain: str = ""


def commas_in(values: pl.Series) -> Commas | None:
    """The commas in text that is all numbers; None where there are none, or something else beside them."""
    has_comma = values.str.contains(",", literal=True)
    commas = values.filter(has_comma)
    if not len(commas) or not values.filter(~has_comma).str.contains(PLAIN).all():
        return None
    came = commas[0]
    if commas.str.contains(COMMAS_IN_THOUSANDS).all():
        return Commas("commas between the thousands", came, came.replace(",", ""))
    if commas.str.contains(DECIMAL_COMMA).all():
        return Commas("a decimal comma", came, came.replace(".", "").replace(" ", "").replace(",", "."))
    return None


def hindrance(values: pl.Series) -> Hindrance | None:
    """What keeps a feature of text, nearly all of which is numbers, from being read as numbers.

    Args:
        values: the feature as text, gaps as null.

    Returns:
        The commas in its numbers or the few values that are none; None where it is text or numbers alone.
    """
    known = values.drop_nulls()
    numbers = known.filter(known.str.contains(NUMBER))
    if len(numbers) >= NEARLY * len(known) and (commas := commas_in(numbers)) is not None:
        note = f"holds numbers with {commas.kind}"
        told = f"`{values.name}` {note} ({commas.came!r}), which are read as text"
        return Hindrance("D119", note, told, commas.plain)
    others = values.is_not_null() & values.cast(pl.Float64, strict=False).is_null()
    count, gaps = int(others.sum()), int(known.is_in(GAPS_AMONG_NUMBERS).sum())
    amount = len(known) - count
    if count == 0 or amount < max(1, NEARLY * (len(known) - gaps)):
        return None
    note = f"holds {counted(amount, 'number')} and {counted(count, 'other value')}"
    first = int(others.arg_true()[0])
    return Hindrance("D118", note, f"`{values.name}` {note} (first: {values[first]!r} in row {first + 1:,})")


def hindrance_findings(hindered: Sequence[tuple[Hindrance, bool]]) -> list[Finding]:
    """What to do about columns that could be numbers, each with whether it is used (as categories) nonetheless."""
    found = []
    for code in ("D118", "D119"):
        same = [(each, used) for each, used in hindered if each.code == code]
        if not same:
            continue
        told = [f"{each.told}, so it is {'read as categories' if used else 'left out'}" for each, used in same]
        if code == "D118":
            cure = "if these are amounts, correct the other values or leave their cells empty"
        else:
            cure = f"write them as {' and '.join(dict.fromkeys(each.plain for each, _ in same[:SHOWN]))}"
        found.append(Finding(code, f"{by_column(told)}: {cure}."))
    return found


def refuse_commas(values: pl.Series, or_else: str = "") -> None:
    """Stops at text that is numbers with commas in them, and says how to write them.

    Args:
        values: the target as text, without gaps.
        or_else: what else could be done.

    Raises:
        DataError: when every entry is a number, and at least one has a comma.
    """
    if (commas := commas_in(values)) is None:
        return
    raise DataError(
        f"The target `{values.name}` holds numbers with {commas.kind} ({commas.came!r}), which are read as text: "
        f"write them as {commas.plain}, here and in the other columns, and save the table anew{or_else}."
    )


def refuse_numbers_as_text(values: pl.Series) -> None:
    """Stops at text most of which is numbers, and says what keeps it from being read as such.

    Args:
        values: the target as text, without gaps, in which the text cannot be used.

    Raises:
        DataError: when more than half of the entries are numbers.
    """
    wrong = values.cast(pl.Float64, strict=False).is_null()
    count = int(wrong.sum())
    if count == 0:
        raise DataError(
            f"The target `{values.name}` holds numbers that are stored as text ({values[0]!r}): store them as numbers."
        )
    if count < len(values) / 2:
        first = int(wrong.arg_true()[0])
        raise DataError(
            f"The target `{values.name}` holds numbers, except in {counted(count, 'row')} of {len(values):,} "
            f"(first: {values[first]!r} in row {first + 1:,}, counted from 1 below the header): correct these rows or "
            "leave them out."
        )
