"""``boundary policy fmt`` and ``new``: commands that write policies."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from boundary.ending import FOUND, REFUSED, USAGE, fail
from boundary.policy_new import Base, Replace
from recording.errors import BoundaryError, InputError, PolicyError


def fmt_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Policy files.")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 where something would.")] = False,
) -> None:
    """Lay policies out as the shipped ones are: indentation, trailing space, blank lines. Comments and order stay."""
    from policies.edit import format_policy

    changed = False
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig")
            tidy = format_policy(text, str(file))
        except PolicyError as error:
            fail(error, REFUSED)
        except (OSError, UnicodeDecodeError):
            fail(InputError("the policy cannot be read", code="no-such-policy", place=str(file)), USAGE)
        if tidy != text:
            changed = True
            put(f"{'would lay out' if check else 'laid out'} {file}\n")
            if not check:
                save(file, tidy)
    raise typer.Exit(FOUND if check and changed else 0)


def new_command(
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("policy.yaml"),
    name: Annotated[str | None, typer.Option("--name", help="Name of the policy, lower case.")] = None,
    base: Annotated[Base | None, typer.Option("--base", help="The shipped policy that it builds on.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Metadata key that names the person.")] = None,
    consent: Annotated[str | None, typer.Option("--consent", help="CSV file of the consent register.")] = None,
    names_file: Annotated[str | None, typer.Option("--names", help="List file of names to hide.")] = None,
    allow_file: Annotated[str | None, typer.Option("--allow", help="List file of values that are no secret.")] = None,
    deny_apps: Annotated[list[str] | None, typer.Option("--deny-app", help="An application not to record.")] = None,
    replace: Annotated[Replace | None, typer.Option("--replace", help="What stands where a value was.")] = None,
    timing: Annotated[bool | None, typer.Option("--timing/--no-timing", help="Draw rhythm anew.")] = None,
    epsilon: Annotated[str | None, typer.Option("--epsilon", help="Budget for statistics.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: what is not given is as usual.")] = False,
) -> None:
    """Ask a few questions and write a commented policy that passes 'check', with the schema for editors beside it.

    Nothing is overwritten. Options answer questions beforehand.
    """
    from boundary.policy_new import create, questions

    given = {
        "name": name, "base": base, "person": person, "consent": consent, "names_file": names_file,
        "allow_file": allow_file, "deny_apps": tuple(deny_apps) if deny_apps else None, "replace": replace,
        "timing": timing, "epsilon": epsilon,
    }  # fmt: skip
    told = {key: value for key, value in given.items() if value is not None}
    try:
        answers = questions(told, ask=not yes)
        for line in create(answers, out):
            Console(soft_wrap=True).print(line, markup=False, highlight=False)
    except PolicyError as error:
        fail(error, REFUSED)
    except BoundaryError as error:
        fail(error, USAGE)


def put(text: str) -> None:
    """To standard output, as it is."""
    sys.stdout.write(text)


def save(file: Path, text: str) -> None:
    """Whole or not at all."""
    aside = file.with_name(f".{file.name}.new")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        fail(InputError(f"cannot be written ({error.strerror})", code="unwritable", place=str(file)), USAGE)
