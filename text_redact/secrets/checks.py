"""Checksums and other proofs that a string is what it looks like. Each takes the string and says yes or no."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import resources

from text_redact.secrets.forms import ALPHABETS
from text_redact.secrets.randomness import entropy, looks_random

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRC_CHARS = 6
_PHRASE_LENGTHS = frozenset({12, 15, 18, 21, 24})
LANGUAGES = ("english", "spanish", "french", "italian", "portuguese")
"""Word lists of BIP-39 that are shipped."""


def crc32(value: str) -> bool:
    """GitHub's and npm's tokens: the last six characters are the CRC-32 of the random part in Base62."""
    body = value.partition("_")[2]
    return base62(binascii.crc32(body[:-_CRC_CHARS].encode())).rjust(_CRC_CHARS, "0") == body[-_CRC_CHARS:]


def base62(number: int) -> str:
    """A number in Base62, digits first, then upper case, then lower case."""
    out = ""
    while number:
        number, rest = divmod(number, 62)
        out = _BASE62[rest] + out
    return out


def base58(value: str) -> bool:
    """Base58Check (Bitcoin): the last four bytes are the start of a double SHA-256 of the others."""
    number = 0
    for char in value:
        at = ALPHABETS["58"].find(char)
        if at < 0:
            return False
        number = number * 58 + at
    data = number.to_bytes(max(5, (number.bit_length() + 7) // 8), "big")
    return hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()[:4] == data[-4:]


def jwt(value: str) -> bool:
    """RFC 7519: the first part is a JSON object in Base64."""
    head = value.split(".", 1)[0]
    try:
        return isinstance(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))), dict)
    except ValueError:
        return False


def basic(value: str) -> bool:
    """RFC 7617: Base64 of a name, a colon and a password."""
    try:
        plain = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
    return b":" in plain and all(byte > 31 for byte in plain)


def base32(value: str) -> bool:
    """A seed of one-time codes: RFC 4648 Base32 in groups, and no word."""
    plain = re.sub(r"[ =-]", "", value).upper()
    return len(plain) >= 16 and entropy(plain) > 2.5 and (any(map(str.isdecimal, plain)) or looks_random(plain))


def mixed(value: str) -> bool:
    """Groups of letters and digits that are not all letters: a licence key, no hyphenated words."""
    return any(map(str.isdecimal, value)) and len(set(value)) > 4


def unworded(value: str) -> bool:
    """Groups of four letters that are not all words: an application password."""
    from text_redact.words import is_ordinary

    parts = re.split(r"[ -]", value.lower())
    return sum(is_ordinary(part) for part in parts) < len(parts) - 1


@functools.cache
def wordlists() -> Mapping[str, Sequence[str]]:
    """The lists of BIP-39, 2048 words each in their order, lower case, as they are published (MIT licence)."""
    folder = resources.files("text_redact.secrets").joinpath("data")
    return {name: tuple(folder.joinpath(f"bip39_{name}.txt").read_text("utf-8").split()) for name in LANGUAGES}


def seed_phrase(words: Sequence[str], language: str) -> bool:
    """BIP-39: the last bits of the words' numbers are the start of the SHA-256 of the others."""
    if len(words) not in _PHRASE_LENGTHS:
        return False
    numbers = _numbers(language)
    bits = "".join(f"{numbers[word]:011b}" for word in words)
    size = len(words) * 11 * 32 // 33
    digest = hashlib.sha256(int(bits[:size], 2).to_bytes(size // 8, "big")).digest()
    return f"{digest[0]:08b}"[: len(bits) - size] == bits[size:]


@functools.cache
def _numbers(language: str) -> Mapping[str, int]:
    return {word: number for number, word in enumerate(wordlists()[language])}


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "crc32": crc32,
    "base58": base58,
    "jwt": jwt,
    "basic": basic,
    "base32": base32,
    "mixed": mixed,
    "unworded": unworded,
}
"""By the names that the data files use."""
