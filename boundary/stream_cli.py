"""``boundary stream`` for pipes and ``boundary consume`` for brokers."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn
from urllib.parse import SplitResult, urlsplit

import typer
from rich.console import Console

from boundary.ending import FOUND, REFUSED, USAGE, fail
from boundary.live.hold import EVENTS, SECONDS, Hold
from boundary.state import project_key
from policies import Policy, load_policy
from recording.errors import BoundaryError, InputError

if TYPE_CHECKING:
    from boundary.live.flow import Figures, Flow
    from boundary.streams.consume import Tally
    from boundary.streams.kafka import Kafka
    from boundary.streams.nats import Nats

CHUNK = 1 << 16
CLOSED, TERMINATED = 141, 143
"""As shells number a reader that went away, and SIGTERM."""

PolicyOption = Annotated[str, typer.Option("--policy", "-p", help="A policy file, or the name of a shipped policy.")]
KeyOption = Annotated[
    Path | None, typer.Option("--key-file", help="Project key for keyed hashes; by default in the state folder.")
]
ApprovedOption = Annotated[
    Path | None, typer.Option("--approved", help="Run only what this log of reviews approves; or its folder.")
]
EventsOption = Annotated[int, typer.Option("--hold-events", help="Most events held back.")]
SecondsOption = Annotated[
    float, typer.Option("--hold-seconds", help="Longest that an event is held back while others come.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")]


def stream_command(
    policy: PolicyOption,
    hold_events: EventsOption = EVENTS,
    hold_seconds: SecondsOption = SECONDS,
    metadata: Annotated[
        Path | None, typer.Option("--metadata", help="The recording's metadata.json: who typed, and where.")
    ] = None,
    key_file: KeyOption = None,
    approved: ApprovedOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take the events of one recording from standard input to standard output while it is made, one JSON a line.

    What is held back when the command is ended by a signal does not leave.
    """
    from boundary.live.flow import Flow
    from boundary.plan import build_plan

    key = _key(key_file)
    try:
        flow = Flow(
            build_plan(_loaded(policy, approved), key=key),
            hold=_hold(hold_events, hold_seconds),
            metadata=None if metadata is None else _read(metadata),
            clock=time.monotonic_ns,
        )
    except BoundaryError as error:
        fail(error, REFUSED)
    signal.signal(signal.SIGTERM, _terminated)
    gc.freeze()  # what the policy was built of stays: it need not be gone through again and again
    out = sys.stdout.buffer
    try:
        for data in _cleared(flow):
            out.write(data)
            out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(CLOSED) from None
    if not quiet:
        _tell(flow.figures, Console(stderr=True, soft_wrap=True))
    raise typer.Exit(0 if flow.figures.complete else FOUND)


def _cleared(flow: Flow) -> Iterator[bytes]:
    from boundary.live.lines import Splitter

    split = Splitter()
    while chunk := os.read(sys.stdin.fileno(), CHUNK):
        try:
            lines = list(split(chunk))
        except InputError as error:
            yield from (line.data for line in flow.stop(error.code))
            continue
        yield from (line.data for line in flow.feed(lines))
    yield from (line.data for line in flow.feed(split.end()))
    yield from (line.data for line in flow.end())


