"""How far a command has come: a bar for who watches, now and then a line for a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from boundary.runner import Progress as OnProgress

EVERY_S = 10.0
"""Seconds between two lines where there is no terminal."""
_LATELY_S = 60.0
"""The time left is told from what was done in about so many seconds."""


@contextmanager
def progress(console: Console, *, quiet: bool) -> Iterator[OnProgress | None]:
    """Done and all, a second, time left, withheld so far; nothing where it is to be quiet."""
    if quiet:
        yield None
    elif console.is_terminal:
        with _bar(console) as shown:
            yield shown
    else:
        yield Lines(console)


@contextmanager
def _bar(console: Console) -> Iterator[OnProgress]:
    columns = (
        TextColumn("redacting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        TextColumn("[yellow]{task.fields[withheld]}[/]"),
    )
    with Progress(*columns, console=console, transient=True, speed_estimate_period=_LATELY_S) as bar:
        task = bar.add_task("", total=None, rate="", withheld="")

        def update(done: int, total: int, /, withheld: int = 0) -> None:
            speed = bar.tasks[0].speed
            bar.update(
                task,
                completed=done,
                total=total,
                rate=per_second(speed) if speed else "",
                withheld=f"{withheld:,} withheld" if withheld else "",
            )

        yield update


class Lines:
    """Says every `EVERY_S` seconds how far it has come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._first: tuple[float, int] | None = None
        self._said = 0.0

    def __call__(self, done: int, total: int, /, withheld: int = 0) -> None:
        """Write a line where it is time for one; the rate is that since the first recording was done."""
        now = time.monotonic()
        if done and self._first is None:
            # What comes before the first is loading, and what a run that goes on has done already is not its speed.
            self._first, self._said = (now, done), now
        if self._first is None or now - self._said < EVERY_S:
            return
        self._said = now
        begun, before = self._first
        rate = (done - before) / (now - begun)
        left = f", {timedelta(seconds=round((total - done) / rate))} left" if rate else ""
        text = f"{done:,} of {total:,} done, {per_second(rate)}{left}, {withheld:,} withheld"
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def per_second(rate: float) -> str:
    """A rate for people: that of an hour where a second is too short."""
    if rate >= 1:
        return f"{rate:,.1f}/s"
    return f"{rate * 60:,.1f}/min" if rate * 60 >= 1 else f"{rate * 3600:,.1f}/h"
