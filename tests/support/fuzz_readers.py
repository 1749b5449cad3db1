"""Readers beside those of recordings, as functions of bytes: each is prepared once and then takes any input."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from fuzz_seeds import ROOT


def policy() -> Callable[[bytes], object]:
    """Policies, with what is remarked about them."""
    from policies import PolicySource, parse_policy
    from policies.lint import lint

    def take(data: bytes) -> None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return
        lint(parse_policy((PolicySource("fuzz.yaml", text),), folder=ROOT / "build" / "nothing-here"))

    return take


def picture() -> Callable[[bytes], object]:
    """Pictures, which are written again."""
    from image_redact.decode import clean, decode, encode

    def take(data: bytes) -> None:
        clean(data)
        pixels = decode(data, max_pixels=1_000_000)
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        encode(pixels, ".png")

    return take


def json_spans() -> Callable[[bytes], object]:
    """JSON texts, every leaf with its place."""
    from recording.json_spans import scan
    from recording.lines import check_text

    def take(data: bytes) -> None:
        check_text("x.json", data)
        last = 0
        for leaf in scan(data, file="x.json"):
            assert last <= leaf.start < leaf.end <= len(data)
            last = leaf.end

    return take


def detect() -> Callable[[bytes], object]:
    """Input of ``boundary detect``."""
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


def token_text() -> Callable[[bytes], object]:
    """Texts with encrypted values."""
    from text_redact.operators.encrypt import decrypt_text

    def take(data: bytes) -> None:
        decrypt_text(data.decode("utf-8", "surrogateescape"), bytes(32))

    return take


def register() -> Callable[[bytes], object]:
    """Consent registers."""
    from boundary.register import read_register

    return _through_file(".csv", read_register)


def table() -> Callable[[bytes], object]:
    """Parquet files and exports of ActivityWatch, counted."""
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


def ledger() -> Callable[[bytes], object]:
    """Budget ledgers, verified."""
    from dp.ledger import open_store, verify

    return _through_file(".db", lambda path: verify(open_store(path)))


def _through_file(suffix: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def take(data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="boundary-fuzz-") as folder:
            path = Path(folder) / f"x{suffix}"
            path.write_bytes(data)
            read(path)

    return take
