"""What was stopped goes on, and ends as if nothing had happened."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import actlab
from actlab.compare import comparing, journal, runs
from actlab.compare.executors import Here
from actlab.compare.locating import comparisons, located
from actlab.compare.store import STORE, Address, StoreFailure, StoreRefusal, database, open_store, opening
from actlab.compare.store.encoding import to_text
from actlab.compare.store.owner import this_process
from actlab.data import DataError, UsageError
from tests.compare.equal import document_in, without_clocks
from tests.compare.tables import small_frame

SMALL: dict[str, Any] = {
    "activations": ["relu", "tanh", "step"], "repeats": 3, "hidden": (8,), "rates": (0.003, 0.03), "epochs": 6,
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_clock(monkeypatch, request):
    """Times decide ties between functions, so that an answer may depend on the machine's mood; and pages take long."""
    if "alone" not in request.node.name:
        monkeypatch.setattr("actlab.compare.report.render", lambda results: "a page")
    monkeypatch.setattr(comparing, "inference_timings", lambda timed: dict.fromkeys(timed, (1e-5, 1e-4)))


def written(task: str, folder: Path) -> Path:
    small_frame(task).write_csv(folder / f"{task}.csv")
    return folder / f"{task}.csv"


def stop_after(done: int, error: type[BaseException] = KeyboardInterrupt):
    def stop(progress):
        if progress.done == done:
            raise error

    return stop


def stopped(table, folder, done=7, **options):
    return actlab.compare(table, "answer", out=folder, on_progress=stop_after(done), **{**SMALL, **options})


@pytest.mark.parametrize(
    ("task", "done"), [("binary", 1), ("binary", 7), ("binary", 17), ("multiclass", 7), ("regression", 7)]
)
def test_what_is_resumed_equals_what_was_never_stopped(task, done, tmp_path):
    table = written(task, tmp_path)
    actlab.compare(table, "answer", out=tmp_path / "whole", **SMALL)
    assert not stopped(table, tmp_path / "parts", done).complete
    trained: list[int] = []
    results = actlab.compare.resume(tmp_path / "parts", on_progress=lambda each: trained.append(each.done))
    assert trained == list(range(19 - len(trained), 19))
    assert len(trained) <= 18 - done
    assert results.complete
    whole, parts = (document_in(tmp_path / name) for name in ("whole", "parts"))
    assert without_clocks(parts) == without_clocks(whole)
    frames = [pl.read_parquet(tmp_path / name / "runs.parquet").drop("seconds") for name in ("whole", "parts")]
    assert frames[0].equals(frames[1], null_equal=True)


def test_what_ran_out_of_time_is_resumed_and_equals_what_was_never_stopped(tmp_path):
    class Ending(Here):
        def results(self, jobs, until=None):
            assert until is not None
            yield from islice(super().results(jobs), 7)

    table = written("binary", tmp_path)
    actlab.compare(table, "answer", out=tmp_path / "whole", **SMALL)
    part = actlab.compare(table, "answer", out=tmp_path / "parts", executor=Ending(), time_limit=1000, **SMALL)
    assert (len(part.runs), part.complete) == (7, False)
    assert {each.run.repeat for each in part.chosen} == {0}
    assert actlab.compare.resume(tmp_path / "parts", time_limit=1000).complete
    whole, parts = (document_in(tmp_path / name) for name in ("whole", "parts"))
    assert without_clocks(parts) == without_clocks(whole)


def test_a_time_limit_ends_the_training_soon(tmp_path):
    before = time.monotonic()
    results = actlab.compare(written("binary", tmp_path), "answer", time_limit=1, **{**SMALL, "repeats": 3000})
    assert not results.complete
    assert results.runs
    assert time.monotonic() - before < 30


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "10m"])
def test_a_time_limit_is_in_seconds(tmp_path, seconds):
    with pytest.raises(UsageError, match=r"time_limit is .+; write seconds above 0, such as 600\."):
        actlab.compare(written("binary", tmp_path), "answer", time_limit=seconds, **SMALL)


def test_the_report_is_written_again_from_the_store_alone(tmp_path):
    table = written("binary", tmp_path)
    actlab.compare(table, "answer", out=tmp_path / "report", **SMALL)
    table.unlink()
    before = document_in(tmp_path / "report"), (tmp_path / "report/report.html").read_text("utf-8")
    for name in ("report.html", "results.json", "runs.parquet"):
        (tmp_path / "report" / name).unlink()
    actlab.compare.resume(tmp_path / "report")
    assert (document_in(tmp_path / "report"), (tmp_path / "report/report.html").read_text("utf-8")) == before


