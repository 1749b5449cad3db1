"""The contact sheet: what it shows, and what must never be in it."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from boundary import sheet as module
from boundary.outcome import Release, Report, Withheld
from boundary.sheet import _add, _Watch, check_place
from boundary.sheet_page import page
from boundary.sheet_tiles import Sheet, Tile, picture
from boundary.trace import LINKED, REASONS, REPAIR, STICKY, TEXT, UNREAD, Mark, marks, why
from image_redact import Rect, Region
from recording.errors import InputError, StepFailed
from recording.model import Box, Finding

CANARY = (13, 200, 77)
VOID = {"meta", "img", "rect", "link", "br"}


class _Balanced(HTMLParser):
    """Fails on a tag that is closed and was not open, and keeps every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(text):
    """Every tag of a document, which must be balanced."""
    parser = _Balanced()
    parser.feed(text)
    assert parser.open == []
    return parser.tags


def frames():
    """A frame with a canary in it, and the same covered there."""
    before = np.full((200, 320, 3), 255, np.uint8)
    before[40:80, 50:150] = CANARY
    after = before.copy()
    after[40:80, 50:150] = 0
    return before, after


def sheet_of(*, reveal=False, count=3, limit=10, outcome=None, mark=None, keep_names=False, names=None):
    """A sheet of one recording whose frames are all alike."""
    before, after = frames()
    names = names or [f"f{n}.png" for n in range(count)]
    watch = _Watch(1, limit, 0, 100_000, reveal=reveal)
    for name in names:
        watch.frame(name, before, after, [mark or Mark((50, 40, 100, 40), TEXT, "PERSON", "names", 0.9)])
    watch.ended(names, {})
    made = Sheet("audit", "ab" * 32, limit, 0, reveal)
    released = Release(dict.fromkeys(names, b""), Report(), "", {})
    _add(made, watch, outcome or released, keep_names=keep_names)
    return made


def pictures(text):
    """Every picture of a sheet, decoded."""
    codes = re.findall(r"data:image/jpeg;base64,([^\"]+)", text)
    return [cv2.imdecode(np.frombuffer(base64.b64decode(c), np.uint8), cv2.IMREAD_COLOR) for c in codes]


def has_canary(pixels):
    """Whether a picture has the colour that was covered."""
    return bool((np.abs(pixels.astype(int) - CANARY).max(axis=2) < 20).any())


def test_without_reveal_no_covered_pixel_is_in_the_file():
    """What was covered is in no picture; with reveal it is, beside a warning."""
    plain, revealed = page(sheet_of()), page(sheet_of(reveal=True))
    assert pictures(plain)
    assert not any(map(has_canary, pictures(plain)))
    assert "Not redacted." not in plain
    assert sum(map(has_canary, pictures(revealed))) == 3
    assert "Not redacted." in revealed


def test_a_recording_that_is_withheld_shows_no_pixels():
    """Frames that passed do not leave either when verification refuses their recording."""
    made = sheet_of(outcome=Withheld("text-residue", "verify"), reveal=True)
    text = page(made)
    assert not pictures(text)
    assert text.count("<code>text-residue</code>") == 3
    assert (made.released, made.codes["text-residue"]) == (0, 3)


def test_a_sheet_loads_nothing_and_runs_nothing():
    """No script, no handler, no address but data, and a policy that forbids the rest."""
    text = page(sheet_of(reveal=True))
    tags = parsed(text)
    assert not {"script", "iframe", "object", "link", "form"} & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href"):
            assert str(attributes.get(name) or "#").startswith(("#", "data:image/jpeg;"))
    rule = next(a["content"] for t, a in tags if t == "meta" and a.get("http-equiv"))
    assert rule.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert all(a.get("alt") for t, a in tags if t == "img")
    assert all(a.get("scope") for t, a in tags if t == "th")


def test_names_and_labels_are_escaped():
    """A label, a rule or a file name cannot become markup."""
    evil = '"><script>x</script>'
    text = page(sheet_of(mark=Mark((1, 2, 3, 4), TEXT, evil, evil, 1.0), names=[evil], keep_names=True))
    assert "<script" not in text
    assert "&lt;script" in text
    parsed(text)


