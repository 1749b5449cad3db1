"""Nothing but the geometric mechanism can be reached, and no randomness but the operating system's."""

from __future__ import annotations

import ast
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
    code = (
        "import sys, dp; dp.COUNT_EVENTS; print([m for m in ('diffprivlib', 'scipy', 'sklearn') if m in sys.modules])"
    )
    assert run(code) == "[]"


def test_the_door_loads_geometric_and_no_other_mechanism() -> None:
    """Loading the mechanism runs no module of diffprivlib but geometric and what it needs, and leaves none behind."""
    code = (
        "import sys, builtins; seen = set(); real = builtins.__import__\n"
        "def spy(name, *args, **kw):\n"
        "    module = real(name, *args, **kw); seen.update(m for m in sys.modules if m.startswith('diffprivlib'))\n"
        "    return module\n"
        "builtins.__import__ = spy\n"
        "from dp._diffprivlib import geometric\n"
        "print(geometric().__name__, sorted(seen), [m for m in sys.modules if m.startswith('diffprivlib')])"
    )
    packages = ["diffprivlib", "diffprivlib.mechanisms"]
    modules = ["diffprivlib.mechanisms.base", "diffprivlib.mechanisms.geometric", "diffprivlib.utils"]
    assert run(code) == f"Geometric {packages + modules} []"


def test_the_door_is_still_needed() -> None:
    """Plain ``import diffprivlib`` fails with the locked scikit-learn; once it works, rethink dp/_diffprivlib.py."""
    code = "try:\n    import diffprivlib\n    print('works')\nexcept ImportError as error:\n    print(error.name)"
    assert run(code) == "sklearn.tree._tree"


@pytest.mark.parametrize("path", sorted((ROOT / "dp").rglob("*.py")), ids=lambda path: path.name)
def test_nothing_in_dp_takes_a_seed(path: Path) -> None:
    """No function of dp has or passes a seed, and no module imports a random generator of its own."""
    tree = ast.parse(path.read_text())
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg | ast.keyword)}
    assert not names & {"seed", "random_state", "rng", "generator"}
    forbidden = ("random", "numpy.random", "scipy", "secrets")
    # The audit makes up data to try queries with; it draws no noise, and nothing that releases imports it.
    assert path.name == "audit.py" or not [name for name in imported(tree) if name.startswith(forbidden)]
    assert (
        not [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "random" and isinstance(node.value, ast.Name)
        ]
        or path.name == "audit.py"
    )
