"""A finished comparison that nobody ran: plausible numbers for the tests of statistics, report and store."""

from __future__ import annotations

import numpy as np

from actlab.compare.assessment import candidates
from actlab.compare.records import (
    Chosen,
    ColumnRead,
    CutoffCurve,
    DataRead,
    Environment,
    Plan,
    Results,
    Run,
    Task,
)
from actlab.compare.wording import recommend
from actlab.networks import LayerReading

# name: (mean advantage over relu, zeros at the end, dead at the end, seconds a network)
KINDS = {
    "step": (-0.110, 0.52, 1.00, 0.040),
    "sigmoid": (-0.020, 0.00, 0.00, 0.110),
    "tanh": (-0.003, 0.00, 0.00, 0.090),
    "relu": (0.000, 0.55, 0.08, 0.060),
    "leaky_relu": (0.001, 0.00, 0.00, 0.062),
    "prelu": (0.001, 0.00, 0.00, 0.070),
    "elu": (0.000, 0.00, 0.00, 0.095),
    "gelu": (0.002, 0.00, 0.00, 0.120),
    "silu": (0.001, 0.00, 0.00, 0.100),
    "mish": (0.002, 0.00, 0.00, 0.140),
}
LEVELS = {"binary": 0.975, "multiclass": 0.960, "regression": 0.70}
METRICS = {"binary": "roc_auc", "multiclass": "balanced_accuracy", "regression": "rmse_over_deviation"}
CLASSES = {"binary": (("benign", 357), ("malignant", 212)), "multiclass": (("a", 60), ("b", 71), ("c", 48))}


def fabricated_results(
    task: Task = "binary",
    repeats: int = 10,
    seed: int = 0,
    broken: str | None = None,
    complete: bool = True,
) -> Results:
    """A whole comparison of ten functions; `broken` names one whose trainings all diverged."""
    generator = np.random.default_rng(seed)
    plan = Plan(
        data="sklearn:breast_cancer",
        target="target",
        task=task,
        metric=METRICS[task],
        activations=tuple(KINDS),
        baseline="relu",
        repeats=repeats,
        cost_false_negative=5.0 if task == "binary" else 1.0,
    )
    orientation = -1 if task == "regression" else 1
    difficulty = generator.normal(0, 0.012, repeats)
    scores = {}
    for name, (advantage, *_) in KINDS.items():
        noise = generator.normal(0, 0.008 if name in {"gelu", "mish"} else 0.002, repeats)
        scores[name] = LEVELS[task] + difficulty + orientation * (advantage + noise)
        if task != "regression":
            scores[name] = np.minimum(scores[name], 1.0)
    if broken is not None:
        scores[broken] = np.full(repeats, np.nan)
    runs = tuple(
        _run(plan, name, repeat, rate, float(scores[name][repeat]), generator)
        for repeat in range(repeats)
        for name in KINDS
        for rate in plan.rates
    )
    chosen = tuple(_chosen(plan, run, generator) for run in runs if run.rate == 0.003 and run.status == "finished")
    timings = {name: (14e-6 + kind[3] * 2e-5, 4e-4 + kind[3] * 1e-3) for name, kind in KINDS.items() if name != broken}
    found = candidates(plan, runs, chosen, range(repeats), timings)
    return Results(
        plan=plan,
        data=_data(task),
        environment=_environment(),
        runs=runs,
        chosen=chosen,
        candidates=found,
        answer=recommend(plan, found),
        cutoff=_cutoff() if task == "binary" else None,
        complete=complete,
    )


