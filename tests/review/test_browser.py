"""The page in a real browser, as people use it: with keys alone, at twice the size, in the dark, and by two people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, TWICE, WIDE, at_work, picture, until, violations
from needs import needs
from reviewing import PERSON

from boundary.review.desk import Desk, opened_desk

ROOT = Path(__file__).resolve().parents[2]
POLICY = """\
policy: 1
name: office-demo
description: What the office may send.
find:
  - use: text.roles
  - use: text.pii
  - {use: text.list, label: PERSON, file: people.txt}
  - use: text.secrets
  - use: text.passwords
  - use: text.labels
  - use: screen.text
link: {within: session}
change:
  default: {use: replace}
  CREDIT_CARD: {use: mask, keep_last: 4}
  screen: {use: cover}
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium; skips where there is none."""
    needs("playwright")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The committed sample with its first screens, and a policy of its own beside a list of people."""
    folder = tmp_path / "office"
    shutil.copytree(ROOT / "samples" / "office", folder)
    lines = (folder / "screenshots.jsonl").read_text().splitlines(keepends=True)[:3]
    (folder / "screenshots.jsonl").write_text("".join(lines))
    kept = {json.loads(line)["file"].rpartition("/")[2] for line in lines}
    for file in (folder / "screenshots").iterdir():
        if file.name not in kept:
            file.unlink()
    shutil.copy(ROOT / "samples" / "people.txt", tmp_path / "people.txt")
    (tmp_path / "office.yaml").write_text(POLICY)
    return folder


@pytest.fixture
def small(desk_for: Callable[..., Desk]) -> Callable[..., Desk]:
    """A desk with the small sample: nothing to read, so everything comes at once."""
    return desk_for


