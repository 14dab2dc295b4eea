"""`actlab lab`: what it refuses, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from urllib.request import urlopen

import pytest

from actlab.cli.application import run


def test_a_port_that_is_taken_is_a_sentence(capsys, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["lab", "--no-browser", "--port", str(taken.getsockname()[1]), "--folder", str(tmp_path)]) == 2
    assert "write --port 0 for any free one" in capsys.readouterr().err


def test_a_file_is_no_folder_for_comparisons(capsys, tmp_path):
    (tmp_path / "file").touch()
    assert run(["lab", "--no-browser", "--folder", str(tmp_path / "file")]) == 2
    assert "is a file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_serves_until_it_is_told_to_end(tmp_path, name):
    command = [sys.executable, "-m", "actlab.cli", "lab", "--no-browser", "--port", "0", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as lab:
        try:
            address = next(word for word in lab.stdout.readline().split() if word.startswith("http://"))
            with urlopen(f"{address}functions", timeout=20) as answer:
                assert answer.status == 200
            lab.send_signal(getattr(signal, name))
            said, wrong = lab.communicate(timeout=20)
        finally:
            lab.kill()
    assert (lab.returncode, said, wrong) == (0, "", "")


def test_when_it_has_ended_nothing_of_it_is_running(tmp_path):
    words = (
        f"from actlab.lab.serving import serve\nserve(0, browser=False, folder=Path({str(tmp_path)!r}), announce=say)\n"
    )
    script = (
        f"import time\nfrom pathlib import Path\nsay = lambda text: print(text, flush=True)\n{words}time.sleep(0.5)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as lab:
        try:
            with urlopen(lab.stdout.readline().decode(), timeout=20) as answer:
                assert answer.status == 200
            lab.send_signal(signal.SIGINT)
            _, wrong = lab.communicate(timeout=20)
        finally:
            lab.kill()
    assert (lab.returncode, wrong) == (0, b"")
