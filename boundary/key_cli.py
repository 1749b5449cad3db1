"""``boundary key``: make a project key, tell which one it is, and replace it.

Exit codes: 0 done, 2 usage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundary.ending import USAGE, fail
from boundary.state import key_mark, make_key, project_key, retired_keys, rotate_key
from recording.errors import BoundaryError, InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make, name and replace project keys.")


@app.command("new", short_help="Write a new key into a new file.")
def new_command(file: Annotated[Path, typer.Argument(metavar="FILE", help="It must not be there yet.")]) -> None:
    """Write 32 random bytes into FILE, which only its owner may read, and print the mark of the key."""
    try:
        if file.exists():
            raise InputError("the file is there already", code="exists", place=str(file), hint="choose another name")
        make_key(file)
        _say(key_mark(project_key(file)))
    except BoundaryError as error:
        fail(error, USAGE)
    except OSError as error:
        fail(InputError(f"cannot be written ({error.strerror})", code="unwritable", place=str(file)), USAGE)


@app.command("which", short_help="Print the mark of a key, as manifests bear it.")
def which_command(
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="A file, env:NAME or keyring:SERVICE/NAME; else the state folder.")
    ] = None,
) -> None:
    """Print the mark of the key; then, for the key of the state folder, those of the keys that it replaced."""
    try:
        _say(key_mark(project_key(key_file)))
        for old in retired_keys() if key_file is None else ():
            _say(f"{key_mark(old)} retired")
    except BoundaryError as error:
        fail(error, USAGE)


@app.command("rotate", short_help="Replace the key of the state folder; the old one is kept for old releases.")
def rotate_command() -> None:
    """Make a new project key. Stand-ins and marks of later runs have nothing in common with those before.

    The old key moves to retired-keys/ in the state folder, where 'boundary subject' finds it for releases it marked.
    """
    try:
        old = rotate_key()
        _say(f"{key_mark(project_key())} replaces {old}")
    except BoundaryError as error:
        fail(error, USAGE)


def _say(text: str) -> None:
    print(text)  # noqa: T201  this is the output
