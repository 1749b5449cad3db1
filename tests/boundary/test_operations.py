"""Metrics, logs and traces say what goes on, and hold nothing that was recorded."""

from __future__ import annotations

import io
import json
import re
import socket
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from plug_in import boundary
from tiny_recording import Desk, save

from boundary.live.figures import since
from boundary.live.flow import Figures
from boundary.machine import examine_machine
from boundary.metrics import COUNTERS, GAUGES
from boundary.operations import Operations, logging_to
from boundary.outcome import Outcome, Release, Report, Withheld
from boundary.pipeline import process
from boundary.plan import build_plan
from policies import PolicySource, parse_policy
from recording import parse_files
from recording.errors import InputError
from recording.model import SourceFile

ROOT = Path(__file__).parents[2]
prometheus = pytest.importorskip("prometheus_client")

PLANTED = ("Quentin Abernathy", "hunter2-Tr0ub4dor", "plover-11", "tern-02")
POLICY = """\
policy: 1
name: told
find:
  - {use: text.roles}
  - {use: text.list, label: PERSON, values: [Quentin Abernathy]}
  - {use: text.passwords}
change: {default: {use: replace}}
"""


def _desk() -> Desk:
    desk = Desk().window("Mail", "Re: Quentin Abernathy")
    return desk.into("Password", secure=True).type("hunter2-Tr0ub4dor").mouse()


def _outcomes() -> list[Outcome]:
    """A release, and one that is withheld because of its content."""
    plan = build_plan(parse_policy((PolicySource("told.yaml", POLICY),), folder=Path()), key=bytes(32))
    files = {name: SourceFile(name, data) for name, data in _desk().files().items()}
    broken = files | {"events.jsonl": SourceFile("events.jsonl", b'{"hunter2-Tr0ub4dor": Quentin Abernathy}\n')}
    done = [process(lambda given=given: parse_files("quentin", given), plan) for given in (files, broken)]
    assert isinstance(done[0], Release)
    assert isinstance(done[1], Withheld)
    return done


def _spans() -> tuple[Any, Any]:
    """Where spans end up, and the provider that sends them there."""
    trace = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans, provider = InMemorySpanExporter(), trace.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return spans, provider


def test_nothing_recorded_is_in_metrics_logs_and_traces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a released and a withheld recording with planted values, all three tell codes, labels and counts alone."""
    from boundary import traces

    spans, provider = _spans()
    monkeypatch.setattr(traces, "tracer", lambda: provider.get_tracer("boundary"))
    told = Operations(metrics=tmp_path / "boundary.prom", log=True, traces=True)
    for number, outcome in enumerate(_outcomes(), start=1):
        told(number, outcome)
    told.end(event="done", ledger=tmp_path / "no-ledger.db")
    metrics = (tmp_path / "boundary.prom").read_text()
    logged = capsys.readouterr().err
    traced = "\n".join(span.to_json() for span in spans.get_finished_spans())
    for planted in (*PLANTED, *(word for one in PLANTED for word in re.findall(r"\w{5,}", one))):
        for text in (metrics, logged, traced):
            assert planted.casefold() not in text.casefold()
    assert "boundary_recordings_released_total 1.0" in metrics
    assert 'boundary_recordings_withheld_total{code="json-syntax",step="read"} 1.0' in metrics
    assert 'boundary_findings_total{label="PERSON",place="field"}' in metrics
    assert 'boundary_step_seconds_total{step="find.text"}' in metrics
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [line["event"] for line in lines] == ["released", "withheld", "done"]
    assert lines[1]["code"] == "json-syntax"
    assert len({line["run"] for line in lines}) == 1
    names = [span.name for span in spans.get_finished_spans()]
    assert names.count("recording") == 2
    assert {"read", "find.text", "verify"} <= set(names)


def test_a_stream_tells_counts_codes_and_how_much_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each step the difference alone is counted, under the families of streams and no other."""
    from boundary import traces

    spans, provider = _spans()
    monkeypatch.setattr(traces, "tracer", lambda: provider.get_tracer("boundary"))
    told = Operations("streams", metrics=tmp_path / "m.prom", log=True, traces=True)
    before = Figures()
    now = Figures(100, 60, Counter({"text-residue": 30}), Counter({"PERSON": 2}), late=1, held=50)
    told.set("stream_events_held", 10)
    for one, other in ((now, before), (now, now)):
        told.streamed(since(one, other), began=1)
    told.end(event="done")
    text = (tmp_path / "m.prom").read_text()
    for line in (
        "boundary_stream_events_total 100.0", "boundary_stream_events_released_total 60.0",
        'boundary_stream_events_withheld_total{code="text-residue"} 30.0', "boundary_stream_findings_late_total 1.0",
        'boundary_stream_findings_total{label="PERSON"} 2.0', "boundary_stream_events_held 10.0",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert "recordings" not in text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("events")) for line in lines] == [
        ("released", 60),
        ("withheld", 30),
        ("done", None),
    ]
    (span,) = spans.get_finished_spans()
    assert dict(span.attributes) == {"boundary.events": 60, "boundary.withheld": 30, "boundary.code": "text-residue"}


