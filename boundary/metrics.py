"""Figures of what goes on, as Prometheus reads them: counts, codes and seconds, and never anything recorded.

Every value of a label is from a list that stands in code or in the policy: codes, labels of findings, parts of the
pipeline, accounts of the budget. Sources, files, persons and applications are no labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundary.outcome import Outcome, Release
from recording.errors import InputError, not_installed

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


def make_metrics() -> Metrics:
    """Metrics at zero.

    Raises:
        MissingExtra: prometheus-client is not installed.
    """
    try:
        from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
    except ImportError:
        raise not_installed("prometheus-client", "metrics") from None
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, that says when the first began
    registry = CollectorRegistry()

    def counter(name: str, told: str, *labels: str) -> Any:
        return Counter(f"boundary_{name}", told, labels, registry=registry)

    families = {
        "released": counter("recordings_released", "Recordings that left."),
        "withheld": counter("recordings_withheld", "Recordings that did not leave, by code and step.", "code", "step"),
        "events": counter("events", "Event rows read in recordings that left."),
        "removed": counter("events_not_admitted", "Event rows that were not admitted."),
        "frames": counter("frames", "Frames read in recordings that left."),
        "frames_withheld": counter("frames_withheld", "Frames that did not pass, by code.", "code"),
        "files_dropped": counter("files_dropped", "Files that did not pass, by code.", "code"),
        "findings": counter("findings", "Places changed, by label and kind of place.", "label", "place"),
        "seconds": counter("step_seconds", "Time by part of the pipeline.", "step"),
        "budget": Gauge(
            "boundary_budget_left", "What an account has left.", ("account", "currency"), registry=registry
        ),
        "done": Gauge(
            "boundary_last_outcome_timestamp_seconds", "When the last recording was done.", registry=registry
        ),
    }
    return Metrics(registry, families)


def observe(metrics: Metrics, outcome: Outcome) -> None:
    """Count one recording."""
    for step, began, ended in outcome.timings:
        metrics.add("seconds", max(0, ended - began) / 1e9, step=step)
    metrics.families["done"].set_to_current_time()
    if not isinstance(outcome, Release):
        metrics.add("withheld", 1, code=outcome.code, step=outcome.step)
        return
    metrics.add("released", 1)
    report = outcome.report
    for family, count in (("events", report.events), ("removed", report.removed), ("frames", report.frames)):
        metrics.add(family, count)
    for label, places in report.findings.items():
        for place, count in places.items():
            metrics.add("findings", count, label=label, place=place)
    for family, codes in (("frames_withheld", report.frames_withheld), ("files_dropped", report.files_dropped)):
        for code, count in codes.items():
            metrics.add(family, count, code=code)


def observe_budget(metrics: Metrics, accounts: Iterable[Any]) -> None:
    """Set what each account has left (`dp.ledger.reading.Scope`), in units of its currency."""
    for number, account in enumerate(accounts, start=1):
        name = account.name if _WORD.fullmatch(account.name) else f"account-{number}"
        gauge = metrics.families["budget"].labels(account=name, currency=str(account.currency.value))
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
