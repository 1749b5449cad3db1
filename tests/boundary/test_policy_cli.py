"""``boundary policy``: what each command says, in which format, with which exit code; values only where revealed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from tiny_recording import Desk, picture
from typer.testing import CliRunner

from boundary.policy_cli import app
from boundary.policy_tests import run_case
from boundary.remarks import Remark, rendered
from policies import load_policy
from policies.schema import Case

GOOD = """\
policy: 1
name: mine
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, US_SSN]}
  - {use: text.list, label: PERSON, values: [Ada Example]}
link: {within: session}
change:
  default: {use: replace}
tests:
  - {name: typed, keys: "ssn 536-22-12<bksp*2>1234 ok", must_hide: ["536-22-1234"], must_keep: ["ok"]}
"""
MAIL = "jane.doe@corp.example"

SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "rules": {"type": "array", "items": {"type": "object", "required": ["id"]}},
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "message": {"type": "object", "required": ["text"]},
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": "object",
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation", "region"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "required": ["uri"],
                                                        "properties": {"uri": {"pattern": "^[^ \\\\]+$"}},
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "startColumn": {"type": "integer", "minimum": 1},
                                                        },
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What SARIF 2.1.0 asks of a log, as far as consumers such as code scanning need it (section 3, required members)."""


@pytest.fixture
def file(tmp_path) -> Path:
    """A policy that is fine."""
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    return path


def call(*arguments: object):
    """The command's result."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


class TestCheck:
    def test_a_good_policy_is_accepted(self, file):
        """Exit code 0; what it leaves as it is are notes."""
        done = call("check", file)
        assert done.exit_code == 0
        assert "note: " in done.stdout
        assert call("check", file, "-q").stdout == ""

    def test_a_refused_one_gives_every_mistake_and_exit_code_3(self, file):
        """With line and column, in the order of the file."""
        file.write_text(GOOD.replace("EMAIL_ADDRESS", "EMAIL").replace("within: session", "within: week"))
        done = call("check", file)
        assert done.exit_code == 3
        assert [line.split(": ")[0].rpartition("mine.yaml:")[2] for line in done.stdout.splitlines()] == [
            "4:32",
            "6:16",
        ]

    def test_warnings_fail_where_they_are_asked_to(self, file):
        """In pre-commit hooks and CI."""
        file.write_text(GOOD + "overrides:\n  - {when: {app: a}}\n")
        assert (call("check", file).exit_code, call("check", file, "--strict").exit_code) == (0, 1)

    @pytest.mark.parametrize("text", [GOOD, GOOD + "nonsense: 1\n"])
    def test_sarif_is_what_the_standard_asks_for(self, file, text):
        """Version 2.1.0, every result with a rule and a place."""
        file.write_text(text)
        log = json.loads(call("check", file, "--format", "sarif").stdout)
        jsonschema.validate(log, SARIF)
        (run,) = log["runs"]
        assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])

    def test_annotations_escape_what_github_reads(self):
        """A path or message with commas, colons or line breaks is one annotation."""
        odd = Remark("warning", "a,b:c.yaml", 3, 4, "code", "100 %\nof it")
        assert rendered([odd], "github") == ("::warning file=a%2Cb%3Ac.yaml,line=3,col=4,title=code::100 %25%0Aof it\n")

    def test_json_is_a_list(self, file):
        """Empty where there is nothing to say."""
        assert json.loads(call("check", file, "-q", "--format", "json").stdout) == []


class TestTests:
    def test_what_holds_passes(self, file):
        """Typed with a slip, hidden; the rest kept."""
        done = call("test", file)
        assert done.exit_code == 0, done.output

    def test_what_does_not_fails_and_no_value_is_shown(self, file):
        """The number of the entry, at the test's line."""
        file.write_text(
            GOOD + f'  - {{text: "mail {MAIL} or secretive", must_hide: [secretive], must_keep: ["{MAIL}"]}}\n'
        )
        done = call("test", file)
        assert done.exit_code == 1
        assert "mine.yaml:11:5: leaked: test 2: must_hide 1 is still there; must_keep 1 is gone" in done.stdout
        assert "secretive" not in done.output
        assert MAIL not in done.output

    @pytest.mark.parametrize(
        ("case", "passed"),
        [
            ({"keys": f"to {MAIL}", "must_hide": [MAIL]}, True),
            ({"keys": "jon<bksp><bksp>ohn", "must_keep": ["john"]}, True),
            ({"keys": "a << b", "must_keep": ["a < b"]}, True),
            ({"keys": "blue<tab>green", "app": "Form", "field": "First", "must_keep": ["blue"]}, True),
            ({"text": "Ada Example", "must_hide": ["ADA EXAMPLE"]}, True),
            ({"text": "5 3 6 2 2 1 2 3 4", "must_hide": ["536-22-1234"]}, False),
        ],
    )
    def test_keys_and_texts_go_the_whole_way(self, file, case, passed):
        """Each through change and verification, and the result is read again; separators hide nothing."""
        from boundary.plan import build_plan

        plan = build_plan(load_policy(file), key=b"k" * 32)
        assert run_case(Case.model_validate(case), plan).passed is passed

    def test_a_key_without_a_name_is_a_mistake_of_the_policy(self, file):
        """Told where the policy is checked."""
        file.write_text(GOOD.replace("<bksp*2>", "<backspce>"))
        done = call("check", file)
        assert done.exit_code == 3
        assert "mine.yaml:10:25: wrong-value" in done.stdout


