"""``boundary subject``: who withdraws learns what left, who asks is told in plain words, and who objects is heard."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from tiny_recording import Desk, left_of
from typer.testing import CliRunner

from boundary.plan import Plan, build_plan
from boundary.runner import run
from boundary.state import project_key
from boundary.subject_cli import app
from policies import load_policy

POLICY = """\
policy: 1
name: little
description: What a test needs <b>.
person: user_id
find: [{use: text.list, label: PERSON, values: [Ada Example]}, {use: text.pii, entities: [EMAIL_ADDRESS]}]
link: {within: session}
change: {default: {use: replace}}
"""
PERSON, OTHER = "plover-11", "gannet-12"
TYPED = "<script>alert(1)</script> Ada Example"


def asked(*words: object) -> Any:
    """What a command says."""
    return CliRunner().invoke(app, [str(word) for word in words])


def desk(user: str, text: str = TYPED) -> Desk:
    """Something typed, a title and a password."""
    made = Desk(user=user).window("Mail <i>", "Inbox").into("Body").type(text).mouse()
    return made.into("Secret", secure=True).type("Sesame99").mouse()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Recordings of two people, a policy and a register."""
    for number, user in enumerate((PERSON, OTHER, PERSON)):
        desk(user).window("Mail <i>", f"title {number}").save(tmp_path / "in" / f"r{number}")
    (tmp_path / "p.yaml").write_text(POLICY)
    (tmp_path / "consent.csv").write_text(f"person,status\n{PERSON},opted_in\n{OTHER},opted_in\n")
    return tmp_path


@pytest.fixture
def released(place: Path, in_this_process: Callable[[Plan], None]) -> Path:
    """The same, released with the key of the state folder."""
    plan = build_plan(load_policy(place / "p.yaml"), key=project_key())
    in_this_process(plan)
    run([place / "in"], plan, place / "releases" / "one", ledger=None)
    return place


def withdrawn(place: Path, *words: object, person: str = PERSON) -> Any:
    """What ``withdraw`` says, with releases."""
    register, releases = place / "consent.csv", place / "releases"
    return asked("withdraw", person, "--register", register, "--releases", releases, *words)


def test_who_withdraws_gets_every_record_that_left(released: Path) -> None:
    """Two of three records, by release and name, with the digests of their files; nobody's name, nothing recorded."""
    done = withdrawn(released)
    assert done.exit_code == 1
    assert re.findall(r"recordings/(\w+): 4 files", done.output) == ["r0", "r2"]
    assert "2 records in 1 release" in done.output
    again = withdrawn(released, "--format", "json")
    told = json.loads(again.stdout)
    assert told["withdrawal"] == "already"
    (release,) = told["releases"]
    assert [record["name"] for record in release["records"]] == ["r0", "r2"]
    assert set(release["records"][0]["files"]) >= {"events.jsonl"}
    assert (
        left_of((PERSON, OTHER, "Ada Example", "title", "Sesame99"), released / "nowhere", done.output, again.output)
        == []
    )


def test_who_has_no_records_gets_none(released: Path) -> None:
    """Somebody whose records never left: exit code 0."""
    done = withdrawn(released, person="ruff-14")
    assert done.exit_code == 0
    assert "no record of this person in 1 release" in done.output


def test_without_the_key_nothing_is_said_to_be_nobodys(released: Path, tmp_path: Path) -> None:
    """Another key: every record must be looked through by hand. No key: the withdrawal is written, and that is told."""
    other = tmp_path / "other.key"
    other.write_bytes(b"z" * 32)
    other.chmod(0o600)
    done = withdrawn(released, "--key-file", other)
    assert done.exit_code == 1
    assert "3 records do not say whose they are" in " ".join(done.output.split())
    done = CliRunner().invoke(
        app,
        ["withdraw", OTHER, "--register", str(released / "consent.csv"), "--releases", str(released / "releases")],
        env={"BOUNDARY_STATE": str(tmp_path / "empty")},
    )
    assert done.exit_code == 2
    assert "key-missing" in done.output
    assert f"{OTHER},withdrawn," in (released / "consent.csv").read_text()
    assert not (tmp_path / "empty").exists()


