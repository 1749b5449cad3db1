"""What several commands are given alike: a policy and the project key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boundary.ending import REFUSED, USAGE, fail
from boundary.state import project_key
from policies import load_policy
from recording.errors import BoundaryError

if TYPE_CHECKING:
    from boundary.plan import Plan

PolicyOption = Annotated[str, typer.Option("--policy", "-p", help="A policy file, or the name of a shipped policy.")]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="Project key: a file, env:NAME or keyring:SERVICE/NAME; by default in the state folder."
    ),
]
ApprovedOption = Annotated[
    Path | None, typer.Option("--approved", help="Run only what this log of reviews approves; or its folder.")
]


def key_of(file: Path | None) -> bytes:
    """The project key; ends the command where it cannot be had."""
    try:
        return project_key(file)
    except BoundaryError as error:
        fail(error, USAGE)


def built(name: str, key: bytes, approved: Path | None = None) -> Plan:
    """The policy, loaded, approved where that is asked for, and with every step built, before any data are read."""
    from boundary.approvals import require_approved
    from boundary.plan import build_plan

    try:
        loaded = load_policy(name)
        if approved is not None:
            require_approved(loaded, approved)
        return build_plan(loaded, key=key)
    except BoundaryError as error:
        fail(error, REFUSED)