class TestExplain:
    def test_values_are_shown_only_where_they_are_revealed(self, file):
        """The rest is: label, place, rule, score, policy lines."""
        hidden = call("explain", f"mail {MAIL}", "-p", file)
        assert MAIL not in hidden.stdout
        assert "EMAIL_ADDRESS" in hidden.stdout
        assert "mine.yaml:4" in "".join(hidden.stdout.split())
        assert MAIL in call("explain", f"mail {MAIL}", "-p", file, "--reveal").stdout
        data = call("explain", f"mail {MAIL}", "-p", file, "--format", "json").stdout
        assert MAIL not in data
        assert json.loads(data)["findings"][0]["label"] == "EMAIL_ADDRESS"

    def test_keys_and_single_events_are_explained(self, file, tmp_path):
        """What belongs to one event row of a recording."""
        found = json.loads(call("explain", "ssn 536-22-1234", "--as", "keys", "-p", file, "--format", "json").stdout)
        assert found["findings"][0]["modality"] == "typed"
        desk = Desk().window("Mail", "to Ada Example").type(f"to {MAIL}").save(tmp_path / "desk")
        row = found["findings"][0]["rows"][0]
        assert row > 0
        some = json.loads(call("explain", desk, "-p", file, "--event", 12, "--format", "json").stdout)
        every = json.loads(call("explain", desk, "-p", file, "--format", "json").stdout)
        assert 0 < len(some["findings"]) < len(every["findings"])


class TestDiff:
    def test_what_differs_is_told_and_the_exit_code_is_1(self, file, tmp_path):
        """Settings, findings, and no value."""
        other = tmp_path / "other.yaml"
        other.write_text(GOOD.replace("EMAIL_ADDRESS, ", ""))
        desk = Desk().window("Mail", "Draft").type(f"to {MAIL}").save(tmp_path / "desk")
        done = call("diff", file, other, "--sample", desk)
        assert done.exit_code == 1
        assert "find[text.pii].entities" in done.stdout
        assert "- EMAIL_ADDRESS" in done.stdout
        assert MAIL not in done.output
        log = json.loads(call("diff", file, other, "--sample", desk, "--format", "sarif").stdout)
        jsonschema.validate(log, SARIF)
        assert [result["level"] for result in log["runs"][0]["results"]] == ["error"]
        assert call("diff", file, file).exit_code == 0


