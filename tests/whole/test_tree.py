"""What is true of the tree itself."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    """Every file that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def test_no_file_names_a_package_registry() -> None:
    """Locks and settings name packages and hashes, never an index, so that every site uses its own."""
    host = re.compile(r"(?:pypi|pythonhosted|npmjs|registry)\.(?:org|com)\b|--(?:extra-)?index-url", re.IGNORECASE)
    named = [path.name for path in tracked() if path != Path(__file__) and host.search(_text(path))]
    assert named == []


def test_no_file_holds_a_path_of_this_machine() -> None:
    """Nothing that is committed names the folder it was made in."""
    assert [path.name for path in tracked() if f"{ROOT}/" in _text(path)] == []


def test_no_tracked_file_is_above_one_megabyte() -> None:
    """Generated data stay out of the history; the two models that the package ships are named, and have a limit too."""
    shipped = {"text_redact/names/data/model.onnx": 25 * 2**20, "image_redact/data/centerface.onnx": 8 * 2**20}
    large = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked() if path.stat().st_size > 2**20
    }
    assert set(large) <= set(shipped)
    assert all(size < shipped[name] for name, size in large.items())


def test_every_module_stays_below_400_lines() -> None:
    """A module that grows beyond 400 lines holds two ideas."""
    modules = [path for path in tracked() if path.suffix == ".py"]
    assert [path.name for path in modules if len(_text(path).splitlines()) > 400] == []


def test_every_test_states_its_rule_in_a_sentence() -> None:
    """Each test function has a docstring that ends with a full stop."""
    missing = []
    for path in tracked():
        if path.name.startswith("test_") and path.suffix == ".py":
            for node in ast.walk(ast.parse(_text(path))):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    rule = ast.get_docstring(node) or ""
                    missing += [] if rule.endswith(".") else [node.name]
    assert missing == []


def test_nothing_is_aliased_to_dp() -> None:
    """`dp` is a package here; an alias of that name would read as another library's."""
    alias = re.compile(r"^\s*(?:import|from)\b.*\bas dp\b", re.MULTILINE)
    assert [path.name for path in tracked() if path.suffix == ".py" and alias.search(_text(path))] == []
