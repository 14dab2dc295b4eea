"""What a person can get wrong: one sentence, the right exit code, one document for --json, nothing written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from actlab.cli.application import run
from tests.cli.tables import QUICK, write_table


def table_with(**columns):
    """A recipe for a table, with some of its columns replaced."""
    return lambda folder: [write_table(folder / "table.csv", **columns), "--target", "churned"]


def file_with(name: str, content: bytes):
    """A recipe for a file of any bytes."""

    def recipe(folder: Path) -> list[str]:
        (folder / name).write_bytes(content)
        return [str(folder / name), "--target", "churned"]

    return recipe


def options(*added: str):
    """A recipe for a sound table and options that are not."""
    return lambda folder: [write_table(folder / "table.csv"), "--target", "churned", *added]


BAD_INPUT = {
    "unknown column": (
        lambda folder: [write_table(folder / "table.csv"), "--target", "churn"],
        2,
        "(did you mean `churned`?)",
    ),
    "missing file": (lambda folder: [str(folder / "nowhere.csv"), "--target", "churned"], 2, "no file"),
    "folder instead of a file": (lambda folder: [str(folder), "--target", "churned"], 2, "folder"),
    "unknown bundled data set": (lambda folder: ["sklearn:cancer", "--target", "target"], 2, "breast_cancer"),
    "unknown kind of file": (file_with("table.docx", b"PK"), 2, ".csv"),
    "unreadable CSV": (file_with("table.csv", bytes(range(256)) * 9), 3, "table.csv"),
    "unreadable Parquet": (file_with("table.parquet", b"PAR1 is how it begins"), 3, "table.parquet"),
    "empty file": (file_with("table.csv", b""), 3, "empty"),
    "header only": (file_with("table.csv", b"age,churned\n"), 3, "row"),
    "one class only": (table_with(churned=["yes"] * 60), 3, "every row"),
    "target with gaps": (table_with(churned=["yes", "no", ""] * 20), 3, "churned"),
    "too few rows": (
        lambda folder: [write_table(folder / "table.csv", rows=6), "--target", "churned"],
        3,
        "rows",
    ),
    "all features unusable": (table_with(age=[1] * 60, income=[2] * 60), 3, "column"),
    "unknown activation": (options("--activations", "relu,gelo"), 2, "gelu"),
    "unknown baseline": (options("--baseline", "rellu"), 2, "relu"),
    "activation twice": (options("--activations", "silu,relu,swish"), 2, "silu"),
    "activation along an axis": (options("--activations", "relu,softmax"), 2, "softmax"),
    "no activation": (options("--activations", ","), 2, "--activations"),
    "hidden layers in words": (options("--hidden", "big"), 2, "--hidden"),
    "a hidden layer of nothing": (options("--hidden", "64,0"), 2, "--hidden: a layer of 0 came"),
    "a hidden layer of less": (options("--hidden", "-5"), 2, "each layer needs at least 1 unit"),
    "rates in words": (options("--rates", "fast"), 2, "--rates"),
    "a negative rate": (options("--rates", "-0.1"), 2, "learning rate"),
    "a rate twice": (options("--rates", "0.1,0.1"), 2, "--rates"),
    "one repeat": (options("--repeats", "1"), 2, "--repeats"),
    "a negative difference": (options("--matters", "-1"), 2, "--matters"),
    "a negative cost": (options("--cost-fp", "-1"), 2, "--cost-fp: -1 came, and a cost is above 0"),
    "a cost of nothing": (options("--cost-fn", "0"), 2, "--cost-fn: 0 came"),
    "unknown task": (options("--task", "clustering"), 2, "classification or regression"),
    "unknown option": (options("--fast"), 2, "--fast"),
    "no target": (lambda folder: [write_table(folder / "table.csv")], 2, "--target"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_sentence(case, tmp_path, capsys):
    recipe, code, phrase = BAD_INPUT[case]
    out = tmp_path / "report"
    assert run(["compare", *QUICK, *recipe(tmp_path), "--out", str(out)]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert phrase.lower() in said.err.lower()
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_document(case, tmp_path, capsys):
    recipe, code, phrase = BAD_INPUT[case]
    assert run(["compare", "--json", *QUICK, *recipe(tmp_path), "--out", str(tmp_path / "report")]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "actlab.error/1"
    assert document["exit"] == code
    assert phrase.lower() in document["error"].lower()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/report.html").write_text("mine", encoding="utf-8")
    arguments = ["compare", *QUICK, *options()(tmp_path), "--out", str(tmp_path / "thesis")]
    assert run(arguments) == 2
    assert "--out" in capsys.readouterr().err
    assert (tmp_path / "thesis/report.html").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_way_is_left_alone(tmp_path, capsys):
    (tmp_path / "report").write_text("mine", encoding="utf-8")
    assert run(["compare", *QUICK, *options()(tmp_path), "--out", str(tmp_path / "report")]) == 2
    assert "--out" in capsys.readouterr().err
    assert (tmp_path / "report").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["show", "gelo"], "Did you mean gelu"),
        (["plot", "relu", "gelo", "-o", "x.svg"], "Did you mean gelu"),
        (["plot", "relu", "-o", "x.bmp"], ".svg"),
        (["plot", "relu"], "--output"),
        (["plot", "softmax", "-o", "x.svg"], "softmax"),
        (["plot", "relu", "-o", "no/such/folder/x.svg"], "no/such/folder"),
        (["compere"], "compare"),
        (["list", "relu"], "relu"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments, phrase, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert phrase in said.err
    assert len(said.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_our_own_fault_says_how_to_see_where(monkeypatch, capsys):
    from actlab.cli import looking

    monkeypatch.setattr(looking, "find", lambda name: 1 / 0)
    monkeypatch.delenv("ACTLAB_TRACEBACK", raising=False)
    assert run(["show", "relu", "--json"]) == 1
    said = capsys.readouterr()
    assert "ACTLAB_TRACEBACK=1" in said.err
    assert "Traceback" not in said.err
    assert json.loads(said.out)["exit"] == 1
    monkeypatch.setenv("ACTLAB_TRACEBACK", "1")
    assert run(["show", "relu"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_full_disk_is_one_sentence(monkeypatch, capsys):
    from actlab.cli import looking

    def refuse(name):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(looking, "find", refuse)
    assert run(["show", "relu"]) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "our fault" not in said


@pytest.mark.parametrize("wrong", [["nowhere.csv", "--target", "y"], ["sklearn:wine", "--activations", "gelo"]])
def test_wrong_names_are_told_before_anything_heavy_is_imported(wrong):
    asked = (
        "import sys\n"
        "from actlab.cli.application import run\n"
        f"code = run(['compare', *{wrong!r}])\n"
        "print(code, *(name for name in ('polars', 'sklearn', 'numba') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2"]


def test_a_missing_file_is_found_by_a_near_name(tmp_path, capsys):
    write_table(tmp_path / "customers.csv")
    assert run(["compare", str(tmp_path / "custmers.csv"), "--target", "churned"]) == 2
    assert "did you mean customers.csv?" in capsys.readouterr().err
