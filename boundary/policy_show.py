"""Explanations and differences of policies for people at a terminal, and as data. Values only where revealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boundary.explaining import Explained, Explanation
from boundary.policy_diff import Change, PolicyDiff, Setting, Spending, by_label
from boundary.remarks import LEVEL_OF, Remark, place_of
from recording.lines import shown
from recording.model import Box, Field, Keys

_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
_SIGNS = {"added": "[green]+[/]", "removed": "[red]-[/]", "changed": "[yellow]~[/]"}


def explanation(found: Explanation, console: Console, *, event: int | None = None, reveal: bool = False) -> None:
    """Every finding with what decided on it."""
    if found.withheld:
        console.print(f"[yellow]withheld[/]: {escape(found.withheld)}; nothing of it would leave")
        return
    told = [one for one in found.findings if event is None or event in one.rows]
    for number, one in enumerate(told):
        if number:
            console.print()
        _one(one, console, reveal=reveal)
    count = len(told)
    read = [_many(found.events, "event"), _many(found.frames, "frame")]
    of = f" in {' and '.join(filter(None, read))}" if any(read) else ""
    if count:
        console.print()
    console.print(f"{count} finding{'' if count == 1 else 's'}{of}", highlight=False)
    if found.removed:
        console.print(f"{found.removed:,} events are not admitted", highlight=False)
    for code, frames in found.frames_withheld.items():
        console.print(f"{frames} frame{'' if frames == 1 else 's'} withheld: {escape(code)}", highlight=False)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}" if count else ""


def _one(one: Explained, console: Console, *, reveal: bool) -> None:
    colour = _COLOURS[one.severity]
    console.print(f"[{colour}]{one.label}[/] [dim]{one.severity}[/]  {escape(place(one))}", highlight=False)
    table = Table(box=None, show_header=False, padding=(0, 0, 0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if reveal and one.value:
        text, start, end = one.around
        before, value, after = (escape(shown(part)) for part in (text[:start], text[start:end], text[end:]))
        table.add_row("value", f"{before}[reverse]{value}[/]{after}")
        if one.caption:
            table.add_row("behind", escape(shown(one.caption)))
    table.add_row("rule", f"{escape(one.rule)}, score {one.score:.2f}{_context(one)}")
    table.add_row("found by", f"{escape(one.step)}  [dim]{escape(one.found_by)}[/]")
    for rival in one.rivals[:4]:
        step = f"{rival.step} " if rival.step else ""
        line = f"  [dim]{escape(rival.line)}[/]" if rival.line else ""
        table.add_row("also", f"{rival.label} {rival.score:.2f} by {escape(step + rival.rule)}{line}")
    if len(one.rivals) > 4:
        table.add_row("", f"and {len(one.rivals) - 4} more")
    table.add_row("changed by", f"{escape(one.action)}  [dim]{escape(one.changed_by)}[/]")
    console.print(table)


def _context(one: Explained) -> str:
    if one.step == "link":
        return ": known from elsewhere in the session"
    if one.role == "pixels":
        return ""
    if one.alone is None:
        return "; not found without the words around it"
    return f"; {one.alone:.2f} without the words around it" if one.alone < one.score else ""


def place(one: Explained) -> str:
    """Where a finding is, without names that people gave: files of frames may be called like windows."""
    match one.span:
        case Keys(_, rows):
            return f"typed, events {rows[0]} to {rows[-1]} ({len(rows)} keys)"
        case Field(_, start, end):
            row = f", event {one.rows[0]}" if one.rows else ""
            return f"{one.role.replace('_', ' ')}{row}, characters {start} to {end}"
        case Box(_, x, y, width, height):
            row = f", event {one.rows[0]}" if one.rows else ""
            return f"screen{row}, {width} x {height} pixels at {x}, {y}"
    return one.modality


def finding_data(one: Explained, *, reveal: bool) -> dict[str, Any]:
    """A finding as JSON data."""
    data = asdict(one)
    for key in ("value", "around", "caption"):
        if not reveal:
            del data[key]
    if isinstance(one.span, Box) and not reveal:
        del data["span"]["frame"]
    return {**data, "place": place(one)}


def explanation_data(found: Explanation, *, event: int | None = None, reveal: bool = False) -> dict[str, Any]:
    """An explanation as JSON data."""
    told = [finding_data(one, reveal=reveal) for one in found.findings if event is None or event in one.rows]
    names = ("withheld", "events", "removed", "frames")
    figures = {name: getattr(found, name) for name in names}
    return {**figures, "frames_withheld": dict(found.frames_withheld), "kinds": dict(found.kinds), "findings": told}


def diff(found: PolicyDiff, console: Console, *, reveal: bool = False) -> None:
    """What differs: settings, budgets, counts by label, then each place."""
    if found.empty:
        console.print("the policies do the same" + (f"; {found.same} findings agree" if found.recordings else ""))
        return
    for setting in found.settings:
        console.print(_setting(setting), highlight=False, soft_wrap=True)
    if found.budget[0] != found.budget[1]:
        console.print()
        for name, one in zip(("before", "after"), found.budget, strict=True):
            console.print(f"budget {name}: {_spending(one)}", highlight=False)
    for fate in found.outcomes:
        before, after = fate.before or f"{fate.removed_before} removed", fate.after or f"{fate.removed_after} removed"
        console.print(f"recording {fate.recording}: {before} -> {after}", highlight=False)
    if found.recordings:
        _changes(found, console, reveal=reveal)
    for code, count in found.unreadable.items():
        console.print(f"{count} not read: {code}", highlight=False)


def _setting(setting: Setting) -> str:
    """One line: what is set now, what no longer is, or both; of tests only which."""
    sign = "added" if setting.before is None else "removed" if setting.after is None else "changed"
    values = [escape(value) for value in (setting.before, setting.after) if value is not None]
    said = "" if setting.path.startswith("tests[") else f": {' [dim]->[/] '.join(values)}"
    return f"{_SIGNS[sign]} {escape(setting.path)}{said}"


def _changes(found: PolicyDiff, console: Console, *, reveal: bool) -> None:
    console.print()
    if found.changes:
        table = Table("label", "added", "removed", "changed", box=None, pad_edge=False, header_style="bold")
        for label, counts in by_label(found.changes).items():
            table.add_row(label, *(str(counts[kind] or "-") for kind in ("added", "removed", "changed")))
        console.print(table)
    for change in found.changes:
        console.print(_change(change, reveal=reveal), highlight=False, soft_wrap=True)
    agreed = f"{_many(found.same, 'finding') or 'no finding'} the same"
    console.print(f"{agreed}, in {_many(len(found.recordings), 'recording')}", highlight=False)


def _change(change: Change, *, reveal: bool) -> str:
    one = change.told
    detail = "" if not change.what else f" ({', '.join(_details(change))})"
    value = f"  [reverse]{escape(shown(one.value))}[/]" if reveal and one.value else ""
    line = one.found_by if change.kind != "changed" else one.changed_by
    where = f"recording {change.recording}: {place(one)}"
    return f"{_SIGNS[change.kind]} {one.label} {escape(where + detail)}  [dim]{escape(line)}[/]{value}"


def _details(change: Change) -> Iterator[str]:
    for what in change.what:
        before, after = (getattr(side, what, "") if side else "" for side in (change.before, change.after))
        yield f"{what}: {before} -> {after}" if what != "extent" else "another extent"


def _spending(one: Spending) -> str:
    if not one.statistics:
        return f"{one.total.normalize():f} {one.currency} in '{one.scope}', nothing is charged"
    times = f"enough for {one.releases} release{'' if one.releases == 1 else 's'}"
    price = f"{_many(len(one.statistics), 'statistic')} for {one.price.normalize():f}"
    return f"{one.total.normalize():f} {one.currency} in '{one.scope}', {price}: {times}"


def diff_data(found: PolicyDiff, *, reveal: bool = False) -> dict[str, Any]:
    """A difference as JSON data."""

    def side(one: Explained | None) -> dict[str, Any] | None:
        return None if one is None else finding_data(one, reveal=reveal)

    return {
        "settings": [asdict(setting) for setting in found.settings],
        "budget": {
            name: {
                "scope": one.scope,
                "currency": one.currency,
                "total": str(one.total),
                "price": str(one.price),
                "releases": one.releases,
            }
            for name, one in zip(("before", "after"), found.budget, strict=True)
        },
        "counts": {label: dict(counts) for label, counts in by_label(found.changes).items()},
        "same": found.same,
        "recordings": len(found.recordings),
        "outcomes": [asdict(fate) for fate in found.outcomes],
        "unreadable": dict(found.unreadable),
        "changes": [
            {
                "recording": change.recording,
                "kind": change.kind,
                "what": list(change.what),
                "before": side(change.before),
                "after": side(change.after),
            }
            for change in found.changes
        ],
    }


def diff_remarks(found: PolicyDiff) -> list[Remark]:
    """Findings that differ, at the policy line behind each; what is no longer found weighs as its label does."""
    out = []
    for change in found.changes:
        one = change.told
        file, line = place_of(one.found_by if change.kind != "changed" else one.changed_by)
        level = LEVEL_OF[one.severity] if change.kind == "removed" else "note"
        detail = f" ({', '.join(_details(change))})" if change.what else ""
        said = f"{change.kind}: {one.label}, recording {change.recording}, {place(one)}{detail}"
        extra = {"severity": str(one.severity), "link": one.link}
        out.append(Remark(level, file, line, 1, f"finding-{change.kind}", said, extra=extra))
    return out
