"""The only door to diffprivlib, and only `Geometric` comes through it.

diffprivlib 0.6.6 executes ``diffprivlib.models`` on import, which fails with scikit-learn 1.9 (``DOUBLE`` is gone
from ``sklearn.tree._tree``), and it loads float mechanisms that one comparison breaks (arXiv 2207.13793). Both are
avoided by loading ``diffprivlib.mechanisms.geometric`` and what that module itself needs, and nothing else, under
bare stand-ins for the two packages above it. The stand-ins are gone afterwards, so other code of the process may
import diffprivlib as usual.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any

from recording.errors import MissingExtra

INSTALL = "pip install 'boundary-redaction[dp]'"
"""The command that brings diffprivlib."""

_ROOT = "diffprivlib"
_LOADING = Lock()


def available() -> bool:
    """Whether diffprivlib is installed; nothing is imported."""
    return find_spec(_ROOT) is not None


@cache
def geometric() -> Any:
    """The class ``diffprivlib.mechanisms.Geometric`` (untyped library: `Any` ends at `dp.noise`).

    Raises:
        MissingExtra: ``missing-extra``, or ``extra-broken`` where it is installed and does not load.
    """
    with _LOADING:
        spec = find_spec(_ROOT)
        if spec is None or not spec.submodule_search_locations:
            raise MissingExtra("diffprivlib is not installed", code="missing-extra", hint=INSTALL)
        folder = spec.submodule_search_locations[0]
        before = _take_out()
        try:
            for name, path in ((_ROOT, folder), (f"{_ROOT}.mechanisms", f"{folder}/mechanisms")):
                stand_in = ModuleType(name)
                stand_in.__path__ = [path]
                sys.modules[name] = stand_in
            return importlib.import_module(f"{_ROOT}.mechanisms.geometric").Geometric
        except ImportError:
            raise MissingExtra("diffprivlib does not load here", code="extra-broken", hint=INSTALL) from None
        finally:
            _take_out()
            sys.modules.update(before)


def library() -> str:
    """Name and version for the record of a release, for example ``diffprivlib 0.6.6``."""
    return f"{_ROOT} {version(_ROOT)}"


def _take_out() -> dict[str, ModuleType]:
    """Remove every diffprivlib module from the table of modules and return them."""
    names = [name for name in sys.modules if name == _ROOT or name.startswith(f"{_ROOT}.")]
    return {name: sys.modules.pop(name) for name in names}
