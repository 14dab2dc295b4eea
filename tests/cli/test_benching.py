"""A suite from the command line: streams, exit codes, interruptions, and the example that comes with actlab."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from actlab.cli import benching
from actlab.cli.application import run
from actlab.cli.progress import TrainingProgress
from actlab.compare.store import StoreFailure
from actlab.compare.store.database import Database
from tests.cli.tables import write_table

EXAMPLE = Path(__file__).parents[2] / "examples/suite.toml"
PLAN = '[plan]\nactivations = ["relu", "tanh"]\nrepeats = 2\nhidden = [4]\nrates = [0.01]\nepochs = 2\n'


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Two small data sets, of which no reports are drawn: they have tests of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("actlab.compare.report.render", lambda _: "drawn elsewhere")
    for name in ("first", "second"):
        write_table(tmp_path / f"{name}.csv", churned=["yes", "no"] * 30)
    sets = [f'[[data]]\nsource = "{name}.csv"\ntarget = "churned"\n' for name in ("first", "second")]
    (tmp_path / "customers.toml").write_text(PLAN + "".join(sets), encoding="utf-8")
    return tmp_path


def test_the_answer_goes_to_stdout_and_the_rest_to_stderr(suite, capsys):
    assert run(["bench", "customers.toml"]) == 0
    said = capsys.readouterr()
    assert "rank best on these 2 data sets" in said.out or "ranks best on these 2 data sets" in said.out
    assert "mean rank" in said.out
    assert "networks" not in said.out
    assert "2 data sets, 8 networks" in said.err
    assert "[2 of 2] second: 2 activations × 2 repeats × 1 learning rate = 4 networks" in said.err
    assert "The report is actlab-bench-customers/report.html" in said.err
    names = sorted(path.name for path in (suite / "actlab-bench-customers").iterdir())
    assert names == ["first", "report.html", "second", "suite.json"]


def test_typed_again_it_trains_nothing(suite, capsys):
    assert run(["bench", "customers.toml"]) == 0
    first = capsys.readouterr()
    assert run(["bench", "customers.toml"]) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert "[1 of 2] first: all its networks are kept" in again.err
    assert "networks trained" not in again.err
    assert run(["bench", "customers.toml", "--quiet"]) == 0
    assert "networks" not in capsys.readouterr().err


def test_json_is_one_document_and_that_of_the_file(suite, capsys):
    assert run(["bench", "customers.toml", "--out", "out", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "actlab.suite/1"
    assert document == json.loads((suite / "out/suite.json").read_text(encoding="utf-8"))
    assert document["environment"]["command"] == "actlab bench customers.toml --out out --json"


@pytest.mark.parametrize("columns", [40, 80])
def test_a_narrow_terminal_gets_fewer_columns_and_whole_words(suite, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(["bench", "customers.toml", "-q"]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    assert ("better  worse" in out) == (columns == 80)
    assert "not shown" in out


BAD = {
    "missing": (None, 2, "There is no file customers.toml"),
    "unknown key": (PLAN + "colour = 3\n", 2, "customers.toml has an unknown key plan.colour"),
    "no data": (PLAN, 2, "customers.toml names no data set"),
    "unknown table": (PLAN + '[[data]]\nsource = "sklearn:wines"\n', 2, "customers.toml, data set wines"),
    "one class": (PLAN + '[[data]]\nsource = "flat.csv"\ntarget = "churned"\n', 3, "customers.toml, data set flat"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_leaves_nothing(case, suite, capsys):
    text, code, phrase = BAD[case]
    write_table(suite / "flat.csv", churned=["yes"] * 60)
    if text is None:
        (suite / "customers.toml").unlink()
    else:
        (suite / "customers.toml").write_text(text, encoding="utf-8")
    assert run(["bench", "customers.toml", "--json"]) == code
    said = capsys.readouterr()
    assert phrase in said.err
    assert len(said.err.splitlines()) == 1
    assert json.loads(said.out)["exit"] == code
    assert not (suite / "actlab-bench-customers").exists()


@pytest.mark.parametrize("out", ["held", "file", "nowhere/out"])
def test_a_folder_that_is_no_place_for_a_report_is_refused(out, suite, capsys):
    (suite / "held").mkdir()
    (suite / "held/thesis.tex").write_text("x")
    (suite / "file").write_text("x")
    before = sorted(suite.rglob("*"))
    assert run(["bench", "customers.toml", "--out", out]) == 2
    assert out.split("/")[0] in capsys.readouterr().err
    assert sorted(suite.rglob("*")) == before


def test_a_folder_of_a_data_set_with_something_else_in_it_is_refused(suite, capsys):
    assert run(["bench", "customers.toml"]) == 0
    (suite / "actlab-bench-customers/first/thesis.tex").write_text("x")
    assert run(["bench", "customers.toml"]) == 2
    assert "files that actlab did not write" in capsys.readouterr().err


def press_at(monkeypatch, *networks: int) -> None:
    """Press Ctrl-C when so many networks were seen."""
    real, seen = TrainingProgress.show, []

    def show(self, progress):
        real(self, progress)
        seen.append(progress)
        if len(seen) in networks:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(TrainingProgress, "show", show)


def test_ctrl_c_ends_with_a_report_of_what_is_finished_and_the_same_command_goes_on(suite, capsys, monkeypatch):
    with monkeypatch.context() as pressed:
        press_at(pressed, 6)
        assert run(["bench", "customers.toml", "--json"]) == 130
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert not document["complete"]
    assert [each["complete"] for each in document["data_sets"]] == [True, False]
    assert document["ranking"]["data_sets"] == ["first"]
    assert "Stopped after 1 of 2 data sets" in said.err
    assert "`actlab bench customers.toml --json` continues" in said.err
    assert "Not finished." in (suite / "actlab-bench-customers/report.html").read_text(encoding="utf-8")
    assert run(["bench", "customers.toml", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["complete"]
    assert "[1 of 2] first: all its networks are kept" in said.err


def test_ctrl_c_twice_ends_at_once_and_keeps_the_networks(suite, capsys, monkeypatch):
    with monkeypatch.context() as pressed:
        press_at(pressed, 5)
        real = benching._one

        def one(*arguments, **options):
            done = real(*arguments, **options)
            if not done.complete:
                signal.raise_signal(signal.SIGINT)
            return done

        pressed.setattr(benching, "_one", one)
        assert run(["bench", "customers.toml"]) == 130
    said = capsys.readouterr()
    assert "no report was written. The networks are kept" in said.err
    assert not (suite / "actlab-bench-customers/report.html").exists()
    assert run(["bench", "customers.toml"]) == 0
    assert "[1 of 2] first: all its networks are kept" in capsys.readouterr().err


def test_a_store_that_fails_is_our_fault_and_told(suite, capsys, monkeypatch):
    real, calls = Database.add_run, []

    def add_run(self, *arguments, **options):
        calls.append(arguments)
        if len(calls) > 5:
            raise StoreFailure("The disk is full.")
        return real(self, *arguments, **options)

    with (suite / "customers.toml").open("a", encoding="utf-8") as file:
        file.write("repeats = 200\n")  # so that training is still going on when the store fails
    monkeypatch.setattr(Database, "add_run", add_run)
    assert run(["bench", "customers.toml"]) == 1
    said = capsys.readouterr()
    assert "actlab: The disk is full." in said.err
    assert "The report has 1 of 2 data sets" in said.err
    assert "continues when the store works again" in said.err


def test_a_store_that_fails_after_the_last_network_is_our_fault_too(suite, capsys, monkeypatch):
    def finish(*_):
        raise StoreFailure("The disk is full.")

    monkeypatch.setattr(Database, "finish", finish)
    assert run(["bench", "customers.toml"]) == 1
    said = capsys.readouterr()
    assert "actlab: The disk is full." in said.err
    assert "The report has 1 of 2 data sets" in said.err
    assert "continues when the store works again" in said.err


def test_time_that_is_up_ends_with_a_report_of_what_is_finished(suite, capsys):
    with (suite / "customers.toml").open("a", encoding="utf-8") as file:
        file.write("repeats = 2000\n")  # of the second data set: minutes
    command = ["bench", "customers.toml", "--json", "--time-limit", "3s"]
    assert run(command) == 4
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert [each["complete"] for each in document["data_sets"]] == [True, False]
    assert 0 < document["data_sets"][1]["networks"] < 4000
    assert "Time is up after 1 of 2 data sets" in said.err
    assert f"`actlab {' '.join(command)}` continues" in said.err
    assert "Not finished." in (suite / "actlab-bench-customers/report.html").read_text(encoding="utf-8")
    assert run(command) == 4
    again = capsys.readouterr()
    assert "[1 of 2] first: all its networks are kept" in again.err
    assert json.loads(again.out)["data_sets"][1]["networks"] > document["data_sets"][1]["networks"]


def test_time_that_is_up_before_any_network_is_one_sentence(suite, capsys):
    assert run(["bench", "customers.toml", "--time-limit", "0.000001", "-q"]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("actlab: No network was finished within 1e-06 s; give it more time.\n")
    assert not (suite / "actlab-bench-customers").exists()


def test_a_time_that_is_none_is_refused(suite, capsys):
    assert run(["bench", "customers.toml", "--time-limit", "soon"]) == 2
    assert "'soon' is no time; write 90s, 10m or 1.5h" in capsys.readouterr().err


def test_a_cluster_trains_a_suite(suite, capsys):
    pytest.importorskip("distributed")
    assert run(["bench", "customers.toml", "--json", "-q"]) == 0
    here = json.loads(capsys.readouterr().out)
    assert run(["bench", "customers.toml", "--json", "-q", "--cluster", "local", "--out", "there"]) == 0
    there = json.loads(capsys.readouterr().out)
    assert [each["scores"] for each in there["data_sets"]] == [each["scores"] for each in here["data_sets"]]


def test_a_cluster_that_is_not_there_is_refused(suite, capsys):
    pytest.importorskip("distributed")
    assert run(["bench", "customers.toml", "--cluster", "nowhere"]) == 2
    assert "No Dask scheduler answers at 'nowhere'" in capsys.readouterr().err
    assert not (suite / "actlab-bench-customers").exists()


def test_every_training_failed_is_an_exit_code_of_its_own(suite, capsys):
    file = suite / "customers.toml"
    text = file.read_text(encoding="utf-8").replace("[0.01]", "[1e30]").replace('"tanh"', '"identity"')
    file.write_text(text, encoding="utf-8")
    assert run(["bench", "customers.toml"]) == 5
    said = capsys.readouterr()
    assert "No training was finished on any data set." in said.out
    assert "Every training failed" in said.err


def test_the_example_runs_and_its_ranks_are_tested(tmp_path, capsys, monkeypatch):
    pytest.importorskip("scikit_posthocs")
    monkeypatch.setattr("actlab.compare.report.render", lambda _: "drawn elsewhere")
    assert run(["bench", str(EXAMPLE), "--out", str(tmp_path / "out"), "--json", "-q"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["data_sets"]) == 5
    assert document["ranking"]["friedman"]["p"] < 0.05
    assert document["ranking"]["names"][-1] == "step"
    assert document["ranking"]["pair_test"] == "sign"
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert 'href="breast_cancer/report.html"' in page
    assert len(page) < 500_000
