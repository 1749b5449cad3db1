"""What is fuzzed: everything that reads bytes somebody else wrote. Formats and stores are found by scanning.

A target takes any bytes. Nothing but a `BoundaryError` may come out of it.
"""

from __future__ import annotations

import importlib
import inspect
import io
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recording import SourceFile, parse_files
from recording.formats import FORMATS, Format
from recording.stores import STORES, Store

ROOT = Path(__file__).resolve().parents[2]
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
        Target("policy", _policy, lambda: [path.read_bytes() for path in sorted(ROOT.glob("policies/*.yaml"))]),
        Target("picture", _picture, _pictures),
        Target("json", _json, _documents),
        Target("detect", _detect, lambda: [b'{"id": 1, "text": "mail quentin@corp.example"}\n{}\n[]']),
        Target("tokens", _tokens, _some_tokens),
        Target("register", _register, lambda: [(ROOT / "samples/consent.csv").read_bytes()]),
        Target("table", _table, _tables),
        Target("ledger", _ledger, _databases),
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
    single = [bytes([number]) + document for number in range(min(3, len(names))) for document in _documents()]
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
    seeds = lambda: [*_databases(), *_tables(), *_documents()]  # noqa: E731  made when asked for
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


# --- everything else -------------------------------------------------------------------------------------------------


def _policy() -> Callable[[bytes], object]:
    from policies import PolicySource, parse_policy
    from policies.lint import lint

    def take(data: bytes) -> None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return
        lint(parse_policy((PolicySource("fuzz.yaml", text),), folder=ROOT / "build" / "nothing-here"))

    return take


def _picture() -> Callable[[bytes], object]:
    from image_redact.decode import clean, decode, encode

    def take(data: bytes) -> None:
        clean(data)
        pixels = decode(data, max_pixels=1_000_000)
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        encode(pixels, ".png")

    return take


def _json() -> Callable[[bytes], object]:
    from recording.json_spans import scan
    from recording.lines import check_text

    def take(data: bytes) -> None:
        check_text("x.json", data)
        last = 0
        for leaf in scan(data, file="x.json"):
            assert last <= leaf.start < leaf.end <= len(data)
            last = leaf.end

    return take


def _detect() -> Callable[[bytes], object]:
    from boundary.detect import detect_lines
    from boundary.plan import build_plan
    from policies import PolicySource, parse_policy

    text = "policy: 1\nname: fuzz\nfind: [{use: text.pii}, {use: text.secrets}]\nchange: {default: {use: mask}}\n"
    text = text.replace("{use: text.pii}", "{use: text.pii, entities: [EMAIL_ADDRESS, PHONE_NUMBER, URL, IBAN_CODE]}")
    plan = build_plan(parse_policy((PolicySource("fuzz.yaml", text),), folder=ROOT), key=bytes(32))

    def take(data: bytes) -> None:
        for line, _ in detect_lines(io.BytesIO(data), plan):
            assert json.loads(line).get("error") != "step-raised"

    return take


def _tokens() -> Callable[[bytes], object]:
    from text_redact.operators.encrypt import decrypt_text

    def take(data: bytes) -> None:
        decrypt_text(data.decode("utf-8", "surrogateescape"), bytes(32))

    return take


def _some_tokens() -> list[bytes]:
    from text_redact.operators.encrypt import Encrypt

    return [b"%s and more" % Encrypt(bytes(32))("PERSON", "Quentin" * times).encode() for times in (1, 40)]


def _register() -> Callable[[bytes], object]:
    from boundary.register import read_register

    return _through_file(".csv", lambda path: read_register(path))


def _table() -> Callable[[bytes], object]:
    from boundary.data import find_data
    from boundary.plan import build_plan
    from boundary.tables import table_tallies
    from policies import load_policy

    known = {kind: load_policy(ROOT / "samples/statistics" / f"{kind}.yaml") for kind in ("parquet", "activitywatch")}
    plans = {kind: build_plan(policy, key=bytes(32)) for kind, policy in known.items()}

    def take(path: Path) -> None:
        for found, kind in find_data(path):
            if kind != "recording":
                table_tallies(found, kind, plans[kind])

    return _through_file(".parquet", take)


def _ledger() -> Callable[[bytes], object]:
    from dp.ledger import open_store, verify

    return _through_file(".db", lambda path: verify(open_store(path)))


def _through_file(suffix: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def take(data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="boundary-fuzz-") as folder:
            path = Path(folder) / f"x{suffix}"
            path.write_bytes(data)
            read(path)

    return take


# --- seeds -----------------------------------------------------------------------------------------------------------


def _documents() -> list[bytes]:
    found = [
        path.read_bytes()[:2000].rpartition(b"\n")[0] for path in sorted((ROOT / "samples/office").glob("*.jsonl"))
    ]
    values: Sequence[Mapping[str, Any] | Sequence[Any]] = (
        [{"event_type": "down", "scan_code": 30, "name": "a", "time": 1.5, "device": None, "modifiers": [], "is_keypad": False}],
        [{"type": 3, "data": {"source": 5, "id": 7, "text": "quentin", "isChecked": False}, "timestamp": 1700000000000}],
        {"buckets": {"aw-watcher-window_h": {"id": "b", "type": "currentwindow", "client": "aw", "hostname": "h", "events": [
            {"timestamp": "2024-01-01T00:00:00+00:00", "duration": 1.5, "data": {"app": "Mail", "title": "quentin"}}]}}},
        {"step_num": 1, "action": "pyautogui.write('quentin')", "screenshot_file": "step_1.png", "reward": 0, "done": False},
    )  # fmt: skip
    found += [json.dumps(value).encode() for value in values]
    found.append(b"INFO:root:Key pressed: a\n2024-01-01 00:00:00,123: 'b'\nMouse position: (10, 20)\nKey.shift\n")
    return [data for data in found if data]


def _pictures() -> list[bytes]:
    import cv2
    import numpy as np

    pixels = np.arange(24 * 20 * 3, dtype=np.uint8).reshape(24, 20, 3)
    kinds = (".png", ".jpg", ".webp", ".bmp", ".tiff", ".gif")
    found = []
    for kind in kinds:
        try:
            done, data = cv2.imencode(kind, pixels)
        except cv2.error:  # this build does not write it
            continue
        found += [data.tobytes()] if done else []
    return found


def _tables() -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"user_id": ["a", "b"], "time": [1.0, 2.0], "kind": ["key", "move"], "text": ["x", None]})
    found = []
    for compression in ("none", "snappy", "gzip", "zstd"):
        sink = io.BytesIO()
        pq.write_table(table, sink, compression=compression)
        found.append(sink.getvalue())
    export = (ROOT / "samples/statistics/desk-2.json").read_bytes()
    return [*found, export[:5000], b'{"buckets": {}}']


def _databases() -> list[bytes]:
    from charges import release

    from dp.ledger import open_ledger
    from dp.terms import Currency

    found = []
    with tempfile.TemporaryDirectory(prefix="boundary-fuzz-") as folder:
        plain = Path(folder) / "plain.db"
        with sqlite3.connect(plain) as connection:
            connection.execute("CREATE TABLE event(id INTEGER PRIMARY KEY, time REAL, text TEXT, picture BLOB)")
            connection.execute("INSERT INTO event VALUES (1, 2.5, 'quentin', x'89504e47')")
        connection.close()
        found.append(plain.read_bytes())
        ledger = Path(folder) / "ledger.db"
        release(open_ledger(ledger, scope="fuzz", total=1_000_000, currency=Currency.PURE), "1")
        found.append(ledger.read_bytes())
    return found
