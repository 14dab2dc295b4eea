"""How near the time said before the start is to the time that a comparison takes, table by table.

python benchmarks/estimates.py [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import polars
from sklearn.datasets import make_classification

from actlab import compare
from actlab.compare import estimate_seconds
from actlab.compare.plan import make_plan
from actlab.data import read

RESULTS = Path(__file__).parent / "results" / "estimates.json"
ROWS, FEATURES = 20_000, 20
MARKS = (0.25, 0.5, 0.75)  # shares of the networks at which the bar's remaining time is looked at


def main() -> None:
    """Measure, print a table, and write the numbers down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.csv"
        write_table(made)
        for name, source, target in (
            ("breast_cancer", "sklearn:breast_cancer", "target"),
            ("digits", "sklearn:digits", "target"),
            (f"{ROWS} × {FEATURES}, made", str(made), "label"),
        ):
            rounds = [one_round(source, target, Path(folder) / f"{name[:6]}-{turn}") for turn in range(asked.rounds)]
            found[name] = rounds
            show(name, rounds)
    RESULTS.write_text(json.dumps({"rounds": asked.rounds, "tables": found}, indent=1) + "\n", encoding="utf-8")


def write_table(path: Path) -> None:
    """A table of two classes that overlap."""
    features, labels = make_classification(ROWS, FEATURES, n_informative=10, flip_y=0.1, random_state=1)
    columns = {f"feature {index}": features[:, index] for index in range(FEATURES)}
    polars.DataFrame({**columns, "label": np.where(labels == 1, "yes", "no")}).write_csv(path)


def one_round(source: str, target: str, out: Path) -> dict[str, float]:
    """The estimate, the truth, and at each mark what the bar said over what was left."""
    table = read(source, target)
    plan = make_plan(table)
    said = estimate_seconds(plan, table)
    begun = time.perf_counter()
    at: dict[int, tuple[float, float]] = {}

    def note(progress: compare.Progress) -> None:
        at[progress.done] = time.perf_counter() - begun, progress.seconds_left

    compare(source, target=target, out=out, on_progress=note)
    took = time.perf_counter() - begun
    last = max(at)
    ratios = {"said": said, "took": took, "ratio": said / took}
    for mark in MARKS:
        done = round(mark * last)
        ratios[f"left at {mark:.0%}"] = at[done][1] / (at[last][0] - at[done][0])
    return ratios


def show(name: str, rounds: list[dict[str, float]]) -> None:
    """The rounds' medians."""
    middle = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
    print(name, {key: round(value, 2) for key, value in middle.items()}, flush=True)


if __name__ == "__main__":
    main()
