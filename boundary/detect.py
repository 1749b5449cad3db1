"""What a policy finds in plain texts: for auditors, tests and measurements. It only looks; nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from boundary.deciding import merge_hits
from boundary.outcome import code_of
from boundary.plan import Plan
from recording.errors import BoundaryError, InputError, StepFailed


def detect(text: str, plan: Plan) -> list[dict[str, object]]:
    """Findings in one text, in order, overlaps resolved.

    Offsets are Unicode code points, ``end`` exclusive. Steps that need to know where a text is from (``text.roles``,
    ``text.all``) do not take part.

    Raises:
        StepFailed: The text is too long or a pattern ran out of time.
    """
    if len(text) > plan.policy.limits.text_chars:
        raise StepFailed("the text is longer than the policy allows", code="text-too-long", hint="limits.text_chars")
    hits = merge_hits([hit for _, hit in plan.detectors.in_text(text)])
    return [
        {
            "start": hit.start,
            "end": hit.end,
            "entity": hit.label,
            "score": round(hit.score, 3),
            "rule": hit.rule,
            "severity": plan.policy.severity(hit.label),
        }
        for hit in hits
    ]


def detect_lines(lines: Iterable[bytes], plan: Plan) -> Iterator[tuple[str, bool]]:
    """JSON lines of ``{"id", "text"}`` -> JSON lines of ``{"id", "findings"}``, in order, blank lines skipped.

    Yields:
        Each output line in ASCII, and whether it is a verdict on the text or an error, ``{"id", "line", "error"}``.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _line(number, line, plan)


def _line(number: int, line: bytes, plan: Plan) -> tuple[str, bool]:
    name: object = None
    try:
        record = _parsed(number, line)
        name = record.get("id") if isinstance(record, dict) else None
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise InputError("the line has no text", code="no-text")  # noqa: TRY301  an answer like the others
        return json.dumps({"id": name, "findings": detect(record["text"], plan)}), True
    except BoundaryError as error:
        code = code_of(error)
    except Exception:  # noqa: BLE001  messages of libraries quote what they choke on
        code = "step-raised"
    return json.dumps({"id": name, "line": number, "error": code}), False


def _parsed(number: int, line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        raise InputError("the line is not UTF-8", code="invalid-utf8") from None
    except (ValueError, RecursionError):
        raise InputError("the line is no JSON", code="json-syntax") from None
