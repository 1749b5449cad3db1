"""Whether a canary can still be recovered from what would leave: from keys and texts, and from pixels and OCR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boundary.audit.canaries import SCREEN, SHARE, Canary, distinctive, fold, haystack, longest_run
from boundary.audit.draw import Box, visible
from boundary.audit.kinds import HARMLESS
from boundary.audit.plant import Planted
from boundary.findings import gather
from boundary.outcome import Release, Withheld
from boundary.screens import Screens
from boundary.trace import Watch
from recording import parse_files
from recording.mappings import HOUSE, Mappings
from recording.model import Recording, SourceFile

LEAKED, HIDDEN, WITHHELD, VOID = "leaked", "hidden", "withheld", "void"
"""What became of a canary; ``void``: it could not be read before redaction either, so it tells nothing."""
FRAME = "frame"
"""Code of a canary whose frame alone was withheld."""
GLIMPSE = 0.05
"""Share of a value's ink below which nobody can read anything."""
_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a canary.

    Attributes:
        entity: What it is; ``HARMLESS`` for texts that are nobody's.
        modality: Where it was planted.
        app: Application there.
        state: `LEAKED`, `HIDDEN`, `WITHHELD` or `VOID`.
        read: Share of it that can be recovered, 0 to 1.
        code: Why it was withheld.
    """

    entity: str
    modality: str
    app: str
    state: str
    read: float = 0.0
    code: str = ""


@dataclass(slots=True)
class Glimpses(Watch):
    """Keeps how much of each canary on a frame shows, and looks at nothing else.

    Attributes:
        planted: What is on the frames, by name.
        shown: Share that can be recovered, by canary, for frames that were cleared.
    """

    planted: Mapping[str, Sequence[Planted]]
    judge: Any
    shown: dict[Canary, float] = field(default_factory=dict, repr=False)

    def frame(self, name: str, before: Any, after: Any, marks: Sequence[Any]) -> None:
        """Compare pixels, and read what is left of the canaries on a frame."""
        for one in self.planted.get(name, ()):
            seen = visible(before, after, one.box)
            core = fold(distinctive(one.canary.entity, one.canary.value))
            if seen >= GLIMPSE and seen < SHARE and one.canary.entity != HARMLESS:
                seen = max(seen, longest_run(core, fold(self.judge(crop(after, one.box)))))
            self.shown[one.canary] = seen


def texts_of(recording: Recording) -> str:
    """Everything that can be read of a recording without its frames, folded.

    Typed text with its edits and without, erased text, and every text beside the keys.
    """
    return haystack(passage.text for passage in gather(recording, frozenset(), Screens()).passages)


def verdicts(
    outcome: Release | Withheld, planted: Sequence[Planted], glimpses: Glimpses, copy: Recording, original: str
) -> list[Verdict]:
    """What became of each canary.

    Args:
        outcome: Of the copy.
        planted: What is in it.
        glimpses: What was seen of its frames.
        copy: With the canaries, before redaction.
        original: `texts_of` the recording without them: what it says itself is no leak.
    """
    if isinstance(outcome, Withheld):
        return [_verdict(one, WITHHELD, code=outcome.code) for one in planted]
    files = {name: SourceFile(name, data) for name, data in outcome.files.items()}
    reads = any(one.canary.modality != SCREEN for one in planted)
    before = texts_of(copy) if reads else ""
    after = texts_of(parse_files("output", files, mappings=copy.mappings)) if reads else ""
    lines = [fold(one.canary.text) for one in planted]
    out = []
    for number, one in enumerate(planted):
        if one.canary.modality == SCREEN:
            seen = glimpses.shown.get(one.canary)
            out.append(_verdict(one, WITHHELD, code=FRAME) if seen is None else _judged(one, 1.0, seen))
            continue
        others = "\0".join((original, *lines[:number], *lines[number + 1 :]))
        out.append(_judged(one, _read(one, before, others), _read(one, after, others)))
    return out


def chance(
    outcome: Release | Withheld, decoys: Sequence[Canary], original: str, mappings: Mappings = HOUSE
) -> tuple[int, int]:
    """How many canaries that were never planted are found in a release, and of how many."""
    if isinstance(outcome, Withheld) or not decoys:
        return 0, 0
    files = {name: SourceFile(name, data) for name, data in outcome.files.items()}
    after = texts_of(parse_files("output", files, mappings=mappings))
    return sum(_read(Planted(one, "", (one.value,)), after, original) > 0 for one in decoys), len(decoys)


def _read(one: Planted, texts: str, others: str) -> float:
    entity = one.canary.entity
    # Harmless texts resemble each other; a run of one that another has too is not gone.
    excused = "" if entity == HARMLESS else others
    return max((longest_run(fold(distinctive(entity, form)), texts, excused) for form in one.forms), default=0.0)


def _judged(one: Planted, before: float, after: float) -> Verdict:
    if one.canary.entity == HARMLESS:
        # Nothing of it should be gone: what is less readable than before was changed for nothing.
        return _verdict(one, VOID if before == 0 else HIDDEN if after < before - 0.05 else LEAKED, after)
    if before < SHARE:
        return _verdict(one, VOID)
    return _verdict(one, LEAKED if after >= SHARE else HIDDEN, after)


def _verdict(one: Planted, state: str, read: float = 0.0, code: str = "") -> Verdict:
    return Verdict(one.canary.entity, one.canary.modality, one.app, state, round(read, 3), code)


def crop(pixels: Any, box: Box) -> Any:
    """The pixels of a box with a margin, which OCR needs."""
    left, top, width, height = box
    return pixels[max(0, top - _MARGIN) : top + height + _MARGIN, max(0, left - _MARGIN) : left + width + _MARGIN]


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads a small picture with an engine; ``name`` says which."""

    name: str
    engine: Any = field(repr=False)

    def __call__(self, pixels: Any) -> str:
        """BGR pixels -> what stands there."""
        from image_redact.decode import import_cv2

        cv2 = import_cv2()
        large = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        return " ".join(word.text for piece in self.engine.read([large]) for word in piece)


def reading() -> Reading:
    """RapidOCR where it is installed, otherwise Tesseract with settings unlike those of a first reading."""
    from image_redact.engines import rapid
    from image_redact.engines.choose import engine

    if rapid.is_installed():
        return Reading("rapidocr", engine("rapidocr"))
    return Reading("tesseract, other settings", engine(other=True))
