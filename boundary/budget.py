"""``boundary budget``: what the ledger holds, what was charged to it, and whether it is the ledger it was."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

from boundary.ending import USAGE, fail
from boundary.state import ledger_path
from recording.errors import BoundaryError, InputError, MissingExtra

if TYPE_CHECKING:
    from dp.ledger import Entry, Scope

NOT_INTACT = 1
_NOT_INTACT = frozenset({"ledger-tampered", "ledger-rolled-back"})

budget_app = typer.Typer(no_args_is_help=True, help="Show, check and raise the budget.", rich_markup_mode=None)

LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="PATH|URL",
        help="Budget ledger: a file, or postgresql://...; by default the file in the state folder.",
    ),
]
ScopeOption = Annotated[str | None, typer.Option("--scope", help="Only this account.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]


@budget_app.command("show", short_help="What each account has and has spent.")
def show_command(
    ledger: LedgerOption = None,
    scope: ScopeOption = None,
    delta: Annotated[str, typer.Option("--delta", help="Delta of the total epsilon, between 0 and 1.")] = "1e-6",
    as_json: JsonOption = False,
) -> None:
    """Show what each account has, has spent and has left, and the total epsilon of all its releases together.

    The total is by privacy loss distributions, for releases that were planned before the first of them was seen; the
    budget, which is spent by plain addition, holds in any case. Nothing is charged.
    """
    from boundary import budget_tables
    from dp.ledger import history, open_store, scopes

    try:
        store = open_store(ledger_path(ledger))
        found = [account for account in scopes(store) if scope in {None, account.name}]
        totals = {account.name: _epsilon(history(store, account.name), delta) for account in found}
    except BoundaryError as error:
        _fail(error)
    if as_json:
        lines = [{**_scope(account), **_finite(delta, totals[account.name])} for account in found]
        _print({"ledger": store.place, "scopes": lines})
    else:
        budget_tables.accounts(store.place, found, Console(), totals=totals, delta=delta)


@budget_app.command("history", short_help="Every charge, oldest first.")
def history_command(ledger: LedgerOption = None, scope: ScopeOption = None, as_json: JsonOption = False) -> None:
    """List every charge with its cost, what was spent with it, its mechanisms, and whether its answer is stored."""
    from boundary import budget_tables
    from dp.ledger import history, open_store

    try:
        store = open_store(ledger_path(ledger))
        entries = history(store, scope)
    except BoundaryError as error:
        _fail(error)
    if as_json:
        _print({"ledger": store.place, "entries": [_entry(entry) for entry in entries]})
    else:
        budget_tables.charges(store.place, entries, Console())


@budget_app.command("verify", short_help="Check the ledger against itself and against manifests.")
def verify_command(
    manifests: Annotated[
        list[Path] | None,
        typer.Argument(metavar="MANIFEST", help="manifest.json of earlier runs, or their folders."),
    ] = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute the chain, every sum and every answer's hash, and look for the heads of earlier runs in it.

    Exit codes: 0 intact, 1 changed or an older copy, 2 cannot be read.
    """
    from boundary.witness import check_ledger, manifest_heads
    from dp.ledger import open_store

    files = [path / "manifest.json" if path.is_dir() else path for path in manifests or []]
    try:
        store = open_store(ledger_path(ledger))
        known = {name for file in files for name, _ in manifest_heads(file)}
        mark = check_ledger(store, files, strict=True)
    except BoundaryError as error:
        if as_json and error.code in _NOT_INTACT:
            _print({"intact": False, "code": error.code, "message": error.message, "ledger": error.place})
            raise typer.Exit(NOT_INTACT) from None
        _fail(error)
    if as_json:
        _print({"intact": True, "ledger": store.place, **mark, "manifests": len(files)})
        return
    console = Console()
    if not mark["id"]:
        console.print("nothing was charged yet: there is no ledger")
        return
    against = f", and holds the heads of {len(files)} manifest{'s' if len(files) > 1 else ''}" if known else ""
    console.print(f"[green]intact[/]: the chain, the sums and the answers agree{against}", soft_wrap=True)
    console.print(f"ledger {mark['id'][:12] or 'not begun'}, head {mark['head'][:12]}", highlight=False)


@budget_app.command("raise", short_help="Give an account more than it has.")
def raise_command(
    scope: Annotated[str, typer.Argument(help="The account.")],
    total: Annotated[str, typer.Argument(help="Its new total, such as 2.5, in what it counts.")],
    ledger: LedgerOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Raise the total of an account, for good: everybody whose data it counts loses that much more privacy.

    A policy alone cannot do it. The chain keeps a record of who had how much from when.
    """
    from boundary.witness import check_ledger, remember
    from dp.epsilon import epsilon_text, micro_epsilon
    from dp.ledger import open_ledger, open_store, scopes

    try:
        store = open_store(ledger_path(ledger))
        check_ledger(store)
        account = next((account for account in scopes(store) if account.name == scope), None)
        if account is None:
            hint = "boundary budget show has their names"
            raise InputError("there is no such account", code="budget-unknown", place=store.place, hint=hint)
        before, unit = account.balance.total, account.currency
        try:
            after = micro_epsilon(total)
        except ValueError:
            raise InputError("the total must be a plain number such as 2.5", code="budget-total") from None
        if after <= before:
            raise InputError("the new total is not above the old one", code="budget-total", hint=epsilon_text(before))
        if not yes:
            typer.confirm(f"Raise {scope} from {epsilon_text(before)} to {epsilon_text(after)} {unit}?", abort=True)
        open_ledger(ledger_path(ledger), scope=scope, total=after, currency=unit).raise_total()
        remember(store)
    except BoundaryError as error:
        _fail(error)
    Console().print(f"{scope} has {epsilon_text(after)} {unit} now", markup=False, highlight=False)


def _scope(account: Scope) -> dict[str, object]:
    balance = account.balance
    return {
        "scope": account.name,
        "currency": account.currency.value,
        "total_micro": balance.total,
        "spent_micro": balance.spent,
        "left_micro": balance.left,
        "delta_spent": str(balance.delta),
        "charges": account.charges,
    }


def _epsilon(entries: Sequence[Entry], delta: str) -> float | None:
    """Total epsilon of charges by privacy loss distributions; infinite where none holds at this delta.

    ``None`` where no accountant is installed, or it does not know a mechanism.
    """
    from fractions import Fraction

    from dp.accounting import total

    try:
        at = Fraction(delta)
    except (ValueError, ZeroDivisionError):
        raise InputError("delta must be a plain number such as 1e-6", code="dp-delta") from None
    events = [event for entry in entries if entry.kind == "charge" for event in json.loads(entry.events)]
    try:
        return total(events, at).epsilon_pld
    except MissingExtra:
        return None
    except InputError as error:
        if error.code == "dp-event":
            return None
        raise


def _finite(delta: str, epsilon: float | None) -> dict[str, object]:
    return {"delta": delta, "epsilon_pld": None if epsilon is None or math.isinf(epsilon) else epsilon}


def _entry(entry: Entry) -> dict[str, object]:
    from dataclasses import asdict

    fields: dict[str, Any] = asdict(entry)
    return {**fields, "events": json.loads(entry.events)}


def _print(data: Mapping[str, object] | Sequence[object]) -> None:
    print(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False))  # noqa: T201  this is the output


def _fail(error: BoundaryError) -> NoReturn:
    fail(error, NOT_INTACT if error.code in _NOT_INTACT else USAGE)
