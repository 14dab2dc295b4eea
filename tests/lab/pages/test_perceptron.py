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


def test_the_bias_counts_in_the_picture_and_in_the_table(page: Page) -> None:
    visit(page, "/perceptron?as=bias")
    expect(page.locator(".neuron .state")).to_have_text(
        ["0", "1", "1", "1", "1", "1"]
    )  # four inputs, the sum, the answer
    expect(page.locator(".neuron .weight").last).to_have_text("× −3")
    expect(page.locator(".neuron")).to_contain_text("sum + bias")
    expect(page.locator(".cases tbody tr").first.locator("td").nth(4)).to_have_text("5")
    sums = page.locator(".cases tbody td[data-title='sum + bias']").all_inner_texts()
    told = [text == "fires" for text in page.locator(DECISIONS).all_inner_texts()]
    assert told == [float(text.replace("−", "-")) > 0 for text in sums]


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
    calculation = page.locator(".calculation")
    expect(calculation).to_have_text(
        "0 + 2 + 2 = 4; minus the threshold 4 it is 0; sigmoid(0) = 0.5, not above the cutoff 0.5: it stays silent."
    )
    slide(page, "Cutoff", 0.4)
    expect(calculation).to_contain_text("sigmoid(0) = 0.5, above the cutoff 0.4: it fires.")
    expect(page.locator(".balance rect")).to_have_class("fires")
    expect(page.locator(".balance")).to_contain_text("cutoff 0.4")
    expect(page.locator(".cases tbody tr").first).to_contain_text("0.982")
    page.get_by_role("radio", name="bias").check()
    expect(calculation).to_contain_text("with the bias −4 it is 0; sigmoid(0) = 0.5, above the cutoff 0.4")


@pytest.mark.parametrize("threshold", [-1, 2, 4, 8])
def test_a_cutoff_of_a_half_decides_as_the_step(page: Page, threshold: int) -> None:
    visit(page, f"/perceptron?threshold={threshold}")
    by_step = page.locator(DECISIONS).all_inner_texts()
    page.get_by_role("radio", name="sigmoid").check()
    expect(page.locator(".cases th", has_text="score")).to_be_visible()
    assert page.locator(DECISIONS).all_inner_texts() == by_step


def test_inputs_are_added_named_and_removed_by_keyboard(page: Page) -> None:
    visit(page, "/perceptron")
    page.locator("summary").press("Enter")
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


def test_learning_by_the_step_leaves_no_sigmoid_that_contradicts_it(page: Page) -> None:
    visit(page, "/perceptron?unit=sigmoid&cutoff=0.9&weights=0,0,0&threshold=0")
    page.get_by_role("button", name="and: all of them").click()
    page.get_by_role("button", name="Until it is right").click()
    expect(page.get_by_role("status").filter(has_text="decided as wanted")).to_be_visible()
    expect(page.get_by_role("radio", name="step")).to_be_checked()
    expect(page.get_by_role("img", name="as wanted", exact=True)).to_have_count(8)
    page.get_by_role("radio", name="sigmoid").check()
    expect(page.locator(".cases .mistake")).not_to_have_count(0)
    expect(page.get_by_role("status")).to_have_count(0)


def test_learning_is_seen_and_leads_back_to_the_film(page: Page) -> None:
    visit(page, "/perceptron")
    expect(page.locator(".neuron")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="One case")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="most: more than half").click()
    page.get_by_role("button", name="Until it is right").click()
    page.locator("summary").click()
    page.get_by_role("button", name="Remove Marvel").click()
    page.get_by_role("button", name="Back to the film").press("Enter")
    expect(page.locator(".calculation")).to_have_text("0 + 2 + 2 = 4, above the threshold 3: it fires.")
    expect(page.get_by_role("spinbutton", name="Weight of Marvel")).to_have_value("4")
    expect(page.get_by_role("spinbutton", name="Threshold")).to_have_value("3")
    expect(page).to_have_url(re.compile("perceptron$"))


