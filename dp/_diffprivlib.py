"""The only door to diffprivlib; `Geometric` and `GaussianDiscrete` come through it and nothing else does.

diffprivlib 0.6.6 executes ``diffprivlib.models`` on import, which fails with scikit-learn 1.9 (``DOUBLE`` is gone
from ``sklearn.tree._tree``), and it loads float mechanisms that one comparison breaks (arXiv 2207.13793). Both are
avoided by loading the modules of the two mechanisms and what these need, under bare stand-ins for the packages above
them and for ``mechanisms.laplace``, from which ``mechanisms.gaussian`` takes docstrings. Any other module of the
library that gets loaded on the way is refused. All are gone afterwards, so other code of the process may import
diffprivlib as usual.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any

from recording.errors import MissingExtra

INSTALL = "pip install 'boundary-redaction[dp]'"
"""The command that brings diffprivlib."""

_ROOT = "diffprivlib"
_LAPLACE = f"{_ROOT}.mechanisms.laplace"

ALLOWED = frozenset(
    {
        _ROOT,
        f"{_ROOT}.utils",
        f"{_ROOT}.mechanisms",
        f"{_ROOT}.mechanisms.base",
        f"{_ROOT}.mechanisms.gaussian",
        f"{_ROOT}.mechanisms.geometric",
        _LAPLACE,
    }
)
"""Names under which anything is loaded: the reviewed modules, and the stand-ins for the packages and for Laplace."""

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
    return _load("geometric", "Geometric")


@cache
def gaussian() -> Callable[[float], Any]:
    """A function from a finite float ``sigma > 0`` to a ``diffprivlib.mechanisms.GaussianDiscrete`` of that sigma.

    The class itself finds sigma for an (epsilon, delta); in zero-concentrated privacy sigma is given.

    Raises:
        MissingExtra: As `geometric`.
    """
    return partial(_with_sigma, _load("gaussian", "GaussianDiscrete"))


def _with_sigma(mechanism: Any, sigma: float) -> Any:
    if not (isinstance(sigma, float) and math.isfinite(sigma) and sigma > 0):
        raise ValueError("sigma is a finite positive float")
    made = mechanism(epsilon=1.0, delta=0.1)
    if not isinstance(getattr(made, "_scale", None), float):
        raise MissingExtra("diffprivlib keeps sigma elsewhere", code="extra-broken", hint=INSTALL)
    made._scale = sigma  # noqa: SLF001  there is no public way to give the mechanism its sigma
    return made


def _load(module: str, name: str) -> Any:
    with _LOADING:
        spec = find_spec(_ROOT)
        if spec is None or not spec.submodule_search_locations:
            raise MissingExtra("diffprivlib is not installed", code="missing-extra", hint=INSTALL)
        folder = spec.submodule_search_locations[0]
        before = _take_out()
        try:
            for package, path in ((_ROOT, folder), (f"{_ROOT}.mechanisms", f"{folder}/mechanisms")):
                stand_in = ModuleType(package)
                stand_in.__path__ = [path]
                sys.modules[package] = stand_in
            laplace = ModuleType(_LAPLACE)
            laplace.Laplace = _NoLaplace  # type: ignore[attr-defined]  # a module takes any attribute
            sys.modules[_LAPLACE] = laplace
            found = getattr(importlib.import_module(f"{_ROOT}.mechanisms.{module}"), name)
            if any(loaded.startswith(_ROOT) and loaded not in ALLOWED for loaded in sys.modules):
                raise MissingExtra("diffprivlib loads more than was reviewed", code="extra-broken", hint=INSTALL)
        except (ImportError, AttributeError):
            raise MissingExtra("diffprivlib does not load here", code="extra-broken", hint=INSTALL) from None
        else:
            return found
        finally:
            _take_out()
            sys.modules.update(before)


class _NoLaplace:
    """Stands where ``mechanisms.gaussian`` takes docstrings from; it draws nothing."""

    def bias(self) -> None:
        """Nothing."""

    def variance(self) -> None:
        """Nothing."""

    def randomise(self) -> None:
        """Nothing."""


def library() -> str:
    """Name and version for the record of a release, for example ``diffprivlib 0.6.6``."""
    return f"{_ROOT} {version(_ROOT)}"


def _take_out() -> dict[str, ModuleType]:
    """Remove every diffprivlib module from the table of modules and return them."""
    names = [name for name in sys.modules if name == _ROOT or name.startswith(f"{_ROOT}.")]
    return {name: sys.modules.pop(name) for name in names}
