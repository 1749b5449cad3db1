"""``boundary release``: statistics of recordings, and nothing else of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boundary.aggregates import charged, check_prices, ledger_mark, ledger_of, release_aggregates, statistic_name
from boundary.counting import Count, Counted
from boundary.data import find_data
from boundary.folders import make_folder, refuse_inside, unwritable
from boundary.outcome import Withheld
from boundary.plan import Plan
from boundary.release_page import write_page
from boundary.runner import Progress
from boundary.versions import versions
from boundary.worker import Setup, Worker, ended
from boundary.writer import to_json, write_durably
from recording.errors import InputError


@dataclass(frozen=True, slots=True)
class Released:
    """What ``boundary release`` did.

    Attributes:
        answers: Released statistics by name.
        refused: Statistics that were withheld, and why.
        left_out: Recordings that count in none, and why; for the operator's eyes, not for the output.
    """

    answers: Mapping[str, Any]
    refused: Mapping[str, Withheld]
    left_out: Sequence[tuple[Path, Withheld]] = field(repr=False)


def forecasts(plan: Plan, ledger: str | Path | None) -> dict[str, Any]:
    """The forecast of every statistic; reads no data and charges nothing.

    Raises:
        BoundaryError: The policy has no statistic, its prices do not fit, or the ledger cannot be used.
    """
    require_statistics(plan)
    book = ledger_of(plan.policy, ledger)
    left = book.balance().left
    return {statistic_name(plan.policy, index): made.forecast(left=left) for index, made in enumerate(plan.aggregates)}


def release_statistics(
    sources: Sequence[Path], plan: Plan, out: Path, *, ledger: str | Path | None, progress: Progress | None = None
) -> Released:
    """Count recordings and tables, and release the policy's statistics into ``out``, a new or empty folder.

    ``out`` holds aggregates/ (JSON and Parquet), index.html, registry.yaml and manifest.json. How many recordings there
    were stands nowhere in it.

    Raises:
        InputError: There is no statistic, no source, or ``out`` holds something or cannot be written; a table cannot be
            counted. Nothing was charged.
    """
    require_statistics(plan)
    make_folder(out)
    counted, left_out = _count_all(_found(sources, out), plan, progress=progress)
    answers, refused = write_statistics(counted, plan, out, ledger=ledger)
    return Released(answers, refused, left_out)


def write_statistics(
    counted: Sequence[Counted], plan: Plan, out: Path, *, ledger: str | Path | None
) -> tuple[dict[str, Any], dict[str, Withheld]]:
    """Release the statistics of what was counted into ``out``, an empty folder, with page, registry and manifest.

    Returns:
        The answers by name, and why others were withheld.

    Raises:
        InputError: ``out`` cannot be written.
    """
    answers, refused = release_aggregates(counted, out, plan, ledger)
    try:
        files = write_page(out, plan, answers, refused, ledger)
        about = {
            "manifest": 1,
            "policy": {"name": plan.policy.name, "digest": plan.policy.digest},
            "steps": [use.spec.name for use in plan.policy.aggregates],
            "versions": versions(),
            "files": files,
            "ledger": ledger_mark(plan.policy, ledger),
            "aggregates": {
                name: {"file": f"aggregates/{name}.json", "ledger_head": getattr(answer, "ledger_head", "")}
                for name, answer in sorted(answers.items())
            },
            "aggregates_withheld": {name: verdict.code for name, verdict in sorted(refused.items())},
        }
        write_durably(out / "manifest.json", to_json(about))
    except OSError as error:
        raise unwritable(out, error) from None
    return answers, refused


def _found(sources: Sequence[Path], out: Path) -> list[Count]:
    refuse_inside(sources, out)
    # A link that somebody names is followed; one that lies in a batch is refused when it is opened.
    found = (item for one in sources for item in find_data(one.resolve() if one.is_symlink() else one))
    return [Count(path, kind) for path, kind in dict.fromkeys(found)]


def _count_all(
    jobs: Sequence[Count], plan: Plan, *, progress: Progress | None
) -> tuple[list[Counted], list[tuple[Path, Withheld]]]:
    """What each adds, and which recordings are left out and why; the latter is for the operator's eyes.

    Raises:
        InputError: A table cannot be counted: leaving it out would leave out many people for what one of them did.
    """
    policy = plan.policy
    counted: list[Counted] = []
    left_out: list[tuple[Path, Withheld]] = []
    with ended(Worker(Setup(policy.sources, policy.folder, plan.key), seconds=policy.limits.seconds)) as child:
        for number, job in enumerate(jobs, start=1):
            found = child.count(job)
            if isinstance(found, Counted):
                counted.append(found)
            elif job.kind == "recording":
                left_out.append((job.source, found))
            else:
                raise InputError(found.message, code=found.code, place=found.place or str(job.source), hint=found.hint)
            if progress:
                progress(number, len(jobs))
    return counted, left_out


def show_forecasts(found: Mapping[str, Any], console: Console) -> None:
    """One line a statistic, and what would do where it would be refused."""
    from dp.advice import summary

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, forecast in found.items():
        verdict = "[green]would be released[/]" if forecast.good else "[yellow]would be refused[/]"
        lines = [summary(forecast), *forecast.unmet]
        lines += [f"would do: {setting}: {value}" for setting, value in forecast.advice]
        table.add_row(escape(name), verdict, escape("\n".join(lines)))
    console.print(table)
    console.print("nothing was read, and nothing was charged")


def show_released(done: Released, out: Path, console: Console) -> None:
    """What left, what did not, and which recordings count in nothing."""
    for name, answer in done.answers.items():
        console.print(f"{escape(name)}: [green]released[/], {escape(charged(answer))}")
    for name, verdict in done.refused.items():
        console.print(
            f"{escape(name)}: [yellow]{escape(verdict.code)}[/] {escape(verdict.message)} ({escape(verdict.hint)})"
        )
    for path, verdict in done.left_out:
        console.print(f"{escape(str(path))}: left out, {escape(verdict.code)}", soft_wrap=True)
    console.print(f"page: [bold]{escape(str(out / 'index.html'))}[/]", soft_wrap=True)


def require_statistics(plan: Plan) -> None:
    """Refuse a policy without statistics, or with prices that its budget is not in.

    Raises:
        InputError: ``no-aggregates`` or ``budget-currency``.
    """
    if not plan.aggregates:
        raise InputError(
            "the policy has no statistics", code="no-aggregates", hint="list them under 'release.aggregates'"
        )
    check_prices(plan.policy)
