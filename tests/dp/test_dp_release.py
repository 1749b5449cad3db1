"""From bounded vectors to the answer that leaves: order, keys, terms, replay."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dp_fakes import Book, Noise, asked, choose, part, question, vector

from dp import Answer, Currency, Statistic, Terms, open_ledger, release, release_id
from dp.steps import COUNT_EVENTS, PARTITIONS
from policies.contract import BuildContext
from recording.errors import BudgetExceeded, InputError, StepFailed

KEY = bytes(range(32))
OPTIONS = {"id": "apps", "keys": ["Mail", "Editor"], "max_groups": 2, "max_per_group": 5, "epsilon": "0.5"}
PERSON, PRIVATE_APP = "worker-5512@example.org", "Divorce Planner"
APPS = ["Mail", PRIVATE_APP, None, "Mail"]
EVENTS = pa.table({"app": APPS, "t_ns": pa.array([1_700_000_000 * 10**9] * 4, pa.int64())})
KEYS = ["Editor", "Mail", "other"]


@pytest.fixture
def step(tmp_path: Path) -> Statistic:
    """The step as a plan would hold it, sent to another process and back."""
    return built(tmp_path)


def built(tmp_path: Path, **more: object) -> Statistic:
    """The statistic of some options."""
    options = COUNT_EVENTS.options.model_validate({**OPTIONS, **more})
    sent = pickle.loads(pickle.dumps(COUNT_EVENTS.build(options, BuildContext(folder=tmp_path, key=KEY))))
    assert isinstance(sent, Statistic)
    return sent


def opened(tmp_path: Path, total: int = 1_000_000):
    """A real ledger."""
    return open_ledger(str(tmp_path / "dp.db"), scope="team", total=total, currency=Currency.PURE)


class TestTheStep:
    def test_a_release_says_what_it_is_and_what_it_cost(self, step: Statistic, tmp_path: Path) -> None:
        """The answer has every key, integers, the exact scale and price, an interval, the budget and the head."""
        ledger = opened(tmp_path)
        answer = step.release([step.tally(EVENTS, PERSON)], ledger=ledger, policy_digest="d1", dataset=["x", "y"])
        (numbers,) = answer.numbers
        assert numbers.keys == ("Editor", "Mail", "other")
        assert all(type(value) is int for value in numbers.values)
        assert (numbers.scale, answer.price, answer.amount, numbers.half_width) == ("20", "0.5", 500_000, 60)
        assert (answer.total, answer.before, answer.after, answer.left) == (1_000_000, 0, 500_000, 500_000)
        assert (numbers.unit, numbers.mechanism, answer.policy_digest) == ("events", "geometric", "d1")
        assert 0 < Fraction(numbers.delta_noise) < Fraction(1, 10**9)
        assert ledger.verify([answer.ledger_head]) == ledger.head()

    def test_the_same_question_about_the_same_data_is_paid_once(self, step: Statistic, tmp_path: Path) -> None:
        """The same release gives the same answer for free; another dataset is charged until all is spent."""
        ledger, tallies = opened(tmp_path), [step.tally(EVENTS, PERSON)]
        first = step.release(tallies, ledger=ledger, policy_digest="d", dataset=["x", "y"])
        again = {
            step.release(tallies, ledger=ledger, policy_digest="d", dataset=iter(["y", "x"])).to_json()
            for _ in range(20)
        }
        assert again == {first.to_json()}
        step.release(tallies, ledger=ledger, policy_digest="d2", dataset=["x", "y"])
        with pytest.raises(BudgetExceeded) as caught:
            step.release(tallies, ledger=ledger, policy_digest="d", dataset=["z"])
        assert PERSON not in str(caught.value)

    def test_neither_a_person_nor_a_private_application_is_stored(self, step: Statistic, tmp_path: Path) -> None:
        """Neither person ids nor names outside the public keys are in any byte of the ledger or the answer."""
        answer = step.release([step.tally(EVENTS, PERSON)], ledger=opened(tmp_path), policy_digest="d", dataset="x")
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir()) + answer.to_json() + answer.to_parquet()
        assert b"Mail" in stored
        for secret in (PERSON, PRIVATE_APP, KEY.hex()):
            assert secret.encode() not in stored

    def test_days_are_bounded_one_by_one_and_say_what_a_year_costs(self, tmp_path: Path) -> None:
        """With the unit person_day a person counts once a day, and the answer has the total of a year."""
        step = built(tmp_path, unit_of_privacy="person_day")
        table = pa.concat_tables([EVENTS, EVENTS.set_column(1, "t_ns", pa.array([1_700_100_000 * 10**9] * 4))])
        rows = step.tally(table, PERSON)
        assert len(set(rows["person"].to_pylist())) == 2
        answer = step.release([rows], ledger=opened(tmp_path), policy_digest="d", dataset="x")
        assert "epsilon 182.5 only" in answer.protects

    def test_days_need_a_clock_that_tells_them(self, tmp_path: Path) -> None:
        """Times since boot are refused where nothing else tells it: two recordings of a day would be two days."""
        table = EVENTS.set_column(1, "t_ns", pa.array([5, 6, 7, 8], pa.int64()))
        with pytest.raises(InputError) as caught:
            built(tmp_path, unit_of_privacy="person_day").tally(table, PERSON)
        assert caught.value.code == "dp-clock"

    def test_how_many_keys_are_hidden_is_not_told(self, tmp_path: Path) -> None:
        """One key that nobody else has, or a hundred: beside the noise the answers have the same words and sizes."""
        options = PARTITIONS.options(id="apps", by="app", max_groups=100, epsilon="0.5")
        step = PARTITIONS.build(options, BuildContext(folder=tmp_path, key=KEY))
        said = []
        for count in (1, 100):
            table = pa.table({"app": [f"{PRIVATE_APP} {number}" for number in range(count)]})
            answer = step.release([step.tally(table, PERSON)], ledger=opened(tmp_path), policy_digest=str(count),
                                  dataset="x")  # fmt: skip
            about = json.loads(answer.to_json())
            said.append((about["numbers"], about["derived"], about["forecast"]))
        assert said[0] == said[1]

    def test_it_shows_no_key(self, step: Statistic) -> None:
        """The project key is not in the representation of the step."""
        assert KEY.hex() not in repr(step)
        assert repr(KEY) not in repr(step)


@pytest.mark.parametrize("price", [{"epsilon": "0.5"}, {"rho": "0.01"}])
def test_an_answer_survives_its_json(price: dict[str, str]) -> None:
    """JSON of an answer is one line with sorted keys, and reads back to the same answer and the same bytes."""
    made = question(part(KEYS, 2, 5), **price)
    answer = release({"counts": vector(KEYS, [1, 2, 3])}, asked(made), ledger=Book(), choose=choose)
    data = answer.to_json()
    assert data.count(b"\n") == 1
    assert list(json.loads(data)) == sorted(json.loads(data))
    assert Answer.from_json(data) == answer
    assert Answer.from_json(data).to_json() == data
    assert Answer.from_json(data).to_parquet() == answer.to_parquet()


def test_the_table_has_the_integers_and_their_intervals() -> None:
    """Parquet holds each noisy integer as it is, with both ends of its interval."""
    made = question(part(KEYS, 2, 5))
    answer = release({"counts": vector(KEYS, [-1, 2, 3])}, asked(made), ledger=Book(), choose=choose)
    rows = pq.read_table(io.BytesIO(answer.to_parquet())).to_pylist()
    (numbers,) = answer.numbers
    assert [row["value"] for row in rows] == list(numbers.values)
    assert {row["high"] - row["low"] for row in rows} == {2 * numbers.half_width}


def test_asking_a_thousand_times_gives_one_answer_and_one_charge() -> None:
    """Averaging does not help: noise is drawn once a release."""
    made, book = asked(question(part(KEYS, 2, 5))), Book()
    given = {"counts": vector(KEYS, [1, 2, 3])}
    answers = {release(given, made, ledger=book, choose=choose).to_json() for _ in range(1000)}
    assert (len(answers), len(book.charges), book.spent) == (1, 1, 1_000_000)


def test_parts_divide_the_price_and_all_of_it_is_charged() -> None:
    """Shares are rounded down for the noise, never up, and the ledger is charged the whole price and delta."""
    parts = [part(KEYS, 1, 1, name=name, share=Fraction(1, 3)) for name in "abc"]
    book, made = Book(), question(*parts, epsilon="0.1")
    vectors = {name: vector(KEYS, [0, 0, 0]) for name in "abc"}
    answer = release(vectors, asked(made), ledger=book, choose=choose)
    assert [one.amount for one in answer.numbers] == [33_333] * 3
    (charge,) = book.charges
    assert (charge.cost, charge.currency, len(charge.events)) == (100_000, Currency.PURE, 3)
    assert charge.delta == sum(Fraction(one.delta_noise) for one in answer.numbers) == Fraction(answer.delta)


class Told(Noise):
    """Noise that writes down when it is drawn, and may have something happen then."""

    def __init__(self, book: Book, happens: Callable[[], object] = lambda: None) -> None:
        super().__init__("geometric")
        object.__setattr__(self, "book", book)
        object.__setattr__(self, "happens", happens)

    def draw_array(self, exact: np.ndarray, terms: Terms) -> np.ndarray:
        """Let it happen, then draw."""
        self.book.done.append("draw")
        self.happens()
        return super().draw_array(exact, terms)


def test_the_order_is_reserve_draw_settle() -> None:
    """Noise is drawn only when it is paid for, and published only when it is stored."""
    book = Book()
    noise = Told(book)
    release({"counts": vector(KEYS, [1, 2, 3])}, asked(question(part(KEYS))), ledger=book, choose=lambda *_: noise)
    assert book.done == ["reserve", "draw", "settle"]


def test_a_crash_after_the_charge_is_completed_without_a_second_charge() -> None:
    """When drawing dies, budget is spent and nothing is out; asking again draws and pays nothing."""

    def die() -> None:
        raise OSError("no randomness")

    book, given = Book(), {"counts": vector(KEYS, [1, 2, 3])}
    noise = Told(book, die)
    with pytest.raises(OSError, match="no randomness"):
        release(given, asked(question(part(KEYS))), ledger=book, choose=lambda *_: noise)
    assert (book.spent, book.answers) == (1_000_000, {})
    answer = release(given, asked(question(part(KEYS))), ledger=book, choose=choose)
    assert (answer.before, answer.after, book.spent) == (0, 1_000_000, 1_000_000)


def test_of_two_racing_draws_only_the_stored_one_leaves() -> None:
    """A caller overtaken between its charge and its answer returns the other's answer, not its own draw."""
    book, given, inner = Book(), {"counts": vector(KEYS, [1, 2, 3])}, []
    made = asked(question(part(KEYS, 1, 1000)))
    noise = Told(book, lambda: inner.append(release(given, made, ledger=book, choose=choose)))
    outer = release(given, made, ledger=book, choose=lambda *_: noise)
    assert [outer] == inner


