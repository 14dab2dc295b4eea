"""The trainings of one page: a thread of their own, told what to do, that sends what is to be drawn."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from actlab.lab.frames import pack
from actlab.lab.refusal import Refusal
from actlab.lab.training import exporting, reading
from actlab.lab.training.ending import Ending
from actlab.lab.training.spec import hidden_activation, sides
from actlab.lab.training.trial import Trial

Send = Callable[[dict[str, Any] | bytes], None]
PERIOD = 0.04  # seconds between two frames
UNSEEN = 1.0  # seconds without a sign that a frame was drawn, as in a hidden tab; then training waits for one
MOST_STEPS = 1000


class Session:
    """Trains while its page plays; frames go out one at a time, the next when the page has drawn the last.

    Args:
        send: takes messages and frames; called from the session's thread.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._inbox: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._trials: tuple[Trial, ...] = ()
        self._pace, self._left, self._playing = 1, 0, False
        self._drawn, self._due, self._sent, self._next = True, False, 0.0, 0.0
        self._thread = threading.Thread(target=self._run, name="training", daemon=True)
        self._thread.start()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Hand over a message of the page."""
        self._inbox.put(message)

    def close(self) -> None:
        """Stop training."""
        self._inbox.put(None)

    def _run(self) -> None:
        while True:
            try:
                message = self._inbox.get(timeout=self._pause())
            except queue.Empty:
                self._guarded(self._tick)
                continue
            if message is None:
                return
            what = message.get("do")
            self._guarded(partial(self._do, message), what if isinstance(what, str) and what in DOINGS else "")

    def _guarded(self, act: Callable[[], None], of: str = "") -> None:
        """Act and show what came of it; what goes wrong is said on the page, and the thread lives on."""
        try:
            act()
            self._show()
        except Refusal as refusal:
            self._refuse(refusal, of)
        except Exception:
            logging.getLogger(__name__).exception("A training failed.")
            self._trials = ()
            self._refuse(Refusal("The training failed; the terminal in which the lab runs says why."), of)

    def _refuse(self, refusal: Refusal, of: str) -> None:
        self._playing, self._left = False, 0
        self._send({"said": "refused", "of": of, "text": refusal.text, "values": refusal.values})

    def _pause(self) -> float | None:
        """Seconds until there is something to do; None to wait for a message."""
        if not self._works() and not (self._due and self._drawn):
            return None
        return max(0.0, self._next - time.monotonic())

    def _works(self) -> bool:
        unseen = not self._drawn and time.monotonic() - self._sent > UNSEEN
        return (self._playing or self._left > 0) and not unseen

    def _tick(self) -> None:
        """Train for a frame's time, or for as many steps as the page wants in it."""
        begun, steps = time.monotonic(), 0
        wanted = min(self._left, self._pace) if self._left else self._pace
        while self._works() and steps < wanted and time.monotonic() - begun < PERIOD:
            self._advance()
            steps += 1
        self._left = max(0, self._left - steps)
        self._due = self._due or steps > 0
        self._next = begun + PERIOD

    def _advance(self) -> None:
        for side, trial in enumerate(self._trials):
            if trial.state in ("ready", "running") and (ending := trial.advance()):
                self._tell_end(side, trial, ending)
        if all(trial.state in ("plateau", "diverged") for trial in self._trials):
            self._playing, self._left = False, 0

    def _tell_end(self, side: int, trial: Trial, ending: Ending) -> None:
        self._send({"said": "ended", "side": side, "step": trial.step, **ending.document})

    def _show(self) -> None:
        if not (self._due and self._drawn and self._trials):
            return
        heads: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        for side, trial in enumerate(self._trials):
            head, own = trial.frame(side)
            heads.append(head)
            arrays |= own
        first = max(self._trials, key=lambda trial: trial.step)
        header = {"step": first.step, "epoch": first.epoch, "playing": self._playing or self._left > 0, "sides": heads}
        self._drawn, self._due, self._sent = False, False, time.monotonic()
        self._send(pack(header, arrays))

    def _do(self, message: Mapping[str, Any]) -> None:
        what = reading.choice(message, "do", "", tuple(DOINGS))
        if what in NEEDS_NETWORK and not self._trials:
            raise Refusal("There is no network yet; send {make} first.", make="make")
        DOINGS[what](self, message)

    def _make(self, message: Mapping[str, Any]) -> None:
        self._playing, self._left, self._trials = False, 0, ()
        self._trials = tuple(map(Trial, sides(message.get("sides"))))
        self._send({"said": "made", "sides": [trial.document for trial in self._trials]})
        self._drawn = self._due = True

    def _play(self, _message: Mapping[str, Any]) -> None:
        for trial in self._trials:
            trial.resume()
        self._playing = any(trial.state != "diverged" for trial in self._trials)
        self._due = True

    def _hold(self, _message: Mapping[str, Any]) -> None:
        self._playing, self._left, self._due = False, 0, True

    def _step(self, message: Mapping[str, Any]) -> None:
        self._play(message)
        self._playing, self._left = False, reading.whole(message, "steps", 1, 1, MOST_STEPS)
        self._due = False  # the next picture is of what was learned, and none before

    def _reset(self, _message: Mapping[str, Any]) -> None:
        self._playing, self._left = False, 0
        self._trials = tuple(Trial(trial.spec) for trial in self._trials)
        self._due = True

    def _set_pace(self, message: Mapping[str, Any]) -> None:
        self._pace = reading.whole(message, "steps", 1, 1, MOST_STEPS)

    def _stop_at_plateau(self, message: Mapping[str, Any]) -> None:
        for trial in self._trials:
            trial.stops = reading.flag(message, "stop", True)

    def _swap(self, message: Mapping[str, Any]) -> None:
        self._side(message).swap(hidden_activation(message.get("activation")))
        self._due = True

    def _export(self, message: Mapping[str, Any]) -> None:
        self._send({"said": "exported", "files": exporting.files(self._side(message))})

    def _see(self, _message: Mapping[str, Any]) -> None:
        self._drawn = True

    def _side(self, message: Mapping[str, Any]) -> Trial:
        return self._trials[reading.whole(message, "side", 0, 0, len(self._trials) - 1)]


DOINGS: Mapping[str, Callable[[Session, Mapping[str, Any]], None]] = {
    "make": Session._make,
    "play": Session._play,
    "pause": Session._hold,
    "step": Session._step,
    "reset": Session._reset,
    "pace": Session._set_pace,
    "stop": Session._stop_at_plateau,
    "swap": Session._swap,
    "export": Session._export,
    "drawn": Session._see,
}
NEEDS_NETWORK = frozenset({"play", "step", "swap", "export"})
