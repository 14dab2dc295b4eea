"""The playground: what it asks for, and what it shows of frames whose numbers are known beforehand."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from actlab.lab.frames import pack
from tests.lab.pages.browsing import look, no_sideways, violations, visit

POINTS = [[-1.0, -1.0, 0], [1.0, -1.0, 0], [-1.0, 1.0, 1], [1.0, 1.0, 1]]
SCORES = [0.1, 0.4, 0.6, 0.9]
HEALTH = ("alive", "sparse", "saturated", "silent", "dead")
MADE = {"names": ["x1", "x2"], "target": "y", "classes": ["no", "yes"], "span": [[-2, 2], [-2, 2]]}


class Trainer:
    """Stands where the server trains: takes down what is asked, and answers with made-up numbers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.sides: list[dict[str, Any]] = []
        self.step, self.playing = 0, False
        self.links: list[WebSocketRoute] = []

    def open(self, link: WebSocketRoute) -> None:
        self.links.append(link)
        link.on_message(lambda text: self.hear(json.loads(text)))

    def say(self, message: dict[str, Any]) -> None:
        self.links[-1].send(json.dumps(message))

    def hear(self, message: dict[str, Any]) -> None:
        if message["do"] != "drawn":
            self.asked.append(message)
        if message["do"] == "make":
            self.sides, self.step, self.playing = message["sides"], 0, False
            self.say({"said": "made", "sides": [{**MADE, "train": POINTS, "test": POINTS} for _ in self.sides]})
            self.links[-1].send(self.frame())
        elif message["do"] in ("play", "pause"):
            self.playing = message["do"] == "play"
        elif message["do"] == "export":
            self.say({"said": "exported", "files": {"network.py": "import torch\n"}})
        if message["do"] in ("play", "step") or (message["do"] == "drawn" and self.playing):
            self.step += 1
            self.links[-1].send(self.frame())

    def frame(self) -> bytes:
        arrays: dict[str, Any] = {}
        heads = []
        for side, spec in enumerate(self.sides):
            units = [each["units"] for each in spec["layers"]]
            grid = np.linspace(0, 1, spec["watch"]["surface"])
            arrays[f"{side}/surface"] = np.tile(grid[:, None], (1, len(grid)))
            for layer, count in enumerate(units):
                heat = spec["watch"]["heat"]
                arrays[f"{side}/heat/{layer}"] = np.linspace(-1, 1, count * heat * heat).reshape(count, heat, heat)
                arrays[f"{side}/status/{layer}"] = np.arange(count) % len(HEALTH)
                arrays[f"{side}/slopes/{layer}"] = np.full(count, 0.25)
            for layer, (before, after) in enumerate(zip([2, *units], [*units, 1], strict=True)):
                arrays[f"{side}/weights/{layer}"] = np.sin(np.arange(before * after)).reshape(before, after)
                arrays[f"{side}/biases/{layer}"] = np.zeros(after)
            arrays |= {f"{side}/scores/{part}": np.array(SCORES) for part in ("train", "test")}
            heads.append(self.head(spec))
        return pack({"step": self.step, "epoch": self.step, "playing": self.playing, "sides": heads}, arrays)

    def head(self, spec: dict[str, Any]) -> dict[str, Any]:
        counts = [np.bincount(np.arange(each["units"]) % 5, minlength=5) for each in spec["layers"]]
        layers = [{"units": dict(zip(HEALTH, map(int, each), strict=True))} for each in counts]
        return {"loss": {"train": 0.5 / (1 + self.step), "test": 0.6}, "state": "running", "layers": layers}

    def made(self) -> list[dict[str, Any]]:
        return [each for each in self.asked if each["do"] == "make"]


@pytest.fixture
def trainer(page: Page) -> Trainer:
    trainer = Trainer()
    page.route_web_socket(re.compile("/training"), trainer.open)
    return trainer


def step(page: Page) -> int:
    return int(page.locator(".stage").get_attribute("data-step") or -1)


def test_the_space_key_plays_and_pauses(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".counted")).to_have_text(re.compile(r"Step [1-9]\d*"))
    page.get_by_label("Units of layer 1").press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="One step").press("Enter")
    page.wait_for_timeout(200)
    assert [each["do"] for each in trainer.asked] == ["make", "pace", "play", "pause", "step"]
    stopped = step(page)
    page.wait_for_timeout(200)
    assert step(page) == stopped


