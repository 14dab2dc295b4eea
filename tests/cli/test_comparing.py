"""Comparing from the command line: what it says on which stream, what it writes, and how it ends."""

import inspect
import json
import sys
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import polars
import pytest
from rich.text import Text

from actlab.cli import comparing
from actlab.cli.application import run
from actlab.cli.progress import TrainingProgress
from actlab.compare import Plan, Progress
from actlab.compare.locating import located
from actlab.compare.plan import ACTIVATIONS, BASELINE, make_plan
from actlab.compare.report import MEANINGS
from tests.cli.tables import QUICK, write_table
from tests.compare.equal import without_clocks


def quick(folder, *added):
    """A comparison that takes a moment."""
    table = write_table(folder / "customers.csv")
    return ["compare", table, "--target", "churned", *QUICK, "--out", str(folder / "report"), *added]


def test_the_answer_goes_to_stdout_and_the_rest_to_stderr(tmp_path, capsys):
    assert run(quick(tmp_path)) == 0
    said = capsys.readouterr()
    assert "2 activations × 2 repeats × 1 learning rate = 4 networks, about" in said.err
    assert "4 of 4 networks trained" in said.err
    assert str(tmp_path / "report/report.html") in said.err.replace("\n", "")
    assert "BASELINE" in said.out
    assert "networks" not in said.out
    assert "\x1b" not in said.out + said.err
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == [
        "report.html",
        "results.json",
        "runs.parquet",
        "runs.sqlite",
    ]


