"""Videos: every frame is looked at, bounded, and with a code for whatever is broken."""

from __future__ import annotations

import io
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from films import av, film
from pages import Piece, draw

from image_redact import video
from image_redact.video import Moment, sample, watch
from recording.errors import InputError

PACE = [0, 0.1, 1.1, 2.1, 3.1, 4.1, 4.7]
PAGE = [Piece(8, 8 + 16 * row, f"line {row} of a page that stays as it is 0123456789", 11) for row in range(22)]


def page(*more: Piece) -> Any:
    """A page of small text, with something on it."""
    return draw([*PAGE, *more], width=640, height=400)


def moments(source: bytes | Path, every_s: float = 1.0) -> list[Moment]:
    """Every frame of a video as it was looked at."""
    return list(watch(source, every_s=every_s))


def sampled(source: bytes | Path, every_s: float = 1.0) -> list[float]:
    """Seconds of the samples."""
    return [round(moment.seconds, 2) for moment in moments(source, every_s) if moment.pixels is not None]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds at 10 frames a second; the text changes after two."""
    path = tmp_path_factory.mktemp("video") / "screen 1.mp4"
    path.write_bytes(
        film(
            draw([Piece(20, 60, "Page one" if index < 20 else "Second page", 24)], width=320, height=200)
            for index in range(40)
        )
    )
    return path


@pytest.fixture(params=["av", "cv2"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either of the libraries that decode; without PyAV it is OpenCV."""
    if request.param == "cv2":
        monkeypatch.setitem(sys.modules, "av", None)
    return str(request.param)


@pytest.mark.usefixtures("library")
class TestEither:
    """What holds whichever library decodes."""

    def test_frames_are_sampled_by_time(self, plain: Path) -> None:
        """Without change detection one frame for each period comes, with its time."""
        frames = list(sample(plain, every_s=1.0, max_frames=10, on_change=False))
        assert [round(at, 1) for at, _ in frames] == [0.0, 1.0, 2.0, 3.0]
        assert all(pixels.shape == (200, 320, 3) and pixels.dtype == np.uint8 for _, pixels in frames)

    def test_frames_that_did_not_change_are_left_out(self, plain: Path) -> None:
        """With change detection only the two pages come."""
        assert [round(at) for at, _ in sample(plain, every_s=0.5, max_frames=10)] == [0, 2]

    def test_a_video_beyond_the_limit_is_refused_not_cut(self, plain: Path) -> None:
        """More frames than allowed is an error, since a silent cut would hide it."""
        with pytest.raises(InputError, match="video-too-long"):
            list(sample(plain, every_s=0.1, max_frames=5, on_change=False))
        with pytest.raises(InputError, match="video-too-long"):
            list(sample(plain, every_s=0.1, max_frames=1))

    def test_frames_that_are_too_large_are_refused(self, plain: Path) -> None:
        """The frame size is checked before a frame is decoded."""
        with pytest.raises(InputError, match="image-too-large"):
            list(sample(plain, every_s=1, max_frames=5, max_pixels=1000))

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "video-empty"),
            (b"just some text, not a film", "video-not-a-video"),
            (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "video-not-a-video"),
            (b"ffconcat version 1.0\nfile /etc/hostname\n", "video-not-a-video"),
            (b"\x00\x00\x00\x20ftypisom" + bytes(400), "video-unreadable"),
            (b"\x1aE\xdf\xa3" + bytes(400), "video-unreadable"),
        ],
    )
    def test_a_broken_video_is_refused_with_its_code(
        self, content: bytes, code: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Each kind of bad file has its code, and its name is printed nowhere."""
        path = tmp_path / "odo hale %02d.mp4"
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            list(sample(path, every_s=1, max_frames=5))
        assert caught.value.code == code
        assert "odo hale" not in str(caught.value) + "".join(capfd.readouterr())

    @pytest.mark.parametrize("kind", ["mp4", "mov", "matroska", "webm", "avi"])
    @pytest.mark.parametrize("part", [0.2, 0.5, 0.8, 0.97])
    def test_a_video_cut_off_anywhere_is_refused(self, kind: str, part: float, tmp_path: Path) -> None:
        """What is left of a truncated file never passes as the whole, however much of it plays."""
        pictures = [draw([Piece(8, 70, f"row {index}", 14)], width=320, height=200) for index in range(30)]
        whole = film(pictures, kind=kind)
        path = tmp_path / "cut"
        path.write_bytes(whole)
        assert len(moments(path)) >= 30
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(InputError):
            moments(path)


def test_bytes_need_pyav_and_are_refused_without(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording in memory is read like a file; OpenCV cannot do that."""
    assert sampled(plain.read_bytes()) == sampled(plain)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InputError, match="video-unreadable"):
        moments(plain.read_bytes())


