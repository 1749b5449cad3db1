"""Tables and progress for people at a terminal. Nothing here sees recorded content."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boundary.aggregates import charged
from boundary.checks import Check
from boundary.outcome import Withheld
from boundary.result import Entry, Result, Totals, totals
from boundary.sheet_tiles import Sheet
from policies import Policy
from recording.lines import shown

MOST_ROWS = 100
"""Rows of the table of what was withheld: nobody reads thousands of them in a terminal."""
PLACES = ("typed", "field", "screen")


def result(done: Result, policy: Policy, console: Console) -> None:
    """The tables at the end of a run."""
    sums = totals(done.entries)
    _table(console, f"policy {policy.name}, digest {policy.digest[:12]}", _summary(sums))
    if sums.reports.findings:
        _table(console, "found and changed", _findings(sums.reports.findings))
    if sums.withheld or sums.reports.frames_withheld:
        _table(console, "withheld", _withheld(done))
    if done.aggregates or done.refused:
        _table(console, "statistics", _statistics(done))
    console.print(f"\nresult: [bold]{escape(str(done.out))}[/]", soft_wrap=True)


def _table(console: Console, title: str, table: Table) -> None:
    # A title of rich's own would wrap at the width of the table.
    console.print(f"\n[bold]{escape(title)}[/]", soft_wrap=True)
    console.print(table)


def _plain(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="")
    for name in columns:
        table.add_column(name)
    return table


def _summary(sums: Totals) -> Table:
    report = sums.reports
    dropped = dict(report.files_dropped)
    table = _plain("")
    table.add_column("released", justify="right", style="green")
    table.add_column("withheld", justify="right", style="yellow")
    table.add_row("recordings", f"{sums.released:,}", f"{sum(sums.withheld.values()):,}")
    table.add_row("events", f"{report.events - report.removed:,}", f"{report.removed:,}")
    held = sum(report.frames_withheld.values()) + dropped.pop("frame-not-cleared", 0)
    table.add_row("frames", f"{report.frames - held:,}", f"{held:,}")
    for code, title in _VIDEOS.items():
        if count := dropped.pop(code, 0):
            table.add_row(title, f"{count:,}", "")
    for code, count in sorted(dropped.items()):
        table.add_row(_DROPPED.get(code, f"files: {code}"), "", f"{count:,}")
    return table


_DROPPED = {
    "no-reader": "files without a reader",
    "video-not-passed": "videos",
    "video-frames-between": "video frames between samples",
}
_VIDEOS = {"video-as-frames": "videos as frames", "video-as-mp4": "videos"}


def _findings(labels: Mapping[str, Mapping[str, int]]) -> Table:
    table = _plain("")
    for title in ("in keys", "in texts", "on screens"):
        table.add_column(title, justify="right")
    for label, kinds in sorted(labels.items()):
        table.add_row(label, *(f"{kinds[place]:,}" if kinds.get(place) else "-" for place in PLACES))
    return table


def _withheld(done: Result) -> Table:
    table = _plain()
    table.add_column("source", overflow="fold", ratio=2)
    table.add_column("code", style="yellow", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=3)
    rows = _withheld_rows(done.entries)
    for row in itertools.islice(rows, MOST_ROWS):
        table.add_row(*row)
    if more := sum(1 for _ in rows):
        table.add_row(f"and {more:,} more", "", "withheld.jsonl has them all, by the number of the source")
    return table


def _withheld_rows(entries: Iterable[Entry]) -> Iterator[tuple[str, str, str]]:
    for entry in entries:
        source, outcome = escape(shown(str(entry.source))), entry.outcome
        if isinstance(outcome, Withheld):
            yield source, outcome.code, _why(outcome)
        else:
            for code, count in outcome.report.frames_withheld.items():
                yield source, code, f"{count} frame{'s' if count > 1 else ''}"


def _why(verdict: Withheld) -> str:
    place = f"{shown(verdict.place)}: " if verdict.place else f"in {verdict.step}: " if verdict.step != "read" else ""
    hint = f" ({verdict.hint})" if verdict.hint else ""
    return escape(f"{place}{verdict.message}{hint}")


def _statistics(done: Result) -> Table:
    table = _plain()
    table.add_column("", overflow="fold")
    table.add_column("", no_wrap=True)
    table.add_column("", overflow="fold")
    for name, answer in done.aggregates.items():
        table.add_row(escape(name), "[green]released[/]", escape(f"{charged(answer)}; see index.html"))
    for name, verdict in done.refused.items():
        table.add_row(escape(name), f"[yellow]{escape(verdict.code)}[/]", _why(verdict))
    table.show_header = False
    return table


def sheet(made: Sheet, out: Path, console: Console) -> None:
    """What stands on a contact sheet."""
    held = sum(made.codes.values())
    shown_ = f"{len(made.tiles()):,} of {made.frames:,} frames"
    console.print(f"{shown_} shown; {made.released:,} would be released, {held:,} withheld")
    if made.reveal:
        console.print("[bold red]it shows what was covered: as sensitive as its source[/]")
    console.print(f"sheet: [bold]{escape(str(out))}[/]", soft_wrap=True)


def checks(found: Sequence[Check], console: Console) -> None:
    """What ``boundary doctor`` saw."""
    table = _plain("", "")
    table.add_column("", overflow="fold")
    table.show_header = False
    colours = {"ok": "green", "missing": "red", "note": "cyan"}
    for check in found:
        detail = escape(check.detail) + (f"\n[bold]{escape(check.remedy)}[/]" if check.remedy else "")
        table.add_row(f"[{colours[check.state]}]{check.state}[/]", escape(check.name), detail)
    console.print(table)
