"""Tables of the budget for people at a terminal."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dp.epsilon import epsilon_text
from dp.ledger import Entry, Scope
from recording.lines import shown

_BAR = 10


def accounts(
    place: str, scopes: Sequence[Scope], console: Console, *, totals: Mapping[str, float | None], delta: str
) -> None:
    """A line for each account, with a bar of what is spent.

    Args:
        totals: Total epsilon of each account's releases at ``delta``; ``None`` where no accountant is.
    """
    console.print(f"ledger {shown(place)}", markup=False, highlight=False, soft_wrap=True)
    if not scopes:
        console.print("nothing was charged yet")
        return
    table = _table()
    table.add_column("account", overflow="fold")
    table.add_column("", no_wrap=True)
    for name in ("spent", "left", "total"):
        table.add_column(name, justify="right")
    table.add_column("unit")
    table.add_column("releases", justify="right")
    table.add_column("delta", justify="right")
    table.add_column("epsilon (PLD)", justify="right")
    for scope in scopes:
        balance = scope.balance
        table.add_row(
            escape(shown(scope.name)),
            _bar(Fraction(balance.spent, balance.total)),
            *(epsilon_text(amount) for amount in (balance.spent, balance.left, balance.total)),
            scope.currency.value,
            f"{scope.charges:,}",
            _delta(balance.delta),
            _total(totals[scope.name]),
        )
    console.print(table)
    console.print(
        f"epsilon (PLD): all releases of the account together, at delta {delta}", style="dim", highlight=False
    )


def charges(place: str, entries: Sequence[Entry], console: Console) -> None:
    """A line for each charge and for each change of a total; answers stand beside their charges."""
    console.print(f"ledger {shown(place)}", markup=False, highlight=False, soft_wrap=True)
    answered = {entry.release_id for entry in entries if entry.kind == "answer"}
    table = _table()
    table.add_column("", justify="right", style="dim")
    table.add_column("when (UTC)", min_width=10, overflow="fold")
    table.add_column("account", overflow="fold")
    table.add_column("release", no_wrap=True)
    table.add_column("cost", justify="right")
    table.add_column("left", justify="right")
    table.add_column("delta", justify="right")
    table.add_column("what", overflow="fold")
    for entry in entries:
        if entry.kind == "answer":
            continue
        charge = entry.kind == "charge"
        what = (
            _events(entry) if charge else f"[cyan]total set to {epsilon_text(entry.total)} {escape(entry.currency)}[/]"
        )
        if charge and entry.release_id not in answered:
            what += " [yellow](paid, no answer yet)[/]"
        table.add_row(
            str(entry.seq),
            entry.at.removesuffix("+00:00").replace("T", " "),
            escape(shown(entry.scope)),
            escape(shown(entry.release_id[:8])) if charge else "",
            epsilon_text(entry.cost) if charge else "",
            epsilon_text(entry.total - entry.spent),
            _delta(Fraction(entry.delta)) if charge else "",
            what,
        )
    console.print(table) if entries else console.print("nothing was charged yet")


def _events(entry: Entry) -> str:
    """Names of the queries and mechanisms of a charge: ``apps: discrete-laplace, 2 x discrete-gaussian``."""
    events = json.loads(entry.events)
    names = Counter(str(event.get("event", "event")) for event in events)
    queries = dict.fromkeys(str(event["query"]) for event in events if "query" in event)
    what = ", ".join(f"{count} x {name}" if count > 1 else name for name, count in names.items())
    return escape(shown(f"{', '.join(queries)}: {what}" if queries else what))


def _bar(share: Fraction) -> str:
    # Whatever is left shows: a bar is full only where nothing is.
    full = min(int(share * _BAR), _BAR)
    colour = "green" if share < Fraction(3, 4) else "yellow" if share < 1 else "red"
    return f"[{colour}]{'━' * full}[/][dim]{'─' * (_BAR - full)}[/] {float(share):4.0%}"


def _total(epsilon: float | None) -> str:
    if epsilon is None:
        return "unknown"
    return "none" if math.isinf(epsilon) else f"{epsilon:.3f}"


def _delta(delta: Fraction) -> str:
    return f"{float(delta):.2g}" if delta else "0"


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
