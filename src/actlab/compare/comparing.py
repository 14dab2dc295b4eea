"""The whole way from a table to results: plan, run, test, judge, answer; and back into it after an interruption."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from actlab.catalogue import Activation
from actlab.compare.assessment import candidates
from actlab.compare.beginning import Begun, begin, data_read, reopen
from actlab.compare.cutoff import cutoff_curve
from actlab.compare.environment import environment_of
from actlab.compare.executors import Executor
from actlab.compare.journal import Journal
from actlab.compare.locating import Found, located
from actlab.compare.models import is_for_model, maker_for, model_table
from actlab.compare.plan import ACTIVATIONS, BASELINE, make_plan
from actlab.compare.records import Answer, Candidate, CutoffCurve, Plan, Results
from actlab.compare.restoring import ran_of
from actlab.compare.results import write
from actlab.compare.runs import OnProgress, Ran, TimeLimit, run
from actlab.compare.store import NotKept, open_store
from actlab.compare.store.protocol import Source
from actlab.compare.timing import inference_timings
from actlab.compare.wording import recommend
from actlab.data import Table, UsageError, read, table_of

Kept = TypeVar("Kept")


def compare(
    data: Any,
    target: str | None = None,
    *,
    activations: Sequence[str | Activation] = ACTIVATIONS,
    baseline: str | Activation = BASELINE,
    task: str | None = None,
    positive: str | None = None,
    model: Any = None,
    loss: Callable[..., Any] | None = None,
    step: Callable[..., Any] | None = None,
    device: str = "cpu",
    out: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    time_limit: float | TimeLimit | None = None,
    on_progress: OnProgress | None = None,
    **settings: Any,
) -> Results:
    """Compare activation functions on a table, in actlab's networks or in a PyTorch model.

    With a folder or a store every finished network is kept at once. When the same comparison was begun there before
    and not finished, it is continued: same plan, same data, and none of its networks is trained again.

    Args:
        data: path of a CSV or Parquet file, `sklearn:NAME`, a Polars or pandas frame, or a pair `(X, y)`; for a model
            also a pair of tensors, a torch Dataset, or three Datasets or DataLoaders `(train, validation, test)`.
        target: name of the column to predict; may be left out for a pair and for `sklearn:NAME`.
        activations: names, aliases or declared functions.
        baseline: the function that the others are compared with.
        task: None to decide by the target, or "classification" or "regression".
        positive: the positive one of two classes; None takes the later one in order.
        model: None for actlab's own networks; a function that is given an activation, and if it asks for them the
            numbers of `inputs` and `outputs`, and builds a torch.nn.Module; or a ready one, in which each activation
            takes the baseline's place.
        loss: for a model, the loss of `(model, batch)`; None for cross-entropy or the mean squared error.
        step: for a model, learns from `(model, batch, optimiser)` and gives its loss; None for a plain step.
        device: for a model, where it is trained, such as "cuda".
        out: folder for `results.json`, `runs.parquet` and `report.html`; None writes no report.
        store: where networks are kept: a file, or the URL of a PostgreSQL database; None for `runs.sqlite` in the
            folder of the report, and without a folder none are kept.
        workers: networks trained at once on this machine; None for one a core.
        executor: what trains, such as an `actlab.compare.executors.cluster.Cluster`; None for this machine.
        time_limit: seconds after which training stops; the results are then those of the whole repeats.
        on_progress: called after each network with a `Progress`.
        **settings: as in `make_plan`: repeats, hidden, rates, matters, cost_false_positive, seed and more.

    Returns:
        The results; after Ctrl-C those of the finished runs, with `complete` False.

    Raises:
        UsageError: an unknown file, column, function or setting.
        DataError: a table that cannot be used as it is.
        StoreRefusal: a store that cannot be used.
    """
    limit = limit_of(time_limit)
    source = Source.of(data, target, task, positive)
    if model is None:
        _check_without_model(data, loss, step, device)
        table = _table(data, target, task, positive)
    else:
        maker = maker_for(model, baseline)
        source = replace(source, model=model if isinstance(model, str) else None)
        table = _modelled(data, source, maker, loss, step, device)
    plan = make_plan(table, activations=activations, baseline=baseline, **settings)
    command = _spelt(data, plan, settings)
    if out is None and store is None:
        return carry_out(
            plan, table, workers=workers, executor=executor, limit=limit, on_progress=on_progress, command=command
        )
    folder = None if out is None else Path(out)
    made = folder is not None and not folder.exists()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    kept = None if store is None else os.fspath(store)
    source = replace(source, target=table.target)
    begun = begin(plan, table, source, command=command, store=kept, folder=folder, made=made)
    return _kept(begun, table, folder, workers=workers, executor=executor, limit=limit, on_progress=on_progress)


def resume(
    place: str | os.PathLike[str] | None = None,
    *,
    data: Any = None,
    model: Any = None,
    loss: Callable[..., Any] | None = None,
    step: Callable[..., Any] | None = None,
    out: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    time_limit: float | TimeLimit | None = None,
    on_progress: OnProgress | None = None,
) -> Results:
    """Continue a comparison that was stopped, in whatever way; the results are those of one that was not.

    Args:
        place: the folder of its report, its store, or its name; None for the only unfinished one here.
        data: the same table again, for a comparison whose table was handed over in Python, or where its file is now.
        model: the same model again, for a comparison whose model was handed over in Python.
        loss: the same loss again, if it had one.
        step: the same step again, if it had one.
        out: folder of the report; None for the one it began with.
        store: where to look for the name; None looks in this folder.
        workers: networks trained at once on this machine; None for one a core.
        executor: what trains, such as an `actlab.compare.executors.cluster.Cluster`; None for this machine.
        time_limit: seconds after which training stops; the results are then those of the whole repeats.
        on_progress: called after each network with a `Progress`.

    Returns:
        The results; of a finished comparison those that are kept.

    Raises:
        StoreRefusal: no such comparison, several, or one that is running.
        DataError: a table that is not the one it began with.
    """
    limit = limit_of(time_limit)
    found = located(place, None if store is None else os.fspath(store), unfinished=True)
    folder = Path(out) if out is not None else found.folder
    if found.entry.state == "finished":
        results = kept_results(found)
        if folder is not None:
            write(results, folder)
        return results
    given = _again(found, data, model, loss, step)
    table, begun = reopen(found.address, found.entry.id, data=given)
    return _kept(begun, table, folder, workers=workers, executor=executor, limit=limit, on_progress=on_progress)


def kept_results(found: Found) -> Results:
    """The results of a comparison from its store alone: nothing is read, trained or timed."""
    opened = open_store(found.address)
    try:
        known, loaded = opened.comparison(found.entry.id), opened.load(found.entry.id)
    finally:
        opened.close()
    table = Table(
        name=known.data.name,
        frame=pl.DataFrame(),
        y=loaded.answers,
        target=known.data.target,
        classes=tuple(name for name, _ in known.data.classes),
        task=known.plan.task,
        columns=(),
        findings=(),
        sha256=known.data.sha256,
    )
    ran = ran_of(known.plan, loaded)
    found_ones, answer, curve = _judged(known.plan, table, ran, known.timings or {})
    return Results(
        plan=known.plan,
        data=known.data,
        environment=known.environment,
        runs=ran.runs,
        chosen=ran.chosen,
        candidates=found_ones,
        answer=answer,
        cutoff=curve,
        complete=ran.complete,
    )


def _again(found: Found, data: Any, model: Any, loss: Any, step: Any) -> Any:
    """The data of a kept comparison, handed over once more: None, a path, or a table with its model."""
    given = data is not None and not isinstance(data, str | os.PathLike | Table)
    if not given and model is None:
        return data
    opened = open_store(found.address)
    try:
        known = opened.comparison(found.entry.id)
    finally:
        opened.close()
    if known.plan.model is None:
        return table_of(data, known.source.target, known.source.task, known.source.positive) if given else data
    again = model if model is not None else known.source.model
    if again is None:
        return data
    read_from = data if data is not None else known.source.path
    maker = maker_for(again, known.plan.baseline)
    return _modelled(read_from, known.source, maker, loss, step, known.plan.model.device)


def carry_out(
    plan: Plan,
    table: Table,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    limit: TimeLimit | None = None,
    on_progress: OnProgress | None = None,
    command: str = "",
    journal: Journal | None = None,
) -> Results:
    """Run a plan on its table, and judge what came of it.

    Args:
        plan: made by `make_plan` for this table.
        table: what was read.
        workers: networks trained at once on this machine; None for one a core.
        executor: what trains; None for this machine.
        limit: when to stop.
        on_progress: called after each network with a `Progress`.
        command: how to do the same again, for the report.
        journal: where each network is kept; what is there is not trained again.

    Returns:
        The results; after Ctrl-C, when time is up, or when the store fails, those of the finished runs, with `complete`
        False. When Ctrl-C comes after the last of them, what was still to be measured (units, inference) is left out.

    Raises:
        KeyboardInterrupt, TimeUp, StoreFailure: before any network is finished.
    """
    before = time.perf_counter()
    environment = (
        environment_of(command, torch=plan.model is not None) if journal is None else journal.comparison.environment
    )
    ran = run(plan, table, workers, on_progress, journal, executor, limit)
    timings = inference_timings(ran.timed)
    found, answer, curve = _to_the_end(lambda: _judged(plan, table, ran, timings))
    seconds = time.perf_counter() - before if journal is None else journal.seconds
    results = Results(
        plan=plan,
        data=data_read(table) if journal is None else journal.comparison.data,
        environment=replace(environment, seconds=seconds),
        runs=ran.runs,
        chosen=ran.chosen,
        candidates=found,
        answer=answer,
        cutoff=curve,
        complete=ran.complete,
    )
    if journal is not None and _is_whole(results, ran, timings):
        journal.finish(timings, in_short(results), seconds)
    return results


def in_short(results: Results) -> str:
    """The answer in two words: the function to take, and its verdict."""
    verdicts = {each.activation: each.verdict for each in results.candidates}
    taken = results.answer.activation
    return f"{taken}, {verdicts[taken]}" if taken else "none"


def _is_whole(results: Results, ran: Ran, timings: dict[str, tuple[float, float]]) -> bool:
    """Whether nothing was left out; otherwise the comparison stays open, and can be continued."""
    return (
        results.complete
        and timings.keys() == ran.timed.keys()
        and all(each.end or results.plan.model for each in ran.chosen)
    )


def limit_of(seconds: float | TimeLimit | None) -> TimeLimit | None:
    """The limit of so many seconds from now on; one that runs already stays what it is.

    Raises:
        UsageError: seconds that are not above 0.
    """
    if isinstance(seconds, TimeLimit):
        return seconds
    if seconds is not None and not (isinstance(seconds, int | float) and seconds > 0):
        raise UsageError(f"time_limit is {seconds!r}; write seconds above 0, such as 600.")
    return None if seconds is None else TimeLimit(seconds)


def _kept(begun: Begun, table: Table, folder: Path | None, **options: Any) -> Results:
    """Carry a comparison out that is kept in a store, and write its report."""
    plan = begun.journal.comparison.plan
    if begun.changed:
        warnings.warn(f"Numbers may differ from those it began with: {', '.join(begun.changed)}.", stacklevel=3)
    with begun.journal as journal:
        results = carry_out(plan, table, journal=journal, **options)
    if folder is not None:
        _to_the_end(lambda: write(results, folder))
    if journal.failure is not None:
        warnings.warn(f"{journal.failure} These results are those of the finished networks.", NotKept, stacklevel=3)
    return results


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


def _modelled(data: Any, source: Source, maker: Any, loss: Any, step: Any, device: str) -> Table:
    """A model with its table, or with rows that only a model can take."""
    options = {"loss": loss, "step": step, "device": device}
    if is_for_model(data):
        return model_table(data, maker, task=source.task, positive=source.positive, **options)
    return model_table(_table(data, source.target, source.task, source.positive), maker, **options)


def _check_without_model(data: Any, loss: Any, step: Any, device: str) -> None:
    named = [name for name, given in (("loss", loss), ("step", step)) if given is not None]
    named += ["device"] * (device != "cpu")
    if named:
        raise UsageError(f"{named[0]} is for a model of your own; write model=make_model with it.")
    kinds = data if isinstance(data, tuple | list) else [data]
    if any(kind.__module__.startswith("torch.utils.data") for each in kinds for kind in type(each).__mro__):
        raise UsageError("A Dataset or DataLoader needs a model that takes it; write model=make_model with it.")


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
    spelt = {name: repr(value) for name, value in said.items()}
    if plan.model is not None:
        source = source if source != "table" or plan.data == "table" else "data"
        own = {"loss": plan.model.loss, "step": plan.model.step} | {"model": plan.model.name}
        spelt |= {name: value for name, value in own.items() if value}
        spelt |= {"device": repr(plan.model.device)} if plan.model.device != "cpu" else {}
    return f"actlab.compare({source}, {', '.join(f'{name}={value}' for name, value in spelt.items())})"