def test_a_fragmented_video_cut_inside_a_fragment_is_refused() -> None:
    """Live recorders write MP4 in fragments, whose boxes say how long they are."""
    whole = film(
        [page(Piece(8, 370, f"row {index}", 14)) for index in range(30)],
        options={"g": "10"},
        container={"movflags": "frag_keyframe+empty_moov"},
    )
    assert len(moments(whole)) == 30
    with pytest.raises(InputError, match="video-truncated"):
        moments(whole[: int(len(whole) * 0.7)])


def test_a_live_webm_of_unknown_length_is_read_and_refused_where_it_is_cut() -> None:
    """Browsers write WebM without lengths: it is whole where its last element is."""
    live = film([page(Piece(8, 370, f"r {index}", 14)) for index in range(20)], kind="webm", container={"live": "1"})
    assert len(moments(live)) == 20
    with pytest.raises(InputError, match="video-truncated"):
        moments(live[:-200])


@pytest.mark.parametrize("kind", ["mp4", "matroska", "avi"])
def test_a_damaged_video_is_refused(kind: str) -> None:
    """A stretch of zeros in the middle is an error and not a grey patch."""
    whole = bytearray(film([page(Piece(8, 370, f"row {index}", 14)) for index in range(40)], kind=kind))
    middle = len(whole) // 2
    whole[middle : middle + len(whole) // 6] = bytes(len(whole) // 6)
    with pytest.raises(InputError):
        moments(bytes(whole))


class TestWatch:
    """Which frames are samples."""

    @pytest.mark.parametrize("grey", [0, 90, 119])
    def test_a_word_of_11_pixels_shown_for_one_frame_is_a_sample(self, grey: int) -> None:
        """However short and small: what was on the screen was read."""
        word = page(Piece(420, 184, "Odo Hale", 11, (grey, grey, grey)))
        assert sampled(film([page()] * 12 + [word] + [page()] * 12), 0.1)[:2] == [0.0, 1.2]

    def test_one_digit_that_changes_is_a_sample(self) -> None:
        """A digit is a change, and the changed frame is the one that is given."""
        before, after = (page(Piece(420, 184, text, 11)) for text in ("total 4713", "total 4718"))
        assert sampled(film([before] * 15 + [after] * 15)) == [0.0, 1.5]

    @pytest.mark.parametrize(("codec", "crf"), [("libx264", "18"), ("libx264", "28"), ("libvpx-vp9", "33")])
    def test_what_a_codec_makes_of_a_still_page_is_no_change(self, codec: str, crf: str) -> None:
        """New key frames look a little different; they cost no reading."""
        kind = "webm" if codec == "libvpx-vp9" else "mp4"
        options = {"crf": crf, "g": "12", "deadline": "realtime", "cpu-used": "8"}
        assert sampled(film([page()] * 60, kind=kind, codec=codec, options=options), 0.1) == [0.0]

    def test_a_slow_change_is_seen_when_it_has_added_up(self) -> None:
        """A picture that fades is compared with the sample, not with the frame before it."""
        shades = [np.full((200, 320, 3), 255 - 2 * index, np.uint8) for index in range(40)]
        assert len(sampled(film(shades, options={"crf": "10"}), 0.1)) > 5

    def test_a_moving_picture_is_sampled_at_its_pace_and_marked_in_between(self) -> None:
        """Frames that are no samples and differ from the sample before them say so, and the last one is a sample."""
        noise = np.random.default_rng(1).integers(0, 255, (48, 128, 128, 3), np.uint8)
        found = moments(film(list(noise)), 1.0)
        assert [round(moment.seconds, 1) for moment in found if moment.pixels is not None] == PACE
        assert all(moment.between == (moment.pixels is None) for moment in found)

    def test_a_moving_picture_hides_nothing_that_appears_beside_it(self) -> None:
        """A note that pops up for one frame while a picture moves elsewhere is a sample."""
        noise = np.random.default_rng(1).integers(0, 255, (40, 128, 128, 3), np.uint8)
        pictures = []
        for index, moving in enumerate(noise):
            pictures.append(page(Piece(400, 184, "Odo Hale", 14)) if index == 25 else page())
            pictures[-1][256:384, 0:128] = moving
        assert 2.5 in sampled(film(pictures), 2.0)

    def test_a_still_frame_is_never_marked(self, plain: Path) -> None:
        """What shows the sample before it is not in between."""
        found = moments(plain)
        assert len(found) == 40
        assert not any(moment.between for moment in found)


class TestContainers:
    """Times, turns, and what else is in a file."""

    @pytest.mark.parametrize("kind", ["mp4", "mov", "matroska", "webm"])
    def test_times_are_those_of_the_file_at_a_variable_rate(self, kind: str) -> None:
        """Recorders leave frames out while nothing moves."""
        times = [0.0, 0.033, 0.5, 0.511, 2.25, 7.0]
        pictures = [page(Piece(8, 370, f"row {index}", 20)) for index in range(len(times))]
        found = [moment.seconds for moment in moments(film(pictures, kind=kind, times=times))]
        assert found == pytest.approx(times, abs=0.0011)

    def test_a_turned_video_is_read_upright(self) -> None:
        """The display matrix of phones and tablets says how a player turns the picture."""
        picture = np.zeros((64, 128, 3), np.uint8)
        picture[:16, :16] = 255
        data = film([picture] * 3)
        straight = b"".join(number.to_bytes(4, "big") for number in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
        turned = [0, 1 << 16, 0, (1 << 32) - (1 << 16), 0, 0, 64 << 16, 0, 1 << 30]
        at = data.index(straight, data.index(b"tkhd"))
        data = data[:at] + b"".join(number.to_bytes(4, "big") for number in turned) + data[at + 36 :]
        (first, *_) = moments(data)
        assert first.pixels is not None
        assert first.pixels.shape == (128, 64, 3)
        assert first.pixels[5, -5].min() > 200
        assert first.pixels[5, 5].max() < 50

    @pytest.mark.parametrize("kind", ["mp4", "matroska"])
    def test_sound_is_not_read(self, kind: str) -> None:
        """A file with a sound track gives the same pictures as one without."""
        with_sound = moments(film([page()] * 5, kind=kind, sound=0.5))
        assert [moment.seconds for moment in with_sound] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.05)

    def test_a_picture_whose_size_changes_is_refused(self) -> None:
        """One film has one size; codecs that allow another one in the middle are no way around the limits."""
        sizes = (320, 200), (320, 200), (640, 400)
        pictures = [cv2.imencode(".jpg", draw([], width=width, height=height))[1].tobytes() for width, height in sizes]
        with pytest.raises(InputError, match="video-size-changes"):
            moments(_mjpeg(pictures))

    def test_a_decoder_that_no_recorder_needs_is_not_run(self) -> None:
        """FFmpeg has hundreds of them."""
        with pytest.raises(InputError, match="video-unreadable"):
            moments(film([page()] * 2, kind="matroska", codec="snow", options={"strict": "-2"}))


def _mjpeg(pictures: list[bytes]) -> bytes:
    """A Matroska file of JPEG pictures as they are."""
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as made:
        stream = made.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 200, "yuvj420p"
        for index, picture in enumerate(pictures):
            packet = av.Packet(picture)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 1000), True
            packet.pts = packet.dts = index * 100
            made.mux(packet)
    return out.getvalue()


def test_a_video_of_days_is_refused_however_few_its_frames() -> None:
    """Length is bounded by what the file says, and frames by their number."""
    days = film([page()] * 2, kind="matroska", times=[0.0, 200_000.0])
    with pytest.raises(InputError, match="video-too-long"):
        moments(days)


def test_more_frames_than_any_screen_shows_are_refused(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may hold millions of frames that do not change."""
    monkeypatch.setattr(video, "MAX_DECODED", 20)
    with pytest.raises(InputError, match="video-too-long"):
        moments(plain)


def test_whoever_watches_the_time_can_end_it_at_every_frame(plain: Path) -> None:
    """A long still video gives no samples for hours; the clock is asked all the same."""
    asked = []

    def tick() -> None:
        asked.append(1)
        if len(asked) == 7:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        list(watch(plain, every_s=1.0, tick=tick))