def _run(plan: Plan, name: str, repeat: int, rate: float, score: float, generator: np.random.Generator) -> Run:
    epochs = int(np.clip(60 * (0.003 / rate) ** 0.4 + generator.integers(-8, 9), 21, 200))
    steps = np.arange(epochs)
    fall = np.exp(-steps * rate / 0.003 / 12)
    training = 0.03 + 0.65 * fall + generator.normal(0, 0.002, epochs)
    validation = 0.08 + 0.62 * fall + 0.0006 * steps + generator.normal(0, 0.004, epochs)
    best = int(np.argmin(validation))
    broken = not np.isfinite(score)
    return Run(
        activation=name,
        repeat=repeat,
        rate=rate,
        seed=1000 + repeat,
        status="diverged" if broken else "finished",
        message="the loss was not finite after epoch 3" if broken else "",
        epochs=3 if broken else epochs,
        best_epoch=0 if broken else best + 1,
        seconds=KINDS[name][3] * epochs / 60,
        validation_loss=float("nan") if broken else float(validation[best]),
        validation_score=float("nan") if broken else score + 0.002,
        test_score=score if rate == 0.003 else score - 0.004,
        training_curve=(0.9, 4.0, float("inf")) if broken else tuple(training.tolist()),
        validation_curve=(0.9, 7.0, float("nan")) if broken else tuple(validation.tolist()),
    )


def _reading(name: str, layer: int, end: bool) -> LayerReading:
    _, zeros, share, _ = KINDS[name]
    dead = round(64 * (share if end or share == 1 else share / 10))
    sparse = round((64 - dead) * (0.1 if zeros else 0.03))
    gradient = 0.0 if name == "step" else (0.02 if end else 0.11) / layer
    return LayerReading(layer, 64, zeros if end else zeros * 0.9, dead, sparse, 64 - dead - sparse, gradient)


def _chosen(plan: Plan, run: Run, generator: np.random.Generator) -> Chosen:
    validation_rows, test_rows = np.arange(0, 60), np.arange(60, 160)

    def scores(rows: int) -> np.ndarray:
        if plan.task == "multiclass":
            return generator.dirichlet((1, 1, 1), rows).astype(np.float32)
        return generator.random(rows).astype(np.float32)

    return Chosen(
        run=run,
        start=tuple(_reading(run.activation, layer, end=False) for layer in (1, 2)),
        end=tuple(_reading(run.activation, layer, end=True) for layer in (1, 2)),
        validation_rows=validation_rows,
        validation_scores=scores(60),
        test_rows=test_rows,
        test_scores=scores(100),
    )


def _data(task: Task) -> DataRead:
    columns = (
        ColumnRead("mean radius", "numeric", 0, ""),
        ColumnRead("mean texture", "numeric", 4, "4 gaps filled with the median of the training rows"),
        ColumnRead('<script>alert("x")</script>', "categorical", 0, "3 categories"),
        ColumnRead("patient", "dropped", 0, "a different text in every row: an identifier, not a feature"),
    )
    findings = (
        ("D103", "Column `patient` has a different text in every row; it was left out."),
        ("D106", "1 column has gaps (4 in all); they are filled with the median of the training rows."),
    )
    return DataRead("breast_cancer", "9f" * 32, 569, "target", CLASSES.get(task, ()), columns, findings)


def _environment() -> Environment:
    return Environment(
        command="actlab compare sklearn:breast_cancer --target target --cost-fn 5",
        started="2026-01-15T10:30:00+00:00",
        seconds=21.4,
        actlab="0.1.0",
        python="3.11.9",
        platform="Linux x86_64",
        cores=2,
        packages=(("numba", "0.68.1"), ("numpy", "2.4.6"), ("scikit-learn", "1.9.0")),
    )


def _cutoff() -> CutoffCurve:
    cutoffs = np.round(np.arange(0, 1.005, 0.01), 2)
    cost = 0.35 * (1 - cutoffs) ** 8 + 0.9 * np.maximum(cutoffs - 0.15, 0) ** 2 + 0.03
    return CutoffCurve(
        activation="relu",
        positive="malignant",
        negative="benign",
        cost_false_positive=1.0,
        cost_false_negative=5.0,
        cutoffs=tuple(cutoffs.tolist()),
        cost=tuple(cost.tolist()),
        low=tuple((cost * 0.6).tolist()),
        high=tuple((cost * 1.5).tolist()),
        chosen=0.27,
        chosen_low=0.11,
        chosen_high=0.46,
        cost_at_half=0.142,
        cost_at_chosen=0.068,
        saving_low=0.011,
        saving_high=0.137,
        confusion_at_half=((700, 20), (31, 389)),
        confusion_at_chosen=((681, 39), (12, 408)),
    )
