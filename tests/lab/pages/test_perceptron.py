"""The perceptron: it decides as the one of the library does, says its rule, and learns what can be learned."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from actlab.networks import Perceptron
from tests.lab.pages.browsing import look, no_sideways, violations, visit

DECISIONS = ".cases tbody tr td:nth-last-child(2)"


def slide(page: Page, label: str, value: float) -> None:
    page.get_by_role("spinbutton", name=label).fill(str(value))


def test_the_film_is_decided_in_all_eight_cases(page: Page) -> None:
    visit(page, "/perceptron")
    expect(page.locator(".calculation")).to_have_text("0 + 2 + 2 = 4, above the threshold 3: it fires.")
    expect(page.locator(".rule")).to_have_text("It fires for: Marvel, or cinema and friends.")
    told = [text.strip() == "fires" for text in page.locator(DECISIONS).all_inner_texts()]
    assert told == [each.fires for each in Perceptron((4, 2, 2), threshold=3).cases()]
    page.get_by_label("friends", exact=True).press("Space")
    expect(page.locator(".calculation")).to_contain_text("= 2, not above the threshold 3: it stays silent.")
    expect(page).to_have_url(re.compile("on=0%2C1%2C0"))
    page.get_by_role("button", name="Show case 1", exact=True).press("Enter")
    expect(page.get_by_label("Marvel", exact=True)).to_be_checked()
    expect(page.get_by_role("img", name="4 + 2 + 2 = 8, above the threshold 3")).to_have_count(2)
    look(page, "perceptron")


def test_a_threshold_is_a_bias_on_the_other_side(page: Page) -> None:
    visit(page, "/perceptron")
    page.get_by_role("radio", name="bias").check()
    expect(page.locator(".calculation")).to_have_text("0 + 2 + 2 = 4; with the bias −3 it is 1, above 0: it fires.")
    slide(page, "Bias", -4)
    expect(page.locator(".calculation")).to_contain_text("it is 0, not above 0: it stays silent.")
    expect(page).to_have_url(re.compile("threshold=4"))


@pytest.mark.parametrize(
    ("weights", "threshold", "rule"),
    [
        ("1,1,1", 2, "It fires for: Marvel and cinema and friends."),
        ("1,1,1", 1, "It fires for: Marvel and cinema, or Marvel and friends, or cinema and friends."),
        ("1,-1,0", 0, "It fires for: Marvel and not cinema."),
        ("-1,-1,0", -2, "It fires for: not Marvel, or not cinema."),
        ("-1,-1,-1", -1, "It fires for: not Marvel and not cinema and not friends."),
        ("1,1,1", -1, "It always fires."),
        ("1,1,1", 3, "It never fires."),
        ("0.1,0.2,0", 0.3, "It never fires."),
    ],
)  # fmt: skip
def test_the_rule_is_said_in_words(page: Page, weights: str, threshold: float, rule: str) -> None:
    visit(page, f"/perceptron?weights={weights}&threshold={threshold}")
    expect(page.locator(".rule")).to_have_text(rule)


def test_a_sigmoid_with_a_cutoff_decides_by_its_score(page: Page) -> None:
    visit(page, "/perceptron?threshold=4")
    page.get_by_role("radio", name="sigmoid").check()
    expect(page.locator(".calculation")).to_contain_text("sigmoid(4 − 4) = 0.5, not below the cutoff 0.5: yes.")
    slide(page, "Cutoff", 0.6)
    expect(page.locator(".calculation")).to_contain_text("below the cutoff 0.6: no.")
    expect(page.locator(".cases tbody tr").first).to_contain_text("0.982")


def test_inputs_are_added_named_and_removed_by_keyboard(page: Page) -> None:
    visit(page, "/perceptron")
    page.get_by_role("button", name="Add an input").press("Enter")
    name = page.get_by_label("Name of input 4")
    expect(name).to_be_focused()
    name.fill("popcorn, free")
    name.press("Enter")
    slide(page, "Weight of popcorn", 5)
    expect(page.locator(".rule")).to_have_text("It fires for: Marvel, or popcorn free, or cinema and friends.")
    expect(page.locator(".cases tbody tr")).to_have_count(16)
    page.get_by_role("button", name="Remove Marvel").press("Enter")
    expect(page.locator(".cases tbody tr")).to_have_count(8)
    address = page.url
    page.wait_for_timeout(300)
    assert page.url != address or "popcorn" in page.url
    page.reload()
    expect(page.locator(".rule")).to_have_text("It fires for: popcorn free, or cinema and friends.")


def test_it_learns_case_by_case(page: Page) -> None:
    visit(page, "/perceptron")
    page.get_by_role("button", name="One case").click()
    expect(page.get_by_role("status").filter(has_text="No case is asked for")).to_be_visible()
    page.get_by_role("button", name="Begin with weights of 0").click()
    page.get_by_role("button", name="and: all of them").click()
    page.get_by_role("button", name="One case").press("Enter")
    expect(page.locator(".lessons")).to_contain_text("Case 1: no, but yes is wanted.")
    expect(page.get_by_role("spinbutton", name="Weight of cinema")).to_have_value("1")
    expect(page.locator(".cases .mistake")).not_to_have_count(0)
    page.get_by_role("button", name="Until it is right").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Right after")).to_be_visible()
    expect(page.locator(".rule")).to_have_text("It fires for: Marvel and cinema and friends.")
    expect(page.locator(".cases .mistake")).to_have_count(0)


@pytest.mark.parametrize("names", ["a,b", "a,b,c,d,e"])
def test_what_no_line_divides_is_proved_not_to_be_learnable(page: Page, names: str) -> None:
    visit(page, f"/perceptron?names={names}&weights={','.join('0' for _ in names.split(','))}")
    page.get_by_role("button", name="exclusive or").click()
    page.get_by_role("button", name="Until it is right").click()
    expect(page.get_by_role("alert")).to_contain_text("learning goes in circles")


def test_an_address_with_too_much_is_told(page: Page) -> None:
    visit(page, "/perceptron?weights=1,2,x&wanted=banana&threshold=9e9&names=<b>,&on=1")
    expect(page.get_by_role("alert")).to_have_count(2)
    expect(page.locator(".cases tbody tr")).to_have_count(8)


def test_it_fits_a_phone_in_the_dark(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    visit(page, "/perceptron?lang=zh&unit=sigmoid&as=bias&weights=4,2,-2,1,1&names=漫威,影院,排队时间特别特别长,d,e")
    page.get_by_role("button", name="异或").click()
    page.get_by_role("button", name="一直学到正确").click()
    expect(page.get_by_role("alert")).to_be_visible()
    no_sideways(page)
    assert violations(page) == []
    look(page, "perceptron-phone")
