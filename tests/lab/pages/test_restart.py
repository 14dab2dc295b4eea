"""A page outlives its server, even one that is killed: it says that it is gone, and goes on with the next one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.lab.pages.browsing import killed, visit
from tests.lab.tables import kinds

GONE = (
    "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "WebSocket connection to", "status of 403",
)  # fmt: skip


def port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    kinds(150).write_csv(tmp_path / "kinds.csv")
    return tmp_path / "kinds.csv"


def train_on(page: Page, table: Path) -> None:
    visit(page, "/playground")
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_text("150 rows")).to_be_visible()
    expect(page.locator(".unit")).to_have_count(8)


@pytest.mark.parametrize(("part", "place"), [("playground", ".stage"), ("dying", ".bar"), ("steps", ".bar")])
def test_a_training_page_goes_on_with_the_next_server(
    open_page: Callable[..., Page], tmp_path: Path, part: str, place: str
) -> None:
    with killed(tmp_path) as address:
        page = open_page(meant=GONE, base_url=address)
        visit(page, f"/{part}?seed=7")
        page.get_by_role("button", name="Play").click()
        expect(page.locator(".counted")).to_contain_text("Step")
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    with killed(tmp_path, port_of(address)):
        expect(page.get_by_text("The server is gone.")).to_have_count(0)
        page.get_by_role("button", name="Start again").click()
        page.wait_for_selector(f"{place}[data-step='0']")
        page.get_by_role("button", name="One step").click()
        page.wait_for_selector(f"{place}[data-step='1']")
        page.close()


def test_a_table_that_the_next_server_does_not_have_is_sent_again(
    open_page: Callable[..., Page], tmp_path: Path, table: Path
) -> None:
    with killed(tmp_path) as address:
        page = open_page(meant=GONE, base_url=address)
        train_on(page, table)
        page.get_by_label("Column across").select_option("y")
        page.wait_for_selector(".stage[data-step='0']")
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    with killed(tmp_path, port_of(address)):
        expect(page.get_by_text("The server is gone.")).to_have_count(0)
        page.get_by_role("button", name="One step").and_(page.locator("[aria-disabled=false]")).click()
        page.wait_for_selector(".stage[data-step='1']")
        expect(page.get_by_label("Column across")).to_have_value("y")
        expect(page.get_by_role("alert")).to_have_count(0)
        page.close()


def test_a_table_that_cannot_be_sent_again_is_asked_for(
    open_page: Callable[..., Page], tmp_path: Path, table: Path
) -> None:
    with killed(tmp_path) as address:
        page = open_page(meant=(*GONE, "ERR_FILE_NOT_FOUND"), base_url=address)
        train_on(page, table)
    expect(page.get_by_text("The server is gone.")).to_be_visible()
    table.unlink()
    with killed(tmp_path, port_of(address)):
        expect(page.get_by_text("drop the file once more")).to_be_visible(timeout=15_000)
        kinds(150).write_csv(table)
        page.locator("input[type=file]").set_input_files(table)
        expect(page.get_by_text("drop the file once more")).to_have_count(0)
        page.get_by_role("button", name="One step").click()
        page.wait_for_selector(".stage[data-step='1']")
        page.close()


def test_a_request_goes_on_with_the_next_server(open_page: Callable[..., Page], tmp_path: Path) -> None:
    with killed(tmp_path) as address:
        page = open_page(meant=GONE, base_url=address)
        visit(page, "/shapes")
        expect(page.locator(".said")).to_contain_text("4 relu units")
    units = page.get_by_role("spinbutton", name="Units", exact=True)
    units.fill("5")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    with killed(tmp_path, port_of(address)):
        expect(page.locator(".said")).to_contain_text("5 relu units")  # without anybody's asking again
        expect(page.get_by_role("alert")).to_have_count(0)
        page.close()


def test_the_list_of_comparisons_goes_on_with_the_next_server(open_page: Callable[..., Page], tmp_path: Path) -> None:
    kinds(2500).write_csv(tmp_path / "kinds.csv")  # so many rows that it is not done before the server is killed
    with killed(tmp_path) as address:
        page = open_page(meant=GONE, base_url=address)
        visit(page, "/reports")
        page.get_by_label("Drop a table here").set_input_files(tmp_path / "kinds.csv")
        page.get_by_role("button", name="None", exact=True).click()
        page.get_by_role("checkbox", name="gelu", exact=True).check()
        page.get_by_role("button", name="Compare", exact=True).click()
        mine = page.locator("li.run")
        expect(mine).to_have_attribute("data-state", "running")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    with killed(tmp_path, port_of(address)):
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(mine).to_have_attribute("data-state", "unfinished")
        mine.get_by_role("button", name="Continue").click()
        expect(mine).to_have_attribute("data-state", "finished", timeout=120_000)
        page.close()
