"""Every mistake in a policy is reported, at the key or value that is wrong, with a hint, and without quoting it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import PolicySource, load_policy, parse_policy
from policies.nodes import MAX_BYTES
from recording.errors import Diagnostic, PolicyError

HEAD = "policy: 1\nname: test\n"
BOTH = "change: {default: {use: mask}, screen: {use: cover}}\n"
HERE = Path()


def mistakes(text: str) -> list[Diagnostic]:
    """What is wrong with a policy; empty where nothing is."""
    try:
        parse_policy((PolicySource("p.yaml", text),), folder=HERE)
    except PolicyError as error:
        return list(error.diagnostics)
    return []


def places(text: str) -> set[tuple[int, int, str]]:
    """Line, column and code of each mistake."""
    return {(d.line, d.column, d.code) for d in mistakes(text)}


def pointed(text: str) -> tuple[int, int, str]:
    """Line and column of the mark ``»`` in a policy, and the policy without it."""
    at = text.index("»")
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), text.replace("»", "")


ONE_MISTAKE = [
    ("unknown-key", "»descripton: x\n", "did you mean 'description'?"),
    ("unknown-key", "release: {budget: {»epsilonn: 1}}\n", "did you mean 'epsilon'?"),
    ("unknown-key", "release:\n  budget:\n    »scop: x\n", "did you mean 'scope'?"),
    ("unknown-key", "find:\n  - {use: text.pii, »treshold: 0.5}\nchange: {default: {use: mask}}\n", "'threshold'"),
    ("unknown-key", "change:\n  default: {use: mask, »keeplast: 4}\n", "did you mean 'keep_last'?"),
    ("duplicate-key", "limits:\n  seconds: 1\n  »seconds: 2\n", "keep one"),
    ("wrong-type", "limits: {seconds: »soon}\n", ""),
    ("wrong-type", "limits: {text_chars: »1.5}\n", ""),
    ("wrong-type", "limits: {seconds: »'900'}\n", ""),
    ("wrong-type", "find: »text.pii\n", ""),
    ("wrong-type", "admit: »[apps]\n", ""),
    ("wrong-type", "admit:\n  apps: »all\n", "key: value"),
    ("wrong-type", "find:\n  - {use: text.all, typed: »NO}\nchange: {default: {use: mask}}\n", ""),
    ("wrong-value", "limits: {seconds: »0}\n", ""),
    ("wrong-value", "release: {names: »nutral}\n", ""),
    ("wrong-value", "verify: {on_residue: »release}\n", ""),
    (
        "wrong-value",
        "find:\n  - {use: text.pii, entities: [US_SSN, »CREDIT_CRAD]}\nchange: {default: {use: mask}}\n",
        "CARD",
    ),
    ("wrong-value", "find:\n  - {use: text.pii, entities: [»NRP]}\nchange: {default: {use: mask}}\n", "text.names"),
    ("wrong-value", "find:\n  - {use: text.pii, entities: »[]}\nchange: {default: {use: mask}}\n", ""),
    ("wrong-value", "find:\n  - »{use: text.list, label: X}\nchange: {default: {use: mask}}\n", "file"),
    ("wrong-value", "change:\n  default: {use: mask, char: »'7'}\n", ""),
    ("unknown-step", "find:\n  - use: »text.pi\n", "did you mean 'text.pii'?"),
    ("unknown-step", "find:\n  - {use: »mask}\n", "one of"),
    ("unknown-step", "admit:\n  »app: {deny: [x]}\n", "did you mean 'apps'?"),
    ("no-step", "find:\n  - »threshold: 1\n", "one of"),
    ("no-step", "find:\n  - »text.pii\n", "one of"),
    ("bad-label", "change:\n  »person: {use: mask}\n", "EMAIL_ADDRESS"),
    ("wrong-operator", "change:\n  default: {use: mask}\n  PERSON: {use: »cover}\n", "one of"),
    ("section-order", "change: {default: {use: mask}}\n»find:\n  - use: text.pii\n", "the order is"),
    ("no-film", "release: {video: frames, audio: »keep}\n", "audio: drop"),
    (
        "heard-keys",
        "change: {default: {use: mask}, timing: {use: resample}}\nrelease: {video: mp4, audio: »keep}\n",
        "audio: drop",
    ),
    (
        "step-order",
        "find:\n  - »use: screen.text\n  - use: text.pii\nchange: {default: {use: mask}, screen: {use: cover}}\n",
        "after",
    ),
    ("step-order", "change:\n  »screen: {use: cover}\n", "screen.text"),
    (
        "step-order",
        (
            "release:\n  aggregates:\n    - »{use: dp.count_events, id: x, keys: [a],\n"
            "       max_groups: 1, max_per_group: 9, epsilon: 1}\n"
        ),
        "person:",
    ),
    ("never-changed", "find:\n  - »use: text.pii\n", "change: default:"),
    (
        "never-changed",
        "find:\n  - use: text.pii\n  - »use: screen.text\nchange: {default: {use: mask}}\n",
        "change: screen:",
    ),
    ("no-such-policy", "extends: [»nowhere.yaml]\n", "baseline"),
    ("no-such-policy", 'extends: [»"a\\u0001b"]\n', ""),
    ("bad-tag", "description: »!secret x\n", "remove the tag"),
    ("bad-key", "»<<: {a: 1}\n", "merge keys"),
    ("bad-key", "»[a]: 1\n", ""),
    ("not-text", 'description: »"\\ud800"\n', ""),
    ("not-text", 'extends: [baseline, »"a\\0b"]\n', ""),
    ("not-finite", "limits: {seconds: ».nan}\n", ""),
    ("yaml-syntax", "limits:\n»\tseconds: 1\n", "tabs"),
    ("yaml-syntax", "person: »*nobody\n", "anchor"),
]


class TestEachMistake:
    @pytest.mark.parametrize(
        ("code", "text", "hint"), ONE_MISTAKE, ids=[f"{c}-{i}" for i, (c, *_) in enumerate(ONE_MISTAKE)]
    )
    def test_it_is_reported_alone_at_its_place_with_a_hint(self, code, text, hint):
        """The line and column are those of the key or value that is wrong, and no other mistake follows from it."""
        line, column, policy = pointed(HEAD + text)
        (found,) = mistakes(policy)
        assert (found.line, found.column, found.code) == (line, column, code)
        assert hint in found.hint

    def test_missing_keys_are_named(self):
        """A policy without a version or name is told which key is missing."""
        assert {d.message for d in mistakes("description: x\n")} == {
            "the key 'policy' is missing",
            "the key 'name' is missing",
        }

    def test_a_library_that_is_not_installed_is_named_with_its_extra(self, monkeypatch):
        """A step whose library is missing is refused before any data are read."""
        found = importlib.util.find_spec
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda n, *a: None if n == "presidio_analyzer" else found(n, *a)
        )
        line, column, policy = pointed(HEAD + "find:\n  - {use: »text.pii}\nchange: {default: {use: redact}}\n")
        (mistake,) = mistakes(policy)
        assert (mistake.line, mistake.column, mistake.code) == (line, column, "missing-extra")
        assert "boundary-redaction[text]" in mistake.hint

    def test_a_program_that_is_not_installed_is_named_with_its_package(self, monkeypatch):
        """A step whose program is missing is refused with the package that brings it."""
        monkeypatch.setattr(shutil, "which", lambda name: None)
        found = mistakes(f"{HEAD}find:\n  - use: text.pii\n  - use: screen.text\n{BOTH}")
        assert {d.code for d in found} == {"missing-program"}
        assert all("tesseract-ocr" in d.hint for d in found)


class TestAllAtOnce:
    def test_a_policy_with_many_mistakes_lists_them_all(self):
        """One reading of a policy reports every mistake in it, in order, one to a line."""
        marked = """\
