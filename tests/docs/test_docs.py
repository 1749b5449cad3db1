"""The documents do what they say: commands run, policies load, Python runs, references are up to date."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import needs

from policies import PolicySource, parse_policy
from policies.reference import insert

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = {"./scripts/demo", "./scripts/test"}  # run by CI and by the test of the demo
ENGINES = ("apache_beam", "dask", "datasets", "pyspark", "ray")
PACKAGES = ("boundary", "dp", "image_redact", "recording", "text_redact")
ABOUT_POLICIES = {
    "policy-refused",
    "no-text",
}  # a policy lists its mistakes; "detect" has its own
SHOWN = {
    "image_redact": b"covered",
    "dp.accounting": b"4.77",
    "import audit": b"audit passed",
    "session.stop": b"statistics: active",
    "boundary.engines": b"released",
    "stage.stream(": b"",
    "": b"Release",
}  # what examples print, by what they use
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[object]:
    """Every fenced block of ``language``, named by its page and number."""
    return [
        pytest.param(body, id=f"{page.name}-{number}")
        for page in PAGES
        for number, (kind, body) in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")))
        if kind == language
    ]


def _environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "BOUNDARY_STATE": str(tmp_path / "state")}


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("body", blocks("sh"))
def test_every_command_in_the_documents_runs(body: str, tmp_path: Path) -> None:
    """A command that a page shows ends with exit code 0 when it is typed at the root of the project."""
    for line in body.splitlines():
        command = line.split("#", 1)[0].strip() if line.startswith("./scripts/") else line
        if not command or command.split()[0] in SCRIPTS:
            continue
        command = command.replace("build/", f"{tmp_path}/")
        done = subprocess.run(
            command, shell=True, cwd=ROOT, env=_environment(tmp_path), capture_output=True, timeout=900, check=False
        )
        assert done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("body", blocks("python"))
def test_every_python_example_runs(body: str, tmp_path: Path) -> None:
    """Python that a page shows runs as it stands, where the engine that it is about is installed."""
    needs(*(name for name in ENGINES if re.search(rf"^(?:import|from) {name}\b", body, re.MULTILINE)))
    if "pyspark" in body and shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    body = body.replace("build/", f"{tmp_path}/")
    done = subprocess.run(
        [sys.executable, "-c", body],
        cwd=ROOT,
        env=_environment(tmp_path),
        capture_output=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert next(shown for part, shown in SHOWN.items() if part in body) in done.stdout


@pytest.mark.parametrize("body", blocks("yaml"))
def test_every_policy_in_the_documents_loads(body: str) -> None:
    """A policy that a page shows is accepted."""
    assert parse_policy((PolicySource("page.yaml", body),), folder=ROOT / "samples").digest


def test_the_reference_of_the_language_is_up_to_date() -> None:
    """docs/policies.md says what the models say; `python -m policies.reference docs/policies.md` makes it so."""
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    assert insert(page) == page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_in_the_documents_leads_somewhere(page: Path) -> None:
    """A relative link points to a file of the project, and its fragment to a heading."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, fragment = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, target


def test_the_readme_shows_the_policy_of_the_demo() -> None:
    """The policy printed in the README is samples/policy.yaml, word for word."""
    policy = (ROOT / "samples" / "policy.yaml").read_text(encoding="utf-8")
    assert f"```yaml\n{policy}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_code_of_an_error_is_in_the_documents() -> None:
    """Who meets a code in withheld.jsonl finds it in docs/running.md."""
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    raised = re.compile(r"""(?:code=|refused=|Withheld\()"([a-z][a-z0-9-]+)\"""")
    sources = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    codes = {code for path in sources for code in raised.findall(path.read_text(encoding="utf-8"))}
    assert {code for code in codes - ABOUT_POLICIES if f"`{code}`" not in page} == set()


def test_every_test_that_the_threat_model_names_is_there() -> None:
    """A promise that names a test which was moved or removed is no promise."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)+(?:test_[a-z_]+\.py)?)`", page)) | {"dp/ledger"}
    assert len(named) > 20
    assert {name for name in named if not (ROOT / "tests" / name).exists()} - {"tests/"} == set()
