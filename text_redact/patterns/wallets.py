"""Addresses of cryptocurrencies: those with a check sum are found by it, whatever the coin."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

_LABEL = "CRYPTO"
_BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BASE58_LENGTHS = frozenset({*range(26, 37), 51, 52, 111})
"""Addresses, private keys and extended keys."""
_PRE_SUM = b"SS58PRE"
_STELLAR = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def is_base58check(chars: str, alphabet: str = _BITCOIN) -> bool:
    """Whether the last four bytes are the sum of the others (Bitcoin's Base58Check: SHA-256 twice)."""
    raw = _base58(chars, alphabet)
    return raw is not None and len(raw) > 20 and _sha(_sha(raw[:-4]))[:4] == raw[-4:]


def is_bech32(chars: str) -> bool:
    """Check sum of BIP 173 (Bech32) or BIP 350 (Bech32m); all letters are of one case."""
    lower = chars.lower()
    name, _, data = lower.rpartition("1")
    if chars not in (lower, chars.upper()) or not name or len(data) < 12 or not set(data) <= set(_BECH32):
        return False
    expanded = [*(ord(c) >> 5 for c in name), 0, *(ord(c) & 31 for c in name), *map(_BECH32.index, data)]
    return _polymod(expanded) in (1, 0x2BC830A3)


def is_stellar(chars: str) -> bool:
    """Stellar's StrKey (SEP-23): Base32 with CRC-16/XMODEM, low byte first."""
    number = 0
    for char in chars:
        number = number << 5 | _STELLAR.index(char)
    raw = number.to_bytes(35, "big")
    crc = 0
    for byte in raw[:-2]:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc == int.from_bytes(raw[-2:], "little")


def is_substrate(chars: str) -> bool:
    """Polkadot's SS58: the first bytes of BLAKE2b-512 over a fixed prefix and the rest."""
    raw = _base58(chars, _BITCOIN)
    return raw is not None and hashlib.blake2b(_PRE_SUM + raw[:-2]).digest()[:2] == raw[-2:]


def _base58(chars: str, alphabet: str) -> bytes | None:
    number = 0
    for char in chars:
        digit = alphabet.find(char)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(chars) - len(chars.lstrip(alphabet[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for index, term in enumerate(_GENERATOR):
            check ^= term if top >> index & 1 else 0
    return check


_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{26,120}(?![A-Za-z0-9])")
_PLAIN = re.compile(
    r"(?<![A-Za-z0-9])0[xX][0-9a-fA-F]{40}(?![0-9a-zA-Z])|(?<![A-Za-z0-9])[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}(?![0-9A-Za-z])"
    r"|bitcoincash:[qpQP][02-9ac-hj-np-zAC-HJ-NP-Z]{41}"
)
_SAID = re.compile(
    r"(?:wallet|\bbtc\b|bitcoin|crypto|\beth\b|ethereum|\bsol\b|solana|phantom|\badresse?\b|\baddress\b|\bcoins?\b)"
    r"[^\w\n]{0,6}(?:(?:is|to|at|my|the|address|for|of)[^\w\n]{1,4}){0,4}"
    r"(?P<value>(?=\w{0,60}\d)(?=\w{0,60}[A-Z])(?=\w{0,60}[a-z])[1-9A-HJ-NP-Za-km-z]{32,48})(?![0-9A-Za-z])",
    re.IGNORECASE,
)


def _find(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _PLAIN.finditer(text, start, end):
        yield Hit(_LABEL, match.start(), match.end(), 0.9, "own:wallet-shape")
    for match in _WORD.finditer(text, start, end):
        if _checked(match.group()):
            yield Hit(_LABEL, match.start(), match.end(), 1.0, "own:wallet-sum")
    for match in _SAID.finditer(text, start, end):
        yield Hit(_LABEL, match.start("value"), match.end("value"), 0.6, "own:wallet-said")


def _checked(chars: str) -> bool:
    if is_bech32(chars):
        return True
    if len(chars) == 56 and chars[0] in "GMS" and set(chars) <= set(_STELLAR):
        return is_stellar(chars)
    if len(chars) in (47, 48):
        return is_substrate(chars)
    if len(chars) not in _BASE58_LENGTHS:
        return False
    return is_base58check(chars) or (chars[0] == "r" and is_base58check(chars, _RIPPLE))


RULES = (
    (
        _LABEL,
        Rule(
            "own:wallet",
            Needs(),
            (),
            r"[a-z0-9]{26}",
            re.compile("[A-Za-z0-9]{26}"),
            _find,
        ),
    ),
)
