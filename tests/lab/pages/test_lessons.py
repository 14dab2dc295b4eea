"""Why steps don't learn and why ReLUs die: shown by real trainings, as the pages say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import combinations

import pytest
from playwright.sync_api import FloatRect, Page, WebSocketRoute, expect

from tests.lab.pages.browsing import look, no_sideways, violations, visit


def until_step(page: Page, step: int) -> None:
    page.wait_for_selector(f".bar[data-step='{step}']", timeout=60_000)  # a picture for every few steps


@pytest.mark.parametrize("other", ["sigmoid", "tanh", "relu", "gelu"])
def test_the_hidden_weights_of_the_step_do_not_move_in_500_steps(page: Page, other: str) -> None:
    visit(page, f"/steps?other={other}")
    page.get_by_role("button", name="500 steps").press("Enter")
    until_step(page, 500)
    said = page.locator(".verdict")
    expect(said).to_contain_text("have not moved at all: 0.")
    cells = page.locator(".sides .layer-table").nth(0).locator("td").all_inner_texts()
    assert cells[:4] == ["0", "0", "0", "0"]
    assert float(cells[5]) > 0.1
    moved = page.locator(".sides .layer-table").nth(1).locator("td").all_inner_texts()
    assert min(float(each) for each in moved[1::2]) > 0.3
    drawn = page.locator(".losses .lines path").first.get_attribute("d")
    assert drawn is not None
    assert drawn.count("L") == 50  # every ten steps, however slowly they were painted
    right = page.locator(".sides .health").nth(1).inner_text()
    assert float(re.findall(r"[\d.]+", right)[0]) > 90
    look(page, f"steps-{other}")


def test_nudging_a_weight_changes_nothing_or_everything(page: Page) -> None:
    visit(page, "/steps?weight=1")
    said = page.get_by_text("Nudge the weight from")
    expect(said).to_contain_text("the loss of step changes by 0, the loss of sigmoid by ")
    box = page.get_by_role("spinbutton", name="Weight of one unit")
    changes = set()
    for place in range(-40, 41):
        box.fill(str(place / 20))
        changes.add(re.findall("step changes by (.*?),", said.inner_text())[0])
    assert "0" in changes
    assert 2 <= len(changes) <= 9
    expect(page).to_have_url(re.compile("weight=2"))
    page.get_by_label("Beside the step").select_option("gelu")
    expect(page.get_by_role("img", name="Loss with gelu").locator("text").filter(has_text="30")).to_be_visible()
    tall = page.get_by_role("img", name="Loss with step").locator(".lines path").bounding_box()
    assert tall is not None
    assert tall["height"] > 40  # its stairs are seen beside a loss forty times as large


@pytest.mark.parametrize("example", ["A rate that kills", "A bias that kills", "Data far from zero"])
def test_all_relu_units_die_and_a_leak_brings_the_gradient_back(page: Page, example: str) -> None:
    visit(page, "/dying?swap=9")
    expect(page.get_by_role("heading", name="Left: leaky_relu")).to_be_visible()
    until_step(page, 9)
    page.get_by_role("button", name=example).press("Enter")
    until_step(page, 400)
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # it has stopped by itself
    expect(page.locator(".verdict")).to_contain_text("all 8 ReLU units are dead")
    expect(page.get_by_text("Gradient of the hidden weights: 0.").first).to_be_visible()
    expect(page.locator(".counts").first.locator("li").last).to_have_text("8 dead")
    expect(page.locator(".counts").nth(1).locator("li").last).to_have_text("0 dead")
    look(page, f"dying-{example.split()[1]}")
    page.get_by_role("button", name="Swap in leaky ReLU").press("Enter")
    expect(page.locator(".verdict")).to_contain_text(
        re.compile(r"gradient of the hidden weights is 0\.\d+ again; it was 0\.")
    )
    expect(page.locator(".counts").first.locator("li").last).to_have_text("0 dead")
    assert violations(page) == []
    page.get_by_role("button", name="Train 400 steps with the leak").press("Enter")
    until_step(page, 800)
    said = page.locator(".verdict").inner_text()
    assert re.match("400 steps after the swap [1-8] of the 8 units", said)
    expect(page).to_have_url(re.compile("swap=400"))
    page.reload()
    expect(page.locator(".verdict")).to_contain_text(re.compile(r"is 0\.\d+ again; it was 0\."), timeout=60_000)
    until_step(page, 400)
    page.get_by_role("button", name="Train 400 steps with the leak").press("Enter")
    until_step(page, 800)
    expect(page.locator(".verdict")).to_have_text(said)
    page.get_by_role("button", name="Start again").press("Enter")
    expect(page.get_by_role("heading", name="Left: relu")).to_be_visible()
    expect(page).not_to_have_url(re.compile("swap"))


@pytest.mark.parametrize(
    ("differs", "label", "title"),
    [
        ("rate", "Learning rate on the right", "Right: relu, learning rate 0.3"),
        ("bias", "First bias on the right", "Right: relu, first bias 0"),
        ("shift", "Shift of the data on the right", "Right: relu, data shifted by 0"),
    ],
)
def test_what_differs_on_the_right_keeps_units_alive(page: Page, differs: str, label: str, title: str) -> None:
    visit(
        page,
        {"rate": "/dying", "bias": "/dying?rate=2&bias=-3&seed=7", "shift": "/dying?rate=.3&shift=5&seed=16"}[differs],
    )
    until_step(page, 0)
    page.get_by_label("What differs on the right").select_option(differs)
    expect(page.get_by_role("slider", name=label)).to_be_visible()
    expect(page.get_by_label("Activation on the right")).to_be_hidden()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name="400 steps").press("Enter")
    until_step(page, 400)
    dead = page.locator(".counts li:last-child")
    expect(dead.nth(0)).to_have_text("8 dead")
    expect(dead.nth(1)).to_have_text(re.compile("[0-4] dead"))
    expect(page).to_have_url(re.compile(f"differs={differs}"))
    look(page, f"dying-differs-{differs}")


@pytest.mark.parametrize("part", ["steps", "dying"])
def test_the_space_key_plays_and_one_step_is_one_step(page: Page, part: str) -> None:
    visit(page, f"/{part}?rate=0.1")
    until_step(page, 0)
    page.get_by_role("button", name="One step").press("Enter")
    until_step(page, 1)
    page.locator("h1").click()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".counted")).not_to_have_text("Step 1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_step_has_no_slope_where_its_sums_are(page: Page) -> None:
    visit(page, "/steps")
    until_step(page, 0)
    slopes = page.locator(".slope").all_inner_texts()
    assert slopes[0].endswith(": 0")
    assert 0.1 < float(slopes[1].split(": ")[1]) <= 0.25


@pytest.mark.parametrize("part", ["steps", "dying"])
def test_a_training_that_went_wrong_and_a_refusal_are_said(page: Page, part: str) -> None:
    links: list[WebSocketRoute] = []

    def through(link: WebSocketRoute) -> None:
        links.append(link)
        link.connect_to_server()

    page.route_web_socket(re.compile("/training"), through)
    visit(page, f"/{part}?rate=5")
    until_step(page, 0)
    advice = [["Take smaller steps: learning rate {rate}.", {"rate": 0.5}], ["Let Adam.", {"optimiser": "adam"}]]
    text, values = "The loss grew from {first} to {loss}.", {"first": 1, "loss": 1e7}
    said = {"said": "ended", "side": 0, "why": "diverged", "step": 7, "text": text, "values": values, "advice": advice}
    links[-1].send(json.dumps(said))
    card = page.locator(".ending")
    expect(card).to_contain_text("The loss grew from 1 to 1.00 · 10⁷.")
    expect(card.get_by_role("button")).to_have_count(1)
    assert violations(page) == []
    card.get_by_role("button").press("Enter")
    expect(card).to_have_count(0)
    expect(page).to_have_url(re.compile("rate=0.5"))
    links[-1].send(json.dumps({"said": "refused", "text": "{field} is <b>.", "values": {"field": "rate"}}))
    expect(page.get_by_role("alert")).to_have_text("rate is <b>.")


def test_a_healthy_start_kills_nobody(page: Page) -> None:
    visit(page, "/dying")
    page.get_by_role("button", name="A healthy start").click()
    expect(page.locator(".verdict")).to_contain_text(re.compile("After [1-9]"))
    expect(page.locator(".verdict")).to_contain_text("0 of 8 ReLU units are dead")
    expect(page).to_have_url(re.compile(r"rate=0\.3"))


@pytest.mark.parametrize("part", ["steps", "dying"])
def test_a_lesson_comes_back_after_its_server(page: Page, part: str) -> None:
    links: list[WebSocketRoute] = []

    def through(link: WebSocketRoute) -> None:
        links.append(link)
        link.connect_to_server()

    page.route_web_socket(re.compile("/training"), through)
    visit(page, f"/{part}?rate=0.5")
    until_step(page, 0)
    links[-1].close()
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    expect(page.get_by_text("The server is gone.")).to_have_count(0)
    page.get_by_role("button", name=re.compile("[45]00 steps")).click()
    expect(page.locator(".bar")).to_have_attribute("data-step", re.compile("[45]00"))


def test_play_begins_anew_where_both_networks_diverged(page: Page) -> None:
    visit(page, "/dying?rate=100&shift=20&swap=0")
    expect(page.get_by_role("heading", name="Left: leaky_relu")).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="Play").press("Enter")
        expect(page.locator(".ending")).to_have_count(2)
        expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("part", ["steps", "dying"])
def test_a_page_is_for_everyone_before_its_server_answers(page: Page, part: str) -> None:
    page.route_web_socket(re.compile("/training"), lambda _link: None)
    visit(page, f"/{part}")
    assert violations(page) == []


def test_what_is_pressed_while_the_server_is_gone_is_done_when_it_is_back(page: Page) -> None:
    links: list[WebSocketRoute] = []

    def through(link: WebSocketRoute) -> None:
        links.append(link)
        if len(links) == 2:
            link.close()
        else:
            link.connect_to_server()

    page.route_web_socket(re.compile("/training"), through)
    visit(page, "/steps")
    until_step(page, 0)
    links[0].close()
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    page.locator(".bar").get_by_role("button", name="One step").dispatch_event("click")
    until_step(page, 1)


@pytest.mark.parametrize("part", ["steps", "dying", "shapes"])
def test_the_words_of_a_chart_stand_free(page: Page, part: str) -> None:
    visit(page, f"/{part}")
    page.wait_for_selector(".chart text.title")
    charts = page.locator(".chart").all()
    assert charts
    for chart in charts:
        frame, *words = [each.bounding_box() for each in (chart, *chart.locator("text:not(:empty)").all())]
        boxes = [each for each in words if each is not None and each["width"] > 0]
        assert frame is not None
        assert all(frame["y"] <= each["y"] and low(each) <= low(frame) for each in boxes)
        assert not [(one, other) for one, other in combinations(boxes, 2) if touching(one, other)]
    if part == "dying":
        ticks = page.locator(".chart .axes text[text-anchor=end]:not(.title)").all_text_contents()
        assert ticks == ["0", "2", "4", "6", "8"]


def low(box: FloatRect) -> float:
    return box["y"] + box["height"]


def touching(one: FloatRect, other: FloatRect) -> bool:
    beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    return not beside and low(one) > other["y"] and low(other) > one["y"]


@pytest.mark.parametrize("part", ["steps", "dying"])
def test_a_lesson_fits_a_phone_in_the_dark(open_page: Callable[..., Page], part: str) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    visit(page, f"/{part}?lang=zh")
    header = page.locator("header.top").bounding_box()
    assert header is not None
    assert header["height"] < 100
    expect(page.locator("header a[aria-current]")).to_be_in_viewport(ratio=0.9)
    until_step(page, 0)
    page.locator(".bar button").nth(2).click()
    expect(page.locator(".bar")).to_have_attribute("data-step", re.compile("[45]00"))
    no_sideways(page)
    assert violations(page) == []
    look(page, f"{part}-phone")
