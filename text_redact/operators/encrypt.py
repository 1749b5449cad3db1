"""Encryption that the authorised can undo: AES-256-GCM (NIST SP 800-38D), padded so that the length does not show.

A token is ``LABEL.`` and the base64url text of nonce (12 bytes, random), ciphertext and tag (16 bytes). The plain text
is the value in UTF-8 behind its length (4 bytes) and padded with zeros to the smallest of `BLOCKS`. The label is
associated data: a token under another label does not decrypt.

presidio-anonymizer's ``encrypt`` is AES-CBC, which has no tag and shows the length.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.keyring import from_keyring
from recording.errors import InputError
from text_redact.operators.common import label_text

KEY_BYTES = 32
BLOCKS = (260, 1028, 4100, 16388)
"""Sizes of the padded plain text in bytes. The first holds 64 characters of any script, and all but odd values; a token
says which block its value needed, and no more. Each makes base64url come out without padding."""

_NONCE, _TAG, _LENGTH = 12, 16, 4
_CHARS = "|".join(f"[A-Za-z0-9_-]{{{(block + _NONCE + _TAG) * 4 // 3}}}" for block in reversed(BLOCKS))
_TOKEN = re.compile(rf"(?<![A-Z0-9_])(?P<label>[A-Z][A-Z0-9_]{{0,63}})\.(?P<body>{_CHARS})(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class Encrypt:
    """Puts a token in the place of a value; `decrypt` undoes it. A value beyond all blocks gets its label."""

    key: bytes = field(repr=False)

    def __call__(self, label: str, value: str) -> str:
        """The token; another one each time."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        data = value.encode("utf-8", "surrogatepass")
        block = next((size for size in BLOCKS if len(data) + _LENGTH <= size), None)
        if block is None:
            return label_text(label)
        padded = (len(data).to_bytes(_LENGTH, "big") + data).ljust(block, b"\0")
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(self.key).encrypt(nonce, padded, _about(label))
        return f"{label}.{base64.urlsafe_b64encode(sealed).decode('ascii')}"


def decrypt(token: str, key: bytes) -> str:
    """The value behind a token.

    Raises:
        InputError: ``token-invalid`` where it is no token, was changed, has another label or another key.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    label, _, body = token.strip().partition(".")
    try:
        sealed = base64.urlsafe_b64decode(body.encode("ascii"))
        padded = AESGCM(check_key(key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _about(label))
        size = int.from_bytes(padded[:_LENGTH], "big")
        return padded[_LENGTH : _LENGTH + size].decode("utf-8", "surrogatepass")
    except (InvalidTag, ValueError, binascii.Error):
        raise InputError(
            "this is no token of this key", code="token-invalid", hint="the token was changed, or the key is another"
        ) from None


def decrypt_text(text: str, key: bytes) -> str:
    """The text with every token in it decrypted.

    Raises:
        InputError: ``token-invalid`` where one of them cannot be.
    """
    return _TOKEN.sub(lambda match: decrypt(match.group(), key), text)


def _about(label: str) -> bytes:
    return b"boundary/encrypt/1\0" + label.encode("utf-8", "surrogatepass")


def check_key(key: bytes) -> bytes:
    """The key, if it has the right size.

    Raises:
        InputError: ``encrypt-key-size``.
    """
    if len(key) != KEY_BYTES:
        raise InputError(
            f"a key has {KEY_BYTES} bytes", code="encrypt-key-size",
            hint="make one with: openssl rand -hex 32 > FILE; chmod 600 FILE",
        )  # fmt: skip
    return key


def key_from_file(path: Path) -> bytes:
    """The key in a file: 32 bytes, or the same as 64 hexadecimal digits or as base64 text.

    Raises:
        InputError: ``encrypt-key-missing``, ``key-exposed`` where others may read it, ``encrypt-key-size``.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise InputError(
                "the key can be read by others", code="key-exposed", place=path.name, hint="chmod 600 the file"
            )
        data = path.read_bytes()
    except OSError:
        raise InputError(
            "the key file cannot be read",
            code="encrypt-key-missing",
            place=path.name,
            hint="check path and permissions",
        ) from None
    # 32 random bytes are hardly ever all letters; 32 letters are a passphrase, or half a key in hexadecimal digits.
    if len(data) == KEY_BYTES and not data.decode("latin-1").isprintable():
        return data
    return key_from_text(data.decode("ascii", "replace"))


def key_from_environment(name: str, environment: Mapping[str, str] | None = None) -> bytes:
    """The key in a variable, as 64 hexadecimal digits or as base64 text.

    Raises:
        InputError: ``encrypt-key-missing`` or ``encrypt-key-size``.
    """
    text = (os.environ if environment is None else environment).get(name)
    if not text:
        raise InputError(
            "the key variable is not set", code="encrypt-key-missing", place=name, hint="export it before the run"
        )
    return key_from_text(text)


def the_key(*, file: Path | None, variable: str | None, ring: str | None) -> bytes:
    """The key from the one place that is given.

    Raises:
        InputError: As `key_from_file`, `key_from_environment` and `policies.keyring.from_keyring`.
        MissingExtra: keyring is not installed.
    """
    if file is not None:
        return key_from_file(file)
    return key_from_environment(variable) if variable is not None else key_from_text(from_keyring(str(ring)))


def key_from_text(text: str) -> bytes:
    """32 bytes written as 64 hexadecimal digits or as base64 text.

    Raises:
        InputError: ``encrypt-key-size``.
    """
    text = text.strip()
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        return check_key(base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True))
    except ValueError:
        return check_key(b"")
