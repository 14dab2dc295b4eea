"""The playground: what it asks for, and what it shows of frames whose numbers are known beforehand."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.lab.pages.browsing import look, no_sideways, violations, visit
from tests.lab.pages.trainer import MADE, Trainer

WRITTEN = """
    window.written = {};  // where each text that ends at a place begins
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        if (this.textAlign === "right") window.written[text] = x - this.measureText(text).width;
        fillText.call(this, text, x, y);
    };
"""


@pytest.fixture
def trainer(page: Page) -> Trainer:
    trainer = Trainer()
    page.route_web_socket(re.compile("/training"), trainer.open)
    return trainer


def step(page: Page) -> int:
    return int(page.locator(".stage").get_attribute("data-step") or -1)


def until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(150):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it has not become so")


def test_the_space_key_plays_and_pauses(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".counted")).to_have_text(re.compile(r"Step [1-9]\d*"))
    page.get_by_label("Units of layer 1").press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="One step").press("Enter")
    until(page, lambda: len(trainer.asked) > 4)
    assert [each["do"] for each in trainer.asked] == ["make", "pace", "play", "pause", "step"]
    page.wait_for_timeout(200)
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
    assert [each["activation"] for each in side["layers"]] == ["tanh", "tanh"]
    assert (side["rate"], side["initialisation"], side["seed"], side["stop"]) == (0.5, "he", 7, False)
    assert {"do": "pace", "steps": 20} in trainer.asked


def test_no_activation_is_called_as_what_every_object_has(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?layers=4-constructor")
    expect(page.get_by_role("alert")).to_contain_text("layers=4-constructor")


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
    expect(page.locator(".net-A .health")).to_have_text("1 of 9 units is dead, 2 silent, 2 saturated, 2 rarely active.")
    expect(page.locator(".net-A .badges")).to_contain_text("rarely active: active on fewer than 5 %")
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
    expect(page.locator(".out-A h2")).to_have_text("A: layer 2, unit 2")
    page.keyboard.press("Enter")
    expect(page.locator(".out-A .shown")).to_contain_text("The line is the cutoff")
    assert violations(page) == []


def test_a_square_says_that_it_can_be_clicked_and_the_way_back_is_shown(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?layers=3-relu")
    back = page.get_by_role("button", name="Back to the output of A")
    hint = page.locator(".net-A .hint")
    expect(hint).to_have_text("Click a square to see it large.")
    expect(back).to_be_hidden()
    page.locator(".unit").nth(1).click()
    expect(page.locator(".out-A h2")).to_have_text("A: layer 1, unit 2")
    back.press("Enter")
    expect(page.locator(".out-A h2")).to_have_text("Output of A")
    expect(page.locator(".unit").nth(1)).to_be_focused()
    page.get_by_role("button", name="Remove layer 1").click()
    expect(hint).to_be_hidden()


def test_what_a_layer_has_learned_beside_its_weights_is_said(page: Page, trainer: Trainer) -> None:
    trainer.learned = {"slope": 0.125}
    visit(page, "/playground?layers=3-prelu,2-prelu")
    expect(page.locator(".net-A .learned")).to_have_text(
        "Layer 1 also learns its slope, now 0.125. Layer 2 also learns its slope, now 0.125."
    )


def test_a_network_is_called_by_its_layers_in_their_order(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?layers=2-tanh,2-relu,2-tanh")
    expect(page.locator(".net-A h2")).to_have_text("A: tanh → relu → tanh, rate 0.1")
    page.get_by_label("Activation of all layers", exact=True).select_option("gelu")
    expect(page.locator(".net-A h2")).to_have_text("A: gelu, rate 0.1")


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
    expect(card).to_contain_text("The loss grew to 1.00 · 10³⁰.")
    expect(card.get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert violations(page) == []
    look(page, "playground-diverged")
    card.get_by_role("button", name="Set the rate to 0.01.").press("Enter")
    expect(card).to_have_count(0)
    expect(page).to_have_url(re.compile(r"rate=0\.01"))
    assert trainer.made()[-1]["sides"][0]["rate"] == 0.01


def test_advice_calls_settings_as_their_lists_do(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    expect(page.locator(".unit")).to_have_count(8)
    advice = [["Use “{initialisation}”.", {"initialisation": "matched"}], ["Use {loss}.", {"loss": "cross_entropy"}]]
    trainer.say({"said": "ended", "side": 0, "why": "plateau", "step": 9, "text": "", "values": {}, "advice": advice})
    expect(page.locator(".ending li")).to_have_text(["Use “matched to the activation”.", "Use Cross-entropy."])
    page.get_by_role("button", name="Use “matched").click()
    expect(page.locator(".ending")).to_have_count(0)
    assert trainer.made()[-1]["sides"][0]["initialisation"] == "matched"


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


def test_a_refusal_stays_and_there_is_nothing_to_play(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    play = page.locator(".play")
    play.click()
    expect(page.locator(".counted")).to_have_text(re.compile(r"Step [1-9]"))
    trainer.playing, trainer.refusing = False, "It compares classes."
    page.get_by_role("spinbutton", name="Learning rate", exact=True).fill("0.5")
    expect(page.get_by_role("alert")).to_have_text("It compares classes.")
    asked = len(trainer.asked)
    expect(play).to_have_text("Play")
    expect(play).to_have_attribute("aria-disabled", "true")
    for name in ("Play", "One step"):
        page.get_by_role("button", name=name).press("Enter")
    trainer.say({"said": "refused", "of": "play", "text": "There is no network yet.", "values": {}})
    page.wait_for_timeout(200)
    assert trainer.asked[asked:] == []
    expect(page.get_by_role("alert")).to_have_text("It compares classes.")
    expect(page.locator(".stage")).to_be_hidden()
    trainer.refusing = ""
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".network").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert [each["do"] for each in trainer.asked[-2:]] == ["make", "pace"]
    play.click()
    expect(page.locator(".counted")).to_have_text(re.compile(r"Step [1-9]"))


def test_playing_goes_on_with_new_networks_once_they_are_made(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground")
    page.get_by_role("button", name="Play").click()
    page.get_by_label("Activation of layer 1").select_option("relu")
    expect(page.locator(".net-A h2")).to_have_text("A: relu → tanh, rate 0.1")
    expect(page.locator(".counted")).to_have_text(re.compile(r"Step [1-9]"))
    assert [each["do"] for each in trainer.asked[-3:]] == ["make", "pace", "play"]


def test_networks_that_all_diverged_are_made_anew_by_play(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?compare=rate")
    play, cards = page.locator(".play"), page.locator(".ending")
    play.click()
    ended = {"said": "ended", "step": 2, "text": "The loss grew.", "values": {}, "advice": []}
    trainer.say({**ended, "side": 1, "why": "diverged"})
    expect(cards).to_have_count(1)
    play.click()
    expect(play).to_have_text("Play")
    play.click()
    expect(play).to_have_text("Pause")
    expect(cards).to_have_count(1)  # B cannot go on, A does
    assert len(trainer.made()) == 1
    trainer.playing = False
    trainer.say({**ended, "side": 0, "why": "diverged"})
    expect(cards).to_have_count(2)
    expect(play).to_have_text("Play")
    play.click()
    expect(cards).to_have_count(0)
    assert [each["do"] for each in trainer.asked[-3:]] == ["make", "pace", "play"]


def test_a_network_is_saved_as_a_file(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?compare=activation")
    expect(page.locator(".net-B .unit")).to_have_count(8)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save B as PyTorch code").click()
    assert saving.value.suggested_filename == "b-network.py"
    assert saving.value.path().read_text() == "import torch\n"
    assert {"do": "export", "side": 1} in trainer.asked
    expect(page.get_by_role("link", name="Save b-network.py")).to_be_visible()


def test_two_of_the_largest_networks_are_drawn_while_they_learn(page: Page, trainer: Trainer) -> None:
    visit(page, "/playground?compare=rate&layers=" + ",".join(["16-tanh"] * 6))
    page.get_by_role("button", name="Play").click()
    until(page, lambda: step(page) > 10)
    expect(page.locator(".unit")).to_have_count(2 * 6 * 16)


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
    until(pages[1], lambda: len(trainings()) == before - 1)
    reached = step(pages[1])
    until(pages[1], lambda: step(pages[1]) > reached)


def trainings() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "training"]


def test_a_real_plateau_goes_on_without_stopping_and_a_real_divergence_is_mended(page: Page) -> None:
    visit(page, "/playground?layers=4-step&rate=0.001&pace=100")
    page.get_by_role("button", name="Play").click()
    card = page.locator(".ending.plateau")
    expect(card).to_contain_text("The slope of step is 0")
    stopped = step(page)
    card.get_by_role("button", name="Train on without stopping").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    until(page, lambda: step(page) > stopped)
    visit(page, "/playground?data=hills&rate=20&layers=8-relu")
    page.get_by_role("button", name="Play").click()
    card = page.locator(".ending.diverged")
    expect(card).to_contain_text("Take smaller steps: learning rate 2.")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(card).to_contain_text("Take smaller steps: learning rate 2.")
    page.get_by_label("Loss", exact=True).select_option("cross_entropy")
    expect(page.get_by_role("alert")).to_contain_text("Cross-entropy compares classes")
    page.get_by_label("Loss", exact=True).select_option("usual")
    page.get_by_role("button", name="Play").click()
    card.get_by_role("button", name="optimiser adam").click()
    expect(page).to_have_url(re.compile(r"rate=0\.01.*optimiser=adam"))
    expect(card).to_have_count(0)


@pytest.mark.parametrize(
    ("low", "said"), [(-0.055, "−0.055"), (-987654.0, "−990000"), (-1.25e-15, "−1.25 · 10⁻¹⁵"), (-2.0, "−2")]
)
def test_the_numbers_beside_the_picture_are_whole(
    page: Page, trainer: Trainer, monkeypatch: pytest.MonkeyPatch, low: float, said: str
) -> None:
    monkeypatch.setitem(MADE, "span", [[-2, 2], [low, 1.055]])
    page.add_init_script(WRITTEN)
    visit(page, "/playground")
    expect(page.locator(".unit")).to_have_count(8)
    starts = page.evaluate("window.written")
    assert starts[said] >= 0
    look(page, f"playground-numbers{low}")


def test_what_has_the_focus_is_not_below_the_bar(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 1100, "height": 500})
    visit(page, "/playground?compare=activation")
    expect(page.locator(".net-B .unit")).to_have_count(8)
    page.get_by_role("button", name="Save B as PyTorch code").focus()
    hidden, bar = [], page.locator(".bar").bounding_box()
    assert bar
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(".stage :focus")
        place = focused.bounding_box() if focused.count() else None
        if place and place["y"] < bar["height"]:
            hidden.append(focused.evaluate("node => node.outerHTML"))
    assert hidden == []


def test_it_fits_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    trainer = Trainer()
    page.route_web_socket(re.compile("/training"), trainer.open)
    visit(page, "/playground?lang=zh&compare=activation&layers=16-tanh,16-tanh,16-tanh,16-tanh,16-tanh,16-tanh")
    expect(page.locator(".net-B .health")).not_to_be_empty()
    no_sideways(page)
    assert violations(page) == []
    look(page, "playground-phone")
