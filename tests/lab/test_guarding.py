"""Nobody but the lab's own page, on this machine, with its token, is answered."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from actlab.lab import guarding
from actlab.lab.application import PARTS, application
from actlab.lab.guarding import Door

DOOR = Door(8571, "the token of this test")
OWN = {"origin": "http://127.0.0.1:8571"}


@pytest.fixture
def client() -> TestClient:
    return TestClient(application(DOOR), base_url="http://127.0.0.1:8571")


@pytest.mark.parametrize("path", ["/", *(f"/{part}" for part in PARTS)])
def test_each_part_has_its_page_and_a_strict_policy(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert DOOR.token in answer.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8571", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_foreign_host_is_refused_so_that_a_name_cannot_be_bound_anew(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


def test_localhost_is_a_name_of_this_machine(client: TestClient) -> None:
    assert client.get("/", headers={"host": "localhost:8571"}).status_code == 200


def test_another_site_may_not_ask(client: TestClient) -> None:
    assert client.get("/", headers={"origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("token", ["", "wrong"])
def test_what_changes_something_needs_the_token(client: TestClient, token: str) -> None:
    answer = client.post("/nothing", headers={**OWN, "x-actlab-token": token})
    assert answer.status_code == 403
    assert "load the page again" in answer.json()["error"]["text"]


def test_with_the_token_a_request_arrives(client: TestClient) -> None:
    assert client.post("/nothing", headers={**OWN, "x-actlab-token": DOOR.token}).status_code == 404


def test_a_file_that_is_too_large_is_refused_by_its_announced_length(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "LARGEST_UPLOAD", 10)
    answer = client.post("/nothing", content=b"x" * 11, headers={"x-actlab-token": DOOR.token})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", OWN),
        ("?token=wrong", OWN),
        (f"?token={quote(DOOR.token)}", {}),
        (f"?token={quote(DOOR.token)}", {"origin": "null"}),
    ],
)
def test_a_socket_without_token_or_from_elsewhere_is_not_opened(
    client: TestClient, query: str, headers: dict[str, str]
) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect(f"ws://127.0.0.1:8571/training{query}", headers=headers),
    ):
        pass
    assert closed.value.code == guarding.POLICY_VIOLATION
