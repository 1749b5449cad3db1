"""From tallies to the answer that leaves, through the step of the policy."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from dp import (
    COUNT_EVENTS,
    GENESIS,
    Answer,
    Calibration,
    CountEvents,
    CountEventsOptions,
    Currency,
    GeometricNoise,
    count_events,
    open_ledger,
    release_counts,
    release_id,
)
from dp.ledger import StoredLedger
from policies.contract import BuildContext
from recording.errors import BudgetExceeded, InputError, StepFailed

KEY = bytes(range(32))
OPTIONS = {"id": "apps", "keys": ["Mail", "Editor"], "max_groups": 2, "max_per_group": 5, "epsilon": "0.5"}
QUERY = CountEventsOptions.model_validate(OPTIONS)
PERSON, PRIVATE_APP = "worker-5512@example.org", "Divorce Planner"
EVENTS = pa.table({"app": ["Mail", PRIVATE_APP, None, "Mail"]})


@pytest.fixture
def ledger(tmp_path: Path) -> StoredLedger:
    """A ledger with a total of 1."""
    return open_ledger(tmp_path / "dp.db", scope="team", total=1_000_000, currency=Currency.PURE)


@pytest.fixture
def step(tmp_path: Path) -> CountEvents:
    """The step as a plan would hold it, sent to another process and back."""
    built = COUNT_EVENTS.build(QUERY, BuildContext(folder=tmp_path, key=KEY))
    assert isinstance(built, CountEvents)
    sent = pickle.loads(pickle.dumps(built))
    assert isinstance(sent, CountEvents)
    return sent


@dataclass(frozen=True)
class During(GeometricNoise):
    """Noise during whose draw something else happens."""

    happens: Callable[[], object]

    def draw(self, values: Sequence[int], calibration: Calibration) -> tuple[int, ...]:
        """Let it happen, then draw."""
        self.happens()
        return GeometricNoise.draw(self, values, calibration)


def test_a_release_says_what_it_is_and_what_it_cost(step: CountEvents, ledger: StoredLedger) -> None:
    """The answer has every key, integers, the exact scale and price, an interval, the budget and the ledger's head."""
    answer = step.release([(PERSON, step.tally(EVENTS))], ledger=ledger, policy_digest="d1", dataset=["x", "y"])
    assert [key for key, _ in answer.counts] == ["Editor", "Mail", "other"]
    assert all(type(count) is int for _, count in answer.counts)
    assert (answer.scale, answer.epsilon, answer.epsilon_micro, answer.half_width) == ("20", "0.5", 500_000, 60)
    assert (answer.total, answer.before, answer.after, answer.left) == (1_000_000, 0, 500_000, 500_000)
    assert (answer.unit, answer.mechanism, answer.policy_digest) == ("events", "geometric", "d1")
    assert answer.library.startswith("diffprivlib ")
    assert 0 < answer.delta_impl < 1e-10
    assert ledger.verify([answer.ledger_head]) == ledger.head()


def test_an_answer_survives_its_json(step: CountEvents, ledger: StoredLedger) -> None:
    """JSON of an answer is one line with sorted keys, and reads back to the same answer and the same bytes."""
    data = step.release([], ledger=ledger, policy_digest="d", dataset="x").to_json()
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == 1
    assert list(json.loads(data)) == sorted(json.loads(data))
    assert Answer.from_json(data).to_json() == data


def test_the_same_question_about_the_same_data_is_paid_once(step: CountEvents, ledger: StoredLedger) -> None:
    """The same release gives the same answer for free; another dataset or policy is charged until the budget is out."""
    first = step.release([(PERSON, {"Mail": 3})], ledger=ledger, policy_digest="d", dataset=["x", "y"])
    assert step.release([(PERSON, {"Mail": 3})], ledger=ledger, policy_digest="d", dataset=iter(["y", "x"])) == first
    second = step.release([(PERSON, {"Mail": 3})], ledger=ledger, policy_digest="d2", dataset=["x", "y"])
    assert (second.before, second.left) == (500_000, 0)
    with pytest.raises(BudgetExceeded) as caught:
        step.release([(PERSON, {"Mail": 3})], ledger=ledger, policy_digest="d", dataset=["z"])
    assert PERSON not in str(caught.value)


def test_the_ledger_holds_no_person_and_no_private_application(
    step: CountEvents, ledger: StoredLedger, tmp_path: Path
) -> None:
    """Neither person ids nor names outside the public keys are in any byte of the ledger or in the answer."""
    answer = step.release([(PERSON, step.tally(EVENTS))], ledger=ledger, policy_digest="d", dataset="x")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir()) + answer.to_json()
    assert b"Mail" in stored
    for secret in (PERSON, PRIVATE_APP, KEY.hex()):
        assert secret.encode() not in stored


