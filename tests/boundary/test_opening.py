"""A policy's words on reading hold wherever a recording is opened: runs, audits, labelling, review."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_help import policy_of

from boundary.audit.excerpt import excerpts
from boundary.audit.items import CHANGED, Item
from boundary.audit.labels import Task, read_task, write_task
from boundary.audit.sampling import stratum_of
from boundary.opening import open_under, reading_of
from boundary.review import coverage, samples
from policies.policy import Policy
from recording.errors import InputError
from recording.mappings import Mappings, TableMapping

MAPPED = """\
policy: 1
name: acme
read:
  mappings:
    - files: "acme*.jsonl"
      time: {column: when_ms, unit: ms}
      kind: {column: evt, values: {kd: key_down, paste: text}}
      key: k
      text: said
      app: prog
      keep: [weight]
      texts: {memo: description}
"""


@pytest.fixture
def mapped() -> Policy:
    """A policy that declares the columns of a vendor."""
    return policy_of(MAPPED)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A recording of that vendor."""
    path = tmp_path / "sample" / "acme-1.jsonl"
    path.parent.mkdir()
    lines = [{"when_ms": 1000 + n, "evt": "paste", "said": f"piece {n}", "prog": "Ledger", "memo": "m"} for n in (1, 2)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_audits_and_reviews_read_what_runs_read(mapped: Policy, sample: Path) -> None:
    """The application is in the column that the policy declares, the times are milliseconds, pasted text is typed."""
    whole = open_under(sample, mapped)
    assert whole.events["app"].to_pylist() == ["Ledger"] * 2
    assert samples.opened(sample, mapped).events.equals(whole.events)
    assert stratum_of(sample, mapped) == (whole.format, "Ledger")
    assert coverage.counted((sample,), mapped)["#fields"] == len(whole.fields)


def test_labelling_opens_what_was_audited(mapped: Policy, sample: Path, tmp_path: Path) -> None:
    """The task says how the policy has recordings read, so that a place is the same place; an old task has no word."""
    whole = open_under(sample, mapped)
    field = next(number for number, one in enumerate(whole.fields) if one.text == "m")
    item = Item(CHANGED, 1, "field", "PERSON", "rule", {"field": field, "start": 0, "end": 1})
    shape = len(whole.events), len(whole.fields), len(whole.frames)
    task = Task(str(sample.parent), (1,), (shape,), {}, (item,), mapped.limits.file_mb, mapped.read)
    write_task(tmp_path, task)
    assert read_task(tmp_path) == task
    assert excerpts(read_task(tmp_path))(item).value == "m"
    data = json.loads((tmp_path / "items.json").read_text())
    del data["read"]
    (tmp_path / "items.json").write_text(json.dumps(data))
    assert read_task(tmp_path).read == Mappings()
    (tmp_path / "items.json").write_text(json.dumps({**data, "read": {"unknown": "scan", "tables": [{}]}}))
    with pytest.raises(InputError):
        read_task(tmp_path)


def test_a_limit_holds_wherever_a_recording_is_opened(sample: Path) -> None:
    """What is larger than the policy allows is refused by each of them."""
    small = policy_of("policy: 1\nname: small\nlimits: {file_mb: 1}\n")
    sample.write_text(sample.read_text() * 20_000)
    for opened in (open_under, samples.opened):
        with pytest.raises(InputError) as caught:
            opened(sample, small)
        assert caught.value.code == "too-large"
    assert reading_of(small) != reading_of(policy_of("policy: 1\nname: large\n"))


names = st.text("abc._", max_size=4)
tables = st.builds(
    TableMapping,
    files=st.lists(names, min_size=1, max_size=2).map(tuple), time=names, unit=st.sampled_from(["ms", "iso"]),
    kinds=st.lists(st.tuples(names, names), max_size=2).map(tuple), person=names,
    texts=st.lists(st.tuples(names, names), max_size=2).map(tuple), keep=st.frozensets(names),
)  # fmt: skip


@given(st.builds(Mappings, unknown=st.sampled_from(["scan", "drop"]), tables=st.lists(tables, max_size=2).map(tuple)))
def test_mappings_survive_being_written(mappings: Mappings) -> None:
    """What is read back from JSON is what was written."""
    assert Mappings.from_json(json.loads(json.dumps(mappings.to_json()))) == mappings