policy: 1
name: »Bad Name
»descripton: x
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, »CREDIT_CRAD, »NRP], »treshold: 0.3}
  - use: »text.pi
  - use: screen.text
    cover_unread: »"yes"
»admit:
  »ap: {deny: [x]}
change:
  »person: {use: mask}
  default: {use: mask, keep_last: »9}
  »default: {use: cover}
release:
  names: »nutral
  budget: {»epsilonn: 1}
"""
        expected = []
        while "»" in marked:
            line, column, _ = pointed(marked)
            expected.append((line, column))
            marked = marked.replace("»", "", 1)
        found = mistakes(marked)
        assert [(d.line, d.column) for d in found] == expected
        with pytest.raises(PolicyError) as caught:
            parse_policy((PolicySource("p.yaml", marked),), folder=HERE)
        lines = str(caught.value).splitlines()
        assert len(lines) == len(expected)
        assert all(re.match(r"p\.yaml:\d+:\d+: [a-z-]+: ", line) for line in lines)

    def test_mistakes_of_an_extended_policy_name_its_file(self, tmp_path):
        """A mistake in the parent is reported in the parent."""
        (tmp_path / "base.yaml").write_text("policy: 1\nname: base\nlimits: {secnods: 1}\n")
        (tmp_path / "top.yaml").write_text("policy: 1\nname: top\nextends: [base.yaml]\n")
        with pytest.raises(PolicyError) as caught:
            load_policy(tmp_path / "top.yaml")
        (found,) = caught.value.diagnostics
        assert (found.file, found.line, found.column) == ("base.yaml", 3, 10)


class TestNothingIsQuoted:
    @pytest.mark.parametrize(
        "text",
        [
            "name: hunter2 X",
            "description: !hunter2 x",
            "hunter2: 1",
            "person: *hunter2",
            "person: 'hunter2",
            'person: "hunter2\\q"',
            "person: &hunter2 &hunter2 x",
            "person: {hunter2",
            "person: hunter2: x",
            "find: [{use: hunter2}]",
            "find: [{use: text.pii, entities: [hunter2]}]",
            "find: [{use: text.list, hunter2: hunter2}]",
            "change: {hunter2: {use: hunter2}}",
            "admit: {hunter2: {deny: [hunter2]}}",
            "extends: [hunter2.yaml]",
            "limits: {seconds: hunter2}",
            "release: {names: hunter2}",
            "release: {budget: {epsilon: hunter2}}",
            "hunter2: 1\nhunter2: 2",
            "hunter2",
            "%hunter2 1\n---\na: 1",
            "? {hunter2: 1}\n: 2",
            "a: !!python/object:hunter2 {}",
            "- hunter2\nhunter2",
            "a: 'it''s \"hunter2\"' hunter2",
        ],
    )
    def test_no_diagnostic_repeats_what_was_written(self, text):
        """Policies hold names of customers and projects: messages and hints name places, not values."""
        found = mistakes(text if text.startswith(("hunter2", "%", "-", "?")) else HEAD + text)
        assert found
        assert not any("hunter2" in str(d) for d in found)

    def test_an_anchor_given_twice_is_not_quoted_in_a_warning(self, recwarn):
        """The parser's own warnings show the text, so none is let through."""
        assert mistakes(HEAD + "description: &hunter2 a\nperson: &hunter2 b\n") == []
        assert not recwarn.list


