"""Looking at functions: list, show and plot."""

import json

import pytest

from actlab.catalogue import find, names
from actlab.cli.application import run


def test_list_has_every_function_with_its_sentence(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["list"]) == 0
    shown = capsys.readouterr().out
    for name in names():
        assert f"  {name} " in shown
        assert find(name).summary in shown


def test_list_as_a_document(capsys):
    assert run(["list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "actlab.list/1"
    assert sorted(each["name"] for each in document["activations"]) == sorted(names())


@pytest.mark.parametrize("name", names())
def test_show_as_a_document(name, capsys):
    assert run(["show", name, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    activation = find(name)
    assert document["schema"] == "actlab.show/1"
    assert document["formula"]["text"] == str(activation.formula)
    assert set(document["derivatives"]) == (set(activation.inputs) if activation.elementwise else set())
    assert bool(document["properties"]) == activation.univariate


def test_show_by_alias_tells_all_that_is_known(capsys):
    assert run(["show", "swish"]) == 0
    shown = capsys.readouterr().out
    for expected in ("silu", "sigmoid(x)", "\\sigma", "2017", "−0.278465", "sampled", "proved", "⠀", "derivative"):
        assert expected in shown, expected


@pytest.mark.parametrize("name", ["swiglu", "softmax"])
def test_show_of_a_function_of_several_numbers_has_no_curve(name, capsys):
    assert run(["show", name]) == 0
    shown = capsys.readouterr().out
    assert str(find(name).formula)[:20] in shown
    assert "gain" not in shown


@pytest.mark.parametrize("columns", [30, 200])
def test_show_keeps_its_curve_on_any_terminal(columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(["show", "relu"]) == 0
    drawn = [line for line in capsys.readouterr().out.splitlines() if " │" in line]
    assert len(drawn) == 12
    assert max(map(len, drawn)) <= max(columns, 80)


@pytest.mark.parametrize(("ending", "opening"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_plot_writes_what_the_name_says(ending, opening, tmp_path, capsys):
    target = tmp_path / f"curves.{ending}"
    assert run(["plot", "relu", "swish", "--output", str(target)]) == 0
    assert target.read_bytes().startswith(opening)
    said = capsys.readouterr()
    assert said.out == ""
    assert str(target) in said.err


def test_plot_as_a_document(tmp_path, capsys):
    target = tmp_path / "curves.svg"
    assert run(["plot", "swish", "--output", str(target), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"schema": "actlab.plot/1", "file": str(target), "activations": ["silu"]}
