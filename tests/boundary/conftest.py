"""Policies and plans that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from broken_plan import Here

from boundary.plan import Plan, build_plan
from policies import load_policy

KEY = b"k" * 32
FULL = """\
policy: 1
name: full
person: user_id
admit:
  consent: {register: consent.csv}
  apps: {deny: ["KeePass*"]}
  windows: {deny: ["*Private Browsing*"]}
find:
  - {use: text.roles}
  - {use: text.pii, entities: [CREDIT_CARD, EMAIL_ADDRESS, MAC_ADDRESS, US_SSN]}
  - {use: text.secrets}
  - {use: text.list, label: PERSON, values: [Quentin Abernathy, Rosalind Okafor]}
  - {use: screen.text}
link: {within: session}
change:
  default: {use: replace}
  CREDIT_CARD: {use: mask, keep_last: 4}
  PERSON: {use: redact}
  screen: {use: cover}
release:
  names: neutral
  budget: {scope: tests, epsilon: 2}
  aggregates:
    - {use: dp.count_events, id: per-app, keys: [Mail, Crm], max_groups: 2, max_per_group: 500, epsilon: 1}
"""
CONSENT = "person,status\nplover-11,opted_in\ngannet-12,opted_in\nstilt-13,opted_out\nruff-14,\n"


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the state folder of whoever runs it."""
    monkeypatch.setenv("BOUNDARY_STATE", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(scope="session")
def full_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a policy with every step there is."""
    folder = tmp_path_factory.mktemp("policy")
    (folder / "consent.csv").write_text(CONSENT)
    (folder / "full.yaml").write_text(FULL)
    return folder / "full.yaml"


@pytest.fixture(scope="session")
def full_plan(full_policy: Path) -> Plan:
    """That policy, built."""
    return build_plan(load_policy(full_policy), key=KEY)


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Plan]:
    """Builds a plan from the lines of a policy below its name."""
    folder = tmp_path_factory.mktemp("policies")
    (folder / "consent.csv").write_text(CONSENT)
    made: dict[str, Plan] = {}

    def build(text: str) -> Plan:
        if text not in made:
            file = folder / f"p{len(made)}.yaml"
            file.write_text(f"policy: 1\nname: test\n{text}\n")
            made[text] = build_plan(load_policy(file), key=KEY)
        return made[text]

    return build


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[Plan], None]:
    """Makes runs and releases do their work in this process, with the very plan that they are given."""

    def use(plan: Plan) -> None:
        @contextmanager
        def here(*_: Any, **__: Any) -> Iterator[Here]:
            yield Here(plan)

        monkeypatch.setattr("boundary.runner.pool", here)
        monkeypatch.setattr("boundary.release_cli.ended", here)
        monkeypatch.setattr("boundary.worker.cached_plan", lambda *_: plan)

    return use
