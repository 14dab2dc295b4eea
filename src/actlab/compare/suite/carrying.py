"""A suite carried out: every data set checked first, then compared one after the other, then ranked together."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actlab.catalogue import UnknownActivationError, find
from actlab.compare.beginning import data_read
from actlab.compare.comparing import compare, limit_of
from actlab.compare.environment import environment_of
from actlab.compare.plan import make_plan
from actlab.compare.runs import TimeLimit, TimeUp
from actlab.compare.suite.keeping import kept
from actlab.compare.suite.ranking import FEWEST_DATA_SETS, check_installed, ranking
from actlab.compare.suite.reading import read_suite
from actlab.compare.suite.records import Checked, Done, Member, Suite, SuiteResults
from actlab.compare.suite.wording import conclusion
from actlab.compare.suite.writing import claimed, write
from actlab.data import DataError, UsageError, read

if TYPE_CHECKING:
    from actlab.compare.executors import Executor
    from actlab.compare.records import Environment, Results


def bench(
    suite: str | os.PathLike[str] | Suite,
    *,
    out: str | os.PathLike[str],
    store: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    time_limit: float | None = None,
) -> SuiteResults:
    """Compare functions on every data set of a suite, and rank them over all.

    What is kept from an earlier call with the same plan and data is not trained again: called once more after an
    interruption it goes on, and with a data set added it trains that one alone.

    Args:
        suite: path of a TOML file, or what `read_suite` made of one.
        out: folder for `report.html` and `suite.json`, with a folder for each data set's own report.
        store: where networks are kept: a file, or the URL of a PostgreSQL database; None for a file a data set.
        workers: networks trained at once on this machine; None for one a core.
        executor: what trains, such as an `actlab.compare.executors.cluster.Cluster`; None for this machine.
        time_limit: seconds after which training stops, for all data sets together.

    Returns:
        The results; after Ctrl-C, or when time is up, those of the data sets that are finished, with `complete` False.

    Raises:
        UsageError: a suite that cannot be read, an unknown file, column, function or setting.
        DataError: a table that cannot be used as it is.
        KeyboardInterrupt, TimeUp: when it comes before any network is finished.
    """
    limit = limit_of(time_limit)
    suite = suite if isinstance(suite, Suite) else read_suite(suite)
    environment, before = environment_of(f"actlab.compare.suite.bench({suite.file!r}, out=…)"), time.perf_counter()
    ready, folder, done = checked(suite), Path(out), []
    with claimed(folder):
        for each in ready:
            place = folder / each.member.name
            done.append(carry_out(each, place, store=store, workers=workers, executor=executor, limit=limit))
            if not done[-1].complete:
                break
        check_any(done, limit)
    found = concluded(suite, ready, done, replace(environment, seconds=time.perf_counter() - before))
    write(found, folder)
    return found


def checked(suite: Suite) -> tuple[Checked, ...]:
    """Read every data set once and make its plan, so that nothing is trained when something is wrong.

    Raises:
        UsageError: an unknown file, column, function or setting, or scikit-posthocs that is missing.
        DataError: a table that cannot be used as it is.
    """
    _check_functions(suite)
    found = []
    for member in suite.members:
        try:
            found.append(_checked(suite, member))
        except (UsageError, DataError) as error:
            kind = UsageError if isinstance(error, UsageError) else DataError
            raise kind(f"{Path(suite.file).name}, data set {member.name}: {error}") from error
    if len(found) >= FEWEST_DATA_SETS:
        check_installed()
    return tuple(found)


def carry_out(
    ready: Checked,
    folder: Path,
    *,
    store: str | os.PathLike[str] | None = None,
    limit: TimeLimit | None = None,
    **options: Any,
) -> Done:
    """Compare the functions on one data set, or find the comparison that is kept.

    Args:
        ready: the data set.
        folder: of its report.
        store: where networks are kept; None for a file in the folder.
        limit: when to stop.
        **options: of `compare`: workers, executor, on_progress.

    Returns:
        What came of it; its results are not complete when it was stopped, time was up or its store failed, and None
        when that happened before any network was trained.
    """
    address = None if store is None else os.fspath(store)
    try:
        known = kept(ready, folder, address)
        if known is not None:
            return Done(ready, known, kept=True)
        return Done(ready, _compared(ready, folder, store=address, time_limit=limit, **options))
    except (KeyboardInterrupt, TimeUp):
        return Done(ready, None)


def check_any(done: Sequence[Done], limit: TimeLimit | None) -> None:
    """Refuse to go on without a single network.

    Raises:
        KeyboardInterrupt, TimeUp: what came before any was finished.
    """
    if all(each.results is None for each in done):
        raise limit.up if limit is not None and limit.hit else KeyboardInterrupt


def concluded(suite: Suite, ready: Sequence[Checked], done: Iterable[Done], environment: Environment) -> SuiteResults:
    """Rank the functions over the data sets that are finished, and say what that shows.

    Args:
        suite: what was asked for.
        ready: all of its data sets.
        done: what came of them, as far as one got.
        environment: where it ran.
    """
    by_name = {each.name: each for each in done}
    every = tuple(by_name.get(each.member.name, Done(each, None)) for each in ready)
    found = ranking({each.name: each.scored for each in every if each.scored is not None}, ready[0].plan.baseline)
    return SuiteResults(
        suite=suite,
        done=every,
        ranking=found,
        conclusion=conclusion(every, found, ready[0].plan.baseline),
        environment=environment,
        complete=all(each.complete for each in every),
    )


def _compared(ready: Checked, folder: Path, **options: Any) -> Results:
    member, plan = ready.member, ready.plan
    found: Results = compare(
        member.source,
        member.target,
        activations=plan.activations,
        baseline=plan.baseline,
        task=member.task,
        positive=member.positive,
        out=folder,
        **options,
        **dict(member.settings),
    )
    return found


def _checked(suite: Suite, member: Member) -> Checked:
    table = read(member.source, member.target or "target", member.task, member.positive)
    plan = make_plan(table, activations=suite.activations, baseline=suite.baseline, **dict(member.settings))
    return Checked(member, plan, data_read(table))


def _check_functions(suite: Suite) -> None:
    """Before any table is read, so that the sentence names the key."""
    file = Path(suite.file).name
    for key, names in (("activations", suite.activations), ("baseline", (suite.baseline,))):
        for name in names:
            try:
                find(name)
            except UnknownActivationError as error:
                raise UsageError(f"{file}: plan.{key}: {error}") from error
