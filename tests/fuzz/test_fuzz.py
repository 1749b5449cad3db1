"""Whatever bytes a reader is given: an answer or a reported error, in bounded time. Long runs: ``scripts/fuzz.py``."""

from __future__ import annotations

import random
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from fuzz_seeds import databases
from fuzz_targets import NEXT_FILE, Target, targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recording.errors import BoundaryError

TARGETS = targets()
FOUND = sorted((Path(__file__).parent / "found").glob("*.bin"))
HANG_S = 10
GROWTH_MB = 400
"""More than any one input may cost; models and caches are there before it counts."""
PIECES = (
    b"", b"\0", b"\xff\xfe", b'"', b"{", b"[", b"}", b",", b"-", b"1e999", b"9" * 5000, b"\\ud800", b"null", b"NaN",
    b"\n", b"\r\n", b"&a [*a, *a]", b"%YAML 1.1\n", b"!!python/object:os.system", NEXT_FILE, b"../../etc/passwd",
)  # fmt: skip
"""What readers stumble over."""
SLOW = {"detect"}
"""Targets whose models take seconds to load."""


@cache
def _prepared(name: str) -> tuple[Callable[[bytes], object], tuple[bytes, ...]]:
    return TARGETS[name].prepare(), tuple(TARGETS[name].seeds())


@contextmanager
def _limited() -> Iterator[None]:
    """At most `HANG_S` seconds: a signal ends what is written in Python and in most of C."""
    before = signal.signal(signal.SIGALRM, _late)
    signal.alarm(HANG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _late(*_: object) -> None:
    raise TimeoutError


def _changed(data: bytes, rng: random.Random) -> bytes:
    """A few of the changes that fuzzers make: bits, cuts, copies, odd pieces."""
    for _ in range(rng.randint(1, 4)):
        start, end = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
        new = rng.choice(
            (rng.choice(PIECES), rng.randbytes(rng.randint(1, 4)), data[start:end] * rng.randint(1, 3), b"")
        )
        end = rng.choice((start, min(len(data), start + len(new)), end))
        data = data[:start] + new + data[end:]
    return data


def _take(target: Target, data: bytes) -> None:
    take, _ = _prepared(target.name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(BoundaryError), _limited():
        take(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_MB * 1024


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in sorted(TARGETS)]
)
def test_whatever_is_read_ends_in_an_answer_or_a_reported_error(name: str) -> None:
    """No bytes make a reader raise anything but an error of ours, hang, or take memory without bound."""
    target = TARGETS[name]
    for seed in _prepared(name)[1]:
        _take(target, seed)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(st.randoms(use_true_random=False), st.integers(0, 1000), st.binary(max_size=60))
    def fuzz(rng: random.Random, which: int, raw: bytes) -> None:
        seeds = _prepared(name)[1]
        _take(target, raw)
        _take(target, _changed(seeds[which % len(seeds)], rng))

    fuzz()


def test_every_target_begins_with_something_that_is_read() -> None:
    """A fuzzer whose seeds are all refused at the door tests the door alone."""
    for name in sorted(TARGETS.keys() - SLOW):
        take, seeds = _prepared(name)
        assert any(_passes(take, seed) for seed in seeds), name


def _passes(take: Callable[[bytes], object], seed: bytes) -> bool:
    try:
        take(seed)
    except BoundaryError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "data"),
    [
        # Times that 64 bits of nanoseconds cannot hold: an OverflowError, twice.
        ("format-logger-lines", b"\x000001-01-01 00:00:00,000:INFO:Key pressed: a\n"),
        (
            "format-logger-lines",
            b"\x00[9.9e10] Key pressed: a\n99999999999.5 Key.shift\n9999-12-31 00:00:00,000 Key.shift\n",
        ),
        # A damaged schema that is no UTF-8: sqlite3 raised a UnicodeDecodeError while it told of it.
        ("ledger", databases()[0].replace(b"CREATE TABLE event", b"CREATE TA\xff\xb1\xf4 event")),
        ("pipeline", (Path(__file__).parent / "found" / "pipeline.return").read_bytes()),
    ],
    ids=["year", "number", "schema", "return"],
)
def test_what_was_found_stays_mended(name: str, data: bytes) -> None:
    """Inputs that once raised what nobody meant end in an answer or a reported error."""
    _take(TARGETS[name], data)


@pytest.mark.parametrize("file", FOUND, ids=[file.stem for file in FOUND])
def test_what_fuzzing_found_once_is_reported(file: Path) -> None:
    """Inputs that raised, or ended the process, are refused for good; named ``TARGET.WHAT.bin``."""
    take, _ = _prepared(file.name.split(".")[0])
    with pytest.raises(BoundaryError):
        take(file.read_bytes())
