"""Any shape: chosen, drawn by hand or by keyboard, and met by more and more units."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.lab.pages.browsing import look, no_sideways, violations, visit


def error(page: Page) -> float:
    return float(re.findall(r"typical error ([\d.]+)", page.locator(".said").inner_text())[0])


def test_more_units_come_closer_and_the_address_says_so(page: Page) -> None:
    visit(page, "/shapes?activation=relu&units=1")
    expect(page.locator(".said")).to_contain_text("1 relu units: typical error")
    before = error(page)
    page.get_by_role("spinbutton", name="Units", exact=True).fill("16")
    expect(page.locator(".said")).to_contain_text("16 relu units")
    assert error(page) < before / 10
    expect(page).to_have_url(re.compile("units=16"))
    expect(page.locator("tbody tr.current")).to_contain_text(
        "16", timeout=30_000
    )  # 21 fits, on a machine that may be busy
    expect(page.get_by_role("columnheader")).to_have_text(["units", "relu", "sigmoid", "tanh"])
    look(page, "shapes")
    page.get_by_role("spinbutton", name="Units added so far").fill("3")
    expect(page.locator(".said")).to_have_text("3 of the 16 relu units are added up.")
    expect(page).to_have_url(re.compile("added=3"))
    page.reload()
    expect(page.locator(".said")).to_have_text("3 of the 16 relu units are added up.")
    page.get_by_label("Activation function").select_option("tanh")
    expect(page.locator(".said")).to_contain_text("16 tanh units: typical error", timeout=30_000)


def test_slider_and_box_agree_on_how_many_units_there_are(page: Page) -> None:
    visit(page, "/shapes")
    expect(page.locator(".said")).to_contain_text("4 relu units")
    for count in (64, 7):
        page.get_by_role("spinbutton", name="Units", exact=True).fill(str(count))
        for role in ("spinbutton", "slider"):
            added = page.get_by_role(role, name="Units added so far")
            expect(added).to_have_attribute("max", str(count))
            expect(added).to_have_value(str(count))


def test_it_says_why_there_are_fewer_units_and_what_is_there_without_any(page: Page) -> None:
    visit(page, "/shapes?shape=absolute&units=4&added=0")
    expect(page.locator(".said")).to_have_text("0 of the 2 relu units are added up.")
    expect(page.get_by_text("The sum begins at the constant −0.75: the bias of the output unit.")).to_be_visible()
    page.get_by_role("spinbutton", name="Units added so far").fill("2")
    expect(page.locator(".said")).to_contain_text("2 relu units are enough; more change nothing")
    expect(page.get_by_text("Circles: where a unit bends.")).to_be_visible()
    page.get_by_label("Activation function").select_option("gelu")
    expect(page.get_by_text("gelu bends smoothly, so there are no circles.")).to_be_visible()
    expect(page.locator(".chart .marks circle")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="gelu")).to_be_visible(timeout=30_000)


def test_a_curve_without_points_and_a_word_that_is_no_yes_are_said(page: Page) -> None:
    visit(page, "/shapes?shape=own&each=constructor")
    expect(page.get_by_role("alert")).to_have_text([re.compile("each=constructor"), re.compile("not its points")])


def test_a_curve_is_drawn_by_the_pointer(page: Page) -> None:
    visit(page, "/shapes")
    box = page.locator("svg.drawable").bounding_box()
    assert box is not None
    middle, width = box["x"] + 52 + (box["width"] - 66) / 2, (box["width"] - 66) / 3
    page.mouse.move(middle - width, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 300, steps=4)
    page.mouse.move(middle + width, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"shape=own&own=\d{66}"))
    expect(page.get_by_label("Curve", exact=True)).to_have_value("own")
    page.wait_for_load_state("networkidle", timeout=30_000)
    address, said = page.url, page.locator(".said").inner_text()
    page.goto(address)
    expect(page.locator(".said")).to_have_text(said, timeout=30_000)


def test_a_curve_is_drawn_by_keyboard(page: Page) -> None:
    visit(page, "/shapes?shape=absolute&units=2")
    expect(page.locator(".said")).to_contain_text("2 relu units")
    expect(page.locator(".said")).to_contain_text("typical error 0,")
    page.get_by_text("Draw by keyboard").press("Enter")
    page.get_by_role("spinbutton", name="Point to move").fill("17")
    height = page.get_by_role("slider", name="Its height")
    height.focus()
    for _ in range(5):
        height.press("ArrowUp")
    expect(page).to_have_url(re.compile("shape=own"))
    expect(page.locator(".said")).not_to_contain_text("error 0,")
    assert error(page) > 0.001


def test_four_stairs_take_four_steps(page: Page) -> None:
    visit(page, "/shapes?shape=stairs&activation=step&units=4")
    expect(page.locator(".said")).to_contain_text("4 step units")
    assert error(page) < 1e-6


def test_only_the_newest_curve_is_asked_for(page: Page) -> None:
    asked: list[int] = []

    def slow(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "")["units"])
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/shapes", lambda route: slow(route) if route.request.method == "POST" else route.continue_())
    visit(page, "/shapes?units=1")
    box = page.get_by_role("spinbutton", name="Units", exact=True)
    for count in range(2, 30):
        box.fill(str(count))
    expect(page.locator(".said")).to_contain_text("29 relu units", timeout=30_000)
    assert asked[-1] == 29
    assert len(asked) < 20


def test_it_fits_a_phone_in_the_dark(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    visit(page, "/shapes?lang=zh&activation=sigmoid&units=9&shape=stairs&own=banana")
    expect(page.get_by_role("alert")).to_contain_text("own=banana")
    expect(page.locator(".said")).to_contain_text("9 个 sigmoid")
    no_sideways(page)
    assert violations(page) == []
    look(page, "shapes-phone")
    visit(page, "/shapes?lang=en")
    curve, panel = page.get_by_label("Curve", exact=True).bounding_box(), page.locator(".panel").nth(1).bounding_box()
    assert curve is not None
    assert panel is not None
    assert curve["x"] + curve["width"] < panel["x"] + panel["width"]