def test_noise_is_added(step: CountEvents, tmp_path: Path) -> None:
    """Twenty releases of one vector are not all the exact counts."""
    answers = set()
    for number in range(20):
        ledger = open_ledger(tmp_path / f"{number}.db", scope="s", total=500_000, currency=Currency.PURE)
        answers.add(step.release([], ledger=ledger, policy_digest="d", dataset="x").counts)
    assert len(answers) > 15


def test_a_crash_after_the_charge_is_completed_without_a_second_charge(ledger: StoredLedger) -> None:
    """When drawing dies, budget is spent and nothing is out; asking again draws and pays nothing."""

    def die() -> None:
        raise OSError("no randomness")

    vector = count_events([], QUERY)
    with pytest.raises(OSError, match="no randomness"):
        release_counts(vector, QUERY, ledger=ledger, policy_digest="d", release_id="r", backend=During(die))
    assert ledger.balance().spent == 500_000
    answer = release_counts(vector, QUERY, ledger=ledger, policy_digest="d", release_id="r")
    assert (answer.before, answer.after) == (0, 500_000)
    assert ledger.balance().spent == 500_000


def test_of_two_racing_draws_only_the_stored_one_leaves(ledger: StoredLedger) -> None:
    """A caller overtaken between its charge and its answer returns the other's answer, not its own draw."""
    vector, inner = count_events([], QUERY), []

    def overtake() -> None:
        inner.append(release_counts(vector, QUERY, ledger=ledger, policy_digest="d", release_id="r"))

    outer = release_counts(vector, QUERY, ledger=ledger, policy_digest="d", release_id="r", backend=During(overtake))
    assert [outer] == inner
    assert ledger.balance().spent == 500_000


@pytest.mark.parametrize("vector", [(("Mail", 2),), (("Mail", 2), ("Editor", 1), ("other", 0)), ()])
def test_a_vector_with_other_keys_is_refused_before_it_costs(
    ledger: StoredLedger, vector: tuple[tuple[str, int], ...]
) -> None:
    """Keys that depend on the data, in number or order, never leave and cost nothing."""
    with pytest.raises(InputError) as caught:
        release_counts(vector, QUERY, ledger=ledger, policy_digest="d", release_id="r")
    assert caught.value.code == "dp-vector"
    assert ledger.head() == GENESIS


def test_unsafe_noise_costs_nothing(ledger: StoredLedger) -> None:
    """The guards of the noise act before the ledger is touched."""
    vector = (("Editor", 2**53), ("Mail", 0), ("other", 0))
    with pytest.raises(StepFailed):
        release_counts(vector, QUERY, ledger=ledger, policy_digest="d", release_id="r")
    assert ledger.head() == GENESIS


def test_release_ids_depend_on_everything_and_on_the_secret_key() -> None:
    """Policy, query, each dataset and the key change the id; the order of datasets does not, nor do joins collide."""
    base = release_id("p", "q", ["a", "b"], key=KEY)
    others = [
        release_id("p2", "q", ["a", "b"], key=KEY),
        release_id("p", "q2", ["a", "b"], key=KEY),
        release_id("p", "q", ["a", "c"], key=KEY),
        release_id("p", "q", ["ab"], key=KEY),
        release_id("p", "q", "ab", key=b"another"),
        release_id("p", "q", ["a", "b"], key=b"another"),
    ]
    assert len({base, *others}) == 7
    assert release_id("p", "q", ["b", "a"], key=KEY) == base
    assert release_id("p", "q", "ab", key=KEY) == release_id("p", "q", ["ab"], key=KEY)


@pytest.mark.parametrize("dataset", ["", [], ["a", ""]])
def test_a_release_without_a_dataset_is_refused(dataset: str | list[str]) -> None:
    """An empty dataset name is an error: everything would share one answer."""
    with pytest.raises(InputError):
        release_id("p", "q", dataset, key=KEY)


@pytest.mark.parametrize("table", [pa.table({"x": [1]}), pa.Table.from_arrays([pa.array(["a"])] * 2, ["app", "app"])])
def test_events_without_their_column_are_refused(step: CountEvents, table: pa.Table) -> None:
    """A missing or doubled column is refused rather than counted as nothing."""
    with pytest.raises(InputError):
        step.tally(table)


def test_the_step_shows_neither_key_nor_data_in_its_repr(step: CountEvents) -> None:
    """The project key is not in the representation of the step."""
    assert "key=" not in repr(step)


def test_the_examples_of_the_step_build(tmp_path: Path) -> None:
    """Every example of the step spec validates and builds."""
    for example in COUNT_EVENTS.examples:
        options = COUNT_EVENTS.options.model_validate(dict(example))
        assert COUNT_EVENTS.build(options, BuildContext(folder=tmp_path, key=KEY))
