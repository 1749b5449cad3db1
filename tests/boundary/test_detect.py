"""``boundary detect``: one answer a line, in order, and nothing else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from plug_in import boundary, command, environment

from boundary.detect import detect, detect_lines
from boundary.plan import Plan

MAIL = "rosalind@example.org"
POLICY = """\
find: [{use: text.pii, entities: [EMAIL_ADDRESS, CREDIT_CARD]}, {use: text.secrets}]
change: {default: {use: mask}}"""
QUICK = "policy: 1\nname: test\nfind: [{use: text.secrets}]\nchange: {default: {use: redact}}\n"
"""A policy that loads no library."""


@pytest.fixture
def plan(planned: Callable[[str], Plan]) -> Plan:
    """A plan that reads text alone."""
    return planned(POLICY)


def _answers(lines: list[bytes], plan: Plan) -> list[dict[str, Any]]:
    return [json.loads(line) for line, _ in detect_lines(lines, plan)]


def test_offsets_count_code_points(plan: Plan) -> None:
    """An emoji counts as its code points, whatever they take in UTF-8 or UTF-16, and so does any script."""
    text = f"\U0001f469\u200d\U0001f4bb n\u0303 \u5bc6 {MAIL} \U0001f600"
    (finding,) = detect(text, plan)
    assert text[finding["start"] : finding["end"]] == MAIL
    assert finding["start"] == 9


def test_a_finding_says_what_where_how_sure_and_why(plan: Plan) -> None:
    """Every finding has the six members, and none holds the value."""
    (finding,) = detect(f"to {MAIL}", plan)
    assert set(finding) == {"start", "end", "entity", "score", "rule", "severity"}
    assert finding["entity"] == "EMAIL_ADDRESS"
    assert 0 < finding["score"] <= 1
    assert MAIL not in json.dumps(finding)


def test_findings_are_in_order_and_do_not_overlap(plan: Plan) -> None:
    """Overlaps are resolved as they are for recordings."""
    findings = detect(f"4111 1111 1111 1111, password: {MAIL} and {MAIL}", plan)
    spans = [(finding["start"], finding["end"]) for finding in findings]
    assert len(spans) == 3
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_answers_come_in_the_order_of_the_lines_and_bad_lines_say_so(plan: Plan) -> None:
    """Whatever a line is, its answer stands in its place with its number; nothing of it is quoted."""
    lines = [
        b'\xef\xbb\xbf{"id": 1, "text": "a"}',
        b"\n",
        b'{"id": "x", "text": ',
        b'{"id": [2], "text": 7}',
        b'"text"',
        b'{"id": 3, "text": "\xe9"}',
        b"[" * 100_000,
        b'{"id": "\\ud800", "text": "' + MAIL.encode() + b' \\ud800"}',
        b'{"text": "no id"}',
    ]
    done = _answers(lines, plan)
    assert [line.get("error") for line in done] == [
        None, "json-syntax", "no-text", "no-text", "invalid-utf8", "json-syntax", None, None
    ]  # fmt: skip
    assert [line.get("line") for line in done] == [None, 3, 4, 5, 6, 7, None, None]
    assert [line["id"] for line in done] == [1, None, [2], None, None, None, "\ud800", None]
    assert [len(line.get("findings", [])) for line in done] == [0, 0, 0, 0, 0, 0, 1, 0]


def test_a_step_that_raises_is_that_lines_error(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """One text that breaks a detector costs its own answer; what the error says is not repeated."""
    from boundary import detect as module

    real = module.detect

    def sometimes(text: str, plan: Plan) -> list[dict[str, object]]:
        if "bad" in text:
            raise ValueError(text)
        return real(text, plan)

    monkeypatch.setattr(module, "detect", sometimes)
    done = _answers([b'{"id": 1, "text": "bad secret"}', b'{"id": 2, "text": "fine"}'], plan)
    assert done == [{"id": 1, "line": 1, "error": "step-raised"}, {"id": 2, "findings": []}]


def test_a_text_that_is_too_long_is_an_error_and_not_cut(planned: Callable[[str], Plan]) -> None:
    """No text is read in part: the end of it would pass unread."""
    plan = planned(f"limits: {{text_chars: 10}}\n{POLICY}")
    assert _answers([b'{"id": 1, "text": "12345678901"}'], plan) == [{"id": 1, "line": 1, "error": "text-too-long"}]


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "out"),
    [
        ((), b'{"id": "a", "text": "hi"}\n', 0, '{"id": "a", "findings": []}\n'),
        (("-",), b"{}\n", 1, '{"id": null, "line": 1, "error": "no-text"}\n'),
        ((), b"", 0, ""),
        (("--format", "text"), b"two\nlines", 0, '{"id": "-", "findings": []}\n'),
        (("--format", "text"), b"\xff", 2, ""),
        (("/nowhere/x.jsonl",), b"", 2, ""),
        (("--format", "nonsense"), b"", 2, ""),
        (("-p", "no-such-policy"), b"", 3, ""),
    ],
    ids=["fine", "a bad line", "nothing", "text", "not utf-8", "no file", "usage", "policy"],
)
def test_the_exit_code_tells_what_happened(
    arguments: tuple[str, ...], stdin: bytes, code: int, out: str, tmp_path: Path
) -> None:
    """0 all read, 1 a line was not, 2 usage, 3 policy refused; errors go to stderr in one line."""
    (tmp_path / "p.yaml").write_text(QUICK)
    policy = () if "-p" in arguments else ("-p", tmp_path / "p.yaml")
    done = boundary("detect", *arguments, *policy, state=tmp_path / "state", stdin=stdin)
    assert (done.returncode, done.stdout) == (code, out)
    assert bool(done.stderr) == (code > 1)
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """``boundary detect | head -1`` ends without a traceback, as other programs do."""
    (tmp_path / "p.yaml").write_text(QUICK)
    (tmp_path / "many.jsonl").write_bytes(b'{"id": 1, "text": "some words"}\n' * 20_000)
    with subprocess.Popen(
        command("detect", tmp_path / "many.jsonl", "-p", tmp_path / "p.yaml"),
        env=environment(tmp_path / "state"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=60) == 141
