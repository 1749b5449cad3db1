"""What is fuzzed: everything that reads bytes somebody else wrote. Formats and stores are found by scanning.

A target takes any bytes. Nothing but a `BoundaryError` may come out of it.
"""

from __future__ import annotations

import importlib
import inspect
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz_readers import detect, json_spans, ledger, picture, policy, register, table, token_text
from fuzz_seeds import ROOT, databases, documents, pictures, tables, tokens

from recording import SourceFile, parse_files
from recording.formats import FORMATS, Format
from recording.stores import STORES, Store

NEXT_FILE = b"\n\x00-- "
"""Separates the files of a made-up recording; the byte behind it chooses the name."""
POLICY = """\
policy: 1
name: fuzz
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS, CREDIT_CARD]}
  - {use: text.list, label: PERSON, values: [Quentin Abernathy]}
change:
  default: {use: mask}
  timing: {use: quantise, bin_ms: 100}
"""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that reads bytes.

    Attributes:
        prepare: Gives the function that takes the bytes; what is costly is done here, once.
        seeds: Inputs to start from, most of them valid.
        words: Texts that the reader looks for, for the fuzzer's dictionary.
    """

    name: str
    prepare: Callable[[], Callable[[bytes], object]]
    seeds: Callable[[], Sequence[bytes]]
    words: Callable[[], Sequence[str]] = tuple


def targets() -> dict[str, Target]:
    """Every target by name."""
    found = [
        *(_of_format(item) for item in FORMATS),
        *(_of_store(item) for item in STORES),
        Target("pipeline", _pipeline, lambda: [seed for item in FORMATS for seed in _recordings(item)][:40]),
        Target("policy", policy, lambda: [path.read_bytes() for path in sorted(ROOT.glob("policies/*.yaml"))]),
        Target("picture", picture, pictures),
        Target("json", json_spans, documents),
        Target("detect", detect, lambda: [b'{"id": 1, "text": "mail quentin@corp.example"}\n{}\n[]']),
        Target("tokens", token_text, tokens),
        Target("register", register, lambda: [(ROOT / "samples/consent.csv").read_bytes()]),
        Target("table", table, tables),
        Target("ledger", ledger, databases),
    ]
    return {target.name: target for target in found}


# --- recordings ------------------------------------------------------------------------------------------------------


def _words_of(module: str) -> list[str]:
    """Every short text constant of a reader and of its helpers: names of files and of members that it looks for."""
    package, _, _ = module.rpartition(".")
    words: set[str] = set()
    todo, seen = [module], set()
    while todo:
        name = todo.pop()
        seen.add(name)
        code = compile(inspect.getsource(importlib.import_module(name)), name, "exec")
        words.update(_constants(code))
        todo += [
            part.__name__
            for part in vars(importlib.import_module(name)).values()
            if inspect.ismodule(part) and part.__name__.startswith(package) and part.__name__ not in seen
        ]
        todo += [
            home
            for part in vars(importlib.import_module(name)).values()
            if (home := getattr(part, "__module__", None) or "").startswith(f"{package}._") and home not in seen
        ]
    return sorted(words)


def _constants(code: Any) -> Iterator[str]:
    for value in code.co_consts:
        if inspect.iscode(value):
            yield from _constants(value)
        for one in value if isinstance(value, tuple | frozenset) else (value,):
            if isinstance(one, str) and 0 < len(one) <= 40 and one.isprintable():
                yield one


def _names(item: Format) -> list[str]:
    """Names of files that the format claims by themselves, then others that it may look at."""
    words = _words_of(type(item).__module__)
    dotted = [f"x{word}" if word.startswith(".") else word for word in words if "." in word and " " not in word]
    dotted += [path.name for path in sorted((ROOT / "samples/office").glob("*.json*"))]
    dotted += ["x.jsonl", "x.json", "x.log", "x.txt", "x.png", "events.jsonl", "x.html"]
    names = dict.fromkeys(name for name in dotted if name.rsplit("/")[-1].isprintable())
    claimed = [name for name in names if item.claims({name: SourceFile(name, b"{}")})]
    return [*claimed, *(name for name in names if name not in claimed)][:64]


def _split(data: bytes, names: Sequence[str]) -> dict[str, SourceFile]:
    files = {}
    for number, part in enumerate(data.split(NEXT_FILE)):
        name = names[(part[0] if part else number) % len(names)]
        files[name] = SourceFile(name, part[1:])
    return files


def _recordings(item: Format) -> list[bytes]:
    names = _names(item)
    office = {path.name: path.read_bytes()[:3000].rpartition(b"\n")[0] for path in sorted(
        (ROOT / "samples/office").glob("*.json*"))}  # fmt: skip
    whole = NEXT_FILE.join(bytes([names.index(name)]) + data for name, data in office.items() if name in names)
    single = [bytes([number]) + document for number in range(min(3, len(names))) for document in documents()]
    return [whole, *single]


def _of_format(item: Format) -> Target:
    def prepare() -> Callable[[bytes], object]:
        names = _names(item)

        def take(data: bytes) -> None:
            files = _split(data, names)
            if not item.claims(files):
                return
            recording = item.parse("fuzz", files)
            times, written = item.times(recording)
            assert len(times) == len(written) == recording.events.num_rows
            for field in recording.fields:
                assert 0 <= field.start <= field.end
            events = recording.events
            for name, start, end in zip(*(events[c].to_pylist() for c in ("file", "start", "end")), strict=True):
                assert 0 <= start < end <= len(recording.files[name].read())

        return take

    module = type(item).__module__
    return Target(f"format-{item.name}", prepare, lambda: _recordings(item), lambda: _words_of(module))


def _of_store(item: Store) -> Target:
    def prepare() -> Callable[[bytes], object]:
        suffix = min(item.suffixes)

        def take(data: bytes) -> None:
            with tempfile.NamedTemporaryFile(suffix=suffix) as file:
                file.write(data)
                file.flush()
                for source in (
                    SourceFile(f"x{suffix}", data),
                    SourceFile(f"x{suffix}", None, Path(file.name)),
                ):
                    if item.claims(source):
                        parts = item.unpack(source, {}, max_bytes=2**20)
                        item.pack(source, {}, {name: part.read() for name, part in parts.items()})

        return take

    module = type(item).__module__
    seeds = lambda: [*databases(), *tables(), *documents()]  # noqa: E731  made when asked for
    return Target(f"store-{item.name}", prepare, seeds, lambda: _words_of(module))


def _pipeline() -> Callable[[bytes], object]:
    from boundary.outcome import Withheld
    from boundary.pipeline import process
    from boundary.plan import build_plan
    from policies import PolicySource, parse_policy

    plan = build_plan(parse_policy((PolicySource("fuzz.yaml", POLICY),), folder=ROOT), key=bytes(32))
    names = list(dict.fromkeys(name for item in FORMATS for name in _names(item)[:8]))

    def take(data: bytes) -> None:
        files = _split(data, names)
        verdict = process(lambda: parse_files("fuzz", files, max_bytes=2**20), plan)
        # Withheld is right; but not because something raised that nobody thought of.
        if isinstance(verdict, Withheld):
            assert verdict.code not in {"step-raised", "worker-failed"}, verdict.message
        else:
            assert not any(b"quentin abernathy" in data.lower() for data in verdict.files.values())

    return take
