"""What a comparison does, written into its store while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Self

from actlab.compare.book import Book
from actlab.compare.outcomes import Finished, Task, tasks
from actlab.compare.records import Chosen, Run
from actlab.compare.restoring import restore
from actlab.compare.store import LeaseLost, StoreFailure
from actlab.compare.store.protocol import Comparison, Loaded, Store

HEARTBEAT_SECONDS = 10.0
TRYING_SECONDS = 30.0
"""How long a write is tried again when the reason may pass, such as a server that starts anew."""

GATHERING_SECONDS = 0.05
"""So long entries gather, which are then written together: with hundreds of networks a second that is far less work."""

BACKLOG = 64
"""So many entries may wait for a slow store before the training waits too."""

Entry = Callable[[], None]


class Journal:
    """Writes a comparison's entries in a thread of its own, one after the other, and keeps its lease.

    The thread is the one writer: a slow disk or network does not hold the training up, and Ctrl-C, which reaches the
    main thread alone, cannot stop half an entry. Used in a `with`, at whose end all is written and the lease released.

    Attributes:
        comparison: what is written about.
        done: how many networks the store already had.
        kept: how many it has.
        failure: why the store could not be written any more; from then on nothing is.
    """

    def __init__(self, store: Store, comparison: Comparison, *, forget: Callable[[], None] | None = None) -> None:
        """Of a store whose lease is held; `forget` tidies up behind a comparison of which nothing was trained."""
        self.comparison = comparison
        self.failure: StoreFailure | None = None
        self._store = store
        self._forget = forget
        self._loaded: Loaded | None = store.load(comparison.id)
        self.done = self.kept = len(self._loaded.runs)
        self._numbers = {task: number for number, task in enumerate(tasks(comparison.plan))}
        self._entries: SimpleQueue[Entry | None] = SimpleQueue()
        self._ending = Event()
        self._unwritten: list[Entry] = []
        self._began = time.perf_counter()
        self._writer = Thread(target=self._write, name="actlab journal", daemon=True)

    @property
    def seconds(self) -> float:
        """How long the comparison has taken, all its processes together."""
        return self.comparison.environment.seconds + time.perf_counter() - self._began

    @property
    def shown(self) -> str:
        """The store's address, without a password."""
        return self._store.shown

    def restore(self, book: Book) -> None:
        """Bring a new book to where the store is."""
        if self._loaded is not None:
            restore(book, self._loaded)
            self._loaded = None  # the book has it now

    def ran(self, task: Task, run: Run, best: Finished | None) -> None:
        """A run is finished; `best` is its network if no better one is known in its place."""
        number, seconds = self._numbers[task], self.seconds
        self.kept += 1
        self._entries.put(lambda: self._store.add_run(self.comparison.id, number, run, best, seconds))

    def closed(self, repeat: int, chosen: Sequence[Chosen], timed: Collection[str]) -> None:
        """A repeat is read; the networks of the `timed` functions are needed once more."""
        seconds, names = self.seconds, frozenset(timed)
        if chosen:
            self._entries.put(lambda: self._store.close_repeat(self.comparison.id, repeat, chosen, names, seconds))

    def finish(self, timings: Mapping[str, tuple[float, float]], answer: str, seconds: float) -> None:
        """All is measured and judged."""
        self._entries.put(lambda: self._store.finish(self.comparison.id, timings, answer, seconds))

    def check(self) -> None:
        """Stop whoever trains when the store has failed, and let the store catch up when it is slow.

        Raises:
            StoreFailure: what went wrong.
        """
        while self.failure is None and self._entries.qsize() > BACKLOG and self._writer.is_alive():
            time.sleep(0.01)
        if self.failure is not None:
            raise self.failure

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._entries.put(None)
        self._writer.join()
        self._try_once_more()
        with suppress(StoreFailure):  # a lease that cannot be given back runs out
            if self.kept:
                self._store.release(self.comparison.id)
            else:
                self._store.discard(self.comparison.id)
        self._store.close()
        if not self.kept and self._forget is not None:
            self._forget()

    def _write(self) -> None:
        """The thread: write each entry; when there is none for a while, say that this process is alive."""
        while True:
            try:
                entry = self._entries.get(timeout=HEARTBEAT_SECONDS)
            except Empty:
                self._keep(lambda: self._store.renew(self.comparison.id, self.seconds))
                continue
            if entry is None:
                return
            self._ending.wait(GATHERING_SECONDS)
            entries, ends = self._gathered(entry)
            self._keep(lambda entries=entries: self._write_together(entries))  # type: ignore[misc]
            if ends:
                return

    def _gathered(self, first: Entry) -> tuple[list[Entry], bool]:
        """The entries that are there by now, and whether they are the last ones."""
        entries = [first]
        with suppress(Empty):
            while (entry := self._entries.get_nowait()) is not None:
                entries.append(entry)
            return entries, True
        return entries, False

    def _write_together(self, entries: list[Entry]) -> None:
        with self._store.together():
            for entry in entries:
                entry()

    def _keep(self, entry: Entry) -> None:
        """Write an entry, for a while again and again; after a failure collect it for the last try."""
        until = time.monotonic() + TRYING_SECONDS
        while self.failure is None:
            try:
                entry()
            except StoreFailure as failure:
                if not failure.passing or time.monotonic() > until:
                    self.failure = failure
                time.sleep(0.2)
            except Exception as error:  # noqa: BLE001 - a thread that dies of it would let the training go on unkept
                self.failure = StoreFailure(f"The store could not be written: {type(error).__name__}: {error}.")
            else:
                return
        self._unwritten.append(entry)

    def _try_once_more(self) -> None:
        """At the end, write what could not be written: somebody may have made room, or started the server."""
        if self._unwritten and not isinstance(self.failure, LeaseLost):
            with suppress(Exception):
                for entry in self._unwritten:
                    entry()