def test_layers_are_edited_by_keyboard_and_stand_in_the_address(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    page.get_by_label("Units of layer 1").fill("7")
    page.get_by_label("Activation of layer 2").select_option("gelu")
    page.get_by_role("button", name="Add a layer").press("Enter")
    expect(page.get_by_label("Units of layer 3")).to_be_focused()
    page.get_by_role("button", name="Remove layer 1").press("Enter")
    expect(page).to_have_url(re.compile("layers=4-gelu%2C4-gelu"))
    page.get_by_label("Activation of all layers", exact=True).select_option("relu")
    expect(page.locator(".unit")).to_have_count(8)
    expect(page.locator(".unit").first).to_have_accessible_name(re.compile("relu"))
    assert [(each["units"], each["activation"]) for each in trainer.made()[-1]["sides"][0]["layers"]] == [
        (4, "relu")
    ] * 2


def test_an_address_is_taken_as_it_is_and_its_mistakes_are_said(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?data=xor&layers=3-elu,99-tanh&rate=0.5&start=he&seed=7&stop=0&pace=20")
    expect(page.get_by_role("alert")).to_contain_text("layers=3-elu,99-tanh")
    (side,) = trainer.made()[-1]["sides"]
    assert side["data"]["name"] == "xor"
    assert (side["rate"], side["initialisation"], side["seed"], side["stop"]) == (0.5, "he", 7, False)
    assert {"do": "pace", "steps": 20} in trainer.asked


def test_the_cutoff_moves_the_confusion_matrix(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    cells = page.locator(".out-A .confusion td.number")
    expect(cells).to_have_text(["2", "0", "0", "2"])
    slider = page.locator(".out-A input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(cells).to_have_text(["0", "2", "0", "2"])
    expect(page.locator(".out-A .scores dd").nth(1)).to_have_text("50 %")
    page.locator(".out-A input[type=number]").fill("0.7")
    expect(cells).to_have_text(["2", "0", "1", "1"])
    expect(page).to_have_url(re.compile(r"cutoff=0\.7"))
    assert len(trainer.made()) == 1


def test_units_tell_how_they_are_and_are_reached_by_arrow_keys(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?layers=5-relu,4-tanh")
    expect(page.locator(".net-A .health")).to_have_text("1 of 9 units is dead, 2 silent, 2 saturated, 2 sparse.")
    units = page.locator(".unit")
    expect(units.nth(4)).to_have_accessible_name(
        re.compile("^Layer 1, unit 5, relu: dead, its slope is 0 on every point")
    )
    expect(units.nth(4).locator(".badge")).to_have_text("✕")
    expect(units.nth(0).locator(".badge")).to_be_empty()
    units.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(units.nth(6)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".out-A .shown")).to_contain_text("Shown: layer 2, unit 2. Bias 0, mean slope 0.25")
    page.keyboard.press("Enter")
    expect(page.locator(".out-A .shown")).to_contain_text("The line is the cutoff")
    assert violations(page) == []


def test_b_has_the_same_seed_and_one_thing_else(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    expect(page.locator(".net-B")).to_be_hidden()
    page.get_by_label("Compare with B").check()
    page.get_by_label("Activation of all layers of B").select_option("elu")
    expect(page.locator(".net-B h2")).to_have_text("B: elu, rate 0.1")
    page.get_by_role("radio", name="learning rate").check()
    expect(page.locator(".net-B h2")).to_have_text("B: tanh, rate 1")
    first, second = trainer.made()[-1]["sides"]
    assert {name for name in first if first[name] != second[name]} == {"rate"}
    expect(page).to_have_url(re.compile("compare=rate"))
    assert violations(page) == []
    look(page, "playground-two")


def test_a_divergence_becomes_a_card_whose_advice_is_done(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?rate=5")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    trainer.playing = False
    advice = [["Set the rate to {rate}.", {"rate": 0.01}], ["Look at the data.", {}]]
    what = {"text": "The loss grew to {loss}.", "values": {"loss": 1e30}, "advice": advice}
    trainer.say({"said": "ended", "side": 0, "why": "diverged", "step": 12, **what})
    card = page.locator(".ending.diverged")
    expect(card).to_contain_text("Training of A went wrong at step 12")
    expect(card).to_contain_text("The loss grew to 1.00 · 10^30.")
    expect(card.get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert violations(page) == []
    look(page, "playground-diverged")
    card.get_by_role("button", name="Set the rate to 0.01.").press("Enter")
    expect(card).to_have_count(0)
    expect(page).to_have_url(re.compile(r"rate=0\.01"))
    assert trainer.made()[-1]["sides"][0]["rate"] == 0.01


def test_a_server_that_was_gone_is_asked_for_the_same_networks(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?seed=5&layers=3-mish")
    expect(page.locator(".unit")).to_have_count(3)
    trainer.links[-1].close()
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    expect(page.get_by_text("The server is gone.")).to_have_count(0)
    assert len(trainer.made()) == 2
    assert trainer.made()[0] == trainer.made()[1]


def test_a_refusal_is_said(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    expect(page.locator(".unit")).to_have_count(8)
    trainer.say({"said": "refused", "text": "{field} is <b>.", "values": {"field": "rate"}})
    expect(page.get_by_role("alert")).to_have_text("rate is <b>.")


def test_a_table_of_ones_own_is_asked_for_by_its_columns(page: Page, trainer: Trainer) -> None:
    numbers = [{"name": name, "kind": "number", "distinct": 9} for name in ("long", "wide", "<i>old")]
    columns = [*numbers, {"name": "kind", "kind": "category", "distinct": 2}]

    def kept(route: Route) -> None:
        assert route.request.headers["x-file-name"] == "my%20own.csv"
        route.fulfill(json={"id": "t1", "rows": 150, "columns": columns})

    page.route("**/tables", kept)
    visit(page, "/playground")
    page.get_by_label("Your own table").set_input_files({"name": "my own.csv", "mimeType": "text/csv", "buffer": b"1"})
    expect(page.get_by_label("To be predicted")).to_have_value("kind")
    page.get_by_label("Column upwards").select_option("<i>old")
    expect(page.get_by_label("Toy set")).to_be_hidden()
    page.get_by_label("Column across").select_option("<i>old")
    expect(page.get_by_role("alert")).to_contain_text("Choose three different columns")
    asked = {"table": "t1", "columns": ["long", "<i>old"], "target": "kind", "seed": 1}
    assert trainer.made()[-1]["sides"][0]["data"] == asked
    assert violations(page) == []
    page.get_by_role("button", name="Back to toy data").press("Enter")
    expect(page.get_by_label("Toy set")).to_be_visible()
    assert trainer.made()[-1]["sides"][0]["data"]["name"] == "circles"


def test_a_network_is_saved_as_a_file(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?compare=activation")
    expect(page.locator(".net-B .unit")).to_have_count(8)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save B as PyTorch code").click()
    assert saving.value.suggested_filename == "b-network.py"
    assert saving.value.path().read_text() == "import torch\n"
    assert {"do": "export", "side": 1} in trainer.asked
    expect(page.get_by_role("link", name="Save b-network.py")).to_be_visible()


def test_two_of_the_largest_networks_are_drawn_in_little_time(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?compare=rate&layers=" + ",".join(["16-tanh"] * 6))
    page.get_by_role("button", name="Play").click()
    taken = []
    for _ in range(20):
        page.wait_for_timeout(60)
        taken.append(float(page.locator(".stage").get_attribute("data-milliseconds") or 0))
    assert step(page) > 10
    assert sorted(taken)[10] < 10


def test_two_tabs_learn_beside_each_other_and_a_closed_one_stops(open_page: Callable[..., Page]) -> None:
    pages = [open_page(), open_page()]
    for seed, each in enumerate(pages):
        visit(each, f"/playground?seed={seed}&stop=0")
        each.get_by_role("button", name="Play").click()
    for each in pages:
        expect(each.locator(".counted")).to_have_text(re.compile(r"Step [1-9]\d\d"))
    assert len(trainings()) >= 2
    before = len(trainings())
    pages[0].close()
    pages[1].wait_for_timeout(500)
    assert len(trainings()) == before - 1
    reached = step(pages[1])
    pages[1].wait_for_timeout(300)
    assert step(pages[1]) > reached


def trainings() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "training"]


def test_a_file_of_ones_own_is_trained_on_and_a_bad_one_refused(page: Page) -> None:
    visit(page, "/playground")
    rows = "".join(f"{i % 9},{i % 4},{'yes' if i % 9 > 4 else 'no'}\n" for i in range(90))
    choose = page.get_by_label("Your own table")
    bad = {b"a,b\n1,2\n": "The table has 1 rows and 2 columns", b"\x00\xff\x00": "cannot be read as a table"}
    for content, said in bad.items():
        choose.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": content})
        expect(page.get_by_role("alert")).to_contain_text(said)
    text = "x,y,c\n" + "".join(f"w{i},v{i % 3},u{i % 2}\n" for i in range(30))
    choose.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(page.get_by_role("alert")).to_contain_text("0 of them numbers")
    choose.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": f"long,wide,kind\n{rows}".encode()})
    expect(page.locator(".net-A")).to_be_visible()
    expect(page.get_by_text("answer “yes” from this probability")).to_be_visible()
    page.get_by_label("Pace").select_option("20")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".out-A .scores dd").first).to_have_text("100 %", timeout=10_000)


def test_a_real_plateau_goes_on_without_stopping_and_a_real_divergence_is_mended(page: Page) -> None:
    visit(page, "/playground?layers=4-step&rate=0.001&pace=100")
    page.get_by_role("button", name="Play").click()
    card = page.locator(".ending.plateau")
    expect(card).to_contain_text("The slope of step is 0", timeout=15_000)
    stopped = step(page)
    card.get_by_role("button", name="Train on without stopping").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(300)
    assert step(page) > stopped
    visit(page, "/playground?data=hills&rate=20&layers=8-relu")
    page.get_by_role("button", name="Play").click()
    card = page.locator(".ending.diverged")
    expect(card).to_contain_text("Take smaller steps: learning rate 2.")
    card.get_by_role("button", name="optimiser adam").click()
    expect(page).to_have_url(re.compile(r"rate=0\.01.*optimiser=adam"))
    expect(card).to_have_count(0)


def test_it_fits_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    trainer = Trainer()
    page.route_web_socket(re.compile("/training"), trainer.open)
    visit(page, "/playground?lang=zh&compare=activation&layers=16-tanh,16-tanh,16-tanh,16-tanh,16-tanh,16-tanh")
    expect(page.locator(".net-B .health")).not_to_be_empty()
    no_sideways(page)
    assert violations(page) == []
    look(page, "playground-phone")
