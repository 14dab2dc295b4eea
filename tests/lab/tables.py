"""The table that tests of the lab drop."""

import numpy as np
import polars as pl


def kinds(rows: int) -> pl.DataFrame:
    """A table of two classes that no line parts; with thousands of rows it is compared for many seconds."""
    x, y = np.random.default_rng(1).normal(size=(2, rows))
    return pl.DataFrame({"x": x, "y": y, "kind": ["in" if each else "out" for each in x * y > 0]})
