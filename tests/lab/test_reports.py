"""A table is dropped, compared in a process of its own, stopped, continued and shown; nothing leads out of the list."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from actlab.compare import compare
from actlab.lab import guarding
from actlab.lab.application import application
from actlab.lab.guarding import Door
from actlab.lab.messages import messages
from actlab.lab.reports import Comparisons
from actlab.lab.reports.naming import safe_name
from actlab.lab.reports.shelf import RECORD
from tests.lab.tables import kinds

WANTED = {"target": "kind", "activations": ["tanh"], "repeats": 2}
MANY = {"target": "kind", "activations": ["tanh", "gelu", "silu", "mish", "elu"], "repeats": 20}
ACTIVE = {"waiting", "running", "stopping"}


def some_table(rows: int = 120) -> bytes:
    return kinds(rows).write_csv().encode()


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.chdir(tmp_path)
    door = Door(8571)
    with TestClient(
        application(door), base_url="http://127.0.0.1:8571", headers={"x-actlab-token": door.token}
    ) as started:
        yield started


def drop(client: TestClient, content: bytes | None = None, name: str = "kinds.csv") -> Any:
    return client.post(
        "/reports/tables", content=some_table() if content is None else content, headers={"x-file-name": name}
    )


def said(answer: Any) -> str:
    error = answer.json()["error"]
    return error["text"].format(**error["values"])


def run(client: TestClient, name: str) -> dict[str, Any]:
    return next(each for each in client.get("/reports.json").json()["runs"] if each["id"] == name)


def when(client: TestClient, name: str, *states: str, least: int = 0) -> dict[str, Any]:
    """The run, once it is in one of the states with so many networks."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = run(client, name)
        if now["state"] in states and now["done"] >= least:
            return now
        time.sleep(0.1)
    raise AssertionError(run(client, name))


