"""How a command ends when somebody presses Ctrl-C, or stops reading."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars
import pytest

from actlab.cli.application import run
from tests.cli.tables import QUICK, write_table

COMMAND = [sys.executable, "-m", "actlab.cli"]
SPEAKS_UTF8 = {**os.environ, "PYTHONUTF8": "1"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send, and other pipes")


def start_long(folder: Path, *added: str) -> subprocess.Popen[str]:
    """A long comparison, returned when its first tenth is trained."""
    size = ["--activations", "relu,tanh", "--repeats", "100", "--rates", "0.001", "--hidden", "128,128"]
    process = subprocess.Popen(
        [*COMMAND, "compare", "sklearn:wine", *size, "--out", str(folder / "report"), *added],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=SPEAKS_UTF8,
    )
    hear(process, "networks trained")
    return process


def hear(process: subprocess.Popen[str], phrase: str) -> None:
    """Read stderr up to the line that has the phrase."""
    assert process.stderr is not None
    assert any(phrase in line for line in process.stderr)


def test_ctrl_c_keeps_what_is_finished_and_says_so(tmp_path):
    process = start_long(tmp_path, "--json")
    process.send_signal(signal.SIGINT)
    hear(process, "finishing what is done")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "Stopped after" in err
    assert f"`actlab resume {tmp_path / 'report'}` continues" in err
    document = json.loads(out)
    assert document["complete"] is False
    kept = polars.read_parquet(tmp_path / "report/runs.parquet")
    assert 0 < len(kept) == len(document["runs"]) < 200
    assert (tmp_path / "report/report.html").is_file()


def test_a_second_ctrl_c_stops_without_a_report(tmp_path):
    process = start_long(tmp_path)
    process.send_signal(signal.SIGINT)
    hear(process, "press it again")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    last = err.splitlines()[-1]
    assert last.startswith("actlab: Stopped; no report was written. The networks are kept, and `actlab resume ")
    assert "Traceback" not in err
    assert out == ""
    assert not (tmp_path / "report/report.html").exists()


def test_ctrl_c_before_anything_is_finished(tmp_path, monkeypatch, capsys):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("actlab.data.read", stopped)
    arguments = ["compare", write_table(tmp_path / "customers.csv"), "--target", "churned", *QUICK, "--json"]
    assert run([*arguments, "--out", str(tmp_path / "report")]) == 130
    said = capsys.readouterr()
    assert json.loads(said.out)["exit"] == 130
    assert "Stopped" in said.err
    assert not (tmp_path / "report").exists()


def test_ctrl_c_while_the_verbs_are_imported():
    pressed = (
        "import os, signal, sys\n"
        "from actlab.cli import main\n"
        "class Press:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Press())\n"
        "sys.argv = ['actlab', 'list']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", pressed], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "actlab: Stopped.\n")


def test_whoever_ignores_ctrl_c_goes_on_ignoring_it():
    deaf = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from actlab.cli import main\n"
        "sys.argv = ['actlab', '--version']\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
    )
    assert subprocess.run([sys.executable, "-c", deaf], capture_output=True, check=False).returncode == 0


def unread(arguments: list[str], stream: str = "stdout") -> subprocess.CompletedProcess[str]:
    """Run a command of which one stream goes into a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    out, err = (writer if name == stream else subprocess.PIPE for name in ("stdout", "stderr"))
    command = [*COMMAND, *arguments]
    try:
        return subprocess.run(command, stdout=out, stderr=err, text=True, env=SPEAKS_UTF8, check=False)
    finally:
        os.close(writer)


@pytest.mark.parametrize("arguments", [["show", "gelu"], ["list", "--json"], ["--help"], ["--version"]])
def test_a_closed_pipe_ends_a_command_quietly(arguments):
    done = unread(arguments)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("added", [[], ["--json"]])
def test_a_closed_pipe_costs_no_report(added, tmp_path):
    table = write_table(tmp_path / "customers.csv")
    done = unread(["compare", table, "--target", "churned", *QUICK, "--out", str(tmp_path / "report"), *added])
    assert done.returncode == 141
    assert done.stderr.endswith(f"The report is {tmp_path / 'report/report.html'}\n")
    assert (tmp_path / "report/report.html").is_file()


def test_a_comparison_goes_on_when_nobody_hears_its_notices(tmp_path):
    table = write_table(tmp_path / "customers.csv")
    done = unread(["compare", table, "--target", "churned", *QUICK, "--out", str(tmp_path / "report")], "stderr")
    assert done.returncode == 0
    assert "BASELINE" in done.stdout
    assert (tmp_path / "report/report.html").is_file()
