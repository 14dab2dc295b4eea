"""The way in: help and version, and what they import."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from actlab.cli.application import run
from actlab.cli.comparing import ACTIVATIONS

HEAVY = ("jax", "matplotlib", "numba", "polars", "scipy", "sklearn", "sqlalchemy", "torch")
VERBS = ("demo", "compare", "resume", "runs", "report", "bench", "list", "show", "plot")


def test_help_names_every_verb(capsys):
    assert run(["--help"]) == 0
    spoken = capsys.readouterr().out
    assert [verb for verb in VERBS if verb not in spoken] == []


def test_no_verb_is_a_call_for_help(capsys):
    assert run([]) == 0
    assert "compare" in capsys.readouterr().out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, capsys):
    assert run([verb, "--help"]) == 0
    assert f"actlab {verb}" in capsys.readouterr().out


def test_version(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"actlab {version('actlab')}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["compare", "--help"], ["--version"], ["list"]])
def test_light_verbs_import_nothing_heavy(arguments):
    asked = (
        "import sys\n"
        "from actlab.cli.application import run\n"
        f"code = run({arguments!r})\n"
        f"print(code, *(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["0"]


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_narrow_terminals_and_cuts_nothing(verb, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    assert run([verb, "--help"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 40
    assert "…" not in shown.replace("swish, …", "")
    assert "..." not in shown.replace("]...", "").replace("}...", "")


@pytest.mark.parametrize("columns", ["40", "80"])
def test_help_lists_the_default_activations(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    assert run(["compare", "--help"]) == 0
    shown = capsys.readouterr().out.split()
    assert [name for name in ACTIVATIONS.split(",") if not {f"{name},", f"{name}]"} & set(shown)] == []


def test_the_verbs_keep_their_whole_sentence(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["--help"]) == 0
    assert "on a bundled table; less than a minute, no network." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "demo"])
def test_every_verb_but_the_demo_answers_in_json(verb, capsys):
    assert run([verb, "--help"]) == 0
    assert "--json" in capsys.readouterr().out
