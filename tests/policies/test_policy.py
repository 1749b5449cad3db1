"""Policies put on top of each other, their digests, and the way they travel."""

from __future__ import annotations

import pickle

import pytest

from policies import Phase, Policy, PolicySource, load_policy, parse_policy, shipped
from recording.errors import PolicyError

BASE = """\
policy: 1
name: base
admit:
  apps: {deny: [KeePass, Signal]}
find:
  - {use: text.list, label: PERSON, values: [Ada Example]}
  - {use: text.pii, entities: [US_SSN], threshold: 0.5}
  - {use: screen.text}
change:
  default: {use: mask, keep_last: 2}
  US_SSN: {use: mask, keep_last: 4}
  screen: {use: cover}
release: {names: neutral}
"""


@pytest.fixture
def make(tmp_path):
    """Writes files beside each other and loads ``top.yaml``."""

    def load(top: str, **others: str) -> Policy:
        for name, text in {"top": top, **others}.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return load_policy(tmp_path / "top.yaml")

    return load


def top(text: str = "", extends: str = "[base.yaml]") -> str:
    """A policy that extends others."""
    return f"policy: 1\nname: top\nextends: {extends}\n{text}"


def plain(policy: Policy) -> dict[str, object]:
    """The merged policy."""
    assert isinstance(policy.effective, dict)
    return policy.effective


class TestExtending:
    def test_what_is_not_said_again_is_inherited(self, make):
        """A policy that only extends is its parent under its own name."""
        policy = make(top(), base=BASE)
        assert policy.name == "top"
        assert [use.spec.name for use in policy.find] == ["text.list", "text.pii", "screen.text"]
        assert policy.names == "neutral"

    def test_lists_of_what_is_denied_are_joined(self, make):
        """Extending a policy lets nothing in by accident."""
        policy = make(top("admit:\n  apps: {deny: [Signal, Slack]}\n"), base=BASE)
        assert plain(policy)["admit"] == {"apps": {"deny": ["KeePass", "Signal", "Slack"]}}

    def test_a_step_named_again_takes_the_new_options_and_keeps_the_others(self, make):
        """Steps merge by name, in the place of the first."""
        policy = make(top("find:\n  - {use: text.pii, threshold: 0.3}\n"), base=BASE)
        assert plain(policy)["find"][1] == {"use": "text.pii", "entities": ["US_SSN"], "threshold": 0.3}

    def test_another_operator_takes_nothing_of_the_old_ones_options(self, make):
        """Options of one operator mean nothing to the next."""
        policy = make(top("change:\n  default: {use: replace}\n"), base=BASE)
        change = plain(policy)["change"]
        assert change["default"] == {"use": "replace"}
        assert change["US_SSN"] == {"use": "mask", "keep_last": 4}

    def test_lists_of_values_add_up(self, make):
        """A list in the policy on top never replaces one that it inherits."""
        policy = make(top("find:\n  - {use: text.list, label: PROJECT, values: [Bluebird]}\n"), base=BASE)
        labels = [use.options.label for use in policy.find if use.spec.name == "text.list"]
        assert labels == ["PERSON", "PROJECT"]

    def test_a_new_step_stands_before_the_one_that_needs_it(self, make):
        """What a step needs is given before it, also by a step that was added later."""
        base = BASE.replace("  - {use: screen.text}\n", "").replace("  screen: {use: cover}\n", "")
        added = "find:\n  - use: screen.text\nchange:\n  screen: {use: cover}\n"
        policy = make(top(added), base=base)
        assert [use.spec.name for use in policy.uses() if use.spec.phase is Phase.FIND][-1] == "screen.text"

    def test_the_last_of_several_parents_wins(self, make):
        """Parents are put on each other in the order they are named."""
        other = "policy: 1\nname: other\nchange:\n  default: {use: redact}\n"
        policy = make(top(extends="[base.yaml, other.yaml]"), base=BASE, other=other)
        assert policy.change["default"].spec.name == "redact"

    def test_a_diamond_is_no_circle(self, make):
        """Two parents may have the same parent; its source is kept once."""
        left, right = (f"policy: 1\nname: {name}\nextends: [base.yaml]\n" for name in ("left", "right"))
        policy = make(top(extends="[left.yaml, right.yaml]"), base=BASE, left=left, right=right)
        assert len(policy.sources) == 4

    @pytest.mark.parametrize(
        "files",
        [
            {"base": top(extends="[base.yaml]")},
            {"base": top(extends="[other.yaml]"), "other": top(extends="[base.yaml]")},
        ],
    )
    def test_circles_are_refused(self, make, files):
        """A policy that extends itself, directly or over another one, is a mistake at that entry."""
        with pytest.raises(PolicyError) as caught:
            make(top(), **files)
        assert [(d.code, d.line, d.column) for d in caught.value.diagnostics] == [("extends-itself", 3, 11)]

    def test_a_tower_of_parents_is_refused(self, make):
        """Nobody can review twenty policies on top of each other."""
        files = {f"p{n}": top(extends=f"[p{n + 1}.yaml]") for n in range(20)}
        with pytest.raises(PolicyError) as caught:
            make(top(extends="[p0.yaml]"), **files)
        assert [d.code for d in caught.value.diagnostics] == ["extends-too-deep"]

    def test_a_file_beside_a_policy_is_not_taken_for_a_shipped_one(self, make):
        """``baseline.yaml`` is the file, ``baseline`` the shipped policy, also after a reload."""
        policy = make(top(extends="[baseline, baseline.yaml]"), baseline="policy: 1\nname: mine\nperson: user\n")
        again = parse_policy(policy.sources, folder=policy.folder)
        assert policy.person == again.person == "user"
        assert policy.digest == again.digest


