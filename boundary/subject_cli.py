"""``boundary subject``: what the person who was recorded may ask for: to withdraw, to be told, to object.

Exit codes: 0 done and nothing left to do, 1 releases hold their records (or cannot be told), or the test fails,
2 usage, 3 a policy was refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from boundary.ending import FOUND, REFUSED, USAGE, fail
from boundary.register import today
from boundary.state import project_key, retired_keys, state_folder
from boundary.withdrawing import Withdrawal, withdraw
from policies import load_policy
from recording.errors import BoundaryError, InputError, PolicyError

if TYPE_CHECKING:
    from boundary.holdings import Holding


app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="For the person recorded: withdraw, be told, object."
)

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="The person as recordings and register name them.")
]
ReleasesOption = Annotated[
    list[Path] | None,
    typer.Option("--releases", metavar="DIR", help="A release, or a folder of releases; may be given again."),
]
PolicyOption = Annotated[str, typer.Option("--policy", "-p", help="A policy file, or the name of a shipped policy.")]
KeyOption = Annotated[
    Path | None, typer.Option("--key-file", help="The key that the releases were made with; else the state folder's.")
]
FormatOption = Annotated[Literal["text", "json"], typer.Option("--format", help="text, or json.")]


@app.command("withdraw", short_help="Take back a consent, and list the releases to delete from.")
def withdraw_command(
    person: PersonArgument,
    register: Annotated[Path, typer.Option("--register", help="The consent register (CSV) that policies name.")],
    releases: ReleasesOption = None,
    key_file: KeyOption = None,
    format_: FormatOption = "text",
) -> None:
    """Write a withdrawal into the register: from then on nothing new of the person leaves. Then list what left before.

    Releases are asked by their manifests, with the key that they were made with; nothing in them is changed.
    """
    from boundary.holdings import holdings

    try:
        done = withdraw(register, person, today())
        if format_ == "text":
            _say(done)
        found = holdings(releases, person, _key(key_file), older=retired_keys()) if releases else []
    except BoundaryError as error:
        fail(error, USAGE)
    if format_ == "json":
        print(json.dumps(_as_json(done, found), indent=2))  # noqa: T201  this is the output
    elif releases:
        _list(found)
    raise typer.Exit(FOUND if any(one.records or one.unknown or one.problem for one in found) else 0)


@app.command("report", short_help="Write a page that tells the person what became of their recordings.")
def report_command(
    person: PersonArgument,
    source: Annotated[Path, typer.Option("--source", help="A recording, or a folder of recordings.")],
    policy: PolicyOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write; it must not be there yet.")],
    releases: ReleasesOption = None,
    own: Annotated[
        bool,
        typer.Option(
            "--own", help="Also show what they typed: for their eyes only; the file is readable by you alone."
        ),
    ] = False,
    key_file: KeyOption = None,
) -> None:
    """Write one page in plain language: what was recorded, what left, what was hidden, under which policy.

    The page loads nothing and holds no script. Recordings of others are not looked into.
    """
    from boundary.subject_report import write_report

    try:
        told = write_report(person, source, load_policy(policy), releases or (), _key(key_file), out, own=own)
    except PolicyError as error:
        fail(error, REFUSED)
    except BoundaryError as error:
        fail(error, USAGE)
    console = Console(stderr=True, soft_wrap=True)
    console.print(f"page: {out}", markup=False, highlight=False)
    for problem in told:
        console.print(problem, markup=False, highlight=False)
    raise typer.Exit(FOUND if told else 0)


@app.command("feedback", short_help="Turn an objection into a test that a reviewer can add to the policy.")
def feedback_command(
    policy: PolicyOption,
    should_hide: Annotated[str | None, typer.Option("--should-hide", help="What should have been hidden.")] = None,
    need_not_hide: Annotated[str | None, typer.Option("--need-not-hide", help="What was hidden without need.")] = None,
    within: Annotated[str | None, typer.Option("--in", help="The words it stood in, itself among them.")] = None,
    keys: Annotated[bool, typer.Option("--keys", help="It was typed.")] = False,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Write it as it is: it is invented, or no value of anybody.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The proposal; by default a new file beside the policy.")
    ] = None,
) -> None:
    """Write a proposal beside the policy: a policy that extends it by one test. A reviewer runs and merges it.

    What is personal is replaced by something invented of the same shape, unless --as-is is given.
    """
    from boundary.feedback import propose

    try:
        made = propose(
            policy, should_hide=should_hide, need_not_hide=need_not_hide, within=within, keys=keys, as_is=as_is, out=out
        )
    except PolicyError as error:
        fail(error, REFUSED)
    except BoundaryError as error:
        fail(error, USAGE)
    console = Console(soft_wrap=True)
    console.print(f"proposal: {made.file}", markup=False, highlight=False)
    console.print(made.told, markup=False, highlight=False)
    console.print(f"see it fail or pass: boundary policy test {made.file}", markup=False, highlight=False)


def _key(file: Path | None) -> bytes:
    if file is None and not (state_folder() / "project.key").exists():
        hint = "give --key-file: without the key of a release nobody can tell whose its records are"
        raise InputError("there is no project key here", code="key-missing", hint=hint)
    return project_key(file)


def _say(done: Withdrawal) -> None:
    told = {
        "new": "withdrawn: from now on nothing new of this person leaves",
        "already": "already withdrawn: the register was left as it is",
        "added": "the register did not know this person: a line with the withdrawal was added",
    }
    Console(soft_wrap=True).print(told[done.what], highlight=False)


def _list(found: Sequence[Holding]) -> None:
    console = Console(soft_wrap=True)
    count, places = sum(len(one.records) for one in found), sum(bool(one.records) for one in found)
    if count:
        for one in found:
            for record in one.records:
                files = _many(len(record.digests), "file")
                console.print(f"{one.folder / 'recordings' / record.name}: {files}", markup=False, highlight=False)
        console.print(
            f"to delete, here and wherever these went: {_many(count, 'record')} in {_many(places, 'release')}"
        )
    else:
        console.print(f"no record of this person in {_many(len(found), 'release')} that could be asked")
    for one in found:
        if one.problem:
            console.print(f"{one.folder}: {one.problem}: look through it by hand", markup=False)
        if one.unknown:
            told = "do not say whose they are, or were marked with another key: look through them by hand"
            console.print(f"{one.folder}: {_many(one.unknown, 'record')} {told}", markup=False)
    counted = sum(bool(one.statistics) for one in found)
    if counted:
        told = "statistics, bounded and noised; who counts in them is written nowhere, so they stay"
        console.print(f"{_many(counted, 'release')} with {told}")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _as_json(done: Withdrawal, found: Sequence[Holding]) -> dict[str, object]:
    return {
        "withdrawal": done.what,
        "releases": [
            {
                "folder": str(one.folder),
                "policy": {"name": one.policy[0], "digest": one.policy[1]},
                "records": [{"name": record.name, "files": dict(record.digests)} for record in one.records],
                "unknown": one.unknown,
                "statistics": list(one.statistics),
                "problem": one.problem,
            }
            for one in found
        ],
    }