def test_a_dropped_table_is_compared_and_its_report_shown(client: TestClient, tmp_path: Path) -> None:
    table = drop(client).json()
    assert table["id"] == "kinds"
    assert [each["task"] for each in table["table"]["columns"]] == ["regression", "regression", "binary"]
    reading = client.post("/reports/kinds/reading", json=WANTED).json()
    assert (reading["networks"], {name for name, _ in reading["classes"]}) == (16, {"in", "out"})
    assert client.post("/reports/kinds/start", json=WANTED).status_code == 200
    assert run(client, "kinds")["state"] in ACTIVE
    done = when(client, "kinds", "finished")
    assert (done["done"], done["planned"], done["target"], done["said"]) == (16, 16, "kind", "")
    assert "relu" in done["answer"]
    page = client.get("/reports/kinds/report.html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "actlab compare kinds.csv" in page.text
    assert (tmp_path / "actlab-lab" / "kinds" / "report" / "runs.sqlite").is_file()
    again = client.post("/reports/kinds/start", json=WANTED)
    assert again.status_code == 409


def test_a_finished_comparison_is_begun_again_and_removed_by_those_who_mean_it(
    client: TestClient, tmp_path: Path
) -> None:
    drop(client)
    client.post("/reports/kinds/start", json=WANTED)
    assert client.delete("/reports/kinds").status_code == 409
    when(client, "kinds", "finished")
    assert client.post("/reports/kinds/again").json() == {"id": "kinds-2"}
    assert run(client, "kinds-2")["state"] == "new"
    assert client.get("/reports/kinds-2/table.json").json()["table"]["rows"] == 120
    for query in ("", "?networks=15"):
        assert client.delete(f"/reports/kinds{query}").status_code == 409
    assert client.delete("/reports/kinds?networks=16").status_code == 200
    assert [each["id"] for each in client.get("/reports.json").json()["runs"]] == ["kinds-2"]
    assert not (tmp_path / "actlab-lab" / "kinds").exists()


def test_a_comparison_is_stopped_survives_the_server_and_goes_on(client: TestClient, tmp_path: Path) -> None:
    drop(client, some_table(3000))
    drop(client, name="second.csv")
    client.post("/reports/kinds/start", json=MANY)
    client.post("/reports/second/start", json=WANTED)
    assert run(client, "second")["state"] == "waiting"
    assert run(client, "second")["place"] == 1
    client.post("/reports/second/stop")
    assert run(client, "second")["state"] == "unfinished"
    when(client, "kinds", "running", least=5)
    client.app.state.comparisons.close()  # type: ignore[attr-defined]
    left = run(client, "kinds")
    assert left["state"] == "unfinished"
    assert 5 <= left["done"] < left["planned"]
    anew = Comparisons(tmp_path / "actlab-lab", tmp_path)
    assert {each.id: each.done for each in anew.shown()} == {"kinds": left["done"], "second": 0}
    anew.resume("kinds")
    anew.stop("kinds")  # at once, before the process has begun
    until = time.monotonic() + 30
    while (now := next(each for each in anew.shown() if each.id == "kinds")).state in ACTIVE:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert now.state == "unfinished"
    assert now.done >= left["done"]
    assert now.continues
    anew.close()


def test_a_comparison_of_the_command_line_is_listed(client: TestClient, tmp_path: Path) -> None:
    table = pl.read_csv(some_table())
    compare(table, "kind", activations=["tanh"], repeats=2, epochs=2, rates=[0.01], out=tmp_path / "mine")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "runs.sqlite").write_bytes(b"not a store")
    (tmp_path / "foreign" / "results.json").write_text("[]")
    (found,) = client.get("/reports.json").json()["runs"]
    assert (found["state"], found["done"], found["target"]) == ("finished", 4, "kind")
    assert found["answer"].startswith(("Keep", "Take"))
    assert client.get(f"/reports/{found['id']}/report.html").status_code == 200
    (tmp_path / "mine" / "runs.sqlite").unlink()
    (found,) = client.get("/reports.json").json()["runs"]
    assert (found["id"], found["state"], found["continues"]) == ("mine", "finished", False)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"\x00\xff\xfe" * 50, "noise.csv", "not written in UTF-8"),
        (b"", "empty.csv", "is empty"),
        (b"x,y\n", "header.csv", "columns but no rows"),
        (b"x,y\n1,2\n1,2,3\n", "ragged.csv", "has 3 fields and the header 2"),
        (b'x,y\n1,"2\n', "quotes.csv", "are never closed"),
        (b"PAR1 but not", "noise.parquet", "cannot be read as parquet"),
        (b"x,y\n1,2\n", "short.csv", "at least 50 are needed"),
        (b"one\n" + b"1\n2\n" * 40, "single.csv", "no other column"),
        (some_table(), "table.xlsx", "save the table as CSV"),
        (some_table(), "table", "save the table as CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence_and_not_kept(
    client: TestClient, tmp_path: Path, content: bytes, name: str, expected: str
) -> None:
    answer = drop(client, content, name)
    assert answer.status_code == 400
    assert expected in said(answer)
    assert answer.json()["error"]["text"] in messages("zh")
    assert "This cannot be compared" not in said(answer)  # which has an English rest
    assert list((tmp_path / "actlab-lab").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"target": "nothing"}, "no column `nothing`"),
        ({"target": "one"}, "in every row"),
        ({"activations": ["relu"]}, "Only the baseline"),
        ({"activations": ["softmax"]}, "softmax"),
        ({"activations": []}, "activations"),
        ({"repeats": 1}, "repeats"),
        ({"repeats": "many"}, "repeats"),
        ({"positive": "nobody"}, "nobody"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_a_sentence(
    client: TestClient, change: dict[str, Any], expected: str
) -> None:
    content = pl.read_csv(some_table()).with_columns(one=pl.lit(1)).write_csv().encode()
    drop(client, content)
    answer = client.post("/reports/kinds/start", json={**WANTED, **change})
    assert answer.status_code == 400
    assert expected in said(answer)
    assert run(client, "kinds")["state"] == "new"


def test_what_the_command_says_of_its_failure_is_shown_and_kept(client: TestClient, tmp_path: Path) -> None:
    drop(client)
    shelf = client.app.state.comparisons.shelf  # type: ignore[attr-defined]
    client.post("/reports/kinds/start", json=MANY)
    client.post("/reports/kinds/stop")
    when(client, "kinds", "unfinished")
    shelf.table("kinds").write_text("x,y,kind\n1,2,in\n")
    client.post("/reports/kinds/continue")
    failed = when(client, "kinds", "failed", "unfinished")
    assert "at least 50 are needed" in failed["said"] or "has changed" in failed["said"]
    assert run(client, "kinds")["said"] == asdict(Comparisons(tmp_path / "actlab-lab", tmp_path).shown()[0])["said"]


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e%2f%2e%2e", "kinds%2F..%2Fkinds", "~", "kinds%00"])
def test_only_a_name_of_the_list_leads_anywhere(client: TestClient, name: str) -> None:
    drop(client)
    for path in (f"/reports/{name}/report.html", f"/reports/{name}/table.json"):
        assert client.get(path).status_code == 404
    for path in ("stop", "continue"):
        assert client.post(f"/reports/{name}/{path}").status_code in {404, 405}
    assert client.delete(f"/reports/{name}").status_code in {404, 405}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a b.csv", "a-b.csv"), ("../../x.csv", "x.csv"), ("-rf.csv", "rf.csv"), (".csv", "table.csv"),
        ("sklearn:iris.csv", "sklearn-iris.csv"), ("%F0%9F%99%82.csv", "table.csv"), ("%00.csv", "table.csv"),
        ("x" * 300 + ".parquet", "x" * 60 + ".parquet"),
    ],
)  # fmt: skip
def test_a_file_gets_a_name_that_is_safe(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


def test_two_tables_of_one_name_do_not_meet(client: TestClient) -> None:
    assert [drop(client).json()["id"] for _ in range(3)] == ["kinds", "kinds-2", "kinds-3"]
    assert client.delete("/reports/kinds-2").status_code == 200
    assert {each["id"] for each in client.get("/reports.json").json()["runs"]} == {"kinds", "kinds-3"}


def test_a_file_that_is_too_large_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "LARGEST_UPLOAD", 100)
    assert drop(client).status_code == 413

    def chunks() -> Iterator[bytes]:
        yield some_table()

    assert client.post("/reports/tables", content=chunks(), headers={"x-file-name": "a.csv"}).status_code == 413


def test_a_record_that_was_spoilt_is_left_alone(client: TestClient, tmp_path: Path) -> None:
    drop(client)
    (tmp_path / "actlab-lab" / "kinds" / RECORD).write_text('{"table": 7}')
    assert client.get("/reports.json").json()["runs"] == []
    (tmp_path / "actlab-lab" / "kinds" / RECORD).write_text('{"table": "../../../etc/passwd", "came": ""}')
    assert client.get("/reports/kinds/table.json").status_code == 404


def test_a_folder_that_cannot_be_made_is_told_of(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "actlab-lab").write_text("a file")
    answer = drop(client)
    assert answer.status_code == 507
    assert "--folder" in said(answer)
    assert client.get("/reports.json").json()["runs"] == []
