"""Starting the lab: a free port of this machine, its server, and the browser."""

from __future__ import annotations

import signal
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from actlab.data import UsageError
from actlab.lab.application import application
from actlab.lab.guarding import Door
from actlab.lab.reports import FOLDER

HOST = "127.0.0.1"
PORT = 8571  # the first one tried
TRIES = 20
LOOK = 0.2  # seconds until the main thread sees that it was told to end
ENDINGS = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C is how one ends it


def listen(port: int | None) -> socket.socket:
    """A socket that listens at the port, or without one at the first free from 8571 on.

    Raises:
        UsageError: the port is taken, or may not be used.
    """
    wanted, why = range(PORT, PORT + TRIES) if port is None else (port,), ""
    for each in wanted:
        place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((HOST, each))
        except OSError as error:
            place.close()
            why = error.strerror or str(error)
        else:
            place.listen(128)
            return place
    raise UsageError(f"The lab cannot listen at port {wanted[-1]} ({why}); write --port 0 for any free one.")


def serve(
    port: int | None = None,
    *,
    browser: bool = True,
    folder: Path = Path(FOLDER),
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the lab on 127.0.0.1 until it is interrupted.

    Args:
        port: Where to listen; None for the first free one from 8571 on, 0 for any.
        browser: Whether to open the page.
        folder: Where its comparisons are kept; made when the first one is.
        announce: Is given the page's address when the server answers.

    Raises:
        UsageError: the port cannot be used.
    """
    place = listen(port)
    door = Door(place.getsockname()[1])
    address = f"http://{HOST}:{door.port}/"
    config = uvicorn.Config(
        application(door, folder=folder),
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=1 << 20,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    announce(address)
    if browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    asked: list[int] = []  # no exception: one that comes while a lock is being taken leaves it taken
    before = {each: signal.signal(each, lambda number, _: asked.append(number)) for each in ENDINGS}
    places, ended = [place], threading.Event()

    def run() -> None:
        try:
            server.run(sockets=places)
        finally:
            ended.set()

    with place:
        threading.Thread(target=run).start()  # so that it leaves signals to us
        while not asked and not ended.wait(LOOK):
            pass
        for each, way in before.items():  # the second time it may be meant
            signal.signal(each, way)
        places.clear()  # else it closes the socket before it stops listening there, and fails
        server.should_exit = True
        ended.wait()