class TestVerification:
    def test_no_check_that_fits_can_be_left_out(self, make):
        """Naming one verification step with its options keeps the others."""
        one = make(BASE)
        named = make(BASE.replace("release:", "verify:\n  steps: [{use: text.reread}]\nrelease:"))
        none = make(BASE.replace("release:", "verify:\n  steps: []\nrelease:"))
        for policy in (one, named, none):
            assert {use.spec.name for use in policy.verify} == {"text.reread", "screen.reread"}


class TestDigest:
    def digest(self, text: str, folder) -> str:
        """Digest of a policy given as text."""
        return parse_policy((PolicySource("p.yaml", text),), folder=folder).digest

    def test_comments_and_layout_do_not_change_it(self, tmp_path):
        """The digest is of what the policy says and not of how it is written."""
        other = "# a comment\n" + BASE.replace(
            "{deny: [KeePass, Signal]}", "\n    deny:\n    - 'KeePass'\n    - Signal  # chat"
        )
        assert self.digest(BASE, tmp_path) == self.digest(other, tmp_path)

    @pytest.mark.parametrize(
        ("old", "new"),
        [("0.5", "0.51"), ("Signal", "signal"), ("keep_last: 4", "keep_last: 3"), ("Ada Example", "Ada  Example")],
    )
    def test_any_content_changes_it(self, tmp_path, old, new):
        """A policy that says something else has another digest."""
        assert self.digest(BASE, tmp_path) != self.digest(BASE.replace(old, new), tmp_path)

    def test_a_change_in_a_parent_changes_it(self, make):
        """What is inherited is part of what was approved."""
        assert make(top(), base=BASE).digest != make(top(), base=BASE.replace("Signal", "Slack")).digest


class TestTravelling:
    @pytest.mark.parametrize("name", shipped())
    def test_shipped_policies_load(self, name):
        """Every policy that comes with the package is one, and says what it is for."""
        policy = load_policy(name)
        assert policy.name == name
        assert plain(policy)["description"].endswith(".")

    def test_the_policies_of_the_documentation_are_shipped(self):
        """The names of the documentation exist."""
        assert {"baseline", "strict", "lockdown", "statistics"} <= set(shipped())

    def test_its_sources_alone_make_it_again(self, make, tmp_path):
        """A worker builds the same policy without any file, not even a shipped one."""
        policy = make(top(extends="[strict, base.yaml]"), base=BASE)
        sources = pickle.loads(pickle.dumps(policy.sources))
        again = parse_policy(sources, folder=tmp_path / "elsewhere")
        assert again.digest == policy.digest
        assert again.sources == policy.sources
        changed = tuple(
            PolicySource(s.file, s.text.replace("Covers", "Hides").replace("names: neutral", "names: keep"))
            for s in sources
        )
        assert parse_policy(changed, folder=tmp_path).names == "keep"

    def test_texts_that_look_like_other_things_stay_texts(self, tmp_path):
        """NO is a country and 1:30 a time of day; nothing turns them into false and ninety."""
        text = BASE.replace("[KeePass, Signal]", "[NO, on, 1:30, 2024-01-01, 0o7x]")
        policy = parse_policy((PolicySource("p.yaml", text),), folder=tmp_path)
        assert plain(policy)["admit"]["apps"]["deny"] == ["NO", "on", "1:30", "2024-01-01", "0o7x"]

    def test_the_empty_policy_is_one(self, tmp_path):
        """A version and a name are enough."""
        policy = parse_policy((PolicySource("p.yaml", "policy: 1\nname: empty\n"),), folder=tmp_path)
        assert policy.uses() == ()

    def test_what_a_policy_says_is_not_in_its_repr(self, make):
        """A policy printed by accident shows no list of names."""
        policy = make(BASE)
        assert "Ada Example" not in repr(policy.sources)


class TestPaths:
    def test_paths_start_at_the_folder_of_the_policy_that_names_them(self, tmp_path):
        """Lists and parents of a policy in another folder lie beside it, and travel with it."""
        (tmp_path / "common").mkdir()
        (tmp_path / "team").mkdir()
        (tmp_path / "common" / "names.txt").write_text("Ada Example\n")
        (tmp_path / "common" / "ours.txt").write_text("Larkspur\n")
        (tmp_path / "common" / "root.yaml").write_text("policy: 1\nname: root\nallow: {file: ours.txt}\n")
        (tmp_path / "common" / "base.yaml").write_text(
            "policy: 1\nname: base\nextends: [root.yaml]\nfind:\n  - {use: text.list, file: names.txt}\n"
            "change: {default: {use: replace}}\n"
        )
        (tmp_path / "team" / "mine.yaml").write_text("policy: 1\nname: mine\nextends: [../common/base.yaml]\n")
        policy = load_policy(tmp_path / "team" / "mine.yaml")
        assert set(policy.lists) == {"../common/names.txt", "../common/ours.txt"}
        assert parse_policy(policy.sources, folder=policy.folder).digest == policy.digest

    def test_tests_inherit_what_is_hidden_and_not_what_is_kept(self, make):
        """A policy on top may hide more."""
        cases = "tests:\n  - {text: a, must_hide: [a], must_keep: [b]}\n  - {text: c, must_keep: [c]}\n"
        policy = make(top("tests:\n  - {text: d, must_keep: [d]}\n"), base=BASE + cases)
        assert [(test.case.must_hide, test.case.must_keep) for test in policy.tests] == [(("a",), ()), ((), ("d",))]
        assert [test.case.text for test in make(top(), base=BASE + cases).tests] == ["a"]