def test_the_same_comparison_again_is_continued(tmp_path):
    table = small_frame("multiclass")
    stopped(table, tmp_path)
    seen: list[int] = []
    actlab.compare(table, "answer", out=tmp_path, on_progress=lambda each: seen.append(each.done), **SMALL)
    assert 7 < seen[0] < 12
    assert [each.entry.done for each in comparisons(str(tmp_path))] == [18]
    actlab.compare(table, "answer", out=tmp_path, **SMALL)  # once more, from the beginning
    assert [each.entry.state for each in comparisons(str(tmp_path))] == ["finished", "finished"]


@pytest.mark.parametrize("changed", [{"seed": 1}, {"epochs": 7}, {"activations": ["relu", "tanh", "gelu"]}])
def test_another_plan_begins_anew_and_loses_nothing(changed, tmp_path):
    frame = small_frame("binary")
    before = len(stopped(frame, tmp_path).runs)
    actlab.compare(frame, "answer", out=tmp_path, **{**SMALL, **changed})
    kept = sorted((each.entry.state, each.entry.done) for each in comparisons(str(tmp_path)))
    assert kept == [("finished", 18), ("unfinished", before)]


def test_a_table_of_python_goes_on_where_python_brings_it_again(tmp_path):
    frame = small_frame("binary")
    stopped(frame, tmp_path)
    with pytest.raises(StoreRefusal, match=r"came from Python; continue it there: actlab.compare.resume\(…, data="):
        actlab.compare.resume(tmp_path)
    assert actlab.compare.resume(tmp_path, data=frame).complete


def test_a_store_without_a_folder_keeps_networks_and_writes_no_report(tmp_path):
    X = np.random.default_rng(0).normal(size=(90, 2))
    pair, store = (X, (X[:, 0] > 0).astype(int)), tmp_path / "team.sqlite"
    actlab.compare(pair, store=store, on_progress=stop_after(4), **SMALL)
    seen: list[int] = []
    assert actlab.compare(pair, store=store, on_progress=lambda each: seen.append(each.done), **SMALL).complete
    assert seen[0] > 4
    assert [each.name for each in tmp_path.iterdir()] == ["team.sqlite"]


def test_changed_data_is_refused_and_the_networks_stay(tmp_path):
    path = tmp_path / "table.csv"
    small_frame("binary").write_csv(path)
    before = len(stopped(path, tmp_path / "report").runs)
    small_frame("binary", seed=1).write_csv(path)
    with pytest.raises(DataError, match=r"table.csv has changed since the comparison \w{8} began"):
        actlab.compare.resume(tmp_path / "report")
    path.rename(tmp_path / "moved.csv")
    with pytest.raises(UsageError, match="There is no file"):
        actlab.compare.resume(tmp_path / "report")
    small_frame("binary").write_csv(tmp_path / "moved.csv")
    (entry,) = (each.entry for each in comparisons(str(tmp_path / "report")))
    assert (entry.state, entry.done) == ("unfinished", before)
    assert actlab.compare.resume(tmp_path / "report", data=tmp_path / "moved.csv").complete


def test_a_function_that_changed_its_formula_is_refused(tmp_path, catalogue):
    def declare(slope):
        @catalogue.activation("rectified", catalogue.Source("Nobody", 2026))
        def bent(x, slope=slope):
            """A bent line."""
            return actlab.leaky_relu(x, slope)

    frame = small_frame("binary")
    declare(0.5)
    stopped(frame, tmp_path, activations=["relu", "bent", "tanh"])
    for name in ("bent",):
        catalogue._declared.pop(name), catalogue._by_name.pop(name)
    with pytest.raises(StoreRefusal, match="has a function that is not declared here"):
        actlab.compare.resume(tmp_path, data=frame)
    declare(0.25)
    with pytest.raises(StoreRefusal, match="bent is not the function that"):
        actlab.compare.resume(tmp_path, data=frame)
    for name in ("bent",):
        catalogue._declared.pop(name), catalogue._by_name.pop(name)
    declare(0.5)
    assert actlab.compare.resume(tmp_path, data=frame).complete


def test_other_versions_are_told_of(tmp_path, monkeypatch):
    frame = small_frame("binary")
    stopped(frame, tmp_path)
    monkeypatch.setattr("actlab.compare.environment.PACKAGES", ("numpy", "psycopg"))
    with pytest.warns(UserWarning, match="Numbers may differ from those it began with: psycopg .* instead of None"):
        actlab.compare.resume(tmp_path, data=frame)