class TestBrokenFiles:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"# only a comment\n", "empty"),
            (b"\xff\xfep\x00o\x00l\x00", "not-utf-8"),
            ("policy: 1\n".encode("utf-16-be"), "not-text"),
            ("policy: 1\nname: Zoë".encode("latin-1"), "not-utf-8"),
            (b"- policy\n- name\n", "not-a-mapping"),
            (b"just text", "not-a-mapping"),
            (b"policy: 1\nname: a\n---\npolicy: 1\n", "yaml-syntax"),
            (b"%YAML 1.1\n---\npolicy: 1\nname: a\n", "yaml-directive"),
            (b"#" * 5_000_000, "too-large"),
            (b"[" * 4000, "yaml-syntax"),
            (b"a:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 60)), "too-many-values"),
            (b"a: &a [*a, *a]\n", "too-many-values"),
            (
                b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
                + b"".join(b"%c: &%c [%s]\n" % (c + 1, c + 1, b", ".join([b"*%c" % c] * 10)) for c in range(97, 107)),
                "too-many-values",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_each_is_refused_with_its_code(self, tmp_path, content, code):
        """Whatever is not one UTF-8 mapping of a sensible size is refused in words, and soon."""
        path = tmp_path / "p.yaml"
        path.write_bytes(content)
        start = time.process_time()
        with pytest.raises(PolicyError) as caught:
            load_policy(path)
        assert [d.code for d in caught.value.diagnostics] == [code]
        assert time.process_time() - start < 5

    @pytest.mark.parametrize("name", ["nowhere.yaml", "", "a\0b", "x" * 5000, "/dev/zero"])
    def test_a_file_that_cannot_be_read_is_refused(self, name):
        """A wrong path, a folder, an endless device or a name that is none is a mistake like others."""
        with pytest.raises(PolicyError):
            load_policy(name)

    def test_a_byte_order_mark_is_none_of_the_policy(self, tmp_path):
        """Editors on Windows put one before the text."""
        path = tmp_path / "p.yaml"
        path.write_bytes(b"\xef\xbb\xbfpolicy: 1\nname: test\n")
        assert load_policy(path).name == "test"

    def test_the_largest_policy_is_read_in_seconds(self):
        """The limit on size is a limit on time."""
        entry = "  - {use: text.list, label: X, values: [abc]}\n"
        text = HEAD + "find:\n" + entry * ((MAX_BYTES - 100) // len(entry)) + "change: {default: {use: redact}}\n"
        start = time.process_time()
        assert mistakes(text) == []
        assert time.process_time() - start < 30


YAMLISH = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "policy: 1\n",
                    "name: a\n",
                    "find:\n",
                    "  - use: text.pii\n",
                    "extends: [baseline]\n",
                    "change:\n",
                    "\t",
                ),
                *(
                    "  default: {use: mask}\n",
                    "? ",
                    ": ",
                    "- ",
                    "[",
                    "]",
                    "{",
                    "}",
                    "&a ",
                    "*a",
                    "!t ",
                    "|\n",
                    ">\n",
                    "#",
                ),
                *(
                    "'",
                    '"',
                    "\\",
                    "\n",
                    "  ",
                    "%",
                    "---\n",
                    "...\n",
                    "<<: *a\n",
                    "!!binary x",
                    "~",
                    ".inf",
                    "1e999",
                    "0x1G",
                ),
                *(
                    "2024-01-01",
                    "\ud7ff",
                    "\0",
                    "\u2028",
                    "\x85",
                    '"\\ud800"',
                    "limits: {seconds: ",
                    "verify: ",
                    "null",
                ),
            ]
        ),
        st.text(max_size=5),
    ),
    max_size=30,
).map("".join)


class TestAnyText:
    @settings(max_examples=300, deadline=2000)
    @given(YAMLISH)
    def test_random_text_raises_policy_errors_only(self, text):
        """Whatever is written, the answer is a policy or a list of mistakes, within two seconds."""
        for mistake in mistakes(text):
            assert mistake.line >= 1
            assert mistake.column >= 1

    @settings(max_examples=200, deadline=2000)
    @given(YAMLISH)
    def test_random_text_after_a_good_beginning(self, text):
        """A mistake further down is no different."""
        mistakes(HEAD + text)
