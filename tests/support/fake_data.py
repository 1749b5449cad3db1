"""Numbers that pass their check digits and belong to nobody, made at run time so that none stands in the source."""

from __future__ import annotations

import hashlib
import random
import string

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def digits(rng: random.Random, count: int) -> str:
    """Decimal digits."""
    return "".join(rng.choice(string.digits) for _ in range(count))


def letters(rng: random.Random, count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Characters of an alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(count))


def card(rng: random.Random, prefix: str = "4111", length: int = 16) -> str:
    """A payment card number: ISO/IEC 7812-1 check digit."""
    body = prefix + digits(rng, length - len(prefix) - 1)
    total = 0
    for index, char in enumerate(reversed(body)):
        value = int(char) * (1 if index % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def iban(rng: random.Random, country: str = "DE", length: int = 22) -> str:
    """An IBAN: ISO 13616, 98 minus the remainder by 97."""
    body = digits(rng, length - 4)
    number = int("".join(str(int(char, 36)) for char in f"{body}{country}00"))
    return f"{country}{98 - number % 97:02d}{body}"


def ssn(rng: random.Random) -> str:
    """An American social security number."""
    return f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def itin(rng: random.Random) -> str:
    """An American taxpayer's number."""
    return f"9{digits(rng, 2)}-{rng.randint(70, 88)}-{rng.randint(1000, 9999)}"


def nhs(rng: random.Random) -> str:
    """A number of the British health service: modulus 11."""
    while True:
        body = "9" + digits(rng, 8)
        check = -sum(int(char) * weight for char, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def dea(rng: random.Random) -> str:
    """A certificate number of the American drug agency: two letters, six digits and their check digit."""
    body = digits(rng, 6)
    odd, even = sum(map(int, body[::2])), sum(map(int, body[1::2]))
    return f"{rng.choice('ABFM')}{rng.choice(string.ascii_uppercase)}{body}{(odd + 2 * even) % 10}"


def bitcoin(rng: random.Random) -> str:
    """A Bitcoin address: base58 with a checksum."""
    payload = b"\0" + rng.randbytes(20)
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(whole), ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return "1" + out


def email(rng: random.Random) -> str:
    """An address in a reserved domain."""
    return f"{letters(rng, 6).lower()}.{letters(rng, 5).lower()}@{letters(rng, 6).lower()}.example.org"


def ip(rng: random.Random) -> str:
    """An address of the internet protocol, version 4 or 6."""
    if rng.random() < 0.3:
        return "2001:db8:" + ":".join(f"{rng.randint(1, 65535):x}" for _ in range(6))
    return ".".join(str(rng.randint(1, 254)) for _ in range(4))


def mac(rng: random.Random) -> str:
    """An address of a network adapter."""
    return ":".join(f"{rng.randint(1, 254):02X}" for _ in range(6))


def phone(rng: random.Random) -> str:
    """A number of a range that is kept for fiction."""
    return rng.choice(
        [
            f"({rng.randint(212, 215)}) 555-01{digits(rng, 2)}",
            f"+44 20 7946 0{digits(rng, 3)}",
            f"+49 30 23125 {digits(rng, 3)}",
            f"212-555-01{digits(rng, 2)}",
        ]
    )


def passport(rng: random.Random) -> str:
    """A letter and eight digits."""
    return rng.choice(string.ascii_uppercase) + digits(rng, 8)


def account(rng: random.Random) -> str:
    """Digits of a bank account."""
    return digits(rng, rng.randint(9, 15))


def license_number(rng: random.Random) -> str:
    """A driver's licence number."""
    return rng.choice(string.ascii_uppercase) + digits(rng, rng.randint(6, 8))