def test_a_network_that_failed_is_not_tried_again(tmp_path, monkeypatch):
    true = runs.rehearse

    def refuse(plan, table, activation):
        if activation == "tanh":
            raise RuntimeError("no kernel for tanh")
        true(plan, table, activation)

    monkeypatch.setattr(runs, "rehearse", refuse)
    frame = small_frame("binary")
    stopped(frame, tmp_path, done=8)
    monkeypatch.setattr(runs, "rehearse", true)
    results = actlab.compare.resume(tmp_path, data=frame)
    assert {each.status for each in results.runs if each.activation == "tanh"} == {"failed"}
    assert {each.status for each in results.runs if each.activation != "tanh"} == {"finished"}


@pytest.mark.parametrize("late", ["timed", "judged"])
def test_what_died_after_its_last_network_is_only_measured(late, tmp_path, monkeypatch):
    """The process is gone, so nothing in it can tidy up."""
    frame = small_frame("binary")
    name = {"timed": "inference_timings", "judged": "recommend"}[late]

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(comparing, name, die)
        with pytest.raises(SystemExit):
            actlab.compare(frame, "answer", out=tmp_path, **SMALL)
    monkeypatch.setattr(runs, "rehearse", lambda *_: pytest.fail("nothing is left to be trained"))
    results = actlab.compare.resume(tmp_path, data=frame)
    assert results.complete
    assert all(each.cost.inference_one_row_seconds > 0 for each in results.candidates)


def test_readings_that_ctrl_c_left_out_are_taken_when_it_goes_on(tmp_path, monkeypatch):
    frame = small_frame("binary")
    actlab.compare(frame, "answer", out=tmp_path / "whole", **SMALL)

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("actlab.compare.book.read_chosen", stop)
        assert actlab.compare(frame, "answer", out=tmp_path / "parts", **SMALL).candidates[0].layers == ()
    actlab.compare.resume(tmp_path / "parts", data=frame)
    assert without_clocks(document_in(tmp_path / "parts")) == without_clocks(document_in(tmp_path / "whole"))


def fill_up(monkeypatch, pages: int) -> None:
    """Let the disk be full when a SQLite file has so many pages."""
    true = opening._set_up_file

    def set_up(connection, record):
        true(connection, record)
        connection.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(opening, "_set_up_file", set_up)


def slowly(progress):
    """Leave the writer time, so that it fails before the last network is trained."""
    time.sleep(0.1)


def test_a_full_disk_ends_the_training_with_a_report_and_loses_nothing_that_was_kept(tmp_path, monkeypatch):
    frame, larger = small_frame("binary"), {**SMALL, "hidden": (64, 8)}
    actlab.compare(frame, "answer", out=tmp_path / "whole", **larger)
    with monkeypatch.context() as patched:
        fill_up(patched, 18)
        with pytest.warns(UserWarning, match=r"disk of the store .*runs.sqlite is full"):
            results = actlab.compare(frame, "answer", out=tmp_path / "full", on_progress=slowly, **larger)
    assert not results.complete
    assert (tmp_path / "full/report.html").is_file()
    (kept,) = (each.entry for each in comparisons(str(tmp_path / "full")))
    assert 0 < kept.done <= len(results.runs) < 18
    assert actlab.compare.resume(tmp_path / "full", data=frame).complete
    assert without_clocks(document_in(tmp_path / "full")) == without_clocks(document_in(tmp_path / "whole"))


def test_a_disk_that_is_full_at_once_leaves_nothing(tmp_path, monkeypatch):
    fill_up(monkeypatch, 2)
    with pytest.raises(StoreFailure, match="full"):
        actlab.compare(small_frame("binary"), "answer", out=tmp_path / "report", **SMALL)
    assert list(tmp_path.iterdir()) == []


def flaky(monkeypatch, times, **how):
    """The third run cannot be written so many times."""
    true, failed = database.Database.add_run, []

    def add_run(self, name, number, *rest):
        if number == 3 and len(failed) < times:
            failed.append(number)
            raise StoreFailure("The server has gone.", **how)
        true(self, name, number, *rest)

    monkeypatch.setattr(database.Database, "add_run", add_run)


def test_what_passes_is_waited_for(tmp_path, monkeypatch):
    flaky(monkeypatch, 2, passing=True)
    assert actlab.compare(small_frame("binary"), "answer", out=tmp_path, **SMALL).complete
    assert [each.entry.state for each in comparisons(str(tmp_path))] == ["finished"]


