"""A second opinion on what would leave: other thresholds and another engine, for a person to judge what it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundary.change import Changed
from boundary.plan import Plan, build_plan
from boundary.verify import recorded
from policies import PolicySource, parse_policy
from recording import parse_files

MOST_FRAMES = 40
"""Frames that are read again, at most: each takes seconds."""
_TEXT = """\
policy: 1
name: second-opinion
find:
  - {{use: text.pii, threshold: 0.3}}
  - {{use: text.names, threshold: 0.35}}
  - {{use: text.secrets}}
  - {{use: screen.text, engines: [{engine}], second_pass: {twice}}}
change:
  default: {{use: replace}}
  screen: {{use: cover}}
"""
_WITHOUT_SCREENS = "\n".join(line for line in _TEXT.splitlines() if "screen" not in line) + "\n"


@dataclass(frozen=True, slots=True)
class Residue:
    """Something that the second opinion finds in what would leave.

    Attributes:
        recording: Number in the sample.
        place: Where, in words: role of a text, row of a key, frame and pixels.
        kind: ``typed``, ``field`` or ``screen``.
        value: The text itself; kept only where it may be shown.
    """

    recording: int
    kind: str
    place: str
    label: str
    rule: str
    score: float
    value: str = field(default="", repr=False)


@dataclass(slots=True)
class Opinion:
    """The second detectors, and what they have said so far.

    Attributes:
        engine: Which OCR reads again; empty where none does.
        independent: Whether the policy does not read with that one itself.
        reveal: Keep values.
    """

    plan: Plan = field(repr=False)
    engine: str
    independent: bool
    reveal: bool = False
    residues: list[Residue] = field(default_factory=list, repr=False)
    frames: int = 0
    texts: int = 0

    def read_texts(self, changed: Changed, number: int) -> list[Residue]:
        """Read the texts of a result, with what was put in blanked."""
        passages = list(recorded(parse_files("output", changed.sources()), changed.added))
        self.texts += len(passages)
        out: dict[tuple[str, str, str], Residue] = {}
        for passage, hits in zip(passages, self._hits([p.text for p in passages]), strict=True):
            for hit in hits:
                value = passage.text[hit.start : hit.end]
                row = next((row for row in passage.rows[hit.start : hit.end] if row >= 0), None)
                place = f"text of role {passage.role}" if passage.kind == "field" else f"typed, row {row}"
                # The same keys are read several times: as they are, before each deletion, without edits.
                out.setdefault((passage.kind, hit.label, value), self._residue(number, passage.kind, place, hit, value))
        return list(out.values())

    def read_frame(self, pixels: Any, number: int, frame: int) -> list[Residue]:
        """Read a covered frame with the other engine."""
        reader = self.plan.reader
        if reader is None or self.frames >= MOST_FRAMES:
            return []
        self.frames += 1
        session = reader.session()
        try:
            lines = [line for line in session.read(pixels).lines if any(c.isalnum() for c in line.text)]
        finally:
            session.close()
        out = []
        for line, hits in zip(lines, self._hits([line.text for line in lines]), strict=True):
            for hit in hits:
                if reader.is_no_name(line.text):
                    continue
                words = [word.box for word in line.words if word.start < hit.end and hit.start < word.end]
                at = f"frame {frame}, x {min(b.x for b in words)}, y {min(b.y for b in words)}" if words else ""
                place = at or f"frame {frame}"
                out.append(self._residue(number, "screen", place, hit, line.text[hit.start : hit.end]))
        return out

    def _residue(self, number: int, kind: str, place: str, hit: Any, value: str) -> Residue:
        return Residue(number, kind, place, hit.label, hit.rule, round(hit.score, 2), value if self.reveal else "")

    def _hits(self, texts: Sequence[str]) -> Iterable[list[Any]]:
        distinct = list(dict.fromkeys(texts))
        found = dict(zip(distinct, self.plan.detectors.in_texts(distinct), strict=True))
        for text in texts:
            yield [hit for _, hit in found[text] if any(char.isalnum() for char in text[hit.start : hit.end])]


def second_opinion(plan: Plan, *, reveal: bool = False) -> Opinion:
    """Detectors for texts at lower thresholds, and the engine that the policy does not use.

    Raises:
        BoundaryError: They cannot be built.
    """
    if plan.reader is None:
        return Opinion(_plan(_WITHOUT_SCREENS.format(), plan), "", independent=False, reveal=reveal)
    from image_redact.engines import rapid

    used = _engines(plan)
    if rapid.is_installed() and "rapidocr" not in used:
        return Opinion(_plan(_TEXT.format(engine="rapidocr", twice="false"), plan), "RapidOCR", True, reveal)
    other = bool(used) and used <= {"rapidocr"}
    return Opinion(_plan(_TEXT.format(engine="auto", twice="true"), plan), "Tesseract, twice", other, reveal)


def _engines(plan: Plan) -> set[str]:
    return {str(name) for use in plan.policy.find for name in getattr(use.options, "engines", ())}


def _plan(text: str, plan: Plan) -> Plan:
    return build_plan(parse_policy((PolicySource("second-opinion.yaml", text),), folder=Path()), key=plan.key)
