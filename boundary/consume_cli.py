"""``boundary consume``: recordings from a broker to a broker."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated
from urllib.parse import SplitResult, urlsplit

import typer
from rich.console import Console

from boundary.child import MEMORY_MB
from boundary.ending import FOUND, USAGE, fail
from boundary.given import ApprovedOption, KeyOption, PolicyOption, built, key_of
from boundary.live.hold import EVENTS, SECONDS
from boundary.operations import LogOption, MetricsOption, MetricsPortOption, Operations, TracesOption
from boundary.stream_cli import EventsOption, QuietOption, SecondsOption, hold_of
from recording.errors import BoundaryError, InputError

if TYPE_CHECKING:
    from boundary.streams.kafka import Kafka
    from boundary.streams.nats import Nats
    from boundary.streams.tally import Tally


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
    memory: Annotated[
        int, typer.Option("--memory", min=256, help="Most memory, in MiB; a message that needs more is a dead letter.")
    ] = MEMORY_MB,
    metrics: MetricsOption = None,
    metrics_port: MetricsPortOption = None,
    log: LogOption = "text",
    traces: TracesOption = False,
    quiet: QuietOption = False,
) -> None:
    """Consume recordings from a broker, take each through a policy, and produce what may leave.

    A message is settled once its release, or a dead letter with the reason, is stored at the broker.
    """
    from boundary.streams.consume import Consumer, Terms
    from boundary.streams.isolated import Isolated
    from boundary.streams.kafka import Kafka, KafkaTerms
    from boundary.streams.nats import Nats, NatsTerms
    from boundary.worker import Setup

    hold = hold_of(hold_events, hold_seconds)
    plan = built(policy, key_of(key_file), approved)
    there = _address(broker)
    connected: Nats | Kafka
    try:
        told = Operations(
            "recordings", "streams", "messages", metrics=metrics, port=metrics_port, log=log == "json", traces=traces
        )
        if there.scheme == "kafka":
            connected = Kafka(KafkaTerms(there.netloc, source, sink, dead, group, config))
        else:
            connected = Nats(
                NatsTerms(broker, source, sink, dead, group, credentials, tls_ca, tls_cert, tls_key, ack_wait)
            )
    except BoundaryError as error:
        fail(error, USAGE)
    stop = _Stop()
    setup = Setup(plan.policy.sources, plan.policy.folder, plan.key)
    isolated = Isolated(setup, hold, seconds=plan.policy.limits.seconds, memory_mb=memory)
    consumer = Consumer(
        connected,
        connected,
        isolated,
        key=plan.key,
        policy_digest=plan.policy.digest,
        terms=Terms(limit=limit, idle_s=idle, patience_s=patience),
        stopped=stop.asked,
        told=told,
    )
    try:
        tally = consumer.run()
        told.end(event="done", received=tally.received, released=tally.released, dead_letters=tally.withheld.total())
    except BoundaryError as error:
        told.end(event="failed", code=error.code)
        fail(error, FOUND)
    finally:
        isolated.close()
        connected.close()
    if not quiet and log == "text":
        _tell(tally, Console(stderr=True, soft_wrap=True))
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


def _address(broker: str) -> SplitResult:
    there = urlsplit(broker)
    bare = bool(there.hostname) and "@" not in there.netloc and not there.path.strip("/")
    if there.scheme not in {"nats", "tls", "kafka"} or not bare:
        hint = "nats://HOST:PORT, tls://HOST:PORT or kafka://HOST:PORT; credentials come from files or the environment"
        fail(InputError("this is no address of a broker", code="broker-address", hint=hint), USAGE)
    return there


def _tell(tally: Tally, console: Console) -> None:
    console.print(f"{tally.received:,} messages in, {tally.released:,} out", highlight=False)
    for code, count in sorted(tally.withheld.items()):
        console.print(f"dead letters: {count:,} ({code})", highlight=False)