def test_every_family_is_documented() -> None:
    """Whoever makes a dashboard finds each metric in docs/operations.md under its whole name."""
    page = (ROOT / "docs" / "operations.md").read_text()
    names = [f"boundary_{name}_total" for part in COUNTERS.values() for name in part]
    names += [f"boundary_{name}" for part in GAUGES.values() for name in part]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_what_is_no_word_is_no_label(tmp_path: Path) -> None:
    """A code or label of somebody else's step that is a sentence counts under ``other``, as does one too many."""
    from boundary.metrics import make_metrics, observe, write_metrics

    metrics = make_metrics()
    found = {"Quentin Abernathy": {"field": 1}, **{f"L{number}": {"field": 1} for number in range(600)}}
    observe(metrics, Release({}, Report(findings=found), "", {}))
    observe(metrics, Withheld("Quentin wrote this", "find.text"))
    write_metrics(metrics, tmp_path / "m.prom")
    text = (tmp_path / "m.prom").read_text()
    assert "Quentin" not in text
    assert 'label="other"' in text
    assert text.count("boundary_findings_total{") <= 501


def test_the_budget_left_is_told_by_account(tmp_path: Path) -> None:
    """After a release an account's gauge is its total less what was spent."""
    from charges import release

    from dp.ledger import open_ledger
    from dp.terms import Currency

    ledger = tmp_path / "ledger.db"
    release(open_ledger(ledger, scope="usage", total=1_000_000, currency=Currency.PURE), 1)
    told = Operations(metrics=tmp_path / "boundary.prom")
    told.end(event="done", ledger=ledger)
    assert 'boundary_budget_left{account="usage",currency="epsilon"} 0.99' in (tmp_path / "boundary.prom").read_text()


def test_metrics_are_served_to_this_machine_alone() -> None:
    """The port answers at 127.0.0.1; one that is taken is told."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError) as caught:
            Operations(port=taken.getsockname()[1])
        assert caught.value.code == "port-taken"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    Operations(port=port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"boundary_recordings_released_total" in answer.read()


def test_metrics_that_cannot_be_written_are_told_before_anything_is_read(tmp_path: Path) -> None:
    """A folder that is not there is an error at once, not after the run."""
    with pytest.raises(InputError) as caught:
        Operations(metrics=tmp_path / "none" / "boundary.prom")
    assert caught.value.code == "metrics-unwritable"


def test_a_log_line_is_one_line_of_json() -> None:
    """Whatever a code holds, a line stays one line."""
    stream = io.StringIO()
    logging_to(stream, "r")(1, Withheld("a\nb", "find\n.text", "message of somebody"))
    assert stream.getvalue().count("\n") == 1
    assert "message" not in stream.getvalue()


@pytest.mark.slow
def test_the_command_tells_all_three(tmp_path: Path) -> None:
    """`boundary run --metrics --log json --traces`: a file, lines on standard error, and nothing planted in either."""
    save(tmp_path / "in" / "a", _desk().files())
    (tmp_path / "told.yaml").write_text(POLICY)
    done = boundary(
        "run", str(tmp_path / "in" / "a"), "-p", str(tmp_path / "told.yaml"), "-o", str(tmp_path / "out"), "--metrics",
        str(tmp_path / "m.prom"), "--log", "json", "--traces", state=tmp_path / "state",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["released", "done"]
    for planted in PLANTED:
        assert planted not in done.stderr + done.stdout + (tmp_path / "m.prom").read_text()


def test_the_doctor_looks_at_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Core files, umask, swap, disk, clock; a state folder that others may read is no note; brokers where asked."""
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    (state / "project.key").write_bytes(b"k" * 32)
    (state / "project.key").chmod(0o644)
    monkeypatch.setenv("BOUNDARY_STATE", str(state))
    found = {check.name: check for check in examine_machine()}
    assert {"core files", "umask", "swap", "temporary files", "free disk", "clock", "state folder"} <= found.keys()
    assert "broker" not in found
    assert found["state folder"].state == "missing"
    assert "project.key" in found["state folder"].detail
    state.chmod(0o700)
    (state / "project.key").chmod(0o600)
    assert {check.name: check.state for check in examine_machine()}["state folder"] == "ok"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "127.0.0.1:99999999", ":"])
def test_a_broker_that_does_not_answer_is_told(address: str) -> None:
    """Whatever is given as an address, the answer is a line, not an error."""
    broker = next(check for check in examine_machine(brokers=(address,)) if check.name == "broker")
    assert broker.state == "missing"
