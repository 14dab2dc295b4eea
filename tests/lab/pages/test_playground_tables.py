"""A person's own table in the playground: its columns, what is refused, and long names."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.lab.pages.browsing import look, no_sideways, violations, visit
from tests.lab.pages.trainer import Trainer


@pytest.fixture
def trainer(page: Page) -> Trainer:
    trainer = Trainer()
    page.route_web_socket(re.compile("/training"), trainer.open)
    return trainer


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
    asked = {"table": "t1", "columns": ["long", "<i>old"], "target": "kind", "seed": 1}
    assert trainer.made()[-1]["sides"][0]["data"] == asked
    page.get_by_label("Column across").select_option("<i>old")  # both change places
    expect(page.get_by_label("Column upwards")).to_have_value("long")
    page.get_by_label("To be predicted").select_option("long")  # kind is no number, so wide takes its place
    expect(page.get_by_label("Column upwards")).to_have_value("wide")
    asked = {"table": "t1", "columns": ["<i>old", "wide"], "target": "long", "seed": 1}
    assert trainer.made()[-1]["sides"][0]["data"] == asked
    assert violations(page) == []
    page.get_by_role("button", name="Back to toy data").press("Enter")
    expect(page.get_by_label("Toy set")).to_be_visible()
    assert trainer.made()[-1]["sides"][0]["data"]["name"] == "circles"


def test_a_column_that_cannot_be_spared_stays_where_it_is(page: Page, trainer: Trainer) -> None:
    numbers = [{"name": name, "kind": "number", "distinct": 9} for name in ("long", "wide")]
    columns = [{"name": "kind", "kind": "category", "distinct": 50}, *numbers]
    page.route("**/tables", lambda route: route.fulfill(json={"id": "t1", "rows": 150, "columns": columns}))
    visit(page, "/playground")
    page.get_by_label("Your own table").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"1"})
    target = page.get_by_label("To be predicted")
    expect(target).to_have_value("kind")
    asked = len(trainer.made())
    target.select_option("wide")
    expect(page.get_by_role("alert")).to_contain_text("wide is already in use.")
    expect(target).to_have_value("kind")
    assert len(trainer.made()) == asked
    page.get_by_label("Column across").select_option("wide")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert trainer.made()[-1]["sides"][0]["data"]["columns"] == ["wide", "long"]


def test_a_file_of_ones_own_is_trained_on_and_a_bad_one_refused(page: Page) -> None:
    visit(page, "/playground")
    rows = "".join(f"{i % 9},{i % 4},{'yes' if i % 9 > 4 else 'no'}\n" for i in range(90))
    choose = page.get_by_label("Your own table")
    bad = {b"a,b\n1,2\n": "Rows of this table: 1, columns: 2.", b"\x00\xff\x00": "own.csv cannot be read"}
    for content, said in bad.items():
        choose.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": content})
        expect(page.get_by_role("alert")).to_contain_text(said)
    text = "x,y,c\n" + "".join(f"w{i},v{i % 3},u{i % 2}\n" for i in range(30))
    choose.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(page.get_by_role("alert")).to_contain_text("Columns in all: 3, of numbers: 0.")
    choose.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": f"long,wide,kind\n{rows}".encode()})
    expect(page.locator(".net-A")).to_be_visible()
    expect(page.get_by_text("answer “yes” from this probability")).to_be_visible()
    page.get_by_label("Pace").select_option("20")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".out-A .scores dd").first).to_have_text("100 %", timeout=10_000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "two.csv is empty"), ("a,b,c\n1,2,é\n".encode("latin-1"), "cannot be read"),
        (b"a,b,c\n1,u,v\n2,u,w\n", "Columns in all: 3, of numbers: 1."),
    ],
)  # fmt: skip
def test_a_second_file_that_cannot_be_used_leaves_the_first_in_use(page: Page, content: bytes, said: str) -> None:
    visit(page, "/playground")
    rows = "".join(f"{i % 9},{i % 4},{i % 5},{'yes' if i % 9 > 4 else 'no'}\n" for i in range(90))
    choose, up = page.get_by_label("Your own table"), page.get_by_label("Column upwards")
    choose.set_input_files(
        {"name": "one.csv", "mimeType": "text/csv", "buffer": f"long,wide,old,kind\n{rows}".encode()}
    )
    up.select_option("old")
    choose.set_input_files({"name": "two.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.locator(".own").get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_text("one.csv stays in use.")).to_be_visible()
    expect(up).to_have_value("old")
    expect(page.get_by_label("Toy set")).to_be_hidden()
    expect(page.locator(".net-A")).to_be_visible()
    assert violations(page) == []
    look(page, "playground-second")
    choose.set_input_files({"name": "three.csv", "mimeType": "text/csv", "buffer": f"p,q,r,s\n{rows}".encode()})
    expect(page.locator(".own b")).to_have_text("three.csv")
    expect(page.locator(".own").get_by_role("alert")).to_have_count(0)
    expect(up.locator("option")).to_have_text(["p", "q", "r"])
    page.get_by_role("button", name="Back to toy data").click()
    expect(page.get_by_label("Toy set")).to_be_visible()
    expect(up).to_have_count(0)


def test_the_table_in_use_can_be_chosen_from_while_another_is_read(page: Page, trainer: Trainer) -> None:
    numbers = [{"name": name, "kind": "number", "distinct": 9} for name in ("long", "wide", "old")]
    answer, held = {"id": "t1", "rows": 150, "columns": numbers}, list[Route]()

    def kept(route: Route) -> None:
        if route.request.headers["x-file-name"] == "one.csv":
            route.fulfill(json=answer)
        else:
            held.append(route)

    page.route("**/tables", kept)
    visit(page, "/playground")
    choose = page.get_by_label("Your own table")
    choose.set_input_files({"name": "one.csv", "mimeType": "text/csv", "buffer": b"1"})
    expect(page.get_by_text("150 rows")).to_be_visible()
    choose.set_input_files({"name": "two.csv", "mimeType": "text/csv", "buffer": b"1"})
    expect(page.get_by_text("Reading two.csv …")).to_be_visible()
    page.get_by_label("Column across").select_option("wide")
    assert trainer.made()[-1]["sides"][0]["data"]["columns"] == ["wide", "long"]
    page.get_by_role("button", name="Back to toy data").click()
    held[0].fulfill(json={**answer, "id": "t2"})  # nobody waits for it any longer
    page.wait_for_timeout(200)
    expect(page.get_by_label("Toy set")).to_be_visible()
    assert trainer.made()[-1]["sides"][0]["data"]["name"] == "circles"


def test_long_names_fit_a_phone(open_page: Callable[..., Page]) -> None:
    page, long = open_page(viewport={"width": 320, "height": 700}), "W" * 50
    visit(page, "/playground?lang=en")
    page.locator("summary").first.click()
    rows = "".join(f"{i % 9},{i % 4},{long}{'yes' if i % 9 > 4 else 'no'}\n" for i in range(90))
    text = f"{long}1,{long}2,{long}3\n{rows}".encode()
    page.get_by_label("Your own table").set_input_files({"name": f"{long}.csv", "mimeType": "text/csv", "buffer": text})
    expect(page.get_by_label("To be predicted")).to_have_value(f"{long}3")
    expect(page.locator(".out-A .confusion")).to_contain_text("Wyes")
    page.locator(".unit").first.click()
    no_sideways(page)
    look(page, "playground-long")
