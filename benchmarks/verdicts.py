"""How often the verdicts err: the whole comparison on many fresh tables, where the truth is known.

Each study draws a new table from a population and compares relu with seven functions. Three of them are relu turned
over (relu(-x), -relu(x), -relu(-x)): started at random they are the same learner, so their true difference is exactly
0, and a CLEAR, SMALL or WORSE is a false alarm. The true differences of the other four are taken to be their means
over all studies. To see power, a known difference is added to the scores of the three.

Run from the checkout: python -m benchmarks.verdicts [--studies 300] [--rows 240] [--markdown]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.datasets import make_classification, make_regression

import actlab
from actlab import Source, activation
from actlab.compare.assessment import grain
from actlab.compare.metrics import METRICS
from actlab.compare.plan import make_plan
from actlab.compare.records import Difference, Plan
from actlab.compare.runs import run
from actlab.compare.statistics import differences_from
from actlab.compare.verdict import shown, word
from actlab.data import table_of

RESULTS = Path(__file__).resolve().parent / "results" / "verdicts.json"
TURNED = Source("relu turned over", 2026)
COPIES = ("relu_of_minus", "minus_relu", "minus_relu_of_minus")
OTHERS = ("tanh", "silu", "sigmoid", "step")
NAMES = ("relu", *COPIES, *OTHERS)
PLANTED = (0.0, 0.01, 0.02, 0.03, 0.05, 0.1)
POPULATION = 150_000
SETTINGS: dict[str, Any] = {
    "repeats": 10, "hidden": (16,), "rates": (0.003, 0.02), "epochs": 40, "patience": 8, "batch": 32,
}  # fmt: skip

Floats = npt.NDArray[np.float64]


@activation("rectified", TURNED)
def relu_of_minus(x: Any) -> Any:
    """relu from right to left."""
    return actlab.relu(-x)


@activation("rectified", TURNED)
def minus_relu(x: Any) -> Any:
    """relu upside down."""
    return -actlab.relu(x)


@activation("rectified", TURNED)
def minus_relu_of_minus(x: Any) -> Any:
    """Both."""
    return -actlab.relu(-x)


def population(task: str) -> tuple[Floats, npt.NDArray[Any]]:
    """All rows that there are; each study draws its own from them."""
    generator = np.random.default_rng(0)
    if task == "regression":
        X, y = make_regression(POPULATION, 8, n_informative=4, random_state=0)
        y = np.sin(2 * y / y.std()) + 0.5 * X[:, 0] * X[:, 1] + 0.3 * generator.standard_normal(POPULATION)
    else:
        X, y = make_classification(
            POPULATION, 12, n_informative=6, n_redundant=2, n_classes=2 if task == "binary" else 4,
            n_clusters_per_class=2 if task == "binary" else 1, class_sep=1.1, flip_y=0.04, random_state=0,
        )  # fmt: skip
    order = generator.permutation(POPULATION)
    return X[order], y[order]


def study(task: str, studies: int, rows: int) -> tuple[Plan, Floats]:
    """The scores of many comparisons, (studies, repeats, functions), and the plan of the first."""
    X, y = population(task)
    plans, scores = [], []
    for number in range(studies):
        own = slice(number * rows, (number + 1) * rows)
        table = table_of((X[own], y[own]), task="regression" if task == "regression" else None)
        plan = make_plan(table, activations=NAMES, seed=number, **SETTINGS)
        found = {(each.run.activation, each.run.repeat): each.run.test_score for each in run(plan, table).chosen}
        scores.append([[found[name, repeat] for name in NAMES] for repeat in range(plan.repeats)])
        plans.append(plan)
        if (number + 1) % 25 == 0:
            print(f"{task}: {number + 1} of {studies} studies", file=sys.stderr)
    return plans[0], np.array(scores)


def judged(plan: Plan, scores: Floats, names: Sequence[str], rows: int, planted: float = 0.0) -> dict[str, Difference]:
    """What a comparison of relu with some of the functions says, where `planted` is what the copies are better by."""
    direction, tested = METRICS[plan.metric].direction, round(rows * plan.test_share)
    known = {name: scores[:, NAMES.index(name)] + direction * planted * (name in COPIES) for name in ("relu", *names)}
    by_repeat = {name: tuple(values.tolist()) for name, values in known.items()}
    return differences_from("relu", by_repeat, direction, plan.test_over_fitting, grain(plan, tested))


def coverage(found: Sequence[dict[str, Difference]], name: str, truth: float) -> float:
    """The share of studies whose interval has the truth in it."""
    return float(np.mean([each[name].low <= truth <= each[name].high for each in found]))


def summary(plan: Plan, scores: Floats, rows: int) -> dict[str, Any]:
    """False alarms, power and coverage of one population."""
    alike = [judged(plan, each, COPIES, rows) for each in scores]
    every = [judged(plan, each, NAMES[1:], rows) for each in scores]
    means = {name: float(np.mean([each[name].mean for each in every])) for name in OTHERS}
    scatters = [np.std(each[name].by_repeat, ddof=1) for each in alike for name in COPIES]
    return {
        "metric": plan.metric,
        "studies": len(scores),
        "scatter_of_differences": float(np.mean(scatters)),
        "false_alarm_any_of_three": float(np.mean([any(shown(each[name]) for name in COPIES) for each in alike])),
        "false_alarm_each": float(np.mean([each[name].p < 0.05 for each in alike for name in COPIES])),
        "coverage_of_0": float(np.mean([coverage(alike, name, 0.0) for name in COPIES])),
        "planted": [planted_row(plan, scores, rows, planted) for planted in PLANTED],
        "others": {
            name: {
                "difference": means[name],
                "coverage": coverage(every, name, means[name]),
                "words": counted([word(each[name], plan.matters) for each in every]),
            }
            for name in OTHERS
        },
    }


def planted_row(plan: Plan, scores: Floats, rows: int, planted: float) -> dict[str, Any]:
    """How often a difference of one copy, compared alone, gets each word."""
    words = [word(judged(plan, each, (name,), rows, planted)[name], plan.matters) for each in scores for name in COPIES]
    return {"difference": planted, "words": counted(words)}


def counted(words: Sequence[str]) -> dict[str, float]:
    """The share of each word."""
    return {each: words.count(each) / len(words) for each in ("CLEAR", "SMALL", "SAME", "WORSE", "UNSURE")}


def markdown(results: dict[str, Any]) -> str:
    """The figures as tables of the documentation."""
    tasks = results["tasks"]
    lines = ["| | " + " | ".join(f"{task}: {each['metric']}" for task, each in tasks.items()) + " |"]
    lines.append("|---|" + "---:|" * len(tasks))
    for label, key in (
        ("a false CLEAR, SMALL or WORSE among three functions that equal relu", "false_alarm_any_of_three"),
        ("p below 0.05 for one of them, uncorrected", "false_alarm_each"),
        ("95 % intervals that contain their true difference, 0", "coverage_of_0"),
    ):
        lines.append(f"| {label} | " + " | ".join(f"{100 * each[key]:.1f} %" for each in tasks.values()) + " |")
    for name in OTHERS:
        cells = [f"{100 * each['others'][name]['coverage']:.1f} %" for each in tasks.values()]
        lines.append(f"| the same of {name}'s | " + " | ".join(cells) + " |")
    scatters = " | ".join(f"{each['scatter_of_differences']:.3f}" for each in tasks.values())
    lines.append(f"| scatter of a difference from repeat to repeat | {scatters} |")
    lines += ["", "| true difference | " + " | ".join(f"{task}: shown / CLEAR" for task in tasks) + " |"]
    lines.append("|---:|" + "---:|" * len(tasks))
    for place, planted in enumerate(PLANTED):
        words = [each["planted"][place]["words"] for each in tasks.values()]
        cells = [f"{100 * (each['CLEAR'] + each['SMALL']):.1f} % / {100 * each['CLEAR']:.1f} %" for each in words]
        lines.append(f"| {planted:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Simulate, save the figures and print the tables; or print the saved ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--studies", type=int, default=300, help="fresh tables of each kind (default 300)")
    parser.add_argument("--rows", type=int, default=240, help="rows of each table (default 240)")
    parser.add_argument("--markdown", action="store_true", help="print the saved figures, simulate nothing")
    given = parser.parse_args()
    if given.markdown:
        print(markdown(json.loads(RESULTS.read_text(encoding="utf-8"))))
        return
    tasks = {}
    for task in ("binary", "multiclass", "regression"):
        plan, scores = study(task, given.studies, given.rows)
        tasks[task] = summary(plan, scores, given.rows)
    results = {"rows": given.rows, **SETTINGS, "tasks": tasks}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(markdown(results))


if __name__ == "__main__":
    main()
