"""The tables of a store, the same in every database; their version changes whenever they do."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

VERSION = 1

metadata = MetaData()

about = Table("actlab_store", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

comparisons = Table(
    "actlab_comparison",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record", Text, nullable=False),  # a Comparison without what the next columns hold
    Column("started", Text, nullable=False),
    Column("planned", BigInteger, nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("timings", Text),  # there when it is finished
    Column("answer", Text),
    Column("owner", Text),
    Column("leased_until", Double, nullable=False),  # seconds since 1970, by the clock of the database
)


def _key() -> Column[str]:
    return Column("comparison", ForeignKey(comparisons.c.id), primary_key=True)


runs = Table(
    "actlab_run",
    metadata,
    _key(),
    Column("number", Integer, primary_key=True, autoincrement=False),  # its place in the plan
    Column("record", Text, nullable=False),
)

places = Table(
    "actlab_place",
    metadata,
    _key(),
    Column("repeat", Integer, primary_key=True, autoincrement=False),
    Column("activation", Text, primary_key=True),
    Column("number", Integer, nullable=False),  # of its run
    Column("scores", LargeBinary, nullable=False),
    Column("network", LargeBinary),
    Column("readings", Text),  # there when its repeat is closed
)

repeats = Table(
    "actlab_repeat",
    metadata,
    _key(),
    Column("repeat", Integer, primary_key=True, autoincrement=False),
    Column("rows", LargeBinary, nullable=False),
)

PARTS = (repeats, places, runs)
"""What belongs to a comparison, in an order in which it can be deleted."""
