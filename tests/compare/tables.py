"""Small tables, one a task, for whole comparisons in seconds."""

import numpy as np
import polars as pl


def small_frame(task: str, rows: int = 120, seed: int = 0) -> pl.DataFrame:
    """A table with a number, a gap now and then, a category, and a target that follows from them."""
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=(2, rows))
    colour = generator.choice(["red", "green", "blue"], rows)
    signal = x * z + (colour == "red") + 0.3 * generator.normal(size=rows)
    order = np.argsort(np.argsort(signal)) / rows
    target = {
        "binary": np.where(order > 0.6, "yes", "no"),
        "multiclass": np.array(["low", "middle", "high"])[(order * 3).astype(int)],
        "regression": 100 + 20 * signal,
    }[task]
    gaps = np.where(np.arange(rows) % 11 == 0, np.nan, x)
    return pl.DataFrame({"x": pl.Series(gaps).fill_nan(None), "z": z, "colour": colour, "answer": target})
