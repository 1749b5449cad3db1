"""The result of a benchmark as tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks._harness import Count, Result, Speed


def show(name: str, result: Result, console: Console) -> None:
    """Print speeds, counts and notes, in this order, leaving out what is empty."""
    for peer in dict.fromkeys(speed.peer for speed in result.speeds):
        speeds = tuple(speed for speed in result.speeds if speed.peer == peer)
        console.print(_speeds(f"{name}: speed against {peer}", speeds))
    if result.counts:
        console.print(_counts(name, result.counts))
    for note in result.notes:
        console.print(f"note: {note}", markup=False, highlight=False)


def _speeds(title: str, speeds: tuple[Speed, ...]) -> Table:
    table = Table(title=title)
    table.add_column("case", min_width=24)
    for column in ("work", "ours", "peer", "times as fast", "range"):
        table.add_column(column, justify="right")
    for speed in speeds:
        table.add_row(
            speed.case,
            f"{speed.work:,} {speed.unit}s",
            f"{_number(speed.ours_rate)}/s",
            f"{_number(speed.peer_rate)}/s",
            f"{speed.ratio:.3g}",
            f"{min(speed.ratios):.3g} to {max(speed.ratios):.3g}",
        )
    return table


def _counts(name: str, counts: tuple[Count, ...]) -> Table:
    table = Table(title=f"{name}: counts")
    table.add_column("figure", min_width=40)
    for column in ("ours", "share", "peer", "share", "of"):
        table.add_column(column, justify="right")
    for count in counts:
        peer = "" if count.peer is None else f"{count.peer:,}"
        table.add_row(
            count.figure, f"{count.ours:,}", _percent(count.share), peer, _percent(count.peer_share), f"{count.of:,}"
        )
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"