@pytest.mark.parametrize(
    "given",
    [
        {"counts": (("Editor", "Mail"), np.array([1, 2]))},
        {"counts": (("Mail", "Editor", "other"), np.array([1, 2, 3]))},
        {"counts": (("Editor", "Mail", "other"), np.array([1.0, 2, 3]))},
        {"counts": (("Editor", "Mail", "other"), np.array([1, 2]))},
        {},
    ],
)
def test_a_vector_with_other_keys_is_refused_before_it_costs(given: dict[str, object]) -> None:
    """Keys that depend on the data, floats and missing numbers never leave and cost nothing."""
    book = Book()
    with pytest.raises(InputError) as caught:
        release(given, asked(question(part(KEYS))), ledger=book, choose=choose)
    assert caught.value.code == "dp-vector"
    assert book.done == []


def test_unsafe_noise_costs_nothing() -> None:
    """The guards of the noise act before the ledger is touched."""

    class Unsafe(Noise):
        def check(self, exact: object, terms: Terms) -> None:
            raise StepFailed("too large", code="noise-unsafe")

    book = Book()
    with pytest.raises(StepFailed):
        release(
            {"counts": vector(KEYS, [0, 0, 0])},
            asked(question(part(KEYS))),
            ledger=book,
            choose=lambda *_: Unsafe("geometric"),
        )
    assert book.done == []


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
