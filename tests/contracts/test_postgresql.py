"""A team's PostgreSQL under whole comparisons: stopped by its failure, waited for, and shared by two at once."""

import threading
import time
from typing import Any

import pytest

import actlab
from actlab.cli.application import run
from actlab.compare import comparing, journal
from actlab.compare.locating import comparisons
from tests.compare.equal import document_in, without_clocks
from tests.compare.tables import small_frame

SMALL: dict[str, Any] = {
    "activations": ["relu", "tanh", "step"], "repeats": 3, "hidden": (8,), "rates": (0.003, 0.03), "epochs": 6,
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_clock(monkeypatch):
    monkeypatch.setattr(comparing, "inference_timings", lambda timed: dict.fromkeys(timed, (1e-5, 1e-4)))
    monkeypatch.setattr("actlab.compare.report.render", lambda results: "a page")


@pytest.fixture
def whole(tmp_path):
    """The document of a comparison that was never stopped."""
    actlab.compare(small_frame("binary"), "answer", out=tmp_path / "whole", **SMALL)
    return without_clocks(document_in(tmp_path / "whole"))


def test_a_server_that_starts_anew_is_waited_for(server, server_url, tmp_path, whole):
    def restart(progress):
        if progress.done == 5:
            server.stop()
            server.start()

    folder = tmp_path / "report"
    actlab.compare(small_frame("binary"), "answer", out=folder, store=server_url, on_progress=restart, **SMALL)
    assert without_clocks(document_in(folder)) == whole
    assert [(each.entry.state, each.entry.done) for each in comparisons(server_url)] == [("finished", 18)]


def test_a_lost_server_costs_no_network_that_was_kept(server, server_url, tmp_path, whole, monkeypatch):
    frame, folder = small_frame("binary"), tmp_path / "report"

    def lose(progress):
        time.sleep(0.2 * (progress.done > 7))  # the writer needs a moment to find out
        if progress.done == 7:
            while comparisons(server_url)[0].entry.done < 7:
                time.sleep(0.01)
            server.stop()

    monkeypatch.setattr(journal, "TRYING_SECONDS", 0.1)
    try:
        with pytest.warns(UserWarning, match="does not answer any more"):
            results = actlab.compare(frame, "answer", out=folder, store=server_url, on_progress=lose, **SMALL)
    finally:
        server.start()
    assert not results.complete
    assert without_clocks(document_in(folder))["runs"]
    (found,) = comparisons(server_url)
    assert (found.folder, 7 <= found.entry.done < 18) == (folder, True)
    actlab.compare.resume(found.entry.id, store=server_url, data=frame)
    assert without_clocks(document_in(folder)) == whole


def test_two_comparisons_at_once(server_url, tmp_path, whole):
    def go(name):
        actlab.compare(small_frame("binary"), "answer", out=tmp_path / name, store=server_url, **SMALL)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("one", "two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.entry.done for each in comparisons(server_url)] == [18, 18]
    assert all(without_clocks(document_in(tmp_path / name)) == whole for name in ("one", "two"))


def test_the_verbs_take_a_url(server_url, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    small = ["--activations", "relu,tanh", "--repeats", "2", "--rates", "0.01", "--hidden", "4", "--epochs", "2"]
    assert run(["compare", "sklearn:iris", *small, "--store", server_url, "--quiet"]) == 0
    capsys.readouterr()
    assert run(["runs", "--store", server_url]) == 0
    name, *_ = capsys.readouterr().out.splitlines()[1].split()
    assert run(["report", name, "--store", server_url]) == 0
    assert "The report is " in capsys.readouterr().err
    assert run(["resume", name, "--store", server_url, "--out", "elsewhere"]) == 0
    assert document_in(tmp_path / "elsewhere") == document_in(tmp_path / "actlab-report-iris")
    assert run(["report", f"{name}x", "--store", server_url]) == 2
    assert f"did you mean {name}?" in capsys.readouterr().err
