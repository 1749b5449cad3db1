"""Headless Chromium over the DevTools pipe (file descriptors 3 and 4): no port, no socket library, no network."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from benchmarks._harness import Skip

_FLAGS = (
    "--headless=new --remote-debugging-pipe --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --disable-dev-shm-usage --hide-scrollbars "
    "--disable-features=Translate,OptimizationHints,MediaRouter --lang=en-US --font-render-hinting=none"
)
# No name resolves: a page that asks for anything beyond itself gets nothing.
_OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"


@dataclass(slots=True)
class Browser:
    """One page of a running Chromium. `call` raises `RuntimeError` where the protocol refuses."""

    sink: BinaryIO = field(repr=False)
    source: BinaryIO = field(repr=False)
    session: str = ""
    count: int = 0

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Result of one protocol method."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.sink.write(json.dumps(message).encode() + b"\0")
        self.sink.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == self.count:
                if "result" not in answer:
                    raise RuntimeError(f"chromium refused {method}")
                return cast("dict[str, Any]", answer["result"])

    def _message(self) -> bytes:
        out = bytearray()
        while (byte := self.source.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("chromium ended")
            out += byte
        return bytes(out)

    def show(self, html: str, *, width: int, height: int, scale: float) -> None:
        """Lay out a page of ``width`` x ``height`` CSS pixels with ``scale`` device pixels each."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)
        self.evaluate("document.fonts.ready.then(() => true)")

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression; promises are awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError("a script of the page failed")
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


def binary() -> str:
    """Path of Chromium.

    Raises:
        Skip: It is not installed.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise Skip("chromium is not installed")


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium with an empty page and a profile of its own; both gone afterwards.

    Raises:
        Skip: Chromium is not installed.
    """
    program = binary()
    # Above 9, so that moving them to 3 and 4 in the child cannot overwrite one with the other.
    commands, sink = _pipe()
    source, answers = _pipe()

    def place() -> None:
        os.dup2(commands, 3)
        os.dup2(answers, 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *_FLAGS.split(), _OFFLINE, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=place,  # noqa: PLW1509  no thread runs yet, and pass_fds cannot choose the numbers
            env={**os.environ, "HOME": profile, "TZ": "UTC"},
            cwd=Path(profile),
        )
        os.close(commands)
        os.close(answers)
        try:
            with os.fdopen(sink, "wb") as out, os.fdopen(source, "rb") as back:
                page = Browser(out, back)
                target = page.call("Target.createTarget", url="about:blank")["targetId"]
                page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                yield page
        finally:
            process.terminate()
            process.wait(timeout=30)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]
