"""Where the toolkit keeps what must outlive a run and must never leave: the project key and the budget ledger."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from policies.keyring import PREFIX, from_keyring
from recording.errors import InputError

KEY_BYTES = 32
VARIABLE = "env:"
RETIRED = "retired-keys"
"""Folder in the state folder: project keys that were replaced, by the mark that manifests bear."""


def state_folder() -> Path:
    """``$BOUNDARY_STATE``, or ``boundary`` in the user's state folder (XDG base directories)."""
    given = os.environ.get("BOUNDARY_STATE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "boundary"


def project_key(path: Path | None = None) -> bytes:
    """The key of all keyed hashes: from ``path``, else from the state folder, where it is made at first use.

    Args:
        path: A file, ``env:NAME`` or ``keyring:SERVICE/NAME``; the latter two hold 32 bytes in hexadecimal or base64.

    Raises:
        InputError: The key cannot be read or made, others may read its file, or it is too short.
        MissingExtra: keyring is not installed.
    """
    named = str(path or "")
    if named.startswith((VARIABLE, PREFIX)):
        from text_redact.operators.encrypt import key_from_environment, key_from_text

        if named.startswith(VARIABLE):
            return key_from_environment(named.removeprefix(VARIABLE))
        return key_from_text(from_keyring(named))
    file = path or state_folder() / "project.key"
    try:
        if path is None and not file.exists():
            make_key(file)
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
    if str(path or "").startswith((VARIABLE, PREFIX)):
        return project_key(path)
    file = path or state_folder() / "project.key"
    if not file.exists():
        hint = "copy the key of the machine that starts the work, with mode 600, or put it where all can read it"
        raise InputError("there is no project key on this machine", code="key-missing", place=str(file), hint=hint)
    return project_key(path)


def rotate_key() -> str:
    """Put a new project key in the place of the one in the state folder, which is kept for the marks made with it.

    Returns:
        The mark of the old key (`key_mark`).

    Raises:
        InputError: The old key cannot be read, or the folder cannot be written.
    """
    old = project_key()
    file, kept = state_folder() / "project.key", state_folder() / RETIRED
    try:
        kept.mkdir(mode=0o700, exist_ok=True)
        place = kept / f"{key_mark(old)}.key"
        if not place.exists():
            os.link(file, place)  # the old key is never nowhere
        fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        make_key(fresh)
        fresh.replace(file)
    except OSError as error:
        raise InputError(
            f"the state folder cannot be written ({error.strerror})", code="key-unreadable", place=str(kept),
            hint="check path and permissions",
        ) from None  # fmt: skip
    return key_mark(old)


def retired_keys() -> tuple[bytes, ...]:
    """The project keys that were replaced here.

    Raises:
        InputError: As `project_key`.
    """
    return tuple(project_key(file) for file in sorted((state_folder() / RETIRED).glob("*.key")))


def key_mark(key: bytes) -> str:
    """Says which key a manifest's marks are made with (HMAC-SHA-256, 16 hex digits)."""
    return hmac.new(key, b"which key", hashlib.sha256).hexdigest()[:16]


def make_key(file: Path) -> None:
    """Write a new key into a new file that only its owner may read; a file that is there stays as it is.

    Raises:
        OSError: The disk.
    """
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
