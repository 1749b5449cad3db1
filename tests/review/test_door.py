"""Attacks on the page: everything that is not its own browser is refused, and the page stays up."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from reviewing import ORIGIN, PORT, SCRIPT, Page, TestClient

from boundary.review.app import application
from boundary.review.command import _listening
from boundary.review.security import HEADERS, LARGEST, Door


@pytest.fixture
def page(page_for: Callable[..., Page]) -> Page:
    """Ann's page."""
    return page_for("ann")


@pytest.fixture
def stranger(page: Page) -> TestClient:
    """A browser that never saw the token."""
    return TestClient(page.client.app, base_url=ORIGIN, raise_server_exceptions=False)


PATHS = ["/", "/log", "/approval", "/completions.json", "/static/review.js", "/standing", "/looks/x/why/0"]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_told_without_the_token(stranger: TestClient, path: str) -> None:
    """Not even a script or a style: the answer says nothing about the policy."""
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "till" not in answer.text


@pytest.mark.parametrize("token", ["", "x", "%00", "a" * 10_000])
def test_a_wrong_token_opens_nothing(stranger: TestClient, token: str) -> None:
    """A guess gives no cookie."""
    answer = stranger.get(f"/?token={token}")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_token_opens_once_and_leaves_the_address(desk_for: Callable[..., object]) -> None:
    """Who finds the address in a history or a log finds nothing that opens the page."""
    door = Door(PORT)
    token = door.token
    client = TestClient(application(desk_for("ann"), door), base_url=ORIGIN)
    first = client.get("/", params={"token": token}, follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert token not in cookie
    assert TestClient(client.app, base_url=ORIGIN).get("/", params={"token": token}).status_code == 403
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:1", "127.0.0.1", "", "127.0.0.1.evil.example"]
)
def test_another_host_is_refused(page: Page, host: str) -> None:
    """A name that was pointed here (DNS rebinding) does not get in, cookie or not."""
    assert page.get("/", host=host).status_code == 421


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", f"https://127.0.0.1:{PORT}", None]
)
def test_another_origin_may_not_write(page: Page, origin: str | None) -> None:
    """A form on another page, with the cookie, changes nothing."""
    before = len(page.desk.entries())
    headers = {} if origin is None else {"origin": origin}
    for path, form in (("/act", {"action": "submit"}), ("/save", {"text": "x"}), ("/preview", {"text": "x"})):
        assert page.client.post(path, data=form, headers=headers).status_code == 403
    assert len(page.desk.entries()) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_not_read(page: Page, site: str) -> None:
    """Neither another site nor another port of this machine, whatever cookie the browser adds."""
    assert page.get("/", **{"sec-fetch-site": site}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/log", "/nothing", "/static/review.css", "/looks/x/screens/1/before.jpg"])
def test_every_answer_forbids_what_a_page_need_not_do(page: Page, path: str) -> None:
    """Scripts and styles come from here alone, nothing may frame the page, nothing is kept."""
    headers = page.get(path).headers
    for name, value in HEADERS:
        assert headers[name.decode()] == value.decode()
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/changes", "/evidence", "/approval", "/log"])
def test_no_page_has_an_inline_script_or_style_or_anything_from_elsewhere(page: Page, path: str) -> None:
    """What the policy forbids, no page needs."""
    text = page.get(path).text
    assert text.count("<script") == text.count('<script src="/static/')
    assert "<style" not in text
    assert " style=" not in text
    assert "onclick" not in text
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("show", ["left", "found", "all"])
def test_a_script_in_a_title_or_in_typed_text_is_shown_and_not_run(page: Page, show: str) -> None:
    """Stored XSS: recorded words are escaped wherever they are shown."""
    text = page.look(show=show).text
    assert SCRIPT not in text
    if show == "all":
        assert "&lt;script&gt;" in text


def test_a_script_in_a_comment_or_in_a_policy_is_shown_and_not_run(page: Page) -> None:
    """What reviewers write is escaped, too."""
    page.save(page.desk.text() + f"# {SCRIPT}\n")
    page.act("submit", comment=SCRIPT)
    for path in ("/", "/log", "/approval"):
        assert SCRIPT not in page.get(path).text
    assert "&lt;script&gt;" in page.get("/log").text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/desk.py",
        "/static//etc/passwd",
        "/looks/..%2f..%2fetc/texts",
        "/looks/..%2f..%2fetc%2fpasswd/screens/1/before.jpg",
        "/looks/x/screens/..%2f1/after.jpg",
    ],
)
def test_a_path_that_leads_out_is_not_there(page: Page, path: str) -> None:
    """No file but those of the page is served, and what is asked for by name is only ever looked up."""
    assert page.get(path).status_code in {403, 404}


