"""Options that hold several values, and the folder of the report."""

import json
from pathlib import Path

import pytest
import typer

from actlab.cli.folder import check_folder, choose_place, fresh_folder
from actlab.cli.options import several


def test_values_between_commas():
    assert several(" 128, 64 ,", int, "--hidden", "64,64") == (128, 64)
    assert several("relu,Swish", str, "--activations", "relu,gelu") == ("relu", "Swish")


@pytest.mark.parametrize("text", ["", ",", "big", "64,6.5"])
def test_what_is_no_value_is_refused_with_an_example(text):
    with pytest.raises(typer.BadParameter, match="such as 64,64"):
        several(text, int, "--hidden", "64,64")


@pytest.mark.parametrize(
    ("data", "folder"),
    [
        ("sklearn:digits", "actlab-report-digits"),
        ("data/customers 2024.csv", "actlab-report-customers-2024"),
        ("../..", "actlab-report"),
    ],
)
def test_folder_is_named_after_the_data(data, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fresh_folder(data) == Path(folder)


def test_a_taken_folder_gets_a_number_when_it_is_claimed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = choose_place("people.csv", None)
    assert place.claim() == (Path("actlab-report-people"), True)
    Path("actlab-report-people-2").touch()
    assert place.claim() == (Path("actlab-report-people-3"), True)
    assert Path("actlab-report-people-3").is_dir()
    assert not place.replaces


def test_a_named_folder_is_made_or_taken_as_it_is(tmp_path):
    place = choose_place("people.csv", tmp_path / "report")
    assert place.claim() == (tmp_path / "report", True)
    assert place.claim() == (tmp_path / "report", False)


def test_new_and_empty_folders_are_free(tmp_path):
    assert not check_folder(tmp_path)
    assert not check_folder(tmp_path / "new")


def test_an_earlier_report_is_replaced(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps({"schema": "actlab.compare/1"}), encoding="utf-8")
    (tmp_path / "report.html").touch()
    assert check_folder(tmp_path)
    assert choose_place("people.csv", tmp_path).replaces


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"schema": "elsewhere/1"}'])
def test_results_of_another_program_are_not_replaced(tmp_path, content):
    (tmp_path / "results.json").write_text(content, encoding="utf-8")
    with pytest.raises(typer.BadParameter, match="did not write"):
        check_folder(tmp_path)


def test_a_note_beside_an_earlier_report_is_kept(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps({"schema": "actlab.compare/1"}), encoding="utf-8")
    (tmp_path / "notes.txt").touch()
    with pytest.raises(typer.BadParameter, match="did not write"):
        check_folder(tmp_path)


def test_a_folder_in_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(typer.BadParameter, match="make it first"):
        check_folder(tmp_path / "no" / "where")


@pytest.mark.parametrize("below", ["x", "x/y"])
def test_a_folder_in_a_file_is_refused_as_such(tmp_path, below):
    (tmp_path / "notes").touch()
    with pytest.raises(typer.BadParameter, match="notes is a file"):
        check_folder(tmp_path / "notes" / below)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder that nobody can write in")
def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_trained():
    with pytest.raises(typer.BadParameter, match="Nothing can be written in /proc"):
        check_folder(Path("/proc/report"))
