"""Generated sessions of typing with values of every kind in them, and what of a value is left in an output."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from recording.keys import read_key
from recording.simulate import Action, Enter, Focus, Say, Sensitive, Setup, Stream, draw_typist, say, type_text
from recording.simulate.session import WAYS, draw_script, draw_setup
from recording.simulate.values import Labelled, texts

SECURE, CRYPTO = "password, secure field", "crypto address"
RUN = 4
"""So many characters of a value in a row are taken for a piece of it."""
_CRYPTO_FRAMES = ("send it to {}", "wallet {} as before", "my bitcoin address is {}")
_ACCENTED = (
    "le café est fermé, à bientôt chez Zoë",
    "señora Ibáñez llegará mañana a las ocho",
    "it's \"naïve\" to say 'no', isn't it?",
    "Grüße an René und Chloé aus der Straße",
    "São João não é ali, é lá em cima",
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Played:
    """A session that was typed. ``meant`` holds, for each value, the text it was meant to stand in."""

    stream: Stream
    setup: Setup
    way: str
    meant: Mapping[Sensitive, str] = field(repr=False)


def play(
    count: int, *, seed: int, ways: Sequence[str] = tuple(WAYS), blind: bool = True, contested: bool = False
) -> Iterator[Played]:
    """``count`` sessions of four texts and one sign-in; each session has one of ``ways``, in turn."""
    rng = np.random.default_rng(seed)
    source = _endless(seed)
    for number in range(count):
        labelled = [next(source) for _ in range(4)]
        setup = draw_setup(rng, blind=blind, contested=contested)
        way = ways[number % len(ways)]
        marks = [
            Sensitive(item.kind, item.text[item.start : item.end], 4 * number + index)
            for index, item in enumerate(labelled)
        ]
        secret = Sensitive(SECURE, _password(Random(f"{seed}/{number}")))
        said = [_say(item, mark) for item, mark in zip(labelled, marks, strict=True)]
        script = [*draw_script(said, rng, ways=[way]), *_sign_in(secret)]
        stream = type_text(script, draw_typist(rng), rng, setup=setup)
        meant = {mark: item.text for mark, item in zip(marks, labelled, strict=True)}
        yield Played(stream, setup, way, {**meant, secret: secret.value})


def accented(count: int, *, seed: int, composed: bool) -> Iterator[Played]:
    """Sentences with accents on keyboards that make them with dead keys; see `Setup` for ``composed``."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        setup = Setup(layout=("us-intl", "fr", "de")[number % 3], composed=composed, blind=False)
        text = _ACCENTED[int(rng.integers(len(_ACCENTED)))]
        script: list[Action] = [Focus("notes", "Untitled", "Body"), say(text)]
        yield Played(type_text(script, draw_typist(rng), rng, setup=setup), setup, "straight", {})


def _endless(seed: int) -> Iterator[Labelled]:
    random = Random(seed)
    number = 0
    while True:
        batch = [item for item in texts(8, seed=seed * 1000 + number) if item.start < item.end]
        batch += [_crypto(random) for _ in range(8)]
        random.shuffle(batch)
        yield from batch
        number += 1


def _say(item: Labelled, mark: Sensitive) -> Say:
    return say(item.text[: item.start], mark, item.text[item.end :])


def _sign_in(secret: Sensitive) -> list[Action]:
    return [
        Focus("browser", "Sign in - Browser", "User name"),
        say("quill"),
        Focus("browser", "Sign in - Browser", "Password", secure=True, how="tab"),
        say(secret),
        Enter(),
    ]


def _password(random: Random) -> str:
    return "".join(random.choice("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%*") for _ in range(12))


def _crypto(random: Random) -> Labelled:
    """A Bitcoin address of version 0: base 58 with four bytes of a double SHA-256 (Bitcoin wiki, Base58Check)."""
    body = bytes([0, *(random.randrange(256) for _ in range(20))])
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, value = int.from_bytes(body, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        value = _BASE58[rest] + value
    value = "1" * (len(body) - len(body.lstrip(b"\0"))) + value
    before, _, after = random.choice(_CRYPTO_FRAMES).partition("{}")
    return Labelled(f"{before}{value}{after}", len(before), len(before) + len(value), CRYPTO)


# What is left --------------------------------------------------------------------------------------------------------


def surviving(before: bytes, after: bytes) -> frozenset[int]:
    """Numbers of the lines of ``before`` that ``after`` still has, byte for byte; each has a number of its own."""
    kept = set(after.splitlines())
    return frozenset(number for number, line in enumerate(before.splitlines()) if line in kept)


def typed_texts(data: bytes) -> list[str]:
    """What an attacker reads in ``events.jsonl``.

    Every press in order, the text that a plain replay leaves, and each run of characters that it erases.
    """
    raw: list[str] = []
    line: list[str] = []
    erased: list[str] = []
    gone: list[str] = []
    for record in map(json.loads, data.splitlines()):
        names = record.get("key_names") or [record.get("name")]
        if record["action"] not in {"press", "key", "type"}:
            continue
        for name in names:
            key, text = read_key(name) if name else ("unknown", None)
            if key == "backspace":
                gone = [line.pop(), *gone] if line else gone
                continue
            erased += ["".join(gone)] if gone else []
            gone = []
            char = text if text is not None else "\n" if key in {"enter", "tab"} else ""
            raw.append(char)
            line.append(char)
    return ["".join(raw), "".join(line), *erased, "".join(gone)]


def plain(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def pieces(value: str) -> list[str]:
    """Every run of `RUN` letters and digits of a value."""
    body = plain(value)
    return [body[at : at + RUN] for at in range(len(body) - RUN + 1)]


def runs_in(values: Iterable[str], seen: Sequence[str]) -> Counter[str]:
    """How many runs of the values occur in the texts, ``hits`` of ``all``."""
    together = "\0".join(plain(text) for text in seen)
    found: Counter[str] = Counter()
    for value in values:
        for piece in pieces(value):
            found["all"] += 1
            found["hits"] += piece in together
    return found
