"""The small networks of the playground: right gradients, honest endings, and a socket that survives everything."""

from __future__ import annotations

import json
import runpy
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from actlab.catalogue import find
from actlab.lab.application import application
from actlab.lab.frames import unpack
from actlab.lab.guarding import Door
from actlab.lab.refusal import Refusal
from actlab.lab.training import session as sessions
from actlab.lab.training.exporting import files
from actlab.lab.training.network import made, passed
from actlab.lab.training.spec import Spec
from actlab.lab.training.toys import TOYS
from actlab.lab.training.trial import Trial
from actlab.lab.training.units import HEALTH

LAYERS = [{"units": 4, "activation": "tanh"}, {"units": 3, "activation": "mish"}]
DOOR = Door(8571, "secret")
ORIGIN = {"host": "127.0.0.1:8571", "origin": "http://127.0.0.1:8571"}


def trial(**fields: Any) -> Trial:
    return Trial(Spec.read({"layers": LAYERS, **fields}))


def run(of: Trial, steps: int) -> Any:
    return next((ending for _ in range(steps) if (ending := of.advance())), None)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("data", ["circles", "clouds", "hills"])
def test_gradients_are_the_slopes_of_the_loss(data: str, loss: str) -> None:
    if data == "hills" and loss == "cross_entropy":
        with pytest.raises(Refusal, match="y is a number"):
            trial(data={"name": data}, loss=loss)
        return
    one = trial(data={"name": data}, loss=loss, bias=0.1)
    X, y = one.material.train.X, one.material.train.y
    now = passed(one.network, one.goal, X, y)
    for place, gradient in enumerate(now.weights):
        for index in np.ndindex(gradient.shape):
            sides = []
            for way in (1, -1):
                weights = [each.copy() for each in one.network.weights]
                weights[place][index] += way * 1e-5
                nudged = replace(one.network, weights=tuple(weights))
                sides.append(one.goal.loss(nudged.outputs(X), y)[0])
            assert gradient[index] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(("optimiser", "rate"), [("sgd", 0.3), ("momentum", 0.05), ("adam", 0.02)])
def test_it_learns(optimiser: str, rate: float) -> None:
    one = trial(optimiser=optimiser, rate=rate, batch=16)
    before, _ = one.frame(0)
    run(one, 1500)
    after, _ = one.frame(0)
    assert after["accuracy"]["test"] > 0.95 > before["accuracy"]["test"]
    assert after["loss"]["train"] < 0.2 * before["loss"]["train"]


@pytest.mark.parametrize("name", TOYS)
def test_every_toy_set_can_be_learned_better_than_by_guessing(name: str) -> None:
    one = trial(data={"name": name}, optimiser="adam", rate=0.02, batch=32,
                layers=[{"units": 12, "activation": "tanh"}] * 2)  # fmt: skip
    run(one, 1500)
    header, arrays = one.frame(0)
    if header["accuracy"] is None:
        wanted = one.material.test.y
        assert np.mean((arrays["0/scores/test"] - wanted) ** 2) < 0.2 * wanted.var()
    else:
        assert header["accuracy"]["test"] > (0.75 if name == "spirals" else 0.85)


def test_the_same_seed_gives_the_same_network_and_another_activation_the_same_numbers() -> None:
    first, second = (trial(seed=3, initialisation="glorot") for _ in range(2))
    run(first, 30), run(second, 30)
    assert all((a == b).all() for a, b in zip(first.network.weights, second.network.weights, strict=True))
    other = Spec.read(
        {"seed": 3, "initialisation": "glorot", "layers": [{**each, "activation": "relu"} for each in LAYERS]}
    )
    assert (made(other, 1).weights[0] == made(first.spec, 1).weights[0]).all()


def test_a_step_has_no_slope_so_its_hidden_weights_never_move() -> None:
    one = trial(layers=[{"units": 5, "activation": "step"}], rate=0.5)
    run(one, 500)
    header, _ = one.frame(0)
    hidden, output = header["layers"]
    assert (hidden["gradient"], hidden["moved"]) == (0.0, 0.0)
    assert output["moved"] > 0.05
    assert hidden["units"]["dead"] == 5


