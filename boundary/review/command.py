"""``boundary review``: starts the page for one person."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from boundary.ending import USAGE, fail
from boundary.state import project_key, state_folder
from recording.errors import BoundaryError, InputError, MissingExtra


def review_command(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="The policy file to review.")],
    sample: Annotated[
        list[Path], typer.Option("--sample", "-s", help="Sample recordings, or folders of them; may be given again.")
    ],
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who acts: the name that the log will have.")],
    folder: Annotated[
        Path | None, typer.Option("--state", help="Folder of the log, which all reviewers share; by default yours.")
    ] = None,
    audit: Annotated[
        Path | None, typer.Option("--audit", help="What boundary audit wrote: its folder or JSON.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    ledger: Annotated[
        str | None, typer.Option("--ledger", metavar="PATH|URL", help="Budget ledger to forecast.")
    ] = None,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="Project key for keyed hashes.")] = None,
) -> None:
    """Open a page on this machine alone, to see what a policy does to samples, to edit it and to approve it.

    NAME is what you say it is: the page trusts the operating system about who may start it and read its folder.
    """
    from boundary.review.desk import opened_desk
    from boundary.review.security import Door

    console = Console(stderr=True, soft_wrap=True)
    try:
        _check_libraries()
        desk = opened_desk(
            policy, sample, who=who, folder=folder or state_folder() / "review", key=project_key(key_file),
            ledger=ledger, audit=audit,
        )  # fmt: skip
        listening = _listening(port)
    except BoundaryError as error:
        fail(error, USAGE)
    from boundary.review.app import serve

    door = Door(listening.getsockname()[1])
    console.print(f"Acting as {desk.who}; Ctrl-C ends. Open this address once, in a browser on this machine:")
    # On standard output alone, so that a script can read it.
    print(f"http://127.0.0.1:{door.port}/?token={door.token}", flush=True)  # noqa: T201  this is the output
    serve(desk, door, listening)


def _check_libraries() -> None:
    try:
        import jinja2
        import starlette
        import uvicorn
    except ImportError:
        hint = "pip install 'boundary-redaction[review]'"
        raise MissingExtra("the page needs libraries of its own", code="missing-extra", hint=hint) from None
    del jinja2, starlette, uvicorn


def _listening(port: int) -> socket.socket:
    """A socket on the loopback interface, and no other: there is no option to change that."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        made.listen(64)
    except OSError as error:
        made.close()
        message = f"the port cannot be used ({error.strerror})"
        raise InputError(message, code="port-taken", hint="choose another one, or 0") from None
    return made
