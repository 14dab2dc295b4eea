"""Where comparisons are kept while they run and after: a SQLite file beside the report, or a team's PostgreSQL.

What a store is and holds, `protocol.py` says. `open_store` imports SQLAlchemy; everything else here is light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actlab.compare.store.addresses import STORE, Address, address_of, masked
from actlab.compare.store.failures import LeaseLost, NotKept, StoreFailure, StoreRefusal

if TYPE_CHECKING:
    from actlab.compare.store.protocol import Store

__all__ = [
    "STORE",
    "Address",
    "LeaseLost",
    "NotKept",
    "StoreFailure",
    "StoreRefusal",
    "address_of",
    "masked",
    "open_store",
]


def open_store(address: Address, *, create: bool = False) -> Store:
    """Open a store.

    Args:
        address: where it is.
        create: make it when it is not there; otherwise that is refused.

    Raises:
        StoreRefusal: nothing there, something else there, a store of another version, or a server that does not answer.
    """
    from actlab.compare.store.database import opened  # SQLAlchemy takes long to import

    return opened(address, create=create)
