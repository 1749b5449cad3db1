"""Edits leave everything else as it is; layout changes nothing but layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.edit import append, format_policy, remove, set_value
from policies.nodes import parse, plain
from recording.errors import PolicyError

ROOT = Path(__file__).resolve().parents[2]
TEXT = """\
# Why this policy is as it is.
policy: 1   # the only version
name: "mine"

find:
  # Cards above all.
  - use: text.pii   # patterns
    entities: [CREDIT_CARD]  # more later
change:
  default: {use: replace}
"""


def data(text: str) -> object:
    """A policy as plain data."""
    tree, mistakes = parse(text, "p.yaml")
    assert tree is not None
    assert not mistakes
    return plain(tree)


def comments(text: str) -> list[str]:
    """Everything behind a #."""
    return [line.split("#", 1)[1].strip() for line in text.splitlines() if "#" in line]


class TestEdits:
    def test_a_value_is_set_and_every_comment_stays(self):
        """One line differs."""
        done = set_value(TEXT, ("find", 0, "threshold"), 0.5)
        assert comments(done) == comments(TEXT)
        assert set(done.splitlines()) - set(TEXT.splitlines()) == {"    threshold: 0.5"}

    def test_sections_are_made_where_they_are_missing(self):
        """A test is proposed for a policy that has none."""
        done = append(TEXT, ("tests",), {"text": "a", "must_hide": ["a"]})
        assert data(done)["tests"] == [{"text": "a", "must_hide": ["a"]}]
        assert done.startswith(TEXT.rstrip("\n").replace("policy: 1   #", "policy: 1   #"))

    def test_what_is_appended_goes_last(self):
        """Behind what is there."""
        done = append(TEXT, ("find", 0, "entities"), "US_SSN")
        assert "[CREDIT_CARD, US_SSN]" in done
        assert comments(done) == comments(TEXT)

    def test_what_is_removed_is_gone(self):
        """And what stands around it is not."""
        assert "default" not in remove(TEXT, ("change", "default"))

    @pytest.mark.parametrize("path", [("find", 7, "use"), ("name", "use"), ("find", "use", "x")])
    def test_paths_that_lead_nowhere_are_mistakes(self, path):
        """Nothing is made up on the way."""
        with pytest.raises(KeyError):
            set_value(TEXT, path, 1)

    def test_what_is_no_policy_is_refused(self):
        """A bomb, tabs, a list."""
        for text in ("a: [", "- a\n", "a:\n\tb: 1\n"):
            with pytest.raises(PolicyError):
                set_value(text, ("a",), 1)


class TestLayout:
    @pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.stem)
    def test_shipped_policies_are_laid_out(self, path):
        """They look as ``fmt`` writes."""
        text = path.read_text(encoding="utf-8")
        assert format_policy(text) == text

    def test_it_is_indented_and_says_the_same(self):
        """Two spaces, lists indented, blank lines at most one."""
        text = "policy: 1\nname: a\n\n\n\nfind:\n- use: text.pii   # why\n  entities:\n     - US_SSN\n"
        done = format_policy(text)
        assert done == "policy: 1\nname: a\n\nfind:\n  - use: text.pii # why\n    entities:\n      - US_SSN\n"

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
    @given(
        st.dictionaries(
            st.sampled_from(["a", "name", "policy", "find", "zz", "release"]),
            st.one_of(st.booleans(), st.integers(), st.sampled_from(["NO", "a b", "x: y", "#", "'", "[", "ü"])),
            min_size=1,
            max_size=6,
        ),
        st.integers(0, 4),
        st.booleans(),
    )
    def test_twice_is_once_and_nothing_is_lost(self, entries, gap, comment):
        """Idempotent, with the same content."""
        lines = [f"{key}:{' ' * (gap + 1)}{json.dumps(value, ensure_ascii=False)}" for key, value in entries.items()]
        text = ("# top\n" if comment else "") + ("\n" * gap).join(f"{line}\n" for line in lines)
        done = format_policy(text)
        assert format_policy(done) == done
        assert data(done) == data(text)
        assert comments(done)[: int(comment)] == comments(text)[: int(comment)]
