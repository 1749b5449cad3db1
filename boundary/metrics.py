"""Figures of what goes on, as Prometheus reads them: counts, codes and seconds, and never anything recorded.

Every value of a label is from a list that stands in code or in the policy: codes, labels of findings, parts of the
pipeline, accounts of the budget. Sources, files, persons and applications are no labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from boundary.outcome import Outcome, Release
from recording.errors import InputError, not_installed

if TYPE_CHECKING:
    from boundary.live.flow import Figures

Part = Literal["recordings", "streams", "messages"]
"""What a command works on, and so which families it has."""

COUNTERS: Mapping[Part, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "recordings": {
        "recordings_released": ("Recordings that left.", ()),
        "recordings_withheld": ("Recordings that did not leave, by code and step.", ("code", "step")),
        "events": ("Event rows read in recordings that left.", ()),
        "events_not_admitted": ("Event rows that were not admitted.", ()),
        "frames": ("Frames read in recordings that left.", ()),
        "frames_withheld": ("Frames that did not pass, by code.", ("code",)),
        "files_dropped": ("Files that did not pass, by code.", ("code",)),
        "findings": ("Places changed, by label and kind of place.", ("label", "place")),
        "step_seconds": ("Time by part of the pipeline.", ("step",)),
    },
    "streams": {
        "stream_events": ("Lines of events read from streams.", ()),
        "stream_events_released": ("Lines that left.", ()),
        "stream_events_withheld": ("Lines that did not leave, by code.", ("code",)),
        "stream_findings": ("Places covered, by label.", ("label",)),
        "stream_findings_late": ("Places found when some of their lines had left.", ()),
        "stream_values_forgotten": ("Values no longer searched for, since there were too many.", ()),
    },
    "messages": {
        "messages_received": ("Messages that came from the broker, each time that they came.", ()),
        "messages_released": ("Messages produced of what may leave.", ()),
        "messages_retried": ("Messages tried again since the first try failed, by code.", ("code",)),
        "dead_letters": ("Dead letters, by code and step.", ("code", "step")),
        "broker_gone": ("Requests that found the broker gone.", ()),
    },
}
GAUGES: Mapping[Part, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "recordings": {
        "budget_left": ("What an account has left.", ("account", "currency")),
        "last_outcome_timestamp_seconds": ("When the last recording was done.", ()),
    },
    "streams": {
        "stream_events_held": ("Lines held back now.", ()),
        "stream_delay_seconds": ("From the first to the last line held back, by the recorder's clock.", ()),
        "stream_last_event_timestamp_seconds": ("When the last line was read.", ()),
    },
    "messages": {"sessions_open": ("Sessions whose end has not come.", ())},
}
"""Families by name (``boundary_`` goes before it, ``_total`` behind a counter's), what each says, and its labels."""

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_VALUES = 500
_OTHER = "other"


@dataclass(frozen=True, slots=True)
class Metrics:
    """A registry of its own, so that nothing else of the process is told; and the values that labels have had."""

    registry: Any = field(repr=False)
    families: dict[str, Any] = field(repr=False)
    values: dict[str, set[str]] = field(default_factory=dict, repr=False)

    def add(self, family: str, amount: float, **labels: str) -> None:
        """Count. A value that is no short word, or one too many, counts under ``other``."""
        metric = self.families[family]
        (metric.labels(**{key: self._value(key, value) for key, value in labels.items()}) if labels else metric).inc(
            amount
        )

    def _value(self, key: str, value: str) -> str:
        known = self.values.setdefault(key, set())
        if value not in known and (len(known) >= _MOST_VALUES or not _WORD.fullmatch(value)):
            return _OTHER
        known.add(value)
        return value


def make_metrics(*parts: Part) -> Metrics:
    """Metrics at zero, of these parts; of recordings, where none is named.

    Raises:
        MissingExtra: prometheus-client is not installed.
    """
    try:
        from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
    except ImportError:
        raise not_installed("prometheus-client", "metrics") from None
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, that says when the first began
    registry = CollectorRegistry()
    kinds: tuple[tuple[Any, Any], ...] = ((Counter, COUNTERS), (Gauge, GAUGES))
    families = {
        name: kind(f"boundary_{name}", told, labels, registry=registry)
        for kind, known in kinds
        for part in parts or ("recordings",)
        for name, (told, labels) in known[part].items()
    }
    return Metrics(registry, families)


def observe(metrics: Metrics, outcome: Outcome) -> None:
    """Count one recording."""
    for step, began, ended in outcome.timings:
        metrics.add("step_seconds", max(0, ended - began) / 1e9, step=step)
    metrics.families["last_outcome_timestamp_seconds"].set_to_current_time()
    if not isinstance(outcome, Release):
        metrics.add("recordings_withheld", 1, code=outcome.code, step=outcome.step)
        return
    metrics.add("recordings_released", 1)
    report = outcome.report
    metrics.add("events", report.events)
    metrics.add("events_not_admitted", report.removed)
    metrics.add("frames", report.frames)
    for label, places in report.findings.items():
        for place, count in places.items():
            metrics.add("findings", count, label=label, place=place)
    for family, codes in (("frames_withheld", report.frames_withheld), ("files_dropped", report.files_dropped)):
        for code, count in codes.items():
            metrics.add(family, count, code=code)


def observe_stream(metrics: Metrics, figures: Figures) -> None:
    """Count what streams did since the last time."""
    metrics.add("stream_events", figures.events)
    metrics.add("stream_events_released", figures.released)
    metrics.add("stream_findings_late", figures.late)
    metrics.add("stream_values_forgotten", figures.forgotten)
    for code, count in figures.withheld.items():
        metrics.add("stream_events_withheld", count, code=code)
    for label, count in figures.findings.items():
        metrics.add("stream_findings", count, label=label)
    metrics.families["stream_last_event_timestamp_seconds"].set_to_current_time()


def observe_budget(metrics: Metrics, accounts: Iterable[Any]) -> None:
    """Set what each account has left (`dp.ledger.reading.Scope`), in units of its currency."""
    for number, account in enumerate(accounts, start=1):
        name = account.name if _WORD.fullmatch(account.name) else f"account-{number}"
        gauge = metrics.families["budget_left"].labels(account=name, currency=str(account.currency.value))
        gauge.set(account.balance.left / 1e6)


def write_metrics(metrics: Metrics, file: Path) -> None:
    """Write a file as the textfile collector of node_exporter reads it; who reads meanwhile gets a whole one.

    Raises:
        InputError: ``metrics-unwritable``.
    """
    from prometheus_client import generate_latest

    from boundary.writer import write_durably

    try:
        # Readable to the collector, which runs as somebody else: there is nothing in it to hide.
        write_durably(file, generate_latest(metrics.registry), mode=0o644)
    except OSError as error:
        raise InputError(
            f"the metrics cannot be written ({error.strerror})", code="metrics-unwritable", place=str(file),
            hint="check the folder and its permissions",
        ) from None  # fmt: skip


def serve_metrics(metrics: Metrics, port: int) -> int:
    """Serve them to this machine alone (127.0.0.1), from a thread; returns the port.

    Raises:
        InputError: ``port-taken``.
    """
    from prometheus_client import start_http_server

    try:
        server, _ = start_http_server(port, addr="127.0.0.1", registry=metrics.registry)
    except OSError as error:
        raise InputError(
            f"the port of the metrics cannot be used ({error.strerror})", code="port-taken", hint="choose another one"
        ) from None
    return int(server.server_address[1])
