"""Who typed and on which machine is looked for everywhere, whatever the policy looks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_recording import Desk, left_of

from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan
from boundary.typist import typist_values
from recording import open_recording

CARDS_ONLY = "find: [{use: text.pii, entities: [CREDIT_CARD]}]\nchange: {default: {use: replace}}"


def values(folder: Path, title: str) -> set[tuple[str, str]]:
    """What is known about the typist of a recording with one window."""
    Desk().window("Files", title).into("Name").type("ok").mouse().save(folder)
    return {(label, value) for label, value in typist_values(open_recording(folder)) if value in title}


@pytest.mark.parametrize(
    ("title", "user"),
    [
        ("/home/osolberg/notes - Files", "osolberg"),
        ("C:\\Users\\Ola Solberg\\Documents", "Ola Solberg"),
        ("file:///Users/ola.s/x.html", "ola.s"),
        ("osolberg@walrus-7: ~/src", "osolberg"),
    ],
)
def test_a_home_folder_and_a_prompt_name_their_user(tmp_path: Path, title: str, user: str) -> None:
    """Paths and prompts in titles tell whose machine it is."""
    assert ("USER_NAME", user) in values(tmp_path, title)


def test_a_prompt_names_the_machine(tmp_path: Path) -> None:
    """What follows the at sign before a path is the machine."""
    assert ("HOST_NAME", "walrus-7") in values(tmp_path, "osolberg@walrus-7: ~/src")


@pytest.mark.parametrize(
    "title", ["/home/ubuntu/x", "C:\\Users\\Public", "root@localhost:~", "mail a@b.example: hello"]
)
def test_accounts_of_everybody_name_nobody(tmp_path: Path, title: str) -> None:
    """A shared account is nobody's name, and an address is no prompt."""
    assert values(tmp_path, title) == set()


def test_the_typist_goes_with_any_policy(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """A policy that looks for cards alone still takes the user name out of keys and titles."""
    desk = (
        Desk().window("Terminal", "osolberg@walrus-7: ~/src").into("").type("ssh osolberg@build; echo walrus-7").mouse()
    )
    desk.save(tmp_path / "in")
    outcome = process(lambda: open_recording(tmp_path / "in"), planned(CARDS_ONLY))
    assert isinstance(outcome, Release), outcome
    for name, data in outcome.files.items():
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / Path(name).name).write_bytes(data)
    assert left_of(["osolberg", "walrus"], tmp_path / "out") == []