def test_file_names_are_told_only_where_the_release_bears_them():
    """A policy with neutral names keeps them out of the sheet too."""
    assert "quince.png" not in page(sheet_of(names=["quince.png"]))
    assert "quince.png" in page(sheet_of(names=["quince.png"], keep_names=True))
    dropped = sheet_of(names=["quince.png"], keep_names=True, outcome=Release({}, Report(), "", {}))
    assert "quince.png" not in page(dropped)


def test_a_sample_says_what_it_shows_of_what():
    """The figures count every frame; equal seeds choose equal frames."""
    made = sheet_of(count=30, limit=4)
    assert "4 of 30 frames are shown" in page(made)
    assert made.labels["PERSON"] == 30
    assert [t.frame for t in made.tiles()] == [t.frame for t in sheet_of(count=30, limit=4).tiles()]


def test_withheld_frames_come_first():
    """What did not pass takes the room of what did."""
    made = sheet_of(count=5, limit=3)
    made.withheld.append(Tile(2, 1, code="ocr-blind"))
    assert [tile.code for tile in made.tiles()] == ["ocr-blind", "", ""]


def test_a_picture_is_never_larger_than_its_room():
    """Noise, which nothing compresses, is made smaller; what cannot fit is refused."""
    noise = np.random.default_rng(1).integers(0, 256, (1080, 1920, 3), np.uint8)
    assert len(picture(noise, 36_000)) <= 36_000
    with pytest.raises(StepFailed, match="sheet-picture"):
        picture(noise, 100)


def test_every_region_has_its_reason():
    """Findings, known values, what is unread, what stuck and what the second reading found are told apart."""
    boxes = [Rect(n * 10, 0, 5, 5) for n in range(5)]
    found = [
        Finding("PERSON", Box("f", *boxes[n]), 0.8, "r", text, "")
        for n, text in enumerate(("Finds names.", "known value of the session"))
    ]
    told = marks("f", map(Region, boxes[:4]), [Region(boxes[4], "X")], why(found, ()), [boxes[2]], [boxes[2]])
    assert [mark.reason for mark in told] == [TEXT, LINKED, UNREAD, STICKY, REPAIR]
    assert {mark.reason for mark in told} < set(REASONS)


def test_a_sheet_that_reveals_is_refused_in_a_release(tmp_path):
    """Neither in the output of a run nor below it; and no sheet lies in its own source."""
    (tmp_path / "out/recordings/a").mkdir(parents=True)
    (tmp_path / "out/manifest.json").write_text("{}")
    source = tmp_path / "in"
    source.mkdir()
    for place in ("out/s.html", "out/recordings/a/s.html"):
        with pytest.raises(InputError, match="reveal-in-release"):
            check_place(source, tmp_path / place, reveal=True)
    check_place(source, tmp_path / "out/s.html", reveal=False)
    with pytest.raises(InputError, match="out-in-source"):
        check_place(source, source / "s.html", reveal=False)


def test_only_its_owner_may_read_a_sheet_that_reveals(tmp_path):
    """Mode 0600 from its first byte."""
    module._write(tmp_path / "s.html", b"x", private=True)
    assert (tmp_path / "s.html").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["s.html"]


def test_the_largest_sheet_stays_below_30_mb():
    """As many frames as there can be, every picture as large as it may be, every table full."""
    made = Sheet("audit", "ab" * 32, module.MOST, 0, reveal=False)
    mark = Mark((1000, 1000, 1000, 1000), REPAIR, "L" * 40, "r" * 40, 0.5)
    data = bytes(min(module.LARGEST, module.PICTURES // module.MOST))
    for n in range(module.MOST):
        tile = Tile(1, n, width=1920, height=1080, marks=(mark,) * 200, picture=data)
        made.chosen.append((-n, 1, n, tile))
    assert len(page(made)) < 30_000_000
