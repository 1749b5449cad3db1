"""``text.pattern``: what a company's own numbers look like, as regular expressions, each with a time limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from policies import patterns
from policies.contract import BuildContext, Options, Phase, StepSpec, TextDetector
from policies.schema import Label
from recording.errors import StepFailed
from recording.model import Hit
from text_redact.normalise import normalise


def _usable(pattern: str) -> str:
    try:
        wrong = patterns.problem(pattern)
    except ImportError:
        return pattern  # the step says what to install
    if wrong:
        hint = r"syntax of Python's re; test it with 'tests:'; in YAML put it in single quotes: '\bE\d{6}\b'"
        raise PydanticCustomError("bad_pattern", wrong, {"hint": hint})
    return pattern


class PatternOptions(Options):
    """Options of ``text.pattern``."""

    label: Label = Field("MATCHED", description="What the patterns find.")
    patterns: tuple[Annotated[str, AfterValidator(_usable)], ...] = Field(
        min_length=1,
        max_length=100,
        description="Regular expressions, syntax of Python's re; a text that keeps one busy for 2 seconds is withheld.",
    )
    ignore_case: bool = Field(True, description="Capital and small letters are the same.")


@dataclass(frozen=True, slots=True)
class Matching:
    """Finds what a policy's own patterns match, in a text as it stands and with its odd characters made plain."""

    label: str
    patterns: tuple[str, ...]
    ignore_case: bool

    def __call__(self, text: str) -> Sequence[Hit]:
        """All matches, pattern by pattern.

        Raises:
            StepFailed: ``pattern-timeout``: one of them ran out of time, so the text was not read to its end.
        """
        plain = normalise(text)
        hits = list(self._hits(text))
        if plain.text != text:
            hits += [plain.back(hit) for hit in self._hits(plain.text)]
        return list(dict.fromkeys(hits))

    def _hits(self, text: str) -> Iterator[Hit]:
        for number, pattern in enumerate(self.patterns, start=1):
            try:
                for match in patterns.compiled(pattern, ignore_case=self.ignore_case).finditer(
                    text, timeout=patterns.SECONDS
                ):
                    if match.end() > match.start():
                        yield Hit(self.label, match.start(), match.end(), 1.0, f"pattern:{number}")
            except (TimeoutError, MemoryError):
                raise StepFailed(
                    f"pattern {number} of text.pattern ran out of time", code="pattern-timeout",
                    hint="'boundary policy check' says which patterns are slow; rewrite it without nested repetition",
                ) from None  # fmt: skip


def _build(options: PatternOptions, context: BuildContext) -> TextDetector:
    return Matching(options.label, options.patterns, options.ignore_case)


PATTERN = StepSpec(
    name="text.pattern",
    phase=Phase.FIND,
    summary="Finds what patterns of your own match: numbers of employees, tickets, customers.",
    options=PatternOptions,
    build=_build,
    gives=frozenset({"text"}),
    extra="text",
    modules=("regex",),
    examples=(
        {"label": "EMPLOYEE_ID", "patterns": [r"\bE\d{6}\b"]},
        {"patterns": [r"\b[A-Z]{3}-\d{4}\b", r"\bcase \d+\b"], "ignore_case": False},
    ),
    repeatable=True,
)
