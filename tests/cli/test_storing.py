"""Stopped in every way there is, and continued: kill -9, Ctrl-C, a full disk, two at once; and what is listed."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actlab.cli.application import run
from actlab.compare.locating import comparisons
from actlab.compare.store import STORE, StoreRefusal
from tests.cli.tables import QUICK, write_table
from tests.compare.equal import document_in, without_clocks

COMMAND = [sys.executable, "-m", "actlab.cli"]
LITTLE_ROOM = (
    "import os, resource, sys\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
SIZE = [
    "--activations", "relu,tanh", "--repeats", "18", "--rates", "0.001,0.003", "--hidden", "64,64", "--epochs", "180",
]  # fmt: skip
NETWORKS = 72

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def start(*arguments: str) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def compare(folder: Path, *added: str) -> list[str]:
    return ["compare", "sklearn:wine", *SIZE, "--quiet", "--out", str(folder), *added]


def kept(store: Path | str) -> list[int]:
    """How many networks each comparison of a store has."""
    try:
        return [each.entry.done for each in comparisons(str(store))]
    except StoreRefusal:  # not made yet
        return []


def wait_for(store: Path, networks: int) -> None:
    """Until so many are there; SQLite is asked itself, since a comparison may be over while actlab opens its store."""
    path, until = store if store.suffix else store / STORE, time.monotonic() + 60
    while _most(path) < networks:
        assert time.monotonic() < until, "the comparison has not come so far"
        time.sleep(0.002)


def _most(path: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            counts = connection.execute("SELECT count(*) FROM actlab_run GROUP BY comparison").fetchall()
    except sqlite3.OperationalError:  # not made yet
        return 0
    return max((count for (count,) in counts), default=0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The document of a comparison that was never stopped."""
    folder = tmp_path_factory.mktemp("whole") / "report"
    assert run(compare(folder)) == 0
    return without_clocks(document_in(folder))


