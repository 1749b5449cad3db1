"""Texts without names: program text, shell sessions, logs, screens of programs, plain prose."""

from __future__ import annotations

import functools
import random
import re
import uuid
from collections.abc import Callable, Iterator, Mapping

from synthesis import lists
from synthesis.grammar import Slot, parse, write
from synthesis.values import FILLERS

KINDS = {"code": 30, "shell": 15, "logs": 17, "screen": 22, "prose": 8, "chat": 8}
_NAMES = "ident|Class|CONST|mod|word|Word|Menu|num|hex|uuid|ip|path|str|ver|url|key|Key|date|time|money|month"
_SLOT = re.compile(r"\{(" + _NAMES + r")\}")
_FOLDERS = ("src", "lib", "usr", "etc", "opt", "var", "home/user", "app", "tests", "docs", "node_modules", "internal")
_SUFFIXES = ("py", "js", "ts", "go", "rs", "java", "c", "h", "cpp", "rb", "md", "txt", "yaml", "json", "log", "sh")


@functools.cache
def blocks(kind: str, *, held_out: bool) -> tuple[str, ...]:
    """The text blocks of one kind, one share of them."""
    return lists.share((b.strip("\n") for b in lists.read(f"negatives/{kind}.txt").split("\n%%\n")), held_out=held_out)


@functools.cache
def _words() -> Mapping[str, tuple[str, ...]]:
    return lists.sections("negatives/words.txt", ",")


def _ident(rng: random.Random) -> str:
    words = _words()["ident"]
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(words)
    other = rng.choice(words)
    return f"{rng.choice(words)}_{other}" if kind < 0.85 else rng.choice(words) + other[0].upper() + other[1:]


def _class(rng: random.Random) -> str:
    words = _words()["Class"]
    return rng.choice(words) + (rng.choice(words) if rng.random() < 0.4 else "")


def _path(rng: random.Random) -> str:
    parts = [rng.choice(_FOLDERS)] + [_words()["mod"][rng.randrange(40)] for _ in range(rng.randint(0, 2))]
    return f"{rng.choice(('/', './', '', '~/'))}{'/'.join(parts)}/{_ident(rng)}.{rng.choice(_SUFFIXES)}"


def _string(rng: random.Random) -> str:
    quote = rng.choice("\"'")
    return f"{quote}{' '.join(rng.choices(_words()['word'], k=rng.randint(1, 4)))}{quote}"


def _listed(kind: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(_words()[kind])


_MAKERS: Mapping[str, Callable[[random.Random], str]] = {
    **{kind: FILLERS[kind] for kind in ("hex", "ip", "url", "date", "time", "money", "month")},
    **{kind: _listed(kind) for kind in ("mod", "word", "Word", "Menu")},
    "ident": _ident,
    "Class": _class,
    "CONST": lambda rng: _ident(rng).upper(),
    "num": lambda rng: str(rng.randint(0, rng.choice((9, 9, 31, 64, 300, 65535)))),
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128))),
    "path": _path,
    "str": _string,
    "ver": lambda rng: f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 12)}",
    "key": lambda rng: rng.choice("abcdefghijklmnopqrstuvwxyz"),
    "Key": lambda rng: rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
}


def texts(count: int, seed: int, *, held_out: bool) -> Iterator[str]:
    """``count`` texts of one to three blocks each, cut to a few lines."""
    rng = random.Random(f"negatives {seed} {held_out}")
    kinds, weights = tuple(KINDS), tuple(KINDS.values())
    prose = lists.share(_words()["prose"], held_out=held_out)
    chat = tuple(
        parse(line)
        for line in lists.share(lists.read("templates/none.txt").splitlines(), held_out=held_out)
        if line and not line.startswith("# ")
    )

    def filled(match: re.Match[str]) -> str:
        return _MAKERS[match.group(1)](rng)

    made = 0
    while made < count:
        kind = rng.choices(kinds, weights)[0]
        if kind == "chat":
            pieces: list[tuple[str, str]] = []
            for at in range(rng.randint(1, 3)):
                if at:
                    pieces.append((rng.choice((". ", "\n", " ")), ""))
                write(rng.choice(chat), rng, _no_entity, pieces)
            text = "".join(piece for piece, _ in pieces)
        elif kind == "prose":
            chosen = rng.choices(prose, k=rng.randint(1, 5))
            text = ". ".join(s[0].upper() + s[1:] for s in chosen) + "." if rng.random() < 0.6 else ", ".join(chosen)
        else:
            lines: list[str] = []
            for _ in range(rng.choice((1, 1, 2))):
                block = rng.choice(blocks(kind, held_out=held_out)).split("\n")
                start = rng.randrange(len(block)) if rng.random() < 0.5 else 0
                lines += block[start : start + rng.randint(1, 9)]
            if kind in {"screen", "logs"} and rng.random() < 0.3:
                rng.shuffle(lines)
            text = (" " if kind == "screen" and rng.random() < 0.2 else "\n").join(lines)
            text = _SLOT.sub(filled, text)
        text = text.strip()[:600].rstrip()
        if text:
            made += 1
            yield text


def _no_entity(slot: Slot) -> tuple[str, str]:
    raise ValueError(f"a template without names asks for {slot.kind}")