class TestFmt:
    def test_it_lays_out_and_then_has_nothing_to_do(self, file):
        """``--check`` says so beforehand and changes nothing."""
        untidy = "policy: 1  # one\nname: a\n\n\n\nfind:\n- {use: text.pii}\nchange: {default: {use: mask}}\n"
        file.write_text(untidy)
        assert call("fmt", "--check", file).exit_code == 1
        assert file.read_text() == untidy
        assert call("fmt", file).exit_code == 0
        assert call("fmt", "--check", file).exit_code == 0
        assert "# one" in file.read_text()

    def test_a_broken_policy_is_left_alone(self, file):
        """Exit code 3."""
        file.write_text("a: [")
        assert call("fmt", file).exit_code == 3
        assert file.read_text() == "a: ["


class TestNew:
    @pytest.mark.parametrize("base", ["baseline", "gdpr", "hipaa", "pci-dss", "strict", "lockdown"])
    @pytest.mark.parametrize("replace", ["label", "code"])
    def test_whatever_is_answered_the_policy_passes_check(self, tmp_path, base, replace):
        """And is laid out already."""
        (tmp_path / "names.txt").write_text("Ada Example\n")
        (tmp_path / "consent.csv").write_text("person,status\n")
        out = tmp_path / "new.yaml"
        options = ("--person", "user id", "--consent", "consent.csv", "--names", "names.txt", "--deny-app", "*: #")
        done = call(
            "new", "-y", "-o", out, "--base", base, "--replace", replace, *options, "--allow", "names.txt",
            "--epsilon", "2",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert call("check", out, "--strict").exit_code == 0
        assert call("fmt", "--check", out).exit_code == 0
        assert (tmp_path / "policy.schema.json").is_file()

    def test_questions_are_asked_again_where_the_answer_is_none(self, tmp_path):
        """At the terminal, one after the other."""
        out = tmp_path / "new.yaml"
        told = "desk\nbasic\nbaseline\n\n\n\n\n\nlabel\nn\n\n"
        done = CliRunner().invoke(app, ["new", "-o", str(out)], input=told)
        assert done.exit_code == 0, done.output
        assert load_policy(out).name == "desk"

    def test_nothing_is_overwritten(self, file):
        """A policy is somebody's work."""
        assert call("new", "-y", "-o", file).exit_code == 2
        assert file.read_text() == GOOD

    def test_a_file_that_is_not_there_makes_no_policy(self, tmp_path):
        """The mistake is the checker's, and nothing is written."""
        out = tmp_path / "new.yaml"
        assert call("new", "-y", "-o", out, "--names", "nowhere.txt").exit_code == 3
        assert not out.exists()


def test_samples_need_nobodys_consent(file, tmp_path):
    """A policy with a register can be tested and explained: nobody recorded its samples."""
    (tmp_path / "consent.csv").write_text("person,status\nada,opted_in\n")
    file.write_text(GOOD.replace("find:", "person: who\nadmit: {consent: {register: consent.csv}}\nfind:"))
    assert call("test", file).exit_code == 0
    assert "EMAIL_ADDRESS" in call("explain", f"mail {MAIL}", "-p", file).stdout


@pytest.mark.slow
def test_screenshots_are_tested_and_explained(file, tmp_path):
    """What OCR reads on the covered frame is searched; a frame's findings are boxes with their policy lines."""
    if shutil.which("tesseract") is None:
        pytest.skip("needs the program tesseract")
    (tmp_path / "page.png").write_bytes(picture("mail bob.roe@corp.example", "the weather is fine"))
    screens = GOOD.replace("link:", "  - {use: screen.text}\nlink:").replace("tests:", "  screen: {use: cover}\ntests:")
    case = "  - {screenshot: page.png, must_hide: [bob.roe@corp.example], must_keep: [weather is fine]}\n"
    file.write_text(screens + case)
    done = call("test", file)
    assert done.exit_code == 0, done.output
    file.write_text(screens + case.replace("must_hide: [bob.roe@corp.example]", "must_hide: [weather]"))
    assert "must_hide 1 is still there" in call("test", file).stdout
    found = json.loads(call("explain", tmp_path / "page.png", "-p", file, "--format", "json").stdout)
    boxes = [one for one in found["findings"] if one["modality"] == "screen"]
    assert [one["label"] for one in boxes] == ["EMAIL_ADDRESS"]
    assert "bob.roe" not in json.dumps(found)