def test_releases_that_cannot_be_asked_are_named(released: Path) -> None:
    """A manifest of before there were marks, a broken one, and a run without one: each to be looked through by hand."""
    one = released / "releases" / "one" / "manifest.json"
    old = json.loads(one.read_bytes())
    del old["key"]
    for record in old["recordings"]:
        del record["subject"]
    for name, data in {"old": json.dumps(old), "broken": "{", "odd": '{"manifest": 1, "policy": []}'}.items():
        (released / "releases" / name).mkdir()
        (released / "releases" / name / "manifest.json").write_text(data)
    (released / "releases" / "stopped" / "recordings").mkdir(parents=True)
    told = json.loads(withdrawn(released, "--format", "json").stdout)
    found = {
        Path(one["folder"]).name: (one["problem"], one["unknown"], len(one["records"])) for one in told["releases"]
    }
    assert found == {
        "one": ("", 0, 2),
        "old": ("", 3, 0),
        "broken": ("manifest-unreadable", 0, 0),
        "odd": ("manifest-unreadable", 0, 0),
        "stopped": ("manifest-missing", 0, 0),
    }


def test_a_folder_without_a_release_is_a_mistake(place: Path) -> None:
    """Who asks in the wrong place must not hear that nothing left."""
    project_key()
    done = withdrawn(place)
    assert done.exit_code == 2
    assert "no-release" in done.output