def test_what_could_be_written_in_the_end_is(tmp_path, monkeypatch):
    """The store fails for longer than one waits, and works again when the comparison stops because of it."""
    monkeypatch.setattr(journal, "TRYING_SECONDS", 0)
    flaky(monkeypatch, 1, passing=True)
    with pytest.warns(UserWarning, match="The server has gone"):
        results = actlab.compare(small_frame("binary"), "answer", out=tmp_path, **SMALL)
    (entry,) = (each.entry for each in comparisons(str(tmp_path)))
    assert entry.done == len(results.runs) >= 4


def test_a_process_that_lost_its_lease_stops_and_writes_nothing_more(tmp_path):
    def take_over(progress):
        if progress.done == 3:
            while comparisons(str(tmp_path))[0].entry.done < 3:
                time.sleep(0.01)
            with closing(sqlite3.connect(tmp_path / STORE, isolation_level=None)) as other:
                other.execute("UPDATE actlab_comparison SET owner = ?", [to_text(this_process())])
        if progress.done > 3:
            time.sleep(0.2)  # longer than entries gather before they are written

    with pytest.warns(UserWarning, match="Another process has taken over"):
        results = actlab.compare(small_frame("binary"), "answer", out=tmp_path, on_progress=take_over, **SMALL)
    assert not results.complete
    store = open_store(Address(tmp_path / STORE))
    assert len(store.load(store.entries()[0].id).runs) <= 4
    store.close()


def test_the_lease_is_renewed_while_one_network_takes_long(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "HEARTBEAT_SECONDS", 0.02)
    renewed = []
    true = database.Database.renew
    monkeypatch.setattr(database.Database, "renew", lambda *given: (renewed.append(given), true(*given)))
    actlab.compare(
        small_frame("binary"), "answer", out=tmp_path, on_progress=lambda _: time.sleep(0.05), **{**SMALL, "repeats": 2}
    )
    assert len(renewed) > 3


def test_a_running_comparison_is_not_disturbed(tmp_path):
    frame, refused = small_frame("binary"), []

    def meddle(progress):
        if progress.done == 2:
            for act in (
                lambda: actlab.compare.resume(tmp_path, data=frame),
                lambda: actlab.compare(frame, "answer", out=tmp_path, **SMALL),
            ):
                with pytest.raises(StoreRefusal, match="is running") as said:
                    act()
                refused.append(str(said.value))

    assert actlab.compare(frame, "answer", out=tmp_path, on_progress=meddle, **SMALL).complete
    assert len(refused) == 2


def test_nothing_trained_leaves_nothing(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "rehearse", stop)
    (tmp_path / "there").mkdir()
    for name in ("new", "there"):
        with pytest.raises(KeyboardInterrupt):
            actlab.compare(small_frame("binary"), "answer", out=tmp_path / name, **SMALL)
    assert [each.name for each in tmp_path.iterdir()] == ["there"]
    assert comparisons(str(tmp_path / "there")) == ()


def test_an_error_of_the_callback_keeps_what_was_trained(tmp_path):
    with pytest.raises(ZeroDivisionError):
        actlab.compare(
            small_frame("binary"), "answer", out=tmp_path, on_progress=stop_after(5, ZeroDivisionError), **SMALL
        )
    (entry,) = (each.entry for each in comparisons(str(tmp_path)))
    assert (entry.state, entry.done) == ("unfinished", 5)


def test_the_one_that_is_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreRefusal, match="No comparison is unfinished in this folder"):
        located(None, unfinished=True)
    frame = small_frame("binary")
    stopped(frame, tmp_path / "one")
    name = located(None, unfinished=True).entry.id
    assert located(name).entry.id == located("one").entry.id == located(f"one/{STORE}").entry.id == name
    assert located("one").folder == Path("one")
    stopped(frame, tmp_path / "two")
    with pytest.raises(StoreRefusal, match=rf"There are 2 comparisons in .*; name one of them: .*{name} \(table\)"):
        located(None, unfinished=True)
    with pytest.raises(StoreRefusal, match=rf"no comparison {name}x .*did you mean {name}\?"):
        located(f"{name}x")
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / STORE).write_text("not ours", encoding="utf-8")
    assert len(comparisons()) == 2
    with pytest.raises(StoreRefusal, match="no store"):
        located("four/runs.sqlite")


def test_seconds_are_those_of_all_processes(tmp_path):
    frame = small_frame("binary")
    first = stopped(frame, tmp_path).environment
    second = actlab.compare.resume(tmp_path, data=frame).environment
    assert second.seconds > first.seconds
    assert replace(second, seconds=0) == replace(first, seconds=0)
