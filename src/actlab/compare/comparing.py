"""The whole way from a table to results: plan, run, test, judge, answer."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from actlab.catalogue import Activation
from actlab.compare.assessment import candidates
from actlab.compare.cutoff import cutoff_curve
from actlab.compare.plan import ACTIVATIONS, BASELINE, make_plan
from actlab.compare.records import Answer, Candidate, ColumnRead, CutoffCurve, DataRead, Environment, Plan, Results
from actlab.compare.results import write
from actlab.compare.runs import OnProgress, Ran, run
from actlab.compare.timing import inference_timings
from actlab.compare.wording import recommend
from actlab.data import Table, read, table_of

PACKAGES = ("numba", "numpy", "polars", "scikit-learn", "scipy")

Kept = TypeVar("Kept")


def compare(
    data: Any,
    target: str | None = None,
    *,
    activations: Sequence[str | Activation] = ACTIVATIONS,
    baseline: str | Activation = BASELINE,
    task: str | None = None,
    positive: str | None = None,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Results:
    """Compare activation functions on a table.

    Args:
        data: path of a CSV or Parquet file, `sklearn:NAME`, a Polars or pandas frame, or a pair `(X, y)`.
        target: name of the column to predict; may be left out for a pair and for `sklearn:NAME`.
        activations: names, aliases or declared functions.
        baseline: the function that the others are compared with.
        task: None to decide by the target, or "classification" or "regression".
        positive: the positive one of two classes; None takes the later one in order.
        out: folder for `results.json`, `runs.parquet` and `report.html`; None writes nothing.
        workers: networks trained at once; None for one a core.
        on_progress: called after each network with a `Progress`.
        **settings: as in `make_plan`: repeats, hidden, rates, matters, cost_false_positive, seed and more.

    Returns:
        The results; after Ctrl-C those of the finished runs, with `complete` False.

    Raises:
        UsageError: an unknown file, column, function or setting.
        DataError: a table that cannot be used as it is.
    """
    table = _table(data, target, task, positive)
    plan = make_plan(table, activations=activations, baseline=baseline, **settings)
    command = _spelt(data, plan, settings)
    results = carry_out(plan, table, workers=workers, on_progress=on_progress, command=command)
    if out is not None:
        _to_the_end(lambda: write(results, out))
    return results


def carry_out(
    plan: Plan,
    table: Table,
    *,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    command: str = "",
) -> Results:
    """Run a plan on its table, and judge what came of it.

    Args:
        plan: made by `make_plan` for this table.
        table: what was read.
        workers: networks trained at once; None for one a core.
        on_progress: called after each network with a `Progress`.
        command: how to do the same again, for the report.

    Returns:
        The results; after Ctrl-C those of the finished runs, with `complete` False. When it comes after the last of
        them, what was still to be measured (units, inference) is left out.

    Raises:
        KeyboardInterrupt: when Ctrl-C comes before any network is finished.
    """
    started, before = datetime.now(UTC), time.perf_counter()
    ran = run(plan, table, workers, on_progress)
    timings = inference_timings(ran.timed)
    found, answer, curve = _to_the_end(lambda: _judged(plan, table, ran, timings))
    return Results(
        plan=plan,
        data=_data_read(table),
        environment=_environment(command, started, time.perf_counter() - before),
        runs=ran.runs,
        chosen=ran.chosen,
        candidates=found,
        answer=answer,
        cutoff=curve,
        complete=ran.complete,
    )


def _judged(
    plan: Plan, table: Table, ran: Ran, timings: dict[str, tuple[float, float]]
) -> tuple[tuple[Candidate, ...], Answer, CutoffCurve | None]:
    found = candidates(plan, ran.runs, ran.chosen, ran.repeats, timings)
    answer = recommend(plan, found)
    return found, answer, cutoff_curve(plan, table, ran.chosen, answer.activation)


def _to_the_end(work: Callable[[], Kept]) -> Kept:
    """Begin short work again when Ctrl-C stops it, for all networks would be lost with it; a second one ends it."""
    try:
        return work()
    except KeyboardInterrupt:
        return work()


def _table(data: Any, target: str | None, task: str | None, positive: str | None) -> Table:
    if isinstance(data, Table):
        return data
    if isinstance(data, str | os.PathLike):
        name = os.fspath(data)
        return read(name, target or ("target" if name.startswith("sklearn:") else ""), task, positive)
    return table_of(data, target, task, positive)


def _spelt(data: Any, plan: Plan, settings: dict[str, Any]) -> str:
    """The call that gives these results, as one would write it."""
    source = repr(os.fspath(data)) if isinstance(data, str | os.PathLike) else "table"
    said = {"target": plan.target, "activations": plan.activations, "baseline": plan.baseline, **settings}
    return f"actlab.compare({source}, {', '.join(f'{name}={value!r}' for name, value in said.items())})"


def _data_read(table: Table) -> DataRead:
    return DataRead(
        name=table.name,
        sha256=table.sha256,
        rows=table.rows,
        target=table.target,
        classes=tuple(zip(table.classes, table.class_counts, strict=True)),
        columns=tuple(ColumnRead(each.name, each.kind, each.missing, each.note) for each in table.columns),
        findings=tuple((finding.code, finding.sentence) for finding in table.findings),
    )


def _environment(command: str, started: datetime, seconds: float) -> Environment:
    from actlab.networks.training import cores

    return Environment(
        command=command,
        started=started.isoformat(timespec="seconds"),
        seconds=seconds,
        actlab=_version("actlab"),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        cores=cores(),
        packages=tuple((name, _version(name)) for name in PACKAGES),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a checkout that nobody installed
        return "unknown"