def consume_command(
    broker: Annotated[
        str, typer.Argument(metavar="BROKER", help="nats://HOST:PORT, tls://HOST:PORT, kafka://HOST:PORT")
    ],
    policy: PolicyOption,
    source: Annotated[str, typer.Option("--from", help="Subject or topic of recordings, or of pieces of sessions.")],
    sink: Annotated[str, typer.Option("--to", help="Subject or topic for what may leave.")],
    dead: Annotated[str, typer.Option("--dead-letter", help="Subject or topic for reasons; they hold no content.")],
    group: Annotated[str, typer.Option("--group", help="Consumers of one group share the work.")] = "boundary",
    hold_events: EventsOption = EVENTS,
    hold_seconds: SecondsOption = SECONDS,
    limit: Annotated[int | None, typer.Option("--limit", help="End after so many messages.")] = None,
    idle: Annotated[float | None, typer.Option("--idle", help="End when nothing came for so many seconds.")] = None,
    patience: Annotated[
        float, typer.Option("--patience", help="Longest time, in seconds, to wait for a broker.")
    ] = 600,
    ack_wait: Annotated[
        int, typer.Option("--ack-wait", help="NATS: seconds until what a dead consumer held goes to another.", min=10)
    ] = 30,
    credentials: Annotated[Path | None, typer.Option("--credentials", help="NATS: file of user credentials.")] = None,
    tls_ca: Annotated[Path | None, typer.Option("--tls-ca", help="NATS: certificates of authorities.")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="NATS: the client's certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="NATS: its key.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Kafka: file of librdkafka's properties.")] = None,
    key_file: KeyOption = None,
    approved: ApprovedOption = None,
    quiet: QuietOption = False,
) -> None:
    """Consume recordings from a broker, take each through a policy, and produce what may leave.

    A message is settled once its release, or a dead letter with the reason, is stored at the broker.
    """
    from boundary.plan import build_plan
    from boundary.streams.consume import Consumer, Terms
    from boundary.streams.isolated import GRACE_S, Isolated, Setup
    from boundary.streams.kafka import Kafka, KafkaTerms
    from boundary.streams.nats import Nats, NatsTerms

    key = _key(key_file)
    hold = _hold(hold_events, hold_seconds)
    try:
        loaded = _loaded(policy, approved)
        build_plan(loaded, key=key)
    except BoundaryError as error:
        fail(error, REFUSED)
    there = _address(broker)
    connected: Nats | Kafka
    try:
        if there.scheme == "kafka":
            connected = Kafka(KafkaTerms(there.netloc, source, sink, dead, group, config))
        else:
            connected = Nats(
                NatsTerms(broker, source, sink, dead, group, credentials, tls_ca, tls_cert, tls_key, ack_wait)
            )
    except BoundaryError as error:
        fail(error, USAGE)
    stop = _Stop()
    isolated = Isolated(Setup.of(loaded, key, hold), seconds=loaded.limits.seconds + GRACE_S)
    consumer = Consumer(
        connected,
        connected,
        isolated,
        key=key,
        policy_digest=loaded.digest,
        terms=Terms(limit=limit, idle_s=idle, patience_s=patience),
        stopped=stop.asked,
    )
    try:
        tally = consumer.run()
    except BoundaryError as error:
        fail(error, FOUND)
    finally:
        isolated.close()
        connected.close()
    if not quiet:
        _tell_tally(tally, Console(stderr=True, soft_wrap=True))
    raise typer.Exit(FOUND if tally.withheld else 0)


class _Stop:
    """Whether a signal asked for the end; the message in work is still done, a second signal ends it at once."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.note)

    def note(self, number: int, _frame: FrameType | None) -> None:
        self.wanted = True
        signal.signal(number, signal.SIG_DFL)

    def asked(self) -> bool:
        return self.wanted


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(TERMINATED)  # what is held, and what waits in buffers, must not be flushed


def _hold(events: int, seconds: float) -> Hold:
    try:
        return Hold(events, seconds)
    except BoundaryError as error:
        fail(error, USAGE)


def _key(file: Path | None) -> bytes:
    try:
        return project_key(file)
    except BoundaryError as error:
        fail(error, USAGE)


def _loaded(name: str, approved: Path | None) -> Policy:
    from boundary.approvals import require_approved

    loaded = load_policy(name)
    if approved is not None:
        require_approved(loaded, approved)
    return loaded


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(InputError(f"cannot be read ({error.strerror})", code="unreadable", place=str(file)), USAGE)


def _address(broker: str) -> SplitResult:
    there = urlsplit(broker)
    bare = bool(there.hostname) and "@" not in there.netloc and not there.path.strip("/")
    if there.scheme not in {"nats", "tls", "kafka"} or not bare:
        hint = "nats://HOST:PORT, tls://HOST:PORT or kafka://HOST:PORT; credentials come from files or the environment"
        fail(InputError("this is no address of a broker", code="broker-address", hint=hint), USAGE)
    return there


def _tell(figures: Figures, console: Console) -> None:
    found = sum(figures.findings.values())
    console.print(
        f"{figures.events:,} events in, {figures.released:,} out; {found:,} places covered, "
        f"{figures.late:,} found late; at most {figures.held:,} events held",
        highlight=False,
    )
    for code, count in sorted(figures.withheld.items()):
        console.print(f"withheld: {count:,} events ({code})", highlight=False)


def _tell_tally(tally: Tally, console: Console) -> None:
    console.print(f"{tally.received:,} messages in, {tally.released:,} out", highlight=False)
    for code, count in sorted(tally.withheld.items()):
        console.print(f"dead letters: {count:,} ({code})", highlight=False)
