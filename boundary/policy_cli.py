"""``boundary policy``: look at a policy before it is used."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from policies import load_policy
from recording.errors import BoundaryError

REFUSED = 3

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at a policy before it is used.")


@app.callback()
def _root() -> None:
    """Keeps the name of a single command."""


@app.command("audit-sensitivity", short_help="Measure how far one person moves each statistic.")
def audit_sensitivity_command(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="A policy file, or the name of a shipped policy.")],
    pairs: Annotated[int, typer.Option("--pairs", min=1, help="Random pairs of neighbouring data sets.")] = 1_000,
    first: Annotated[int, typer.Option("--first", min=0, help="Number of the first pair, to see others.")] = 0,
) -> None:
    """Measure how far one person moves each statistic of a policy, against what the policy declares.

    Data are made up, hostile on purpose; nothing is read, noised or charged. Exit code 1: a bound does not hold.
    """
    from dp.audit import audit
    from dp.contract import Query

    try:
        uses = load_policy(policy).aggregates
    except BoundaryError as error:
        Console(stderr=True, soft_wrap=True).print(str(error), markup=False, highlight=False)
        raise typer.Exit(REFUSED) from None
    console = Console()
    table = Table("statistic", "part", "keys", "per key", "in all", "squares", "told apart")
    failed = False
    for use in uses:
        if not isinstance(use.options, Query):
            table.add_row(use.spec.name, "", "", "", "", "", "no query that can be audited")
            failed = True
            continue
        found = audit(use.options, pairs=pairs, first=first)
        failed = failed or not found.holds
        apart = ", ".join(f"{what} (pair {number})" for number, what in found.divergences[:3]) or "no"
        for part in found.parts:
            shares = (part.l0, part.linf, part.l1, part.l2_squared)
            table.add_row(found.query, part.part, *(f"{float(share):.3f}" for share in shares), apart)
    console.print(table)
    console.print(f"measured / declared over {pairs} pairs; at most 1.000 is right", highlight=False)
    raise typer.Exit(1 if failed else 0)