class _Page(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects what might load something."""
        self.tags.add(tag)
        self.links += [f"{name}={value}" for name, value in attrs if name in {"src", "href"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Collects words."""
        self.words += data


def report(place: Path, *words: object, person: str = PERSON) -> Any:
    """What ``report`` says."""
    return asked("report", person, "--source", place / "in", "--policy", place / "p.yaml", *words)


def test_a_person_is_told_what_was_recorded_and_what_left(released: Path) -> None:
    """Figures and kinds of both sessions, none of the other person's, nothing recorded; the page loads nothing."""
    out = released / "me.html"
    done = report(released, "--releases", released / "releases", "--out", out)
    assert done.exit_code == 0, done.output
    text = out.read_text()
    page = _Page(text)
    words = " ".join(page.words.split())
    keys = 2 * (len(TYPED) + len("Sesame99"))
    assert "You were recorded in 2 sessions" in words
    assert int(re.search(r"Keys you pressed\s*(\d+)", words).group(1)) >= keys  # type: ignore[union-attr]  asserted so
    assert "2 sessions with 0 pictures" in words
    assert "Names of people" in words
    assert "What a test needs <b>." in words
    assert not page.links
    assert not page.tags & {"script", "img", "link", "iframe", "i", "b"}
    assert "default-src 'none'" in text
    assert left_of(("Ada Example", "Sesame99", "alert(1)", "title 0", OTHER), released / "nowhere", text) == []
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_person_sees_their_own_words_where_they_ask_for_them(released: Path) -> None:
    """What was typed, hidden parts marked, escaped; what a field hides is hidden here too; nobody else's words."""
    desk(OTHER, "heron").save(released / "in" / "r9")
    out = released / "own.html"
    done = report(released, "--out", out, "--own")
    assert done.exit_code == 0, done.output
    text = out.read_text()
    assert "<mark>Ada Example</mark>" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "For your eyes only" in text
    assert "heron" not in text
    assert "Sesame99" not in text
    assert not _Page(text).tags & {"script", "img", "link", "iframe", "i", "b"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_report_matches_old_releases_by_the_recordings_themselves(released: Path) -> None:
    """Who has the recordings needs no marks in the manifest: the digests of the sources tell."""
    file = released / "releases" / "one" / "manifest.json"
    old = json.loads(file.read_bytes())
    for record in old["recordings"]:
        del record["subject"]
    file.write_text(json.dumps(old))
    out = released / "me.html"
    done = report(released, "--releases", released / "releases", "--out", out)
    assert done.exit_code == 1  # the third record does not say whose it is
    assert "2 sessions with 0 pictures" in out.read_text()


@pytest.mark.parametrize("what", ["there", "in source", "no person", "withdrawn"])
def test_a_report_says_where_it_cannot_be_made_and_consent_as_it_is(what: str, place: Path) -> None:
    """Nothing is overwritten, nothing is put beside what was recorded; a consent taken back is told."""
    project_key()
    out = {"in source": place / "in" / "me.html"}.get(what, place / "me.html")
    if what == "there":
        out.write_text("mine")
    if what == "no person":
        (place / "p.yaml").write_text(POLICY.replace("person: user_id\n", ""))
    if what == "withdrawn":
        text = POLICY.replace("find:", "admit: {consent: {register: consent.csv}}\nfind:")
        (place / "p.yaml").write_text(text)
        asked("withdraw", PERSON, "--register", place / "consent.csv")
    done = report(place, "--out", out)
    code = {"there": "out-not-empty", "in source": "out-in-source", "no person": "person-unknown"}.get(what)
    assert done.exit_code == (2 if code else 0), done.output
    if code:
        assert code in done.output
        assert not out.exists() or out.read_text() == "mine"
    else:
        assert "You took your consent back" in out.read_text()


def proposed(done: Any) -> tuple[Path, dict[str, Any]]:
    """The proposal's file, and its only test."""
    assert done.exit_code == 0, done.output
    file = Path(done.output.splitlines()[0].removeprefix("proposal: "))
    (test,) = yaml.safe_load(file.read_text())["tests"]
    return file, test


def test_an_objection_becomes_a_test_without_the_value(place: Path) -> None:
    """What should be hidden, what the policy finds and what is no ordinary word is replaced; the shape stays."""
    words = "order QX-4471-b for Zbigniew and Ada Example, mail jo@corp.example"
    done = asked("feedback", "--policy", place / "p.yaml", "--should-hide", "QX-4471-b", "--in", words, "--keys")
    file, test = proposed(done)
    assert left_of(("QX", "4471", "Zbigniew", "Ada Example", "jo@corp"), place / "nowhere", file.read_text()) == []
    (value,) = test["must_hide"]
    assert re.fullmatch(r"[A-Z]{2}-\d{4}-[a-z]", value)
    assert value in test["keys"]
    assert test["keys"].startswith("order ")
    assert " and " in test["keys"]
    assert "fails today" in done.output
    assert file.parent == place
    load_policy(file)


def test_a_needless_hiding_becomes_a_test_that_fails_today(place: Path) -> None:
    """A policy that hides addresses hides an invented one, too."""
    done = asked("feedback", "--policy", place / "p.yaml", "--need-not-hide", "desk@corp.example")
    _, test = proposed(done)
    assert "desk@corp" not in test["text"]
    assert test["must_keep"] == [test["text"]]
    assert "fails today" in done.output


def test_as_is_writes_the_words_as_they_are(place: Path) -> None:
    """Keys that mean something in a test are written so that they mean themselves; a test that passes says so."""
    words = ("--need-not-hide", "a <b> c", "--as-is", "--keys")
    done = asked("feedback", "--policy", place / "p.yaml", *words)
    file, test = proposed(done)
    assert test["keys"] == "a <<b> c"
    assert test["must_keep"] == ["a <b> c"]
    assert "passes today" in done.output
    second, _ = proposed(asked("feedback", "--policy", place / "p.yaml", *words))
    assert second != file


@pytest.mark.parametrize(
    "words",
    [(), ("--should-hide", "a", "--need-not-hide", "b"), ("--should-hide", " "), ("--should-hide", "a", "--in", "xyz"),
     ("--should-hide", "a\x00"), ("--should-hide", "a" * 3000), ("--should-hide", "--"),
     ("--should-hide", "a", "--out", "/nowhere/p.yaml")],
)  # fmt: skip
def test_what_is_no_objection_is_a_mistake(words: tuple[str, ...], place: Path) -> None:
    """One thing at a time, that stands in its words and can be invented; beside the policy."""
    done = asked("feedback", "--policy", place / "p.yaml", *words)
    assert done.exit_code == 2
    assert sorted(path.name for path in place.iterdir()) == ["consent.csv", "in", "p.yaml"]


def test_a_refused_policy_is_exit_code_three(place: Path) -> None:
    """As everywhere."""
    (place / "p.yaml").write_text("policy: 1\nnaem: x\n")
    project_key()
    assert asked("feedback", "--policy", place / "p.yaml", "--should-hide", "a").exit_code == 3
    assert report(place, "--out", place / "me.html").exit_code == 3
