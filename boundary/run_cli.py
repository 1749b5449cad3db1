"""``boundary run``: recordings through a policy, any number of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from boundary import show
from boundary.budget import LedgerOption
from boundary.child import MEMORY_MB
from boundary.ending import FOUND, STOPPED, USAGE, fail
from boundary.given import ApprovedOption, KeyOption, PolicyOption, built, key_of
from boundary.operations import LogOption, MetricsOption, MetricsPortOption, Operations, TracesOption
from boundary.progress import progress as show_progress
from recording.errors import BoundaryError


def run_command(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE", help="Recordings, or folders of recordings.")],
    policy: PolicyOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="A new or empty folder for what may leave.")],
    key_file: KeyOption = None,
    ledger: LedgerOption = None,
    approved: ApprovedOption = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes; by default one for each core.", show_default=False),
    ] = None,
    memory: Annotated[
        int, typer.Option("--memory", min=256, help="Most memory of each process, in MiB; what needs more is withheld.")
    ] = MEMORY_MB,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the run in OUT where it was broken off; begin it if there is none."),
    ] = False,
    metrics: MetricsOption = None,
    metrics_port: MetricsPortOption = None,
    log: LogOption = "text",
    traces: TracesOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no tables.")] = False,
) -> None:
    """Take recordings through a policy; write what may leave to OUT, in the format of its source.

    OUT holds recordings/, manifest.json and withheld.jsonl when the run has ended; where the policy has statistics,
    aggregates/ and index.html, a page about them.
    """
    from boundary.runner import run

    plan = built(policy, key_of(key_file), approved)
    console = Console(stderr=True)
    quiet = quiet or log == "json"
    try:
        told = Operations(metrics=metrics, port=metrics_port, log=log == "json", traces=traces)
    except BoundaryError as error:
        fail(error, USAGE)
    try:
        with show_progress(console, quiet=quiet) as progress:
            result = run(
                sources,
                plan,
                out,
                ledger=ledger,
                workers=workers,
                memory_mb=memory,
                resume=resume,
                progress=progress,
                on_outcome=told,
            )
        told.end(event="done", ledger=ledger)
    except BoundaryError as error:
        told.end(event="failed", code=error.code)
        fail(error, USAGE)
    except KeyboardInterrupt:
        told.end(event="stopped")
        console.print("stopped; nothing half-done was left behind; the same command with --resume goes on")
        raise typer.Exit(STOPPED) from None
    if not quiet:
        show.result(result, plan.policy, Console())
    raise typer.Exit(0 if result.complete else FOUND)
