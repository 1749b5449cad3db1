"""Many small recordings of the typing model, each with a value that must not leave, and a search for the values."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from recording.simulate import Focus, draw_typist, ducktrack_files, say, type_text

POLICY = """\
policy: 1
name: small-batch
find:
  - use: text.roles
  - use: text.list
    label: PERSON
    file: names.txt
link: {within: session}
change:
  default: {use: replace}
release: {names: neutral}
"""
"""Patterns alone: what is measured is the runner, not the finding."""
PEOPLE = 40
_PLACES = ("Inbox", "Ticket", "Order", "Contract")


@dataclass(frozen=True, slots=True)
class Batch:
    """A folder of recordings.

    Attributes:
        folder: Where they are.
        policy: A policy that hides the values.
        values: What must be in no output.
    """

    folder: Path
    policy: Path
    values: tuple[str, ...] = field(repr=False)


def make(parent: Path, count: int, *, seed: int, broken: int = 0) -> Batch:
    """Write ``count`` recordings and, among them, ``broken`` ones that cannot be read."""
    people = [value(seed, number) for number in range(PEOPLE)]
    names = [people[number % PEOPLE] for number in range(count)]
    folder = parent / "batch"
    every = count // broken if broken else 0
    for number, name in enumerate(names):
        rng = np.random.default_rng([seed, number])
        place = Focus("mail", f"{_PLACES[number % len(_PLACES)]} - {name}", "Body")
        stream = type_text([place, say(f"dear {name}, thank you, {name}")], draw_typist(rng), rng)
        home = folder / f"session-{number:05d}"
        home.mkdir(parents=True)
        for file, data in ducktrack_files(stream).items():
            (home / file).write_bytes(data)
        if every and number % every == every - 1:
            (home / "events.jsonl").write_bytes(b'{"action": "press"')
    (parent / "names.txt").write_text("".join(f"{name}\n" for name in people))
    policy = parent / "policy.yaml"
    policy.write_text(POLICY)
    return Batch(folder, policy, tuple(people))


class Search:
    """Looks for the values in every file of a folder, typed ones too; each file once as long as it does not change."""

    def __init__(self, batch: Batch) -> None:
        self._values = re.compile(b"|".join(re.escape(value.encode()) for value in batch.values))
        self._seen: set[tuple[str, int, int]] = set()
        self.files = 0

    def found(self, folder: Path) -> int:
        """How many files hold a value."""
        return sum(self._holds(path) for path in self._new(folder))

    def _new(self, folder: Path) -> list[Path]:
        out = []
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place) / name
                try:
                    about = path.stat()
                except OSError:
                    continue
                mark = str(path), about.st_mtime_ns, about.st_size
                if mark not in self._seen:
                    self._seen.add(mark)
                    out.append(path)
        return out

    def _holds(self, path: Path) -> bool:
        self.files += 1
        try:
            data = path.read_bytes()
        except OSError:
            return False
        return any(self._values.search(part) for part in (data, _typed(data)))


def _typed(data: bytes) -> bytes:
    keys = []
    for line in data.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # half a file
        if not isinstance(event, dict):
            continue  # a file of another kind
        name = str(event.get("name", ""))
        if event.get("action") == "press" and (len(name) == 1 or name == "space"):
            keys.append(" " if name == "space" else name)
    return "".join(keys).encode()


def value(seed: int, number: int) -> str:
    """A first and a last name that nobody has."""
    return f"{_word(Random(f'{seed}/{number}'))} {_word(Random(f'{seed}/{number}/'))}"


def _word(chance: Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4)).capitalize()