def test_the_lesson_names_the_bias_where_it_is_shown(page: Page) -> None:
    visit(page, "/perceptron?as=bias&weights=0,0,0&threshold=0&wanted=1-------")
    page.get_by_role("button", name="One case").click()
    expect(page.locator(".lessons")).to_contain_text("The weights of its inputs and the bias change by +1.")
    expect(page.get_by_role("spinbutton", name="Bias")).to_have_value("1")


@pytest.mark.parametrize(
    "query", ["", "as=bias&unit=sigmoid", "as=bias&unit=sigmoid&weights=1,1,1,1,1", f"names={'W' * 24},b,c"]
)
def test_every_column_is_seen_and_mistakes_are_marked(page: Page, query: str) -> None:
    visit(page, f"/perceptron?{query}")
    page.get_by_role("button", name="exclusive or").click()
    expect(page.get_by_role("img", name="not as wanted")).not_to_have_count(0)
    for width in (320, 769, 1024, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        no_sideways(page)
        assert page.locator(".scroll").evaluate("box => box.scrollWidth <= box.clientWidth"), width


@pytest.mark.parametrize("names", ["a,b", "a,b,c,d,e"])
def test_what_no_line_divides_is_proved_not_to_be_learnable(page: Page, names: str) -> None:
    visit(page, f"/perceptron?names={names}&weights={','.join('0' for _ in names.split(','))}")
    page.get_by_role("button", name="exclusive or").click()
    page.get_by_role("button", name="Until it is right").click()
    expect(page.get_by_role("alert")).to_contain_text("learning goes in circles")


BESIDE = """group => {
    const [line, box] = [group.querySelector("line"), group.querySelector(".weight").getBBox()];
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name)));
    const gaps = [box.x, box.x + box.width].map((x) => y1 + ((x - x1) * (y2 - y1)) / (x2 - x1));
    return gaps.every((y) => y < box.y) || gaps.every((y) => y > box.y + box.height);
}"""


@pytest.mark.parametrize("width", [320, 1400])
def test_nothing_is_said_twice_or_written_over(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, "/perceptron")
    assert all(group.evaluate(BESIDE) for group in page.locator(".neuron g").all())
    assert page.locator(".panel").first.inner_text().count("Marvel") == 1
    page.locator("summary").press("Enter")
    name, remove = page.get_by_label("Name of input 1"), page.get_by_role("button", name="Remove Marvel")
    assert name.evaluate("box => box.offsetTop") == remove.evaluate("box => box.offsetTop")


def test_an_address_with_too_much_is_told(page: Page) -> None:
    visit(page, "/perceptron?weights=1,2,x&wanted=banana&threshold=9e9&names=<b>,&on=1")
    expect(page.get_by_role("alert")).to_have_count(5)
    expect(page.locator(".cases tbody tr")).to_have_count(8)


@pytest.mark.parametrize(
    "wrong", ["weights=", "names=a,b", "on=1,constructor,0", "unit=constructor", "wanted=10", "wanted=1x------"]
)
def test_nothing_wrong_in_the_address_is_passed_over(page: Page, wrong: str) -> None:
    visit(page, f"/perceptron?{wrong}")
    expect(page.get_by_role("alert")).to_contain_text(wrong)
    expect(page.locator(".calculation")).to_have_text("0 + 2 + 2 = 4, above the threshold 3: it fires.")


def test_names_that_every_object_has_are_names_here(page: Page) -> None:
    visit(page, "/perceptron?names=constructor,toString,__proto__")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".rule")).to_have_text("It fires for: constructor, or toString and __proto__.")


def test_it_fits_a_phone_in_the_dark(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    visit(page, "/perceptron?lang=zh&unit=sigmoid&as=bias&weights=4,2,-2,1,1&names=漫威,影院,排队时间特别特别长,d,e")
    page.get_by_role("button", name="异或").click()
    page.get_by_role("button", name="一直学到正确").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("document.querySelector('main').innerText.match(/[a-z]{3,}/gi)") in (
        None,
        ["sigmoid", "Rosenblatt"],
    )
    no_sideways(page)
    assert violations(page) == []
    look(page, "perceptron-phone")
