"""The reviewers' page served to a real browser, and what a test looks at there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boundary.review.app import application
from boundary.review.command import _listening
from boundary.review.desk import Desk
from boundary.review.security import Door

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = os.environ.get("BOUNDARY_PICTURES")
"""Where the guide's pictures go; without it they are made and thrown away."""
AXE = (Path(__file__).parents[1] / "review" / "axe.min.js").read_text(encoding="utf-8")
WIDE, TWICE = {"width": 1440, "height": 900}, {"width": 720, "height": 450}
"""A usual window, and what is left of it at 200 % zoom."""
EXPECTED = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx says of a preview that is given up because something newer was typed."""


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The page of one launch, and the address that opens it."""
    import uvicorn

    listening = _listening(0)
    door = Door(listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(application(desk, door), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.port}/?token={door.token}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@contextmanager
def at_work(browser: Any, desk: Desk, **about: Any) -> Iterator[Any]:
    """Somebody's browser on their page; whatever the console complains of fails the test."""
    with served(desk) as address:
        context = browser.new_context(**{"viewport": WIDE, **about})
        page = context.new_page()
        page.set_default_timeout(60_000)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        yield page
        context.close()
    assert [text for text in complaints if not text.startswith(EXPECTED)] == []


def until(page: Any, expression: str) -> None:
    """Wait for something in the page; Playwright's own way needs `eval`, which the page forbids."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


def picture(page: Any, name: str) -> None:
    """A picture for the guide, small enough to commit."""
    data = page.screenshot()
    if not PICTURES:
        return
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    for width in (1280, 1120, 960, 800):
        scaled = cv2.resize(
            pixels, (width, round(pixels.shape[0] * width / pixels.shape[1])), interpolation=cv2.INTER_AREA
        )
        fine, encoded = cv2.imencode(".png", scaled, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        if fine and len(encoded) < 150_000:
            (Path(PICTURES) / f"review-{name}.png").write_bytes(encoded.tobytes())
            return
    raise AssertionError(f"no size of {name} is small enough")


def violations(page: Any) -> list[str]:
    """What axe-core complains of, on the page as it is."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]} {one['nodes'][0]['failureSummary'][:200]}" for one in found]
