"""Keys out of the keyring of the machine (extra ``keyring``): ``keyring:SERVICE/NAME``."""

from __future__ import annotations

from recording.errors import InputError, not_installed

PREFIX = "keyring:"


def from_keyring(place: str) -> str:
    """What the keyring holds under ``SERVICE/NAME``: 64 hexadecimal digits or base64 text, as for variables.

    Raises:
        InputError: ``keyring-name``, ``keyring-locked``, or ``keyring-empty`` where nothing stands under that name.
        MissingExtra: keyring is not installed.
    """
    service, slash, name = place.removeprefix(PREFIX).partition("/")
    if not (service and slash and name):
        raise InputError("a key in a keyring has two names", code="keyring-name", hint="write keyring:SERVICE/NAME")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise not_installed("keyring", "keyring") from None
    try:
        found = keyring.get_password(service, name)
    except (KeyringError, RuntimeError, OSError) as error:
        raise InputError(
            f"the keyring does not open ({type(error).__name__})", code="keyring-locked",
            hint="unlock it, or take the key from a file or a variable",
        ) from None  # fmt: skip
    if not found:
        raise InputError("nothing stands in the keyring under this name", code="keyring-empty", hint="keyring set")
    return str(found)
