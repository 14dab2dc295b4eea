"""Numbers that came as text, and how to write them so that they can be read as numbers."""

from __future__ import annotations

import polars as pl

from actlab.data.errors import DataError, counted

PLAIN = r"^[+-]?(\d+|\d*\.\d+|\d{1,3}(\.\d{3})+)$"
DECIMAL_COMMA = r"^[+-]?(\d+|\d{1,3}([. ]\d{3})+)?,\d+$"
COMMAS_IN_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"


def refuse_commas(values: pl.Series, or_else: str = "") -> None:
    """Stops at text that is numbers with commas in them, and says how to write them.

    Args:
        values: the target as text, without gaps.
        or_else: what else could be done.

    Raises:
        DataError: when every entry is a number, and at least one has a comma.
    """
    has_comma = values.str.contains(",", literal=True)
    commas = values.filter(has_comma)
    if not len(commas) or not values.filter(~has_comma).str.contains(PLAIN).all():
        return
    came = commas[0]
    if commas.str.contains(COMMAS_IN_THOUSANDS).all():
        kind, plain = "commas between the thousands", came.replace(",", "")
    elif commas.str.contains(DECIMAL_COMMA).all():
        kind, plain = "a decimal comma", came.replace(".", "").replace(" ", "").replace(",", ".")
    else:
        return
    raise DataError(
        f"The target `{values.name}` holds numbers with {kind} ({came!r}), which are read as text: "
        f"write them as {plain}, here and in the other columns, and save the table anew{or_else}."
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
