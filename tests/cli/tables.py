"""Small tables, written where a test wants them."""

import random
from collections.abc import Sequence
from pathlib import Path

QUICK = ["--activations", "relu,tanh", "--repeats", "2", "--rates", "0.01", "--hidden", "4", "--epochs", "2"]


def write_table(path: Path, rows: int = 60, **columns: Sequence[object]) -> str:
    """A CSV with two numeric columns and a target of two classes, and whatever else is asked for."""
    chance = random.Random(0)
    table: dict[str, Sequence[object]] = {
        "age": [chance.randint(18, 90) for _ in range(rows)],
        "income": [round(chance.uniform(1, 9), 3) for _ in range(rows)],
        "churned": [("yes", "no")[index % 2] for index in range(rows)],
        **columns,
    }
    lines = [",".join(table), *(",".join(map(str, row)) for row in zip(*table.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
