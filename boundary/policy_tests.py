"""Runs the tests that a policy holds: each sample goes the whole way, and what comes out is searched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from boundary.admission import without_consent
from boundary.findings import gather
from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.screens import Screens
from policies.nodes import Mark
from policies.schema import Case
from recording import Recording, SourceFile, parse_files
from recording.errors import InputError
from recording.keystrokes import GAP_S, key_files


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one test.

    Attributes:
        number: From 1, in the order of the policy; inherited ones first.
        name: Its name in the policy.
        leaked: Which entries of ``must_hide`` are still there, from 1.
        lost: Which entries of ``must_keep`` are not.
        withheld: Code why nothing came out; empty otherwise.
    """

    number: int
    name: str
    mark: Mark
    leaked: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    withheld: str = ""

    @property
    def passed(self) -> bool:
        """Whether all is hidden and kept as it says. A sample that is withheld shows neither."""
        return not (self.leaked or self.lost or self.withheld)

    @property
    def told(self) -> str:
        """In words, without a value."""
        parts = [f"must_hide {_listed(self.leaked)} is still there"] if self.leaked else []
        parts += [f"must_keep {_listed(self.lost)} is gone"] if self.lost else []
        parts += [f"the sample was withheld: {self.withheld}"] if self.withheld else []
        return "; ".join(parts) or "passed"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def run_tests(plan: Plan) -> Iterator[CaseResult]:
    """Run every test of the policy, one after the other."""
    for number, test in enumerate(plan.policy.tests, start=1):
        yield run_case(test.case, plan, number=number, mark=test.mark)


def run_case(case: Case, plan: Plan, *, number: int = 1, mark: Mark | None = None) -> CaseResult:
    """Take one sample through the policy and search the result."""
    place = mark or Mark("policy", 1, 1)
    files: dict[str, SourceFile] = {}

    def read() -> Recording:
        files.update(sample_files(case, plan))
        return parse_files("sample", files, mappings=plan.policy.read)

    outcome = process(read, without_consent(plan))
    if isinstance(outcome, Withheld):
        return CaseResult(number, case.name, place, withheld=outcome.code)
    texts = list(_texts(outcome, plan))
    return CaseResult(
        number,
        case.name,
        place,
        leaked=tuple(n for n, value in enumerate(case.must_hide, start=1) if _is_in(value, texts)),
        lost=tuple(n for n, value in enumerate(case.must_keep, start=1) if not any(value in text for text in texts)),
    )


def sample_files(case: Case, plan: Plan) -> Mapping[str, SourceFile]:
    """The sample of a test as a recording's files.

    Raises:
        InputError: The screenshot cannot be read.
    """
    if case.screenshot is not None:
        path = plan.policy.folder / case.screenshot
        try:
            data = path.read_bytes()
        except OSError:
            raise InputError("the screenshot of a test cannot be read", code="no-such-file") from None
        name = f"frame{Path(case.screenshot).suffix.lower()}"
        return {name: SourceFile(name, data)}
    url = f"https://{case.site}/" if case.site else ""
    made = key_files(case.keys or "", app=case.app, window=case.window, url=url, label=case.field, secure=case.secure)
    if case.text is not None:
        note = {"time_stamp": 4 * GAP_S, "note": case.text}
        made["note.jsonl"] = (json.dumps(note, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
    return {name: SourceFile(name, data) for name, data in made.items()}


def _texts(release: Release, plan: Plan) -> Iterator[str]:
    """Every text of a result: what its keys ever typed, what stands beside them, and what OCR reads on its frames."""
    recording = parse_files(
        "result",
        {name: SourceFile(name, data) for name, data in release.files.items()},
        mappings=plan.policy.read,
    )
    yield from (passage.text for passage in gather(recording, frozenset(), Screens()).passages)
    reader = plan.reader
    for frame in recording.frames if reader is not None else ():
        from image_redact.decode import decode

        assert reader is not None
        pixels = decode(recording.files[frame.file].read(), max_pixels=reader.max_pixels)
        for made in (reader, plan.reread_screen):
            if made is not None:
                session = made.session()
                yield from (line.text for line in session.read(pixels).lines)
                session.close()


SQUEEZED = 6
"""Fewest letters and digits of a value that is also searched without what stands between them."""


def _is_in(value: str, texts: Iterable[str]) -> bool:
    """Whether a value is in a text, in any case; longer ones also with other signs between their letters."""
    folded, squeezed = value.casefold(), _squeezed(value)
    return any(
        folded in text.casefold() or (len(squeezed) >= SQUEEZED and squeezed in _squeezed(text)) for text in texts
    )


def _squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
