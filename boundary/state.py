"""Where the toolkit keeps what must outlive a run and must never leave: the project key and the budget ledger."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from recording.errors import InputError

KEY_BYTES = 32


def state_folder() -> Path:
    """``$BOUNDARY_STATE``, or ``boundary`` in the user's state folder (XDG base directories)."""
    given = os.environ.get("BOUNDARY_STATE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "boundary"


def project_key(path: Path | None = None) -> bytes:
    """The key of all keyed hashes: from ``path``, else from the state folder, where it is made at first use.

    Raises:
        InputError: The file cannot be read or made, others may read it, or it is too short.
    """
    file = path or state_folder() / "project.key"
    try:
        if path is None and not file.exists():
            _make(file)
        if file.stat().st_mode & 0o077:
            raise InputError(
                "the project key can be read by others", code="key-exposed", place=str(file), hint=f"chmod 600 {file}"
            )
        key = file.read_bytes()
    except OSError:
        raise InputError(
            "the project key cannot be read", code="key-unreadable", place=str(file), hint="check path and permissions"
        ) from None
    if len(key) < KEY_BYTES:
        raise InputError(
            f"a project key has at least {KEY_BYTES} bytes",
            code="key-too-short",
            place=str(file),
            hint="make a new one",
        )
    return key


def shared_key(path: Path | None = None) -> bytes:
    """The key of `project_key`, and never a new one: machines that work together have the same.

    Raises:
        InputError: ``key-missing``: there is none; and as `project_key`.
    """
    file = path or state_folder() / "project.key"
    if not file.exists():
        hint = "copy the key of the machine that starts the work, with mode 600, or put it where all can read it"
        raise InputError("there is no project key on this machine", code="key-missing", place=str(file), hint=hint)
    return project_key(path)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written aside and linked into place, so that two first runs at once agree on one key.
    aside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(secrets.token_bytes(KEY_BYTES))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def ledger_path(given: str | None = None) -> Path | str:
    """The budget ledger: the path or URL given, else the file in the state folder."""
    return given or state_folder() / "ledger.db"
