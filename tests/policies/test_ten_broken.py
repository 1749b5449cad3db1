"""Ten ways to break a policy: each is told with line, column and remedy, soon and in little memory."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from policies import load_policy
from recording.errors import PolicyError

HEAD = "policy: 1\nname: broken\n"
CHANGE = "change:\n  default: {use: replace}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(code + 1)}: &{chr(code + 1)} [{', '.join([f'*{chr(code)}'] * 10)}]\n" for code in range(97, 107)
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A policy with a mistake, and what is told about it."""

    name: str
    text: str
    code: str
    line: int
    column: int
    hint: str


TEN = (
    Broken("tabs", HEAD + "find:\n\t- use: text.pii\n", "yaml-syntax", 4, 1, "spaces"),
    Broken("duplicate key", HEAD + "person: a\nperson: b\n", "duplicate-key", 4, 1, "keep one"),
    # Norway is a text: as an operator's option that is a number, it is told by what it should be.
    Broken("NO as country", HEAD + CHANGE + "  US_SSN: {use: mask, keep_last: NO}\n", "wrong-type", 5, 34, "digits"),
    Broken("anchors bomb", BOMB, "too-many-values", 5, 1, "write aliases out"),
    Broken("wrong type", HEAD + "find: [{use: text.pii, threshold: high}]\n" + CHANGE, "wrong-type", 3, 35, "digits"),
    Broken(
        "misspelt key three levels deep",
        HEAD + "release:\n  budget: {epsilom: 1}\n",
        "unknown-key",
        4,
        12,
        "did you mean 'epsilon'?",
    ),
    Broken(
        "unknown entity",
        HEAD + "find:\n  - use: text.pii\n    entities: [CREDIT_CART]\n" + CHANGE,
        "wrong-value",
        5,
        16,
        "did you mean 'CREDIT_CARD'?",
    ),
    Broken(
        "step order",
        HEAD + "find:\n  - {use: screen.codes}\n  - {use: text.secrets}\n  - {use: screen.text}\n" + CHANGE
        + "  screen: {use: cover}\n",
        "step-order",
        4,
        5,
        "move it after screen.text",
    ),
    Broken(
        "missing file",
        HEAD + "find:\n  - {use: text.list, file: nowhere.txt}\n" + CHANGE,
        "no-such-file",
        4,
        28,
        "starts at the policy's folder",
    ),
    Broken("5 MB file", "# " + "x" * 5_000_000, "too-large", 1, 1, "list files"),
)  # fmt: skip


@pytest.mark.parametrize("broken", TEN, ids=lambda broken: broken.name)
def test_each_is_told_at_its_place_with_a_remedy(tmp_path, broken):
    """Line and column of the value or key, a code, and what to do about it."""
    path = tmp_path / "broken.yaml"
    path.write_text(broken.text)
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    told = {(d.code, d.line, d.column): d for d in caught.value.diagnostics}
    assert (broken.code, broken.line, broken.column) in told
    found = told[broken.code, broken.line, broken.column]
    assert broken.hint in found.hint
    assert found.hint


def test_a_country_is_a_text():
    """``NO`` is Norway and not false, and is found in a list of values."""
    from policies import PolicySource, parse_policy

    text = HEAD + "find:\n  - {use: text.list, label: COUNTRY, values: [NO, SE]}\n" + CHANGE
    (use,) = parse_policy((PolicySource("p.yaml", text),), folder=Path.cwd()).find
    assert use.options.values == ("NO", "SE")


_MEASURE = """
import sys
from policies import load_policy, shipped
from policies.registry import steps
from recording.errors import PolicyError
shipped(), steps()
for path in sys.argv[1:]:
    try:
        load_policy(path)
    except PolicyError:
        pass
most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(most.split()[1]) // 1024)
"""


def test_none_takes_more_memory_than_a_phone_has(tmp_path):
    """All ten in one process, libraries included: under 200 MB."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells how much memory a process had at most")
    paths = []
    for number, broken in enumerate(TEN):
        path = tmp_path / f"{number}.yaml"
        path.write_text(broken.text)
        paths.append(str(path))
    done = subprocess.run([sys.executable, "-c", _MEASURE, *paths], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200
