"""``boundary audit SAMPLE`` and ``boundary audit label DIR``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from boundary.ending import FOUND, REFUSED, STOPPED, USAGE, fail
from recording.errors import BoundaryError


class AuditGroup(TyperGroup):
    """``boundary audit SAMPLE ...`` is short for ``boundary audit run SAMPLE ...``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command in where a sample or an option comes first."""
        if args and args[0] not in self.commands and args[0] not in {"--help", "-h"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=AuditGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    short_help="Measure what a policy changes and leaks on a sample.",
    help="Measure what a policy changes and leaks: boundary audit SAMPLE --policy P --out DIR (short for audit run).",
)


@app.command("run", short_help="Audit a sample (the word run may be left out).")
def run_command(
    source: Annotated[Path, typer.Argument(metavar="SAMPLE", help="Recordings: a batch, or the sample itself.")],
    policy: Annotated[str, typer.Option("--policy", "-p", help="A policy file, or the name of a shipped policy.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new or empty folder for the report.")],
    sample: Annotated[
        int | None, typer.Option("--sample", help="Recordings to draw, by format and application; by default all.")
    ] = None,
    canaries: Annotated[int, typer.Option("--canaries", help="Planted in keys, and as many in texts.")] = 420,
    screen_canaries: Annotated[int, typer.Option("--screen-canaries", help="Drawn into screenshots.")] = 126,
    entity: Annotated[
        list[str] | None, typer.Option("--entity", help="Plant this kind of value alone; may be repeated.")
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option("--fail-if", help="Exit code 1 where this holds: 'leak.CREDIT_CARD > 0.01'; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the sample, the canaries and the labels.")] = 0,
    labels: Annotated[
        int, typer.Option("--labels", help="Changed places, and kept ones, that a person may judge.")
    ] = 60,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion/--no-second-opinion", help="Read what would leave with other detectors.")
    ] = True,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show values of residues: the report is then as sensitive as SAMPLE.")
    ] = False,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="Project key for keyed hashes; by default in the state folder.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
) -> None:
    """Audit a sample; nothing is released. OUT gets index.html, audit.json, and items.json for labelling.

    Exit codes: 0 no gate failed, 1 a gate failed, 2 usage, 3 policy refused.
    """
    from boundary import audit
    from boundary.plan import build_plan
    from boundary.progress import progress as show_progress
    from boundary.state import project_key
    from policies import load_policy

    options = audit.Options(
        sample=sample, canaries=canaries, screen_canaries=screen_canaries, entities=tuple(entity or ()), seed=seed,
        labels=labels, reveal=reveal, second=second_opinion,
    )  # fmt: skip
    _or_fail(lambda: [audit.parse_gate(gate) for gate in fail_if or ()], USAGE)
    key = _or_fail(lambda: project_key(key_file), USAGE)
    plan = _or_fail(lambda: build_plan(load_policy(policy), key=key), REFUSED)
    console = Console(stderr=True)
    try:
        with show_progress(console, quiet=quiet) as progress:
            done = audit.run(source, plan, out, options=options, gates=fail_if or (), progress=progress)
    except BoundaryError as error:
        fail(error, USAGE)
    except KeyboardInterrupt:
        console.print("stopped; nothing was written")
        raise typer.Exit(STOPPED) from None
    if not quiet:
        summary(done.data, out, Console())
    raise typer.Exit(0 if done.passed else FOUND)


@app.command("label", short_help="Judge places of an audit, one key each: y, n, s.")
def label_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of an audit.")],
    sample: Annotated[
        Path | None, typer.Option("--sample", help="Where the audited recordings are now, if they were moved.")
    ] = None,
) -> None:
    """Judge places of an audit in the terminal; the answers become precision and recall in its report.

    The terminal shows recorded text. labels.json gets answers alone.
    """
    from boundary.audit.excerpt import excerpts
    from boundary.audit.labelling import judge
    from boundary.audit.labels import read_task
    from boundary.audit.write import refresh

    console = Console()
    try:
        task = read_task(folder)
        given = judge(folder, task, excerpts(task, sample), console, _key)
        done = refresh(folder)
    except BoundaryError as error:
        fail(error, USAGE)
    told = done.data["labels"]
    console.print(
        f"{given} answers kept; precision {_share(told['precision'])}, recall {_share(told['labelled_recall'])}"
    )
    console.print(f"report: {folder / 'index.html'}", soft_wrap=True, markup=False, highlight=False)
    raise typer.Exit(0 if done.passed else FOUND)


def _key() -> str:
    """A key where there is a terminal, else a line of the input."""
    if sys.stdin.isatty():
        import click

        return click.getchar()
    return sys.stdin.readline().strip() or ""


def summary(data: Any, out: Path, console: Console) -> None:
    """The figures that matter, for a terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("planted in")
    for name in ("planted", "withheld", "recovered", "recall", "95 % interval"):
        table.add_column(name, justify="right")
    for row in data["leak"]["modality"]:
        recall, leaked = row["recall"], row["leak"]["hits"]
        table.add_row(
            {"typed": "keys", "field": "texts", "screen": "screenshots"}[row["key"][0]],
            f"{row['planted']:,}", f"{row['withheld']:,}",
            f"[red]{leaked:,}[/]" if leaked else "0", _share(recall, ends=False),
            f"{100 * recall['low']:.1f} - {100 * recall['high']:.1f} %",
        )  # fmt: skip
    console.print(table)
    worst = [row for row in data["leak"]["both"] if row["leak"]["hits"]]
    for row in sorted(worst, key=_worst)[:8]:
        entity, modality = row["key"]
        console.print(
            f"  {entity} ({modality}): {row['leak']['hits']} of {row['leak']['of']} recovered", highlight=False
        )
    for gate in data["gates"]:
        colour = "green" if gate["state"] == "passed" else "red"
        console.print(f"gate [{colour}]{gate['state']}[/]  {gate['text']}".replace("[leak", "\\[leak"), highlight=False)
    console.print(f"report: {out / 'index.html'}", soft_wrap=True, markup=False, highlight=False)


def _worst(row: Any) -> tuple[float, list[str]]:
    return -row["leak"]["share"], row["key"]


def _share(rate: Any, *, ends: bool = True) -> str:
    if rate["share"] is None:
        return "not measured"
    tail = f" (95 %: {100 * rate['low']:.1f} - {100 * rate['high']:.1f} %)" if ends else ""
    return f"{100 * rate['share']:.1f} %{tail}"


def _or_fail(make: Any, code: int) -> Any:
    try:
        return make()
    except BoundaryError as error:
        fail(error, code)
