"""The trainings of a page: a session that survives everything, its socket, and a person's own tables."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from actlab.lab.application import application
from actlab.lab.frames import unpack
from actlab.lab.refusal import Refusal
from actlab.lab.training import session as sessions
from actlab.lab.training.tables import SHELF
from actlab.lab.training.trial import Trial
from tests.lab.trials import DOOR, LAYERS, ORIGIN, checks_itself, run, trial


class Page:
    """Takes what a session sends, and can wait for it."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self._news = threading.Condition()

    def take(self, message: Any) -> None:
        with self._news:
            self.got.append(unpack(message) if isinstance(message, bytes) else message)
            self._news.notify_all()

    def frames(self) -> list[Any]:
        return [each for each in self.got if isinstance(each, tuple)]

    def wait(self, until: Callable[[], Any]) -> None:
        with self._news:
            assert self._news.wait_for(until, timeout=20), self.got[-3:]


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def session(page: Page) -> Iterator[sessions.Session]:
    made = sessions.Session(page.take)
    yield made
    made.close()


def test_frames_wait_for_the_page_and_training_for_somebody_who_looks(
    page: Page, session: sessions.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "UNSEEN", 0.2)
    session.tell({"do": "make", "sides": [{"layers": LAYERS}]})
    session.tell({"do": "play"})
    page.wait(page.frames)
    time.sleep(0.6)
    assert len(page.frames()) == 1
    session.tell({"do": "drawn"})
    page.wait(lambda: len(page.frames()) == 2)
    reached = page.frames()[1][0]["step"]
    assert 1 <= reached <= 12  # a step each 40 ms, until nobody had looked for 0.2 s


def reached(page: Page, session: sessions.Session, step: int) -> bool:
    """Whether the last frame is of that step; acknowledges it."""
    session.tell({"do": "drawn"})
    return bool(page.frames() and page.frames()[-1][0]["step"] == step)


def test_steps_pause_pace_swap_and_reset(page: Page, session: sessions.Session) -> None:
    session.tell({"do": "make", "sides": [{"layers": LAYERS}, {"layers": LAYERS, "rate": 1}]})
    page.wait(page.frames)
    session.tell({"do": "pace", "steps": 5})
    for step, message in (
        (7, {"do": "step", "steps": 7}),
        (7, {"do": "swap", "side": 1, "activation": "elu"}),
        (0, {"do": "reset"}),
    ):
        session.tell(message)
        page.wait(lambda step=step: reached(page, session, step))  # type: ignore[misc]
    header, arrays = page.frames()[-1]
    assert [each["layers"][0]["activation"] for each in header["sides"]] == ["tanh", "elu"]
    assert arrays["1/weights/0"].shape == (2, 4)
    assert not header["playing"]


def test_a_session_refuses_and_lives_on(page: Page, session: sessions.Session) -> None:
    for message in ({"do": "play"}, {}, {"do": "make", "sides": []}, {"do": "make", "sides": [{}, {}, {}]}):
        session.tell(message)
    page.wait(lambda: len(page.got) == 4)
    assert {each["said"] for each in page.got} == {"refused"}
    assert [each["of"] for each in page.got] == ["play", "", "make", "make"]
    session.tell({"do": "make", "sides": [{}]})
    page.wait(page.frames)


def test_a_training_that_fails_is_said_and_the_next_one_goes(
    page: Page, session: sessions.Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Trial, "advance", lambda _self: 1 / 0)
        session.tell({"do": "make", "sides": [{}]})
        session.tell({"do": "play"})
        page.wait(lambda: page.got and isinstance(page.got[-1], dict) and page.got[-1]["said"] == "refused")
        assert "ZeroDivisionError" in caplog.text
    session.tell({"do": "make", "sides": [{}]})
    session.tell({"do": "step"})
    page.wait(lambda: reached(page, session, 1))


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(application(DOOR, folder=tmp_path), base_url="http://127.0.0.1:8571")


def test_a_training_over_the_socket_ends_with_it(client: TestClient) -> None:
    with client.websocket_connect("/training?token=secret", headers=ORIGIN) as link:
        link.send_text("not json")
        assert link.receive_json()["said"] == "refused"
        link.send_json(
            {"do": "make", "sides": [{"layers": LAYERS, "watch": {"surface": 9, "heat": 5, "before": True}}]}
        )
        assert link.receive_json()["sides"][0]["names"] == ["x1", "x2"]
        _, arrays = unpack(link.receive_bytes())
        shapes = {name: array.shape for name, array in arrays.items()}
        assert shapes["0/surface"] == (9, 9)
        assert (shapes["0/heat/1"], shapes["0/before/0"]) == ((3, 5, 5), (4, 210))
        link.send_json({"do": "play"})
    deadline = time.monotonic() + 5
    while any(each.name == "training" for each in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(each.name == "training" for each in threading.enumerate())


ELU = '{"activation": "elu", "parameters": {"alpha": %s}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"do": "make", "sides": [{"layers": [{"activation": "\\ud800"}]}]}', "There is no activation called"),
        ('{"do": "make", "sides": [{"\\ud800": 1}]}', "{what} has no field"),
        ("[" * 100_000, "{field} is {value}"),
        ('{"do": "make", "sides": ' + "[" * 500 + "]" * 500 + "}", "{what} is {value}"),
        ('{"do": "make", "sides": [{"rate": 1' + "0" * 400 + "}]}", "{field} is {value}"),
        (f'{{"do": "make", "sides": [{{"layers": [{ELU % ("1" + "0" * 400)}]}}]}}', "{name} of {activation}"),
    ],
    ids=["half a character", "as a field", "deep", "less deep", "large", "large parameter"],
)
def test_a_socket_answers_whatever_it_is_sent(client: TestClient, text: str, said: str) -> None:
    with client.websocket_connect("/training?token=secret", headers=ORIGIN) as link:
        link.send_text(text)
        assert link.receive_json()["text"].startswith(said)
        link.send_json({"do": "make", "sides": [{}]})
        assert link.receive_json()["said"] == "made"


