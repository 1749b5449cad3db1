"""A small client of Chromium's DevTools protocol: one socket a page, one question at a time."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import websocket  # type: ignore[import-not-found]  # Debian: python3-websocket


@dataclass(slots=True)
class Page:
    """One page of the browser; safe to use from several threads."""

    url: str
    socket: Any = field(repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    count: int = 0

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Result of a protocol method; an empty dictionary when the page refuses, as it does while it navigates."""
        with self.lock:
            self.count += 1
            self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
            while True:
                answer: dict[str, Any] = json.loads(self.socket.recv())
                if answer.get("id") == self.count:
                    result: dict[str, Any] = answer.get("result", {})
                    return result

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression (promises are awaited), ``None`` when it fails."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer.get("result", {}).get("value")

    def focused(self) -> dict[str, Any]:
        """Accessible name and role of the focused element, from the accessibility tree."""
        found = self.call("Runtime.evaluate", expression="document.activeElement")
        handle = found.get("result", {}).get("objectId")
        if handle is None:
            return {}
        tree = self.call("Accessibility.getPartialAXTree", objectId=handle, fetchRelatives=False)
        nodes = tree.get("nodes") or [{}]
        return {
            "name": nodes[0].get("name", {}).get("value", ""),
            "role": nodes[0].get("role", {}).get("value", ""),
        }


def connect(port: int, host: str, *, seconds: float = 30.0) -> Page:
    """The page whose address holds ``host``, waiting for it to open.

    Raises:
        TimeoutError: No such page after ``seconds``.
    """
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
                targets = json.load(answer)
        except OSError:
            targets = []
        for target in targets:
            if target.get("type") == "page" and host in target.get("url", ""):
                socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=10)
                return Page(host, socket)
        time.sleep(0.2)
    raise TimeoutError(f"no page of {host}")
