"""Ctrl-C and SIGTERM: the first asks a run to stop where nothing is half done, the second ends it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from boundary.child import STOPPING


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Gives what raises `KeyboardInterrupt` once somebody asked to stop; call it where nothing is half done."""
    asked: list[int] = []

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check  # the caller owns the signals
        return

    def note(number: int, _: object) -> None:
        asked.append(number)
        # Whatever holds Python up cannot hold up the second one.
        for each in STOPPING:
            signal.signal(each, signal.SIG_DFL)

    # In the background of a shell Ctrl-C is ignored, and stays so.
    ours = [each for each in STOPPING if signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, note) for each in ours}
    try:
        yield check
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
