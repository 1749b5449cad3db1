"""Screens on the page: covered for everybody, as captured for who asks, and not at all where nothing would leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from reviewing import Page

from boundary.outcome import Withheld
from boundary.review.looks import Look
from boundary.review.preview import Preview, Shot
from boundary.trace import TEXT, Mark

COVERED, CAPTURED = b"as it leaves", b"as captured"
NAME = "0" * 32
AT = f"/looks/{NAME}/screens"


@pytest.fixture
def page(page_for: Callable[..., Page]) -> Page:
    """Ann's page, with a look at a recording of one screen."""
    page = page_for("ann")
    policy = page.desk.stored()
    assert policy is not None
    mark = Mark((5, 6, 70, 20), TEXT, "PERSON", "list", 1.0)
    shot = Shot(1, 400, 300, (mark,), COVERED, CAPTURED)
    seen = Preview(policy.digest, None, None, shots=(shot,), frames=1, screens=True)
    page.desk.looks._looks[NAME] = Look(NAME, 1, page.desk.looks.plan(policy), seen)
    return page


def withhold(page: Page) -> None:
    """The recording would not leave."""
    looks = page.desk.looks._looks
    verdict = Withheld("text-residue", "verify", "the result still holds something")
    looks[NAME] = replace(looks[NAME], preview=replace(looks[NAME].preview, withheld=verdict))


def test_a_screen_is_shown_covered_and_with_its_reasons(page: Page) -> None:
    """The picture is the covered one; each region says its label, its rule and why."""
    text = page.get(AT).text
    assert f"{AT}/1/after.jpg" in text
    assert "before.jpg" not in text
    assert "text found by a detector" in text
    assert page.get(f"{AT}/1/after.jpg").content == COVERED
    assert page.get(f"{AT}/1/before.jpg").status_code == 404


def test_a_screen_as_captured_is_given_to_who_says_why_and_that_is_logged_first(page: Page) -> None:
    """Asking for the picture by its address is not asking: only the deed that is logged opens it."""
    assert page.post(f"{AT}/1/reveal", reason="").status_code == 409
    assert page.get(f"{AT}/1/before.jpg").status_code == 404
    assert "before.jpg" in page.post(f"{AT}/1/reveal", reason="judge a finding").text
    assert page.get(f"{AT}/1/before.jpg").content == CAPTURED
    entry = page.desk.entries()[-1]
    assert (entry.who, entry.action, entry.detail) == ("ann", "reveal", "recording 1, screen 1: judge a finding")


def test_one_launch_does_not_reveal_to_another(page: Page, page_for: Callable[..., Page]) -> None:
    """What Ann asked for Ben has not asked for."""
    page.post(f"{AT}/1/reveal", reason="judge a finding")
    ben = page_for("ben")
    ben.desk.looks._looks.update(page.desk.looks._looks)
    assert ben.get(f"{AT}/1/before.jpg").status_code == 404


def test_a_screen_whose_recording_would_be_withheld_is_not_shown_covered_either(page: Page) -> None:
    """No pixel is seen as if it had left."""
    withhold(page)
    text = page.get(AT).text
    assert "would not leave" in text
    assert ".jpg" not in text
    assert page.get(f"{AT}/1/after.jpg").status_code == 404


@pytest.mark.parametrize(
    "path", ["2/after.jpg", "0/after.jpg", "1/other.jpg", "1/after.png", "-1/after.jpg", "x/after.jpg"]
)
def test_other_screens_and_other_pictures_are_not_there(page: Page, path: str) -> None:
    """A screen is known by its number, and has two pictures."""
    assert page.get(f"{AT}/{path}").status_code == 404


def test_a_log_that_cannot_be_written_reveals_nothing(page: Page) -> None:
    """The deed is logged before anything is shown."""
    page.desk.log_file.write_text("no log\n")
    assert page.post(f"{AT}/1/reveal", reason="judge a finding").status_code == 409
    assert page.get(f"{AT}/1/before.jpg").status_code == 404
