"""A CSV file line by line: its separator, its header, and the line at which it stops being a table."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from actlab.data.errors import DataError

SEPARATORS = ",;\t|"

SPELLED = {"\t": "\\t"}


def separator(path: Path) -> str:
    """The one of the known separators that the header has most of."""
    with path.open(encoding="utf-8-sig") as file:
        return max(SEPARATORS, key=file.readline().count)


def repeated_names(path: Path) -> dict[str, int]:
    """Names that stand in the header more than once, with how often they do."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next((row for row in csv.reader(file, delimiter=separator(path)) if row), [])
    return {name: count for name, count in Counter(header).items() if name and count > 1}


def fault(path: Path) -> DataError | None:
    """What is wrong with a file that was refused, and what to do about it; None when nothing is found."""
    line = _undecodable_line(path)
    if line:
        return DataError(
            "{name} cannot be read as {kind} (line {line} is not written in UTF-8): save it as UTF-8, in a spreadsheet "
            "as “CSV UTF-8”.",
            **_named(path), line=f"{line:,}",
        )  # fmt: skip
    return _uneven_line(path)


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _uneven_line(path: Path) -> DataError | None:
    mark = separator(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=mark, strict=True)
        begin = fields = 0
        try:
            for row in rows:
                fields = fields or len(row)
                if len(row) > fields:
                    return DataError(
                        "{name} cannot be read as {kind} (line {line} has {fields} fields and the header {expected}): "
                        "correct this line, and put quotes around text that holds a separator (`{separator}`).",
                        **_named(path), line=f"{begin + 1:,}", fields=f"{len(row):,}", expected=f"{fields:,}",
                        separator=SPELLED.get(mark, mark),
                    )  # fmt: skip
                begin = rows.line_num
        except csv.Error as error:
            if "end of data" in str(error):
                return DataError(
                    "{name} cannot be read as {kind} (the quotes of line {line} are never closed): close or delete "
                    "them.",
                    **_named(path), line=f"{begin + 1:,}",
                )  # fmt: skip
    return None


def _named(path: Path) -> dict[str, str]:
    return {"name": path.name, "kind": path.suffix.lower()[1:]}
