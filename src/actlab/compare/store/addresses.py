"""Where a store is, as one types it: a file, a folder that holds one, or the URL of a PostgreSQL database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from actlab.compare.store.failures import StoreRefusal

STORE = "runs.sqlite"
"""The name of the store in the folder of a report."""

SERVERS = ("postgresql://", "postgres://", "postgresql+psycopg://")
FILES = ("sqlite:///",)


@dataclass(frozen=True)
class Address:
    """A file, or the URL of a server; printed, it never shows a password."""

    path: Path | None
    url: str = field(default="", repr=False)

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else masked(self.url)


def address_of(text: str) -> Address:
    """What a person means by a store.

    >>> address_of("runs.sqlite").path
    PosixPath('runs.sqlite')
    >>> str(address_of("postgresql://ann:secret@db.example/lab"))
    'postgresql://ann:***@db.example/lab'

    Raises:
        StoreRefusal: a URL of another kind of database.
    """
    if text.startswith(SERVERS):
        return Address(None, re.sub(r"^[^:]*", "postgresql+psycopg", text))
    for beginning in FILES:
        text = text.removeprefix(beginning)
    if re.match(r"[A-Za-z][\w+.-]+://", text) or not text.strip():
        raise StoreRefusal(
            f"{masked(text) or 'Nothing'} is no store: write a file such as {STORE}, "
            "or a URL such as postgresql://name@host/database."
        )
    path = Path(text)
    return Address(path / STORE if path.is_dir() else path)


def masked(text: str) -> str:
    """A text in which the password of a URL is replaced by three stars.

    >>> masked("--store=postgres://ann:p@ss@db/lab?password=x&a=b")
    '--store=postgres://ann:***@db/lab?password=***&a=b'
    """
    text = re.sub(r"(://[^:/@\s]*):[^\s]*@", r"\1:***@", text)
    text = re.sub(r"((?:sslpassword|password)=)[^&\s]+", r"\1***", text)
    return text.replace("postgresql+psycopg:", "postgresql:")
