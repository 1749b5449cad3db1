"""Sessions of nearly equal frames: what a frame costs when little of it has changed, against reading each anew."""

from __future__ import annotations

import shutil

import numpy as np

from benchmarks._harness import Count, Result, Skip, Speed, compare
from benchmarks.screens import one_tesseract_thread
from image_redact import ScreenReader, ScreenRereader, SessionRedactor
from image_redact.decode import Pixels, import_cv2
from image_redact.engines.choose import engine
from recording.model import Hit
from text_redact.detectors import pii

FRAMES = 60
SIZE = (1080, 1920)
PEER = "one pytesseract.image_to_data a frame, psm 3"
ENTITIES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IP_ADDRESS")
_ROW = 24
_TYPED = "please call jane at 415-555-0134 or write to jane.doe@corp.example about it, thanks"


def run(*, quick: bool) -> Result:
    """Typing, scrolling and a panel that changes: covering every frame, and that warm and cold find the same."""
    if shutil.which("tesseract") is None:
        raise Skip("tesseract is not installed")
    count = 4 if quick else FRAMES
    find = pii.build(ENTITIES, 0.4)
    speeds: list[Speed] = []
    counts: list[Count] = []
    sessions = (("typing", typing(count)), ("scrolling", scrolling(count)), ("panel", panel(count)))
    with one_tesseract_thread():
        for name, frames in sessions:
            speeds.append(_speed(name, frames, find))
            counts.append(_same(name, frames, find))
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=("frames are arrays: nobody decodes or encodes",))


def _speed(name: str, frames: list[Pixels], find: pii.Pii) -> Speed:
    def ours() -> None:
        with _redactor(find) as redactor:
            for frame in frames:
                redactor.frame(frame)

    def theirs() -> None:
        import pytesseract

        for frame in frames:
            pytesseract.image_to_data(frame, config="--psm 3")

    return compare(
        case=f"{name}, {len(frames)} frames", unit="frame", work=len(frames), peer=PEER, ours=ours, theirs=theirs,
        rounds=1, warm_up=False,
    )  # fmt: skip


def _same(name: str, frames: list[Pixels], find: pii.Pii) -> Count:
    """Frames that come out of a session as they come out alone, on a sample."""
    sample = frames[:: max(1, len(frames) // 5)]
    with _redactor(find) as redactor:
        warm = [redactor.frame(frame) for frame in frames]
    equal = 0
    for frame in sample:
        with _redactor(find) as redactor:
            equal += bool(np.array_equal(redactor.frame(frame), warm[_index(frames, frame)]))
    return Count(figure=f"{name}: frames covered as they are alone", ours=equal, of=len(sample))


def _index(frames: list[Pixels], frame: Pixels) -> int:
    return next(number for number, other in enumerate(frames) if other is frame)


def _redactor(find: pii.Pii) -> SessionRedactor:
    def detect(text: str) -> list[Hit]:
        return list(find(text))

    return SessionRedactor(
        detect,
        reader=ScreenReader(engines=(engine(),)),
        rereader=ScreenRereader(whole=None, engines=(engine(other=True),)),
    )


def page() -> Pixels:
    """A window of rows of text."""
    pixels = np.full((*SIZE, 3), 250, np.uint8)
    rng = np.random.default_rng(7)
    for row in range(2, SIZE[0] // _ROW - 2):
        number = int(rng.integers(10_000, 99_999))
        _write(pixels, f"row {number} of the table, open since {number % 12 + 1} weeks", 40, row * _ROW)
        _write(pixels, f"user{number}@mail.example.net" if row % 4 else "no address", 620, row * _ROW)
        _write(pixels, f"({number % 700 + 200}) 555-0{number % 100:03d}", 960, row * _ROW)
    return pixels


def _write(pixels: Pixels, text: str, x: int, y: int) -> None:
    cv2 = import_cv2()
    cv2.putText(pixels, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA)


def typing(count: int) -> list[Pixels]:
    """A letter more on every frame."""
    frames = []
    for number in range(count):
        frame = page()
        _write(frame, _TYPED[: (number + 1) * len(_TYPED) // count], 1240, 540)
        frames.append(frame)
    return frames


def scrolling(count: int) -> list[Pixels]:
    """A row further on every frame."""
    tall = np.vstack([page(), page()[::1]])
    return [np.ascontiguousarray(tall[_ROW * number : _ROW * number + SIZE[0]]) for number in range(min(count, 44))]


def panel(count: int) -> list[Pixels]:
    """Another customer in a panel on every frame."""
    frames = []
    for number in range(count):
        frame = page()
        for row, text in enumerate((f"Customer {number}", f"c{number}@shop.example", f"+1 415 555 01{number:02d}")):
            _write(frame, text, 1240, 200 + 30 * row)
        frames.append(frame)
    return frames
