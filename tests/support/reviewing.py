"""The page of one reviewer as a browser on this machine sees it, without the browser."""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for httpx2, which is not among the dependencies
    from starlette.testclient import TestClient

from boundary.review.app import application
from boundary.review.desk import Desk, fingerprint
from boundary.review.security import Door

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
POLICY = """\
policy: 1
name: till
description: What the till may send.
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, CREDIT_CARD]}
  - {use: text.list, label: PERSON, file: people.txt}
link: {within: session}
change:
  default: {use: replace}
  CREDIT_CARD: {use: mask, keep_last: 4}
"""
CARD, MAIL, PERSON = "4111 1111 1111 1111", "wren@example.org", "Rosalind Okafor"
SCRIPT = "<script>document.title='owned'</script>"


class Page:
    """What a browser on this machine does, without the browser."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.door = desk, Door(PORT)
        self.client = TestClient(application(desk, self.door), base_url=ORIGIN, raise_server_exceptions=False)
        self.client.get("/", params={"token": self.door.token})

    def get(self, path: str, **headers: str) -> Any:
        """Look at something."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, /, **form: object) -> Any:
        """Send a form, as a page of this origin does."""
        headers = {"origin": ORIGIN, "hx-request": "true"}
        return self.client.post(path, data=form, headers=headers, follow_redirects=False)

    def act(self, action: str, **form: object) -> Any:
        """Do something to the version as it stands."""
        policy = self.desk.stored()
        assert policy is not None
        version = self.desk.version(policy)
        return self.post("/act", action=action, **{"digest": version.digest, "sample": version.sample, **form})

    def save(self, text: str) -> Any:
        """Save a text over the one that stands there."""
        return self.post("/save", text=text, base=fingerprint(self.desk.text()))

    def look(self, *, text: str | None = None, number: int = 1, show: str = "all") -> Any:
        """The preview of a sample."""
        return self.post("/preview", text=self.desk.text() if text is None else text, sample=number, show=show)
