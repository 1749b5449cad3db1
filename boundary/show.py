"""Tables and progress for people at a terminal. Nothing here sees recorded content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from boundary.aggregates import charged
from boundary.checks import Check
from boundary.outcome import Release, Withheld
from boundary.result import Result
from boundary.runner import Progress as OnProgress
from boundary.sheet_tiles import Sheet
from policies import Policy
from recording.lines import shown

PLACES = ("typed", "field", "screen")


@contextmanager
def progress(console: Console, *, enabled: bool) -> Iterator[OnProgress | None]:
    """A progress bar over recordings; none where nobody watches."""
    if not enabled:
        yield None
        return
    columns = (
        TextColumn("redacting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("recordings"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update


def result(done: Result, policy: Policy, console: Console) -> None:
    """The tables at the end of a run."""
    _table(console, f"policy {policy.name}, digest {policy.digest[:12]}", _summary(done))
    if any(release.report.findings for release in done.releases):
        _table(console, "found and changed", _findings(done.releases))
    if done.withheld or any(release.report.frames_withheld for release in done.releases):
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


def _summary(done: Result) -> Table:
    reports = [release.report for release in done.releases]
    dropped: Counter[str] = Counter()
    for report in reports:
        dropped.update(report.files_dropped)
    table = _plain("")
    table.add_column("released", justify="right", style="green")
    table.add_column("withheld", justify="right", style="yellow")
    table.add_row("recordings", f"{len(reports):,}", f"{len(done.withheld):,}")
    table.add_row("events", f"{sum(r.events - r.removed for r in reports):,}", f"{sum(r.removed for r in reports):,}")
    held = sum(sum(r.frames_withheld.values()) for r in reports) + dropped.pop("frame-not-cleared", 0)
    table.add_row("frames", f"{sum(r.frames for r in reports) - held:,}", f"{held:,}")
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


def _findings(releases: Sequence[Release]) -> Table:
    totals: dict[str, Counter[str]] = {}
    for release in releases:
        for label, kinds in release.report.findings.items():
            totals.setdefault(label, Counter()).update(kinds)
    table = _plain("")
    for title in ("in keys", "in texts", "on screens"):
        table.add_column(title, justify="right")
    for label, kinds in sorted(totals.items()):
        table.add_row(label, *(f"{kinds[place]:,}" if kinds[place] else "-" for place in PLACES))
    return table


def _withheld(done: Result) -> Table:
    table = _plain()
    table.add_column("source", overflow="fold", ratio=2)
    table.add_column("code", style="yellow", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=3)
    for entry in done.entries:
        source, outcome = escape(shown(str(entry.source))), entry.outcome
        if isinstance(outcome, Withheld):
            table.add_row(source, outcome.code, _why(outcome))
        else:
            for code, count in outcome.report.frames_withheld.items():
                table.add_row(source, code, f"{count} frame{'s' if count > 1 else ''}")
    return table


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