@pytest.mark.parametrize("number", ["../../etc/passwd", "first", "-1", "0", "3", "99999999999", "1e1", "\u0661", ""])
def test_a_sample_is_known_by_its_number_alone(page: Page, number: str) -> None:
    """A name that leads out of the sample is no sample."""
    answer = page.post("/preview", text=page.desk.text(), sample=number)
    assert answer.status_code == 404
    assert "no-such-sample" in answer.text


def test_what_is_too_large_is_refused_whatever_its_length_says(page: Page) -> None:
    """A body is counted while it comes; the page stays up."""
    headers = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    whole = b"text=" + b"a" * LARGEST
    pieces = (b"a" * 65_536 for _ in range(40))
    assert page.client.post("/check", content=whole, headers=headers).status_code == 413
    assert page.client.post("/check", content=pieces, headers=headers).status_code == 413
    told = {**headers, "content-length": "99999999999"}
    assert page.client.post("/check", content=b"text=a", headers=told).status_code == 413
    assert page.get("/").status_code == 200


def test_only_plain_forms_are_taken(page: Page) -> None:
    """Files, JSON and forms with thousands of fields are nothing that the page sends."""
    headers = {"origin": ORIGIN}
    assert page.client.post("/check", files={"text": b"x"}, headers=headers).status_code == 415
    assert page.client.post("/check", json={"text": "x"}, headers=headers).status_code == 415
    many = {f"f{number}": "x" for number in range(1000)}
    assert page.client.post("/check", data=many, headers=headers).status_code == 400


def test_an_alias_bomb_and_a_policy_of_a_megabyte_are_mistakes_like_others(page: Page) -> None:
    """What the checker refuses the page shows; it neither hangs nor falls."""
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
    )
    for text in (bomb, "policy: 1\n#" + "x" * 500_000, "\x00", "- " * 3000):
        assert page.post("/check", text=text).json()["problems"]
    assert page.get("/").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_known(page: Page, method: str) -> None:
    """Nothing answers a preflight, so no other origin may ask for more."""
    answer = page.client.request(method, "/act", headers={"origin": ORIGIN})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


def test_it_listens_on_the_loopback_interface_alone() -> None:
    """There is no option that opens it to a network."""
    listening = _listening(0)
    try:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert listening.family is socket.AF_INET
    finally:
        listening.close()


def test_an_error_of_ours_tells_its_class_and_nothing_else(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback would print what was being looked at."""

    def breaks(*_: object) -> None:
        raise ValueError("Rosalind Okafor")

    monkeypatch.setattr(type(page.desk.looks), "look", breaks)
    answer = page.look()
    assert answer.status_code == 500
    assert "ValueError" in answer.text
    assert "Okafor" not in answer.text


def test_the_folder_of_the_page_holds_what_a_wheel_needs() -> None:
    """Templates, script, style and licences lie in the package."""
    folder = Path(application.__code__.co_filename).parent
    names = {path.name for path in (*folder.glob("static/*"), *folder.glob("templates/*"))}
    assert {"review.js", "review.css", "review.js.LICENSES.txt", "icon.svg", "base.html"} <= names
    assert (folder / "static" / "review.js").stat().st_size < 1_000_000
