"""The socket on which trainings arrive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from actlab.lab.training import reading
from actlab.lab.training.tables import router as tables

if TYPE_CHECKING:
    from actlab.lab.training.session import Session

router = APIRouter()
router.include_router(tables)


@router.websocket("/training")
async def training(socket: WebSocket) -> None:
    """Train what a page asks for until it leaves."""
    await socket.accept()
    loop, outbox = asyncio.get_running_loop(), asyncio.Queue[str | bytes]()

    def send(message: dict[str, Any] | bytes) -> None:
        ready = message if isinstance(message, bytes) else json.dumps(message, allow_nan=False)
        with suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(outbox.put_nowait, ready)

    session = await run_in_threadpool(_session, send)
    posting = asyncio.create_task(_post(socket, outbox))
    try:
        while True:
            session.tell(_read(await socket.receive_text()))
    except (WebSocketDisconnect, KeyError):  # gone, or it sent bytes
        pass
    finally:
        session.close()
        posting.cancel()


def _session(send: Callable[[dict[str, Any] | bytes], None]) -> Session:
    """A session; away from the loop, since the first one imports Numba."""
    from actlab.lab.training.session import Session

    return Session(send)


async def _post(socket: WebSocket, outbox: asyncio.Queue[str | bytes]) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # the page left while it was sent something
        while True:
            message = await outbox.get()
            await (socket.send_bytes(message) if isinstance(message, bytes) else socket.send_text(message))


def _read(text: str) -> Mapping[str, Any]:
    """A message; one that is none says nothing to be done, which the session refuses."""
    try:
        message = reading.parsed(text)
    except ValueError:
        return {}
    return message if isinstance(message, Mapping) else {}
