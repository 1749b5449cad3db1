"""How far a run has come is told to who watches and, now and then, to a log."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from boundary.progress import per_second, progress


def test_a_log_gets_a_line_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Done and all, rate, time left, withheld; nothing about a run that is over sooner."""
    now = [1000.0]
    monkeypatch.setattr("boundary.progress.time", SimpleNamespace(monotonic=lambda: now[0]))
    console = Console(file=io.StringIO(), width=40)
    with progress(console, quiet=False) as show:
        assert show is not None
        for done in range(1, 41):
            now[0] += 0.6
            show(done, 1000, done // 10)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # a StringIO
    assert lines == [
        "18 of 1,000 done, 1.7/s, 0:09:49 left, 1 withheld",
        "35 of 1,000 done, 1.7/s, 0:09:39 left, 3 withheld",
    ]


def test_who_asks_for_quiet_is_told_nothing() -> None:
    """Nobody has to throw it away."""
    with progress(Console(file=io.StringIO()), quiet=True) as show:
        assert show is None


def test_a_terminal_gets_a_bar_with_rate_and_what_was_withheld() -> None:
    """It is gone when the run is over."""
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with progress(console, quiet=False) as show:
        assert show is not None
        show(1, 3, 0)
        show(2, 3, 1)
    assert "1 withheld" in console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "2/3" in console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO


@pytest.mark.parametrize(("rate", "said"), [(1234.5, "1,234.5/s"), (1.0, "1.0/s"), (0.5, "30.0/min"), (0.001, "3.6/h")])
def test_a_rate_is_told_in_a_unit_in_which_it_is_a_number(rate: float, said: str) -> None:
    """Seconds, minutes or hours."""
    assert per_second(rate) == said
