"""Imports onnxruntime without what it tells its maker."""

from __future__ import annotations

import os
from types import ModuleType


def import_onnxruntime() -> ModuleType:
    """The module, without telemetry; every other import of it must come later.

    Builds of 1.31 note device and model at import, keep that in ``~/.cache/Microsoft`` and look up Microsoft's
    collector seconds later. Their ``disable_telemetry_events`` comes too late for that: of what was tried, only the
    variable stops all of it.

    Raises:
        ImportError: It is not installed.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module
