"""`python -m actlab.cli.tethered`: the command line on a leash; when its standard input ends, it is told Ctrl-C.

So whoever starts a comparison can stop it by closing a pipe, and when the starter dies in any way, the comparison
stops with a report of what is done instead of going on unseen.
"""

from __future__ import annotations

import os
import signal
import threading

from actlab.cli import main


def _wait_for_the_end() -> None:
    while os.read(0, 1):  # not sys.stdin, whose lock a thread must not hold when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGINT)  # to the process, so that its main thread hears it even while it waits


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored when the starter ran behind a `&`
    threading.Thread(target=_wait_for_the_end, name="actlab leash", daemon=True).start()
    main()