def alike(folder: Path, whole: dict[str, Any]) -> bool:
    """Whether a report is that of the whole; ties between functions may be decided by the clock."""
    found = without_clocks(document_in(folder))
    return {**found, "answer": 0} == {**whole, "answer": 0}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder in which a comparison was killed."""
    folder = tmp_path_factory.mktemp("killed") / "report"
    process = start(*compare(folder))
    wait_for(folder, 10)
    process.kill()
    process.communicate()
    assert 10 <= kept(folder)[0] < NETWORKS
    return folder


@pytest.fixture
def torn(killed, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(killed, tmp_path / "report"))


def test_killed_and_resumed_equals_the_uninterrupted(torn, whole, capsys):
    assert not (torn / "report.html").exists()
    before = kept(torn)[0]
    assert run(["resume", str(torn), "--json"]) == 0
    said = capsys.readouterr()
    assert f"{before} are kept, the other {NETWORKS - before} take about" in said.err
    assert json.loads(said.out)["complete"]
    assert alike(torn, whole)
    assert kept(torn) == [NETWORKS]
    assert sorted(each.name for each in torn.iterdir()) == ["report.html", "results.json", "runs.parquet", STORE]


def test_killed_twice_is_no_worse(torn, whole):
    before = kept(torn)[0]
    process = start("resume", str(torn), "--quiet")
    wait_for(torn, before + 10)
    process.kill()
    process.communicate()
    assert run(["resume", str(torn), "--quiet"]) == 0
    assert alike(torn, whole)


def test_the_same_command_again_continues(torn, whole, capsys):
    assert run(compare(torn)) == 0
    assert "holds this comparison, unfinished; it is continued" in capsys.readouterr().err
    assert alike(torn, whole)
    assert kept(torn) == [NETWORKS]


def test_another_command_in_the_same_folder_names_what_it_leaves(torn, capsys):
    before = kept(torn)[0]
    assert run(["compare", "sklearn:wine", *QUICK, "--quiet", "--out", str(torn)]) == 0
    said = capsys.readouterr().err
    assert "holds an unfinished comparison with another plan or other data; `actlab resume " in said
    assert sorted(kept(torn)) == sorted([before, 4])


def test_a_killed_one_has_a_report_of_its_whole_repeats(torn, capsys):
    assert run(["report", str(torn), "--json"]) == 0
    said = capsys.readouterr()
    document = json.loads(said.out)
    repeats = len(document["candidates"][0]["scores"])
    assert (document["complete"], len(document["runs"])) == (False, kept(torn)[0])
    assert 0 < repeats <= kept(torn)[0] // 4
    assert f"{kept(torn)[0]} of {NETWORKS} networks are trained" in said.err
    assert (torn / "report.html").is_file()


def test_ctrl_c_names_the_command_that_continues(tmp_path, whole):
    folder = tmp_path / "my report"
    process = start(*compare(folder, "--store", str(tmp_path / "all.sqlite")))
    wait_for(tmp_path / "all.sqlite", 10)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    (name,) = (each.entry.id for each in comparisons(str(tmp_path / "all.sqlite")))
    assert f"they are kept, and `actlab resume {name} --store {tmp_path / 'all.sqlite'}` continues." in err
    assert run(["resume", name, "--store", str(tmp_path / "all.sqlite"), "--quiet"]) == 0
    assert alike(folder, whole)


def test_two_at_once_into_one_file_do_not_disturb_each_other(tmp_path, whole, capsys):
    store, folders = tmp_path / "all.sqlite", (tmp_path / "one", tmp_path / "two")
    processes = [start(*compare(folder, "--store", str(store))) for folder in folders]
    try:
        wait_for(store, 1)
        running = next(each.entry.id for each in comparisons(str(store)) if each.entry.done)
        assert run(["resume", running, "--store", str(store), "--json"]) == 2
        said = capsys.readouterr()
        assert len(said.err.splitlines()) == 1
        assert f"The comparison {running} is running: process " in json.loads(said.out)["error"]
    finally:
        told = [each.communicate(timeout=120) for each in processes]
    assert [each.returncode for each in processes] == [0, 0], told
    assert kept(store) == [NETWORKS] * 2
    assert all(alike(folder, whole) for folder in folders)


def test_a_full_disk_is_one_sentence_and_goes_on_when_there_is_room(tmp_path, whole):
    little = [sys.executable, "-c", LITTLE_ROOM, *COMMAND[1:], *compare(tmp_path / "report")]
    process = subprocess.run(little, check=False, capture_output=True, text=True, timeout=120)
    err = process.stderr
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert "The disk of the store" in err
    assert f"`actlab resume {tmp_path / 'report'}` continues when the store works again" in err
    assert 0 < kept(tmp_path / "report")[0] < NETWORKS
    assert run(["resume", str(tmp_path / "report"), "--quiet"]) == 0
    assert alike(tmp_path / "report", whole)


def test_what_is_listed_and_written_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    table = write_table(tmp_path / "customers.csv")
    assert run(["runs"]) == 0
    said = capsys.readouterr()
    assert (said.out, "`actlab compare` begins one" in said.err) == ("", True)
    assert run(["compare", "customers.csv", "--target", "churned", *QUICK]) == 0
    capsys.readouterr()
    assert run(["runs", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (entry,) = document["runs"]
    assert document["schema"] == "actlab.runs/1"
    assert entry.pop("started")
    name = entry.pop("id")
    assert entry.pop("answer").split(", ")[0] in {"relu", "tanh"}
    assert entry == {
        "data": "customers.csv",
        "target": "churned",
        "done": 4,
        "planned": 4,
        "state": "finished",
        "folder": "actlab-report-customers",
        "store": f"actlab-report-customers/{STORE}",
    }
    assert run(["runs"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert all(word in line for word in (name, "4 of 4", "finished", "customers.csv"))
    before = document_in(tmp_path / "actlab-report-customers")
    Path(table).unlink()
    assert run(["report", name, "--out", "again"]) == 0
    assert "The report is again/report.html" in capsys.readouterr().err
    assert document_in(tmp_path / "again") == before
    assert run(["resume", name]) == 0
    assert f"All networks of {name} are trained" in capsys.readouterr().err


def wrong_store(content: bytes):
    return lambda folder: (folder / "other.sqlite").write_bytes(content)


def foreign(folder: Path) -> None:
    connection = sqlite3.connect(folder / "other.sqlite")
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


BAD = {
    "no such store": (["runs", "--store", "nowhere.sqlite"], None, 2, "There is no store nowhere.sqlite."),
    "a near name": (["runs", "--store", "othr.sqlite"], foreign, 2, "(did you mean other.sqlite?)"),
    "not a database": (["runs", "--store", "other.sqlite"], wrong_store(b"recipes " * 99), 2, "no SQLite file at all"),
    "of somebody else": (["resume", "--store", "other.sqlite"], foreign, 2, "is not an actlab store"),
    "an empty file": (["report", "x", "--store", "other.sqlite"], wrong_store(b""), 2, "is not an actlab store"),
    "unknown run": (["report", "abc"], None, 2, "There is no comparison abc in this folder"),
    "unknown place": (["resume", "no/where"], None, 2, "There is no store no/where"),
    "nothing to resume": (["resume"], None, 2, "No comparison is unfinished in this folder"),
    "another database": (["runs", "--store", "mysql://a:secret@b/c"], None, 2, "mysql://a:***@b/c is no store"),
    "a wrong port": (["runs", "--store", "postgresql://a:secret@b:port/c"], None, 2, "is no URL of a database"),
    "a server that is not there": (
        ["runs", "--store", "postgresql://ann:secret@127.0.0.1:1/lab?password=secret"], None, 2, "Connection refused",
    ),
    "a folder that is not there": (
        ["compare", "sklearn:wine", *QUICK, "--store", "no/runs.sqlite"], None, 2, "There is no folder no",
    ),
    "a compared server that is not there": (
        ["compare", "sklearn:wine", *QUICK, "--store", "postgresql://ann:secret@127.0.0.1:1/lab"], None, 2, "refused",
    ),
    "a foreign store to write to": (
        ["compare", "sklearn:wine", *QUICK, "--store", "other.sqlite"], foreign, 2, "is not an actlab store",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_store_is_one_sentence(case, tmp_path, monkeypatch, capsys):
    arguments, prepare, code, phrase = BAD[case]
    monkeypatch.chdir(tmp_path)
    if prepare is not None:
        prepare(tmp_path)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert run([*arguments, "--json"]) == code
    said = capsys.readouterr()
    assert phrase in json.loads(said.out)["error"]
    assert len(said.err.splitlines()) == 1
    assert "secret" not in said.out + said.err
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_changed_data_is_exit_3(tmp_path, capsys):
    table = write_table(tmp_path / "customers.csv")
    process = start("compare", table, "--target", "churned", *SIZE, "--quiet", "--out", str(tmp_path / "report"))
    wait_for(tmp_path / "report", 2)
    process.kill()
    process.communicate()
    write_table(tmp_path / "customers.csv", rows=61)
    assert run(["resume", str(tmp_path / "report")]) == 3
    assert "customers.csv has changed since the comparison" in capsys.readouterr().err


def test_no_password_is_kept():
    """The command is in the report, which people send to each other."""
    from actlab.cli.comparing import _command

    class Context:
        obj = ("compare", "x.csv", "--store", "postgresql://ann:secret@db/lab")

    assert _command(Context()) == "actlab compare x.csv --store 'postgresql://ann:***@db/lab'"


def test_an_unwritable_folder_is_one_sentence(tmp_path, capsys):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "closed").mkdir(mode=0o500)
    assert run(["compare", "sklearn:wine", *QUICK, "--store", str(tmp_path / "closed/x.sqlite")]) == 2
    assert "--store" in capsys.readouterr().err