def test_a_terminal_gets_a_bar_and_colours_only_if_wanted(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    arguments = quick(tmp_path, "--rates", "1e30", "--activations", "relu,identity")
    assert run(arguments) == 5
    said = capsys.readouterr()
    assert "0 of 4" in said.err
    assert "networks trained" not in said.err
    assert "\x1b[1;31mBROKEN" in said.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(arguments) == 5
    assert "31m" not in capsys.readouterr().out


def test_quiet_says_the_answer_and_where_the_report_is(tmp_path, capsys):
    assert run(quick(tmp_path, "--quiet")) == 0
    assert "networks" not in capsys.readouterr().err


def test_json_is_one_document_and_that_of_the_file(tmp_path, capsys):
    assert run(quick(tmp_path, "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "actlab.compare/1"
    assert document == json.loads((tmp_path / "report/results.json").read_text(encoding="utf-8"))
    assert "--target churned" in document["environment"]["command"]


def test_a_second_run_replaces_the_report_in_a_named_folder_and_says_so(tmp_path, capsys):
    assert run(quick(tmp_path)) == 0
    assert "earlier report" not in capsys.readouterr().err
    assert run(quick(tmp_path, "--seed", "1")) == 0
    assert "holds an earlier report, which the new one will replace" in capsys.readouterr().err
    document = json.loads((tmp_path / "report/results.json").read_text(encoding="utf-8"))
    assert document["plan"]["seed"] == 1


def test_the_folder_is_named_after_the_data_when_nobody_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "customers.csv")
    assert run(["compare", "customers.csv", "--target", "churned", *QUICK]) == 0
    first = (tmp_path / "actlab-report-customers/report.html").read_bytes()
    assert run(["compare", "customers.csv", "--target", "churned", *QUICK, "--seed", "1"]) == 0
    assert (tmp_path / "actlab-report-customers/report.html").read_bytes() == first
    assert (tmp_path / "actlab-report-customers-2/report.html").is_file()


def test_the_target_of_a_bundled_table_needs_no_name(tmp_path, capsys):
    assert run(["compare", "sklearn:wine", *QUICK, "--json", "--out", str(tmp_path / "report")]) == 0
    assert json.loads(capsys.readouterr().out)["plan"]["target"] == "target"


@pytest.mark.parametrize(("target", "told"), [("income", True), ("churned", False)])
def test_costs_that_change_nothing_are_told_of(target, told, tmp_path, capsys):
    assert run(quick(tmp_path, "--target", target, "--cost-fn", "5")) == 0
    assert ("matter for two classes only" in capsys.readouterr().err) == told


def test_parquet_and_numbers_to_predict(tmp_path, capsys):
    write_table(tmp_path / "table.csv", rows=80)
    polars.read_csv(tmp_path / "table.csv").write_parquet(tmp_path / "table.parquet")
    arguments = ["compare", str(tmp_path / "table.parquet"), "--target", "income", *QUICK, "--json"]
    assert run([*arguments, "--out", str(tmp_path / "report")]) == 0
    assert json.loads(capsys.readouterr().out)["plan"]["task"] == "regression"


def test_markup_in_names_is_text(tmp_path, capsys):
    table = write_table(tmp_path / "[red]x.csv")
    Path(table).write_text(Path(table).read_text(encoding="utf-8").replace("age", "[bold]age[/]"), encoding="utf-8")
    arguments = ["compare", table, "--target", "[bold]age[/]", *QUICK, "--out", str(tmp_path / "report")]
    assert run([*arguments, "--task", "clustering"]) == 2
    assert run([*arguments, "--target", "[bold]agee[/]"]) == 2
    assert "[bold]age[/]" in capsys.readouterr().err


def test_every_training_failed_is_5(tmp_path, capsys):
    assert run(quick(tmp_path, "--rates", "1e30", "--activations", "relu,identity")) == 5
    said = capsys.readouterr()
    assert "Every training failed" in said.err
    assert said.out.count(" BROKEN ") == 2
    assert "BROKEN: in at least one repeat" in said.out


@pytest.mark.parametrize("columns", [30, 65, 120])
def test_narrow_terminals_show_everything_in_whole_words(columns, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(quick(tmp_path)) == 0
    shown = capsys.readouterr().out
    assert "…" not in " ".join(shown.split()).replace(" … ", "")
    for word, times in {"verdict": 0, "score": 2, "dead": 2, "training": 2, "difference": 1}.items():
        in_blocks = sum(line.startswith(f"  {word} ") for line in shown.splitlines())
        assert in_blocks == (times if columns == 30 else 0), word
    header = shown.splitlines()[-10:]
    assert any("verdict" in line and "training" in line for line in header) == (columns >= 120)
    assert max(map(len, shown.splitlines())) <= columns


@pytest.mark.parametrize("columns", [40, 200])
def test_the_progress_stays_one_line(columns, monkeypatch, capsys):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    activations = ("relu", "a_function_with_quite_a_long_name")
    plan = Plan(data="", target="", task="binary", metric="roc_auc", activations=activations, baseline="relu")
    with TrainingProgress(plan) as progress:
        progress.show(Progress(3, plan.networks, activations[1], 0, 0.003, seconds_left=3723.2))
    shown = Text.from_ansi(capsys.readouterr().err.replace("\r", "\n")).plain.splitlines()
    assert any("3 of 80" in line and ("rate 0.003" in line) == (columns == 200) for line in shown)
    assert all("of 80" in line for line in shown if line.strip())
    assert any("1:02:03" in line for line in shown)
    assert max(map(len, shown)) <= columns


def test_the_words_of_the_answer_are_explained(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "500")
    assert run(quick(tmp_path)) == 0
    shown = capsys.readouterr().out
    lines = shown.splitlines()[-3:]
    (verdict,) = set(MEANINGS) & set(shown.split())
    assert lines[0] == f"{verdict}: {MEANINGS[verdict].partition(':')[0]}."
    assert lines[1].startswith("ROC AUC: Draw one row of each class")
    assert lines[2].startswith("dead is ")
    assert "report" in lines[2]


def test_defaults_are_those_of_the_plan():
    given = {name: each.default for name, each in inspect.signature(comparing.compare).parameters.items()}
    planned: dict[str, Any] = {field.name: field.default for field in fields(Plan)}
    assert given["activations"] == ",".join(ACTIVATIONS)
    assert given["baseline"] == BASELINE
    assert given["hidden"] == ",".join(map(str, planned["hidden"]))
    assert given["rates"] == ",".join(map(str, planned["rates"]))
    assert (given["cost_fp"], given["cost_fn"]) == (planned["cost_false_positive"], planned["cost_false_negative"])
    for name in ("repeats", "epochs", "matters", "seed"):
        assert given[name] == planned[name]


def test_the_demo_decides_about_films_and_then_compares(tmp_path, monkeypatch, capsys):
    def small(table):
        return make_plan(table, activations=("relu", "tanh"), repeats=2, rates=(0.01,), hidden=(4,), epochs=2)

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("actlab.compare.plan.make_plan", small)
    assert run(["demo", "--out", str(tmp_path / "report")]) == 0
    shown = capsys.readouterr().out
    assert shown.count("fires\n") == 5
    assert shown.count("stays silent\n") == 3
    assert "569 tumours" in shown
    assert (tmp_path / "report/report.html").is_file()


LONG = ["--activations", "relu,tanh", "--repeats", "300", "--rates", "0.001", "--hidden", "64,64", "--quiet"]


def test_time_that_is_up_ends_with_a_report_of_what_there_is_and_is_4(tmp_path, capsys):
    place = str(tmp_path / "report")
    assert run(["compare", "sklearn:wine", *LONG, "--out", place, "--time-limit", "2s", "--json"]) == 4
    said = capsys.readouterr()
    document = json.loads(said.out)
    done = len(document["runs"])
    assert document["complete"] is False
    assert 0 < done < 600
    assert f"Time is up after {done} of 600 networks; they are kept, and `actlab resume {place}` continues." in said.err
    assert "<strong>Not finished.</strong>" in (tmp_path / "report/report.html").read_text(encoding="utf-8")
    assert run(["resume", place, "--quiet", "--time-limit", "1s", "--json"]) == 4
    assert done < len(json.loads(capsys.readouterr().out)["runs"]) < 600


def test_too_little_time_leaves_nothing(tmp_path, capsys):
    assert run(quick(tmp_path, "--quiet", "--time-limit", "0.001s")) == 4
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "actlab: No network was finished within 0.001 s; give it more time."
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("time", ["soon", "0", "-3m", "nan", "infh", ""])
def test_a_time_is_seconds_minutes_or_hours(time, tmp_path, capsys):
    assert run(quick(tmp_path, "--time-limit", time)) == 2
    assert f"--time-limit: {time!r} is no time; write 90s, 10m or 1.5h." in capsys.readouterr().err


def test_a_cluster_gives_the_same_numbers(tmp_path, capsys):
    pytest.importorskip("distributed")
    assert run(quick(tmp_path, "--quiet", "--json")) == 0
    here = json.loads(capsys.readouterr().out)
    assert run(quick(tmp_path, "--json", "--cluster", "local")) == 0
    there = json.loads(capsys.readouterr().out)
    assert without_clocks(there["runs"]) == without_clocks(here["runs"])
    for mine, others in zip(here["candidates"], there["candidates"], strict=True):
        assert (others["scores"], others["layers"]) == (mine["scores"], mine["layers"])


def test_nobody_answers_at_a_clusters_address(tmp_path, capsys, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("actlab.compare.executors.cluster.CONNECT_SECONDS", 0.5)
    assert run(quick(tmp_path, "--cluster", "nowhere:1")) == 2
    assert "No Dask scheduler answers at 'nowhere:1'" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_a_cluster_needs_dask(tmp_path, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "actlab.compare.executors.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(quick(tmp_path, "--cluster", "local")) == 2
    assert capsys.readouterr().err == 'actlab: A cluster needs Dask; write pip install "actlab[cluster]".\n'


def test_a_cluster_that_goes_away_is_one_sentence_and_loses_nothing(tmp_path, capsys, monkeypatch):
    pytest.importorskip("distributed")
    from actlab.compare.executors import ExecutorFailure, Here, cluster

    class Going(Here):
        def __init__(self, address):
            self.left = 3

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def results(self, jobs, until=None):
            yield from islice(super().results(jobs, until), self.left)
            raise ExecutorFailure("The Dask scheduler has gone (CommClosedError).")

    monkeypatch.setattr(cluster, "Cluster", Going)
    assert run(quick(tmp_path, "--quiet", "--cluster", "tcp://10.0.0.5:8786")) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "actlab: The Dask scheduler has gone (CommClosedError). The networks are kept, and "
        f"`actlab resume {tmp_path / 'report'}` continues."
    )
    assert located(tmp_path / "report").entry.done == 3
    assert run(["resume", str(tmp_path / "report"), "--quiet"]) == 0
