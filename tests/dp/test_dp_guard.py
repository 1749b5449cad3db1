"""Nothing but two integer mechanisms can be reached, and no randomness but the operating system's."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOOR = ROOT / "dp" / "_diffprivlib.py"


def run(code: str) -> str:
    """Output of ``code`` in a fresh interpreter at the root of the project."""
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sources() -> Iterator[Path]:
    """Every Python file of the project, environments and hidden folders left out."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if not any(part.startswith(".") or part in {"build", "dist", "site-packages"} for part in parts):
            yield path


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of the modules that a file imports, also through ``import_module("...")`` and ``__import__("...")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names if not node.level)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def test_only_the_door_imports_diffprivlib() -> None:
    """No file of the project but dp/_diffprivlib.py imports diffprivlib."""
    found = {
        path.relative_to(ROOT)
        for path in sources()
        if path != DOOR and any(name.split(".")[0] == "diffprivlib" for name in imported(ast.parse(path.read_text())))
    }
    assert not found


def test_importing_dp_loads_neither_diffprivlib_nor_scipy() -> None:
    """Importing dp and its step spec loads no heavy library."""
    heavy = ("diffprivlib", "scipy", "sklearn", "dp_accounting")
    assert run(f"import sys, dp; dp.COUNT_EVENTS; print([m for m in {heavy} if m in sys.modules])") == "[]"


def test_the_linter_refuses_every_way_into_diffprivlib(tmp_path: Path) -> None:
    """Ruff, with the project's rules, flags each import of the library, of its parts and of its members."""
    lines = [
        "import diffprivlib",
        "import diffprivlib.tools",
        "import diffprivlib.models as models",
        "from diffprivlib import tools",
        "from diffprivlib.tools import mean",
        "from diffprivlib.mechanisms import Laplace",
        "from diffprivlib.accountant import BudgetAccountant",
        "from diffprivlib.mechanisms.gaussian import GaussianDiscrete",
    ]
    sample = tmp_path / "sample.py"
    sample.write_text("\n".join(lines))
    command = [
        "ruff",
        "check",
        "--config",
        str(ROOT / "pyproject.toml"),
        "--select",
        "TID251",
        "--output-format",
        "json",
    ]
    done = subprocess.run(
        [sys.executable, "-m", *command, str(sample)], check=False, capture_output=True, text=True, timeout=60
    )
    assert {found["location"]["row"] for found in json.loads(done.stdout)} == set(range(1, len(lines) + 1))


def test_the_door_loads_two_mechanisms_and_no_float_noise() -> None:
    """Only reviewed modules of diffprivlib run; what stands for its Laplace draws nothing; none is left behind."""
    code = (
        "import sys, builtins; seen = {}; real = builtins.__import__\n"
        "def spy(name, *args, **kw):\n"
        "    module = real(name, *args, **kw)\n"
        "    seen.update({m: v for m, v in sys.modules.items() if m.startswith('diffprivlib')})\n"
        "    return module\n"
        "builtins.__import__ = spy\n"
        "from dp._diffprivlib import gaussian, geometric\n"
        "made = gaussian()(2.5)\n"
        "files = sorted(m for m, v in seen.items() if getattr(v, '__file__', None))\n"
        "print(geometric().__name__, type(made).__name__, made._scale, files,\n"
        "      seen['diffprivlib.mechanisms.laplace'].Laplace.__module__,\n"
        "      [m for m in sys.modules if m.startswith('diffprivlib')])"
    )
    modules = [f"diffprivlib.{name}" for name in ("mechanisms.base", "mechanisms.gaussian", "mechanisms.geometric")]
    assert run(code) == f"Geometric GaussianDiscrete 2.5 {[*modules, 'diffprivlib.utils']} dp._diffprivlib []"


def test_the_door_refuses_a_library_that_loads_more_than_was_reviewed() -> None:
    """If a mechanism pulls in another module of diffprivlib, the load ends in an error and gives no mechanism."""
    code = (
        "import dp._diffprivlib as door\n"
        "from recording.errors import MissingExtra\n"
        "door.ALLOWED = door.ALLOWED - {'diffprivlib.mechanisms.base'}\n"
        "try:\n    door.geometric(); print('loaded')\nexcept MissingExtra as error:\n    print(error.code)"
    )
    assert run(code) == "extra-broken"


@pytest.mark.parametrize("sigma", ["0.0", "-1.0", "float('inf')", "float('nan')", "3"])
def test_the_gaussian_takes_a_finite_positive_float(sigma: str) -> None:
    """Any other sigma is refused: 0 would mean no noise."""
    code = f"from dp._diffprivlib import gaussian\ntry: gaussian()({sigma})\nexcept ValueError: print('refused')"
    assert run(code) == "refused"


def test_the_door_is_still_needed() -> None:
    """Plain ``import diffprivlib`` fails with the locked scikit-learn; once it works, rethink dp/_diffprivlib.py."""
    code = "try:\n    import diffprivlib\n    print('works')\nexcept ImportError as error:\n    print(error.name)"
    assert run(code) == "sklearn.tree._tree"


@pytest.mark.parametrize("path", sorted((ROOT / "dp").rglob("*.py")), ids=lambda path: path.name)
def test_nothing_in_dp_takes_a_seed(path: Path) -> None:
    """No function of dp has or passes a seed, and no module reaches a random generator but the operating system's."""
    tree = ast.parse(path.read_text())
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg | ast.keyword)}
    assert not names & {"seed", "random_state", "rng", "generator"}
    # It makes up data to audit queries with; it draws no noise, and nothing that releases imports it.
    if path.name != "neighbours.py":
        # A ledger's own identity is a random name, and no noise.
        forbidden = ("random", "numpy.random", "scipy", *(() if path.parent.name == "ledger" else ("secrets",)))
        assert not [name for name in imported(tree) if name.startswith(forbidden)]
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not attributes & {"random", "default_rng", "RandomState", "laplace", "normal"}
