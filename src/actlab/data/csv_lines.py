"""A CSV file line by line: its separator, its header, and the line at which it stops being a table."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

SEPARATORS = ",;\t|"

NAMED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def separator(path: Path) -> str:
    """The one of the known separators that the header has most of."""
    with path.open(encoding="utf-8-sig") as file:
        return max(SEPARATORS, key=file.readline().count)


def repeated_names(path: Path) -> dict[str, int]:
    """Names that stand in the header more than once, with how often they do."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next((row for row in csv.reader(file, delimiter=separator(path)) if row), [])
    return {name: count for name, count in Counter(header).items() if name and count > 1}


def fault(path: Path) -> tuple[str, str] | None:
    """What is wrong with a file that was refused, and what to do about it; None when nothing is found."""
    line = _undecodable_line(path)
    if line:
        return f"line {line:,} is not written in UTF-8", "save it as UTF-8, in a spreadsheet as “CSV UTF-8”"
    return _uneven_line(path)


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _uneven_line(path: Path) -> tuple[str, str] | None:
    mark = separator(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=mark, strict=True)
        begin = fields = 0
        try:
            for row in rows:
                fields = fields or len(row)
                if len(row) > fields:
                    return (
                        f"line {begin + 1:,} has {len(row):,} fields and the header {fields:,}",
                        f"correct this line, and put quotes around text that holds a {NAMED[mark]}",
                    )
                begin = rows.line_num
        except csv.Error as error:
            if "end of data" in str(error):
                return f"the quotes of line {begin + 1:,} are never closed", "close or delete them"
    return None
