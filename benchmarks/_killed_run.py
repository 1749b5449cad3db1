"""Starts runs that are to be killed: one process that has everything loaded, and forks each of them off.

Reads a line of JSON for each, ``{"batch", "policy", "out", "workers"}``, and writes its process id; when it has ended,
its status. A fork of a process of one thread behaves as a program started anew, but for the two seconds of loading.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import boundary.worker
from boundary.plan import cached_plan
from boundary.runner import run
from policies import load_policy
from recording.errors import BoundaryError

KEY = b"key of a benchmark, no secret..."
FINISHED, REFUSED = 0, 2


def main() -> None:
    """Serve until the input ends."""
    boundary.worker.START_METHOD = "fork"
    loaded = False
    for line in sys.stdin:
        asked = json.loads(line)
        policy = load_policy(asked["policy"])
        plan = cached_plan(policy.sources, policy.folder, KEY)
        if not loaded:
            print("loaded", flush=True)
            loaded = True
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os._exit(_run(asked, plan))
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)


def _run(asked: dict[str, Any], plan: Any) -> int:
    try:
        run(
            [Path(asked["batch"])], plan, Path(asked["out"]), ledger=None, workers=asked["workers"], resume=True
        )  # fmt: skip
    except BoundaryError as error:
        print(error.code, file=sys.stderr)
        return FINISHED if error.code == "run-finished" else REFUSED
    return FINISHED


if __name__ == "__main__":
    main()
