"""What is running and what remains: a bar on a terminal, a line for every tenth elsewhere."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from actlab.cli.streams import notices

if TYPE_CHECKING:
    from actlab import compare

WIDE_ENOUGH = 80  # columns of a terminal with room for the bar beside the words


class TrainingProgress:
    """Follows the training of a plan's networks on stderr; silent when asked to be quiet."""

    def __init__(self, plan: compare.Plan, *, done: int = 0, quiet: bool = False) -> None:
        self._repeats = plan.repeats
        self._console = notices()
        self._lines = not quiet and not self._console.is_terminal
        # One line, for the bar is redrawn in place; the words at its end are cut.
        self._bar = Progress(
            SpinnerColumn(),
            MofNCompleteColumn(" of ", table_column=Column(no_wrap=True)),
            *((BarColumn(20),) if self._console.width >= WIDE_ENOUGH else ()),
            Remaining(table_column=Column(no_wrap=True)),
            TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
            expand=True,
            console=self._console,
            disable=quiet or not self._console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(
            "compiling the other functions", total=plan.networks, completed=done, end=math.nan
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: compare.Progress) -> None:
        """One more network is trained."""
        what = f"{progress.activation}, repeat {progress.repeat + 1} of {self._repeats}, rate {progress.rate:g}"
        end = time.monotonic() + progress.seconds_left
        self._bar.update(self._task, completed=progress.done, description=what, end=end)
        tenth = 10 * progress.done // progress.total
        if self._lines and tenth > 10 * (progress.done - 1) // progress.total:
            self._console.print(f"{progress.done} of {progress.total} networks trained: {what}", soft_wrap=True)


class Remaining(ProgressColumn):
    """Minutes and seconds until the end that a task's field names; networks differ too much for the bar to know it."""

    def render(self, task: Task) -> Text:
        """Called by Rich several times a second."""
        seconds = task.fields["end"] - time.monotonic()
        if math.isnan(seconds):
            return Text("-:--", style="progress.remaining")
        minutes, rest = divmod(max(0, round(seconds)), 60)
        hours, minutes = divmod(minutes, 60)
        words = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
        return Text(words, style="progress.remaining")