@pytest.mark.parametrize("body", ["[" * 100_000, '{"points": [1' + "0" * 400 + "]}", '{"\\ud800": 1}'])
def test_a_request_answers_whatever_it_is_sent(client: TestClient, body: str) -> None:
    answer = client.post("/shapes", content=body, headers={**ORIGIN, "x-actlab-token": "secret"})
    assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_what_json_cannot_say_becomes_a_refusal(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trial, "document", {"span": [float("inf")]})
    with client.websocket_connect("/training?token=secret", headers=ORIGIN) as link:
        link.send_json({"do": "make", "sides": [{}]})
        assert link.receive_json()["text"].startswith("The training failed")


def test_a_table_of_ones_own_is_learned_from(client: TestClient) -> None:
    rows = [f"{i % 7},{i % 5},{'yes' if i % 7 > 3 else 'no'}" for i in range(60)] + [",2,yes", "3,nan,no"]
    answer = client.post("/tables", content="a,b,c\n" + "\n".join(rows),
                         headers={**ORIGIN, "x-actlab-token": "secret", "x-file-name": "own.csv"})  # fmt: skip
    kept = answer.json()
    assert [each["kind"] for each in kept["columns"]] == ["number", "number", "category"]
    data = {"table": kept["id"], "columns": ["a", "b"], "target": "c"}
    one = trial(data=data, rate=0.3)
    assert len(one.material.train.y) + len(one.material.test.y) == 60
    run(one, 600)
    assert one.frame(0)[0]["accuracy"]["test"] > 0.9
    for wrong, said in (
        ({"target": "d"}, "no column d"),
        ({"columns": ["a", "c"], "target": "b"}, "does not hold numbers"),
    ):
        with pytest.raises(Refusal, match=said):
            trial(data={**data, **wrong})


def test_a_column_is_called_what_it_likes_also_in_exported_code(
    client: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    lines = ['"""""""",{{ 1 }},\\', *(f"{i % 7},{i % 5},{i * 1.5}" for i in range(60))]
    kept = client.post("/tables", content="\n".join(lines), headers={**ORIGIN, "x-actlab-token": "secret"}).json()
    names = [each["name"] for each in kept["columns"]]
    assert ('"""' in names[0], names[1:]) == (True, ["{{ 1 }}", "\\"])
    one = trial(data={"table": kept["id"], "columns": names[1:], "target": names[0]})
    run(one, 5)
    checks_itself(one, tmp_path, capsys)


@pytest.mark.parametrize(
    ("columns", "target", "said"),
    [
        (["a", "b"], "many", "many has 9 classes, and the playground shows at most 8"),
        (["a", "vast"], "few", "vast holds numbers beyond 1e\\+30"),
        (["a", "b"], "vast", "vast holds numbers beyond 1e\\+30"),
    ],
)
def test_what_cannot_be_drawn_is_refused(columns: list[str], target: str, said: str) -> None:
    rows = range(180)
    frame = pl.DataFrame({
        "a": [float(each) for each in rows], "b": [each % 7 * 1.5 for each in rows],
        "few": [str(each % 8) for each in rows], "many": [f"k{each % 9}" for each in rows],
        "vast": [(each - 90) * 1e300 for each in rows],
    })  # fmt: skip
    table = SHELF.put(frame)
    assert trial(data={"table": table, "columns": ["a", "b"], "target": "few"}).material.outputs == 8
    with pytest.raises(Refusal, match=said):
        trial(data={"table": table, "columns": columns, "target": target})


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"a,b\n1,2\n", "Rows of this table: 1, columns: 2."), (b"\xff\xfe\x00", "cannot be read")],
)
def test_a_file_that_is_no_table_is_refused(client: TestClient, content: bytes, said: str) -> None:
    answer = client.post("/tables", content=content, headers={**ORIGIN, "x-actlab-token": "secret"})
    assert answer.status_code == 400
    assert said in answer.json()["error"]["text"].format(**answer.json()["error"]["values"])
