"""What is proposed to be predicted of a dropped table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from actlab.lab.reports.tables import shown

ROWS = 60
COLUMNS = {
    "id": range(ROWS),
    "age": [20 + row * row % 50 for row in range(ROWS)],
    "bought": ["yes", "no"] * (ROWS // 2),
    "gappy": ["a", "b", None] * (ROWS // 3),
    "name": [f"case {row}" for row in range(ROWS)],
}


@pytest.mark.parametrize(
    ("order", "proposed"),
    [
        ("age bought id", "bought"), ("id bought age", "age"), ("age bought name", "bought"),
        ("age bought gappy", "bought"), ("name id", "id"),
    ],
)  # fmt: skip
def test_the_last_column_that_means_something_is_proposed(order: str, proposed: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    pl.DataFrame({name: COLUMNS[name] for name in order.split()}).write_csv(path)
    assert shown(path).target == proposed
