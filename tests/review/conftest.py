"""A small policy, small samples, and the page of each person, answered in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reviewing import CARD, MAIL, PERSON, POLICY, SCRIPT, Page
from tiny_recording import Desk as Recorder

from boundary.review.desk import Desk, opened_desk


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the state folder of whoever runs it."""
    monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """A policy on disk, with the list that it names."""
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "people.txt").write_text(f"{PERSON}\n")
    (folder / "till.yaml").write_text(POLICY)
    return folder / "till.yaml"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Two small recordings; titles and typed text hold a script."""
    first = Recorder().window("Till", f"Sale {SCRIPT}").into("Customer")
    first.type(f"{PERSON} {MAIL}\n").type(SCRIPT).window("Notes", "List").type("milk and bread\n")
    first.save(tmp_path / "sample" / "first")
    Recorder(user="gannet-12").window("Till", "Sale").into("Card").type(f"{CARD}\n").save(
        tmp_path / "sample" / "second"
    )
    return tmp_path / "sample"


@pytest.fixture
def desk_for(policy_file: Path, sample: Path, tmp_path: Path) -> Callable[..., Desk]:
    """The desk of somebody; all of them share one folder."""

    def build(who: str, **about: Any) -> Desk:
        told = {"folder": tmp_path / "review", "key": b"k" * 32, "ledger": None, "audit": None, **about}
        return opened_desk(policy_file, [sample], who=who, **told)

    return build


@pytest.fixture
def page_for(desk_for: Callable[..., Desk]) -> Callable[..., Page]:
    """The page of somebody, opened with its token."""

    def build(who: str, **about: Any) -> Page:
        return Page(desk_for(who, **about))

    return build
