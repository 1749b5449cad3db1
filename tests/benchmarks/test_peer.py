"""The peer of image benchmarks: it is talked to as its driver answers, and where it is not, that is said."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import _image_peer, _image_peer_driver, peer
from benchmarks._harness import Skip, Speed
from benchmarks._image_peer import ImagePeer, image_peer, peer_python
from benchmarks.pages import chromium


def _message(data: bytes) -> bytes:
    return len(data).to_bytes(8, "big") + data


def test_without_the_environment_the_reason_names_what_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is installed on the way to a figure."""
    monkeypatch.setenv("BOUNDARY_PEERS", str(tmp_path))
    with pytest.raises(Skip, match="scripts/peer presidio-image-redactor"):
        peer_python()


def test_a_driver_that_ends_is_a_reason_to_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without the package does not end the other benchmarks."""
    broken = tmp_path / "driver.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(_image_peer, "_DRIVER", broken)
    monkeypatch.setattr(_image_peer, "peer_python", lambda: Path(sys.executable))
    with pytest.raises(Skip, match="does not start"), image_peer():
        pass


def test_a_frame_on_which_the_peer_fails_is_counted_and_stays_as_it_is() -> None:
    """Its failure is no cover, and no crash of ours."""
    asked = io.BytesIO()
    talk = ImagePeer(io.BytesIO(_message(b"covered") + _message(b"")), asked)
    assert talk.redact(b"one") == b"covered"
    assert talk.redact(b"two") == b"two"
    assert talk.failed == 1
    assert asked.getvalue() == _message(b"one") + _message(b"two")


def test_what_the_peer_raises_is_an_empty_answer() -> None:
    """The driver goes on with the next frame."""
    assert _image_peer_driver._redacted(None, b"no picture") == b""


def test_the_driver_imports_nothing_of_ours() -> None:
    """It runs where none of it is installed."""
    code = f"import runpy, sys; runpy.run_path({str(_image_peer._DRIVER)!r}); "
    code += "print(sorted(set(sys.modules) & {'benchmarks', 'boundary', 'image_redact', 'recording', 'policies'}))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_quick_peer_has_a_speed_for_pages_sessions_and_frames_that_stay(tmp_path: Path) -> None:
    """The whole benchmark runs on one page and a few frames, where the peer is installed."""
    try:
        peer_python()
        chromium.binary()
    except Skip as reason:
        pytest.skip(str(reason))
    result = peer.run(quick=True)
    assert [type(speed) for speed in result.speeds] == [Speed] * len(result.speeds)
    cases = " ".join(speed.case for speed in result.speeds)
    assert "page" in cases
    assert "typing" in cases
    assert "equal to the one before" in cases
    assert all(count.peer is not None for count in result.counts)
