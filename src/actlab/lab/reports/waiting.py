"""One comparison runs at a time; the others wait in a row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from actlab.lab.reports.child import STOPPED, Child, Outcome


@dataclass(frozen=True)
class Job:
    """A comparison to run: its name, the words after `actlab`, the folder of its files, and what is trained already."""

    id: str
    words: tuple[str, ...]
    folder: Path
    done: int = 0


@dataclass(frozen=True)
class Standing:
    """Where a comparison is: `place` in the row, 0 for the one that runs, and what was trained before that."""

    place: int
    stopping: bool = False
    done_before: int = 0


class Row:
    """The comparisons that run and wait; a thread goes from one to the next.

    Args:
        ended: Is told how each one ended, in that thread.
    """

    def __init__(self, ended: Callable[[str, Outcome], None]) -> None:
        self._ended = ended
        self._lock = threading.Lock()
        self._jobs: list[Job] = []
        self._child: Child | None = None
        self._stopped: set[str] = set()
        self._closed = False
        self._thread: threading.Thread | None = None

    def add(self, job: Job) -> bool:
        """Put a comparison at the end of the row; False when it is there already."""
        with self._lock:
            if self._closed or any(each.id == job.id for each in self._jobs):
                return False
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="actlab comparisons", daemon=True)
                self._thread.start()
            return True

    def standings(self) -> dict[str, Standing]:
        """Those that run or wait, by their names."""
        with self._lock:
            return {each.id: self._standing(place, each) for place, each in enumerate(self._jobs)}

    def stop(self, name: str) -> bool:
        """Interrupt the one that runs, or take one out of the row; False when it is neither."""
        with self._lock:
            place = next((place for place, each in enumerate(self._jobs) if each.id == name), None)
            if place is None:
                return False
            if place > 0:
                del self._jobs[place]
                return True
            self._stopped.add(name)
            if self._child is not None:
                self._child.stop()
            return True

    def close(self) -> None:
        """Let nobody begin any more, stop the one that runs, and wait for its end."""
        with self._lock:
            self._closed = True
            del self._jobs[1:]
            child, thread = self._child, self._thread
        if child is not None:
            child.end()
        if thread is not None:
            thread.join()

    def _standing(self, place: int, job: Job) -> Standing:
        if place:
            return Standing(place)
        return Standing(0, job.id in self._stopped, job.done)

    def _run(self) -> None:
        """The thread: run the first of the row until there is none."""
        while (job := self._begin()) is not None:
            outcome = self._carry_out(job)
            self._ended(job.id, outcome)
            with self._lock:
                self._jobs.remove(job)
                self._stopped.discard(job.id)

    def _begin(self) -> Job | None:
        with self._lock:
            if not self._jobs:
                self._thread = None
                return None
            return self._jobs[0]

    def _carry_out(self, job: Job) -> Outcome:
        try:
            with self._lock:
                if self._closed or job.id in self._stopped:
                    return Outcome(STOPPED, "")
                self._child = Child(job.words, job.folder)
            return self._child.wait()
        except (OSError, ValueError) as error:  # no process can be made, or a word cannot be handed over
            return Outcome(1, f"The comparison could not be started: {error}.")
        finally:
            with self._lock:
                self._child = None
