"""A process that trains for another one: parcels come in on its stdin, results go out on its stdout.

Nothing instead of a parcel asks the one that is being trained to end soon.
"""

from __future__ import annotations

import os
import signal
import sys
from queue import SimpleQueue
from threading import Thread
from typing import IO

import numpy as np
import numpy.typing as npt

LENGTH_BYTES = 8
STOP = b""


def send(stream: IO[bytes], packed: bytes) -> None:
    """Write bytes so that the other side knows where they end."""
    stream.write(len(packed).to_bytes(LENGTH_BYTES, "little"))
    stream.write(packed)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Wait for what the other side sends.

    Raises:
        EOFError: it has gone.
    """
    length = int.from_bytes(_exactly(stream, LENGTH_BYTES), "little")
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return found


def serve() -> None:
    """Train what comes, one parcel after the other, until whoever sends them has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started by a person
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a person's model prints must not get among the results
    parcels: SimpleQueue[bytes] = SimpleQueue()
    stop = np.zeros(1, np.int64)
    Thread(target=_read, args=(parcels, stop), daemon=True).start()
    while True:
        packed = parcels.get()
        stop[0] = 0  # whoever sent it waited for the end of what was to stop
        send(results, _answer(packed, stop))


def _read(parcels: SimpleQueue[bytes], stop: npt.NDArray[np.int64]) -> None:
    """The thread that reads: nobody is left to train for when there is nothing to read any more."""
    try:
        while True:
            packed = receive(sys.stdin.buffer)
            if packed == STOP:
                stop[0] = 1
            else:
                parcels.put(packed)
    except EOFError:
        os._exit(0)


def _answer(packed: bytes, stop: npt.NDArray[np.int64]) -> bytes:
    import cloudpickle

    from actlab.compare.executors.parcels import carry_out

    try:
        return cloudpickle.dumps([carry_out(job, stop) for job in cloudpickle.loads(packed).jobs])
    except Exception as error:  # noqa: BLE001 - what cannot be packed or unpacked costs its own job alone
        return cloudpickle.dumps([RuntimeError(f"{type(error).__name__}: {error}")])