def type_policy(page: Any, text: str) -> None:
    """Replace what stands in the editor, with keys."""
    page.locator("#editor .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def mends_a_mistake(page: Any) -> None:
    """A mistake shows where it is, and the preview waits; mended, it is of the new text, which is not saved yet."""
    type_policy(page, POLICY.replace("keep_last", "kep_last"))
    page.wait_for_selector(".problems .errors")
    assert "Line 15" in page.inner_text("#problems")
    assert "did you mean 'keep_last'?" in page.inner_text("#problems")
    page.wait_for_selector(".cm-lintRange-error")
    assert page.is_disabled("#save")
    page.wait_for_selector("#preview .note")
    picture(page, "mistake")
    type_policy(page, POLICY.replace("keep_last: 4", "keep_last: 2"))
    page.wait_for_selector(".moment")
    assert "Changes not saved" in page.inner_text("#edit-state")


def asks_why(page: Any) -> None:
    """A finding tells its reason and its lines; what was recorded it tells only when asked."""
    card = page.locator(".chip", has_text="CREDIT_CARD").first
    assert card.locator(".chip-text").inner_text().endswith("*44")
    card.click()
    page.wait_for_selector(".why")
    assert "office.yaml:15" in page.inner_text(".why")
    assert page.locator("#editor .cm-why").count() == 2
    picture(page, "why")
    page.click(".why button.danger")
    page.wait_for_selector(".why .raw")
    assert page.inner_text(".why .raw").replace(" ", "").endswith("4444")


def compares_screens(page: Any) -> None:
    """Screens are covered; as captured only after asking, and the slider moves between the two."""
    page.click("#tab-screens")
    page.click("text=Read and cover the screens")
    page.wait_for_selector(".shot img")
    assert page.locator(".shot").count() == 3
    page.locator(".shot .danger").first.click()
    page.wait_for_selector(".shot .over")
    until(page, "[...document.querySelectorAll('.compare')[0].children].every((i) => i.naturalWidth !== 0)")
    page.locator("[data-compare]").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('.compare').style.getPropertyValue('--cut')") == "55%"
    picture(page, "screens")


def test_a_reviewer_mends_a_policy_and_two_others_approve_it(browser: Any, office: Path, tmp_path: Path) -> None:
    """From a mistake to an approved version, as three people do it; every step shows what it should."""
    if shutil.which("tesseract") is None:
        pytest.skip("no program tesseract to read screens with")
    policy = tmp_path / "office.yaml"

    def desk(who: str) -> Desk:
        return opened_desk(
            policy, [office], who=who, folder=tmp_path / "review", key=b"k" * 32, ledger=None, audit=None
        )

    with at_work(browser, desk("ann")) as page:
        page.wait_for_selector(".moment")
        assert "Dear" in page.inner_text(".timeline")
        assert "Emeka" not in page.content()
        picture(page, "policy")
        mends_a_mistake(page)
        asks_why(page)
        page.click("#save")
        until(page, "document.getElementById('edit-state').textContent === 'Saved'")
        assert "keep_last: 2" in policy.read_text()
        compares_screens(page)
        page.click("nav >> text=Evidence")
        page.wait_for_selector("text=What the policy touches in the sample")
        picture(page, "evidence")
        page.click("nav >> text=Approval")
        page.click("text=Ask for approval")
        page.wait_for_selector(".state-submitted")
        assert page.locator("button:text-is('Approve')").count() == 0

    with at_work(browser, desk("ben")) as page:
        page.click("nav >> text=Approval")
        page.click("button:text-is('Approve')")
        page.wait_for_selector(".state-partly-reviewed")
        assert page.locator("button:text-is('Approve')").count() == 0
        page.click("nav >> text=Log")
        assert "shown when both votes are in" in page.inner_text(".log")

    with at_work(browser, desk("cleo")) as page:
        page.click("nav >> text=Approval")
        page.locator("input[name=comment]").first.fill("cards keep two digits now")
        picture(page, "vote")
        page.click("button:text-is('Approve')")
        page.wait_for_selector(".state-approved")
        picture(page, "approved")
        page.click("nav >> text=Log")
        told = page.inner_text(".log")
        for word in ("reveal", "edit", "submit", "approve", "cards keep two digits now", "judge a finding"):
            assert word in told
        picture(page, "log")


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (TWICE, "light")], ids=["whole", "twice"])
def test_every_page_is_accessible_and_fits_at_twice_its_size(
    browser: Any, small: Callable[..., Desk], size: dict[str, int], scheme: str
) -> None:
    """No violation that axe-core knows, light and dark; at 200 % nothing has to be scrolled sideways."""
    with at_work(browser, small("ann"), viewport=size, color_scheme=scheme) as page:
        page.wait_for_selector(".moment")
        page.locator(".chip").first.click()
        page.wait_for_selector(".why")
        for path in ("", "changes", "evidence", "approval", "log"):
            if path:
                page.click(f"nav a[href='/{path}']")
                page.wait_for_load_state()
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_keys_alone_are_enough(browser: Any, small: Callable[..., Desk]) -> None:
    """From the address to a finding's reason, back, to the other tab, to a saved edit and to a request for approval."""
    with at_work(browser, small("ann")) as page:
        page.wait_for_selector(".moment")
        press = page.keyboard.press

        def reach(selector: str) -> None:
            for _ in range(60):
                if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                    return
                press("Tab")
            raise AssertionError(f"Tab does not lead to {selector}")

        press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        reach("#editor")
        press("Control+End")
        page.keyboard.type("# seen")
        press("Control+s")
        until(page, "document.getElementById('edit-state').textContent === 'Saved'")
        reach("#tab-texts")
        press("ArrowRight")
        assert page.evaluate("document.activeElement.id") == "tab-screens"
        assert page.is_visible("#screens")
        press("Home")
        reach(".chip")
        press("Enter")
        page.wait_for_selector(".why")
        until(page, "document.activeElement.matches('.why')")
        press("Escape")
        assert page.evaluate("document.activeElement.matches('.chip')")
        assert page.locator(".why").count() == 0
        press("Shift+Tab")
        page.goto(page.url + "approval")
        reach("button.primary")
        press("Enter")
        page.wait_for_selector(".state-submitted")


def test_completion_offers_steps_and_their_options(browser: Any, small: Callable[..., Desk]) -> None:
    """Where a step's name or option can stand, the editor has them all, with what they are for."""
    with at_work(browser, small("ann")) as page:
        page.wait_for_selector(".moment")
        type_policy(page, "policy: 1\nname: till\nfind:\n  - use: ")
        page.keyboard.press("Control+Space")
        page.wait_for_selector(".cm-tooltip-autocomplete")
        assert "text.pii" in page.inner_text(".cm-tooltip-autocomplete")
        page.keyboard.press("Escape")
        type_policy(page, "policy: 1\nname: till\nfind:\n  - {use: text.list, la")
        page.keyboard.press("Control+Space")
        page.wait_for_selector(".cm-tooltip-autocomplete")
        assert "label" in page.inner_text(".cm-tooltip-autocomplete")


def test_nothing_that_was_recorded_runs_as_a_script(browser: Any, small: Callable[..., Desk]) -> None:
    """Titles and typed text with scripts in them are shown as text, and the policy of the page would stop them too."""
    with at_work(browser, small("ann")) as page:
        page.select_option("#show", "all")
        page.wait_for_selector(".moment")
        assert "<script>" in page.inner_text(".timeline")
        assert page.title() == "Policy · boundary review"
        assert page.locator(".timeline script").count() == 0
        assert PERSON not in page.content()
