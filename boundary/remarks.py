"""What a command has to say about a policy, as text, JSON, GitHub annotations or SARIF. Never recorded content."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Literal

from boundary.versions import DISTRIBUTION, installed
from policies.lint import Level, Lint
from policies.load import SHIPPED
from policies.severity import Severity
from recording.errors import Diagnostic, PolicyError, render

Format = Literal["text", "json", "github", "sarif"]

LEVEL_OF: Mapping[Severity, Level] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
"""What other tools call our severities."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say, at a line of a policy.

    Attributes:
        level: ``error``, ``warning`` or ``note``.
        line: From 1; ``column`` too.
        code: Stable kebab-case identifier.
        extra: More figures for machines.
    """

    level: Level
    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """``file:line:col: code: message (hint)``."""
        return render(f"{self.file}:{self.line}:{self.column}", self.code, self.message, self.hint)


def of_error(error: PolicyError) -> list[Remark]:
    """The mistakes for which a policy was refused."""
    return [_remark("error", one) for one in error.diagnostics]


def of_lints(lints: Iterable[Lint]) -> list[Remark]:
    """What is worth a look."""
    return [_remark(one.level, one.diagnostic) for one in lints]


def _remark(level: Level, one: Diagnostic) -> Remark:
    return Remark(level, one.file, one.line, one.column, one.code, one.message, one.hint)


def place_of(line: str) -> tuple[str, int]:
    """File and line of ``file:line``; line 1 where there is none."""
    file, _, number = line.rpartition(":")
    return (file, int(number)) if file and number.isdigit() else (line, 1)


def rendered(remarks: Sequence[Remark], form: Format) -> str:
    """Remarks in one of the formats, with a line break at the end unless there is nothing to print."""
    if form == "json":
        return json.dumps([asdict(remark) for remark in remarks], indent=2, ensure_ascii=False) + "\n"
    if form == "sarif":
        return json.dumps(sarif(remarks), indent=2, ensure_ascii=False) + "\n"
    lines = [_annotation(remark) if form == "github" else f"{_WORD[remark.level]}{remark}" for remark in remarks]
    return "".join(f"{line}\n" for line in lines)


_WORD: Mapping[Level, str] = {"error": "", "warning": "warning: ", "note": "note: "}


def _annotation(remark: Remark) -> str:
    """A workflow command of GitHub Actions, see "Workflow commands", property and data escapes."""
    level = {"error": "error", "warning": "warning", "note": "notice"}[remark.level]
    about = {"file": remark.file, "line": remark.line, "col": remark.column, "title": remark.code}
    named = ",".join(f"{key}={_escaped(str(value), ',:')}" for key, value in about.items())
    message = remark.message + (f" ({remark.hint})" if remark.hint else "")
    return f"::{level} {named}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{more}" else char for char in text)


def sarif(remarks: Sequence[Remark]) -> dict[str, object]:
    """A log of the Static Analysis Results Interchange Format, version 2.1.0 (OASIS)."""
    codes = sorted({remark.code for remark in remarks})
    rules = [{"id": code, "name": "".join(part.capitalize() for part in code.split("-"))} for code in codes]
    driver = {"name": "boundary", "version": installed(DISTRIBUTION) or "0", "rules": rules}
    results = [
        {
            "ruleId": remark.code,
            "ruleIndex": codes.index(remark.code),
            "level": remark.level,
            "message": {"text": remark.message + (f" ({remark.hint})" if remark.hint else "")},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(remark.file)},
                        "region": {"startLine": remark.line, "startColumn": remark.column},
                    }
                }
            ],
            **({"properties": dict(remark.extra)} if remark.extra else {}),
        }
        for remark in remarks
    ]
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _uri(file: str) -> str:
    """A relative reference with forward slashes; shipped policies by the folder that they lie in."""
    from urllib.parse import quote

    if file.startswith(SHIPPED):
        return quote(f"policies/{file.removeprefix(SHIPPED)}.yaml")
    return quote(PurePath(file).as_posix())
