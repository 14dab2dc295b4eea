"""The curves: chosen, dragged, read, searched, and kept in the address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from actlab import leaky_relu, sigmoid, tanh
from actlab.catalogue import names
from tests.lab.pages.browsing import look, no_sideways, violations, visit

SIX = "step,sigmoid,tanh,relu,leaky_relu,prelu"


def value(page: Page, curve: str, column: int) -> Locator:
    """A cell of the table of values."""
    return page.locator(".values tbody tr", has=page.get_by_text(curve, exact=True)).locator("td").nth(column)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_table_says_values_and_slopes_at_x(page: Page) -> None:
    visit(page, "/functions?curves=sigmoid,tanh&x=0.5")
    for each in (sigmoid, tanh):
        assert number(value(page, each.name, 0).inner_text()) == pytest.approx(each(0.5), rel=1e-3)
        assert number(value(page, each.name, 1).inner_text()) == pytest.approx(each.derivative(0.5), rel=1e-3)


def test_the_step_has_no_gradient_and_its_line_breaks_where_it_jumps(page: Page) -> None:
    visit(page, "/functions?curves=step")
    expect(value(page, "step", 2)).to_have_text("nothing: the gradient stops here")
    line = page.locator(".chart .lines path").first
    expect(line).to_have_attribute("d", re.compile(r"^M[^M]+M[^M]+$"))


def test_a_preset_draws_the_pictures_of_the_article(page: Page) -> None:
    visit(page, "/functions")
    button = page.get_by_role("button", name="All six of them")
    button.click()
    expect(page.locator(".chosen li")).to_have_count(6)
    expect(page.locator(".chart").first.locator(".lines path")).to_have_count(6)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_url("**curves=*prelu*")


def test_x_moves_by_the_keyboard_and_stays_in_the_address(page: Page) -> None:
    visit(page, "/functions?curves=relu&x=0&range=-3..3")
    slider = page.get_by_role("slider", name="x", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(value(page, "relu", 0)).to_have_text("0.015")
    page.keyboard.press("End")
    expect(value(page, "relu", 0)).to_have_text("3")
    page.wait_for_url("**x=3**")
    visit(page, page.url)
    expect(value(page, "relu", 0)).to_have_text("3")


def test_a_parameter_moves_its_curve_alone_and_the_code(page: Page) -> None:
    visit(page, "/functions?curves=identity,leaky_relu&x=-2&facts=leaky_relu")
    upper = page.locator(".chart").first
    expect(upper.locator(".lines path")).to_have_count(2)
    before = [each.get_attribute("d") for each in upper.locator(".lines path").all()]
    page.get_by_role("spinbutton", name="slope").fill("0.4")
    expect(value(page, "leaky_relu", 0)).to_have_text("−0.8")
    assert number(value(page, "leaky_relu", 1).inner_text()) == leaky_relu.derivative(-2.0, slope=0.4)
    after = [each.get_attribute("d") for each in upper.locator(".lines path").all()]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False]
    expect(page.locator(".facts")).to_contain_text("torch.nn.LeakyReLU(negative_slope=0.4)")
    expect(page.locator(".facts")).to_contain_text("actlab.leaky_relu.torch(slope=0.4)")
    page.wait_for_url(re.compile("slope%3D0.4"))
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".facts")).to_contain_text("actlab.leaky_relu.torch()")


def test_a_pointer_in_the_chart_moves_x(page: Page) -> None:
    visit(page, "/functions?curves=relu&x=-1")
    box = page.locator(".chart").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 14, box["y"] + 60, steps=4)
    page.mouse.up()
    assert number(value(page, "relu", 0).inner_text()) == pytest.approx(6, abs=0.05)
    expect(page.get_by_role("spinbutton", name="x", exact=True)).to_have_value(re.compile("^(6|5.9)"))


def test_curves_are_removed_and_added_and_six_are_the_most(page: Page) -> None:
    visit(page, f"/functions?curves={SIX}")
    add = page.get_by_role("button", name="Add mish")
    expect(add).to_be_disabled()
    expect(page.get_by_text("Six curves are the most").first).to_be_visible()
    page.locator(".chosen li", has=page.get_by_text("sigmoid", exact=True)).get_by_role("button", name="Remove").click()
    page.wait_for_url(re.compile("step%2C%2Ctanh"))  # the others keep their colours
    page.get_by_role("searchbox").fill("mish")
    add.click()
    expect(page.locator(".chosen li").nth(1)).to_contain_text("mish")
    expect(page.get_by_role("button", name="Add softsign", include_hidden=True)).to_be_disabled()
    remove = page.locator(".catalogue").get_by_role("button", name="Remove mish")
    expect(remove).to_be_focused()
    remove.press("Enter")
    expect(page.locator(".chosen li")).to_have_count(5)
    expect(add).to_be_focused()


def test_the_catalogue_holds_everything_and_is_searched_by_alias_family_and_year(page: Page) -> None:
    visit(page, "/functions")
    rows = page.locator(".catalogue li")
    assert rows.count() == len(names())
    for words, wanted in (("swish_1", "silu"), ("gated 2016", "glu"), ("1943", "step"), ("bergstra", "softsign")):
        page.get_by_role("searchbox").fill(words)
        expect(rows.and_(page.locator(":visible")).locator("code")).to_have_text([wanted])
    page.get_by_role("searchbox").fill("xyzzy")
    expect(page.get_by_text("No function fits.")).to_be_visible()


def test_a_gated_function_has_facts_and_says_why_it_has_no_curve(page: Page) -> None:
    visit(page, "/functions?facts=swiglu")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("No curve: it takes two inputs, a gate and a value.")
    expect(facts.locator("math")).to_have_count(3)
    row = page.locator(".catalogue li", has=page.get_by_text("swiglu", exact=True))
    expect(row.get_by_role("button", name="Add")).to_have_count(0)


def test_the_facts_say_how_each_claim_is_known(page: Page) -> None:
    visit(page, "/functions?curves=relu,gelu")
    page.locator(".chosen li").nth(1).get_by_role("button", name="Facts").click()
    facts = page.locator(".facts")
    expect(facts.get_by_role("heading", name="Facts of gelu")).to_be_focused()
    expect(facts.get_by_role("row", name=re.compile("^range"))).to_contain_text("from −0.17 to ∞")
    expect(facts.get_by_role("row", name=re.compile("^range"))).to_contain_text("sampled")
    expect(facts.get_by_role("row", name=re.compile("^monotone"))).to_contain_text("proved")
    expect(facts.get_by_role("row", name="JAX")).to_contain_text("jax.nn.gelu(x, approximate=False)")
    expect(facts).to_contain_text("Hendrycks & Gimpel, 2016.")


def test_an_own_range_is_taken_when_it_is_one(page: Page) -> None:
    visit(page, "/functions?curves=relu&x=5")
    page.get_by_role("radio", name="own").check()
    page.get_by_label("x to").fill("-9")
    expect(page.get_by_text("Write two numbers")).to_be_visible()
    expect(page.get_by_label("x to")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("x to").fill("2")
    expect(page.get_by_label("x to")).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_text("Write two numbers")).to_be_hidden()
    expect(value(page, "relu", 0)).to_have_text("2")
    page.wait_for_url("**range=-6..2**")


@pytest.mark.parametrize("ends", ["10..12", "-12..-10"])
def test_curves_far_from_zero_lie_in_their_chart(page: Page, ends: str) -> None:
    visit(page, f"/functions?curves=relu,identity&range={ends}")
    lines = page.locator(".chart").first.locator(".lines path")
    expect(lines.first).to_have_attribute("d", re.compile("^M"))
    for each in lines.all():
        heights = [float(point.split(",")[1]) for point in re.split("[ML]", each.get_attribute("d") or "")[1:]]
        assert 0 < min(heights) <= max(heights) < 300


def test_the_code_of_a_framework_is_shown_for_what_it_computes(page: Page) -> None:
    visit(page, "/functions?curves=selu:scale=2,rrelu:slope=0.3&facts=selu")
    facts = page.locator(".facts")
    for framework in ("PyTorch", "Keras", "JAX"):
        expect(facts.get_by_role("row", name=framework)).to_contain_text("only with the usual parameters")
    expect(facts).to_contain_text("actlab.selu.torch(scale=2)")
    page.get_by_role("button", name="Reset selu").click()
    expect(facts).to_contain_text("torch.nn.SELU()")
    page.locator(".chosen").get_by_role("button", name="Facts of rrelu").click()
    expect(facts).to_contain_text("actlab.rrelu.torch(slope=0.3)")
    expect(facts).not_to_contain_text("torch.nn.RReLU()")


def test_numbers_beside_each_other_have_as_many_digits(page: Page) -> None:
    visit(page, "/functions?curves=sigmoid,tanh,relu&x=1")
    assert [value(page, each, 1).inner_text() for each in ("sigmoid", "tanh", "relu")] == ["0.1966", "0.4200", "1"]


def test_the_details_are_folded_until_they_are_asked_for(page: Page) -> None:
    visit(page, "/functions?curves=step")
    expect(page.get_by_text("0 or 1", exact=True)).to_be_hidden()
    page.locator(".chosen").get_by_role("button", name="Facts of step").press("Enter")
    expect(page.get_by_role("row", name=re.compile("^range"))).to_contain_text("0 or 1")


@pytest.mark.parametrize(
    "query", ["curves=nothing", "curves=relu:slope=1", "curves=elu:alpha=-1", "curves=,,", "range=6..3", "x=inf"]
)
def test_an_address_that_cannot_be_meant_is_named_and_the_usual_curves_are_shown(page: Page, query: str) -> None:
    visit(page, f"/functions?{query}")
    expect(page.get_by_text(f"The address says {query.split('=', maxsplit=1)[0]}=")).to_be_visible()
    expect(page.locator(".chosen li")).to_have_count(2)


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1400)])
def test_six_curves_are_for_everyone(open_page: Callable[..., Page], scheme: str, width: int) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    visit(page, f"/functions?lang=zh&curves={SIX}&range=-9..4&facts=selu")
    look(page, f"functions-six-{scheme}-{width}")
    no_sideways(page)
    assert violations(page) == []
    assert page.locator(".chart").first.get_attribute("aria-label") != "函数"  # says what is there
