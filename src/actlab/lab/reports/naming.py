"""What a file from a browser is called on this disk."""

from __future__ import annotations

import re
from urllib.parse import unquote

LONGEST = 60  # characters; four bytes each at most, and a file's name has 255


def safe_name(sent: str) -> str:
    r"""The name of a file without its folders and without what means something to a shell, a URL or a disk.

    Args:
        sent: The name as a header has it: UTF-8 in percent signs.

    >>> safe_name("..%2F..%2Fetc%2Fmy%20table.csv"), safe_name("C:\\data\\%E8%A1%A8.parquet"), safe_name("..")
    ('my-table.csv', '表.parquet', 'table')
    """
    last = re.split(r"[/\\]", unquote(sent))[-1]
    stem, dot, suffix = last.rpartition(".")
    if not dot:
        stem, suffix = last, ""
    stem, suffix = (re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in (stem, suffix))
    return f"{stem[:LONGEST].strip('-.') or 'table'}{dot if suffix else ''}{suffix[:12]}"