def test_units_are_told_apart() -> None:
    one = trial(layers=[{"units": 6, "activation": "relu"}], data={"name": "xor"})
    weights = np.zeros((2, 6))
    weights[0, 4] = 1.0
    biases = np.array([1.0, -1.0, 1.0, 0.5, -np.quantile(one.material.train.X[:, 0], 0.97), -100.0])
    output = (one.network.weights[1], one.network.biases[1])
    one.network = replace(one.network, weights=(weights, output[0]), biases=(biases, output[1]))
    _, arrays = one.frame(0)
    said = [HEALTH[int(code)] for code in arrays["0/status/0"]]
    assert said == ["alive", "dead", "alive", "alive", "sparse", "dead"]
    one.swap(find("leaky_relu"))
    _, arrays = one.frame(0)
    assert {HEALTH[int(code)] for code in arrays["0/status/0"]} == {"alive"}
    assert (one.network.weights[0] == weights).all()
    one.swap(find("tanh"))
    header, _ = one.frame(0)
    assert header["layers"][0]["units"]["saturated"] == 1


def test_a_plateau_ends_it_and_it_can_go_on() -> None:
    one = trial(layers=[{"units": 4, "activation": "step"}], initialisation="zeros", stop=True, rate=0.001)
    ending = run(one, 20_000)
    assert (one.state, ending.why) == ("plateau", "plateau")
    assert next(each.values.get("activation") for each in ending.advice) == "tanh"
    step = one.step
    one.resume()
    one.stops = False
    assert run(one, 1200) is None
    assert one.step == step + 1200


def test_a_network_that_learned_ends_too() -> None:
    one = trial(data={"name": "xor"}, optimiser="adam", rate=0.02, batch=16, stop=True)
    ending = run(one, 20_000)
    assert (ending.why, one.step < 10_000) == ("plateau", True)
    assert one.frame(0)[0]["accuracy"]["test"] > 0.95


def test_a_divergence_keeps_the_last_numbers_and_says_what_to_try() -> None:
    one = trial(data={"name": "hills"}, rate=100, layers=[{"units": 8, "activation": "relu"}])
    ending = run(one, 500)
    assert (one.state, ending.why) == ("diverged", "diverged")
    assert [each.values for each in ending.advice] == [{"rate": 10.0}, {"optimiser": "adam", "rate": 0.01}]
    assert all(np.isfinite(each).all() for each in one.network.weights)
    json.dumps(one.frame(0)[0], allow_nan=False)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"rate": "fast"}, 'rate is "fast"; it must be a number from'),
        ({"rate": float("nan")}, "rate is NaN"),
        ({"layers": [{}] * 7}, "at most 6"),
        ({"layers": [{"units": 2.5}]}, "units is 2.5; it must be a whole number from 1 to 16"),
        ({"layers": [{"activation": "softmax"}]}, "softmax cannot stand in a hidden layer"),
        ({"layers": [{"activation": "relo"}]}, "nearest names are relu"),
        ({"layers": [{"activation": "elu", "parameters": {"beta": 1}}]}, "no field"),
        ({"data": {"name": "moon"}}, 'name is "moon"'),
        ({"data": {"table": "t", "columns": ["a", "a"], "target": "c"}}, "two different columns"),
        ({"data": {"table": "t", "columns": ["a", "b"], "target": "c"}}, "no longer kept"),
        ({"speed": 1}, "has no field"),
        ([], "must be an object"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_a_sentence(spec: Any, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        Trial(Spec.read(spec))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("data", "activation"),
    [("circles", "relu"), ("clouds", "mish"), ("hills", "leaky_relu"), ("xor", "prelu"), ("xor", "squareplus")],
)
def test_exported_code_gives_the_same_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: str, activation: str
) -> None:
    pytest.importorskip("torch")
    one = trial(data={"name": data}, layers=[{"units": 5, "activation": activation}] * 2, rate=0.05)
    run(one, 50)
    (tmp_path / "network.py").write_text(files(one)["network.py"], encoding="utf-8")
    runpy.run_path(str(tmp_path / "network.py"), run_name="__main__")
    assert "The same answers" in capsys.readouterr().out


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
        assert (shapes["0/heat/1"], shapes["0/before/0"]) == ((3, 5, 5), (4, 128))
        link.send_json({"do": "play"})
    deadline = time.monotonic() + 5
    while any(each.name == "training" for each in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(each.name == "training" for each in threading.enumerate())


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
    (tmp_path / "network.py").write_text(files(one)["network.py"], encoding="utf-8")
    runpy.run_path(str(tmp_path / "network.py"), run_name="__main__")
    assert "The same answers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "cannot be read"), (b"a,b\n1,2\n", "1 rows and 2 columns"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_a_file_that_is_no_table_is_refused(client: TestClient, content: bytes, said: str) -> None:
    answer = client.post("/tables", content=content, headers={**ORIGIN, "x-actlab-token": "secret"})
    assert answer.status_code == 400
    assert said in answer.json()["error"]["text"].format(**answer.json()["error"]["values"])
