"""The ledger: integer budget that cannot be overspent, events to total again; the same in both databases."""

from __future__ import annotations

import pickle
from dataclasses import replace
from fractions import Fraction

import pytest
from charges import EVENT, charge

from dp.ledger import GENESIS, Balance, Charge, Reservation, StoredLedger, history, scopes
from dp.ledger.schema import add_delta
from dp.terms import Currency
from recording.errors import BoundaryError, BudgetExceeded


def refused(call: object, *arguments: object) -> str:
    """The code with which a call is refused."""
    with pytest.raises(BoundaryError) as caught:
        call(*arguments)  # type: ignore[operator]  # any callable
    return caught.value.code


def test_a_hundred_spends_of_a_hundredth_fit_exactly(ledger: StoredLedger) -> None:
    """100 charges of 0.01 are admitted at a total of 1 and the 101st is refused and changes nothing."""
    for number in range(100):
        ledger.reserve(charge(number))
    head = ledger.head()
    with pytest.raises(BudgetExceeded) as caught:
        ledger.reserve(charge(100))
    assert caught.value.code == "budget-exceeded"
    assert ledger.balance() == Balance(total=1_000_000, spent=1_000_000)
    assert ledger.head() == ledger.verify() == head


def test_a_reservation_says_what_was_spent_before_and_after(ledger: StoredLedger) -> None:
    """Amounts before and after belong to the charge, also when it is asked for again later."""
    first = ledger.reserve(charge(1, delta=Fraction(1, 3)))
    second = ledger.reserve(charge(2, delta=Fraction(1, 7)))
    assert first == Reservation(
        total=1_000_000, before=0, after=10_000, delta=Fraction(1, 3), head=first.head, answer=None
    )
    assert (second.before, second.after, second.delta) == (10_000, 20_000, Fraction(10, 21))
    assert ledger.reserve(charge(1, delta=Fraction(1, 3))) == first
    assert ledger.balance() == Balance(total=1_000_000, spent=20_000, delta=Fraction(10, 21))


def test_the_first_stored_answer_stays(ledger: StoredLedger) -> None:
    """A second answer to the same release is dropped and the first one comes back, byte for byte."""
    ledger.reserve(charge(1))
    assert ledger.settle("r1", b"first\x00\xff") == b"first\x00\xff"
    assert ledger.settle("r1", b"second") == b"first\x00\xff"
    assert ledger.reserve(charge(1)).answer == b"first\x00\xff"
    assert [entry.kind for entry in history(ledger.store)] == ["total", "charge", "answer"]


def test_an_answer_without_a_charge_is_refused(ledger: StoredLedger) -> None:
    """Nothing is stored for a release that was never charged."""
    assert refused(ledger.settle, "r1", b"free") == "ledger-uncharged"


@pytest.mark.parametrize(
    "other",
    [
        {"policy": "q"},
        {"events": ({**EVENT, "l1": 11},)},
        {"events": (EVENT, EVENT)},
        {"cost": 5},
        {"delta": Fraction(1, 9)},
    ],
    ids=["policy", "event", "number of events", "cost", "delta"],
)
def test_one_release_id_cannot_be_charged_under_two_terms(ledger: StoredLedger, other: dict[str, object]) -> None:
    """A known release id with other terms is refused, since its stored answer would answer another question."""
    ledger.reserve(charge(1))
    assert refused(ledger.reserve, replace(charge(1), **other)) == "release-conflict"
    assert refused(replace(ledger, scope="other").reserve, charge(1)) == "release-conflict"
    assert ledger.balance().spent == 10_000


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"cost": 0}, "ledger-cost"),
        ({"cost": -1}, "ledger-cost"),
        ({"cost": 1.5}, "ledger-cost"),
        ({"cost": 2**63}, "ledger-cost"),
        ({"currency": Currency.ZCDP}, "ledger-currency"),
        ({"delta": Fraction(-1, 10)}, "ledger-charge"),
        ({"delta": Fraction(1)}, "ledger-charge"),
        ({"events": ()}, "ledger-charge"),
        ({"events": ({"scale": 1.5},)}, "ledger-charge"),
        ({"events": ({"bytes": b"x"},)}, "ledger-charge"),
        ({"events": ({"deep": [{"scale": float("nan")}]},)}, "ledger-charge"),
        ({"release_id": ""}, "ledger-charge"),
        ({"release_id": "a\x00b"}, "ledger-charge"),
        ({"policy": "\ud800"}, "ledger-charge"),
        ({"release_id": "x" * 513}, "ledger-charge"),
    ],
)
def test_a_charge_that_makes_no_sense_costs_nothing(ledger: StoredLedger, other: dict[str, object], code: str) -> None:
    """Free and negative charges, floats, other currencies, and texts that a database cannot hold are refused."""
    assert refused(ledger.reserve, replace(charge(1), **other)) == code
    assert ledger.head() == GENESIS, "nothing was begun"


def test_the_events_come_back_as_they_were_charged(ledger: StoredLedger) -> None:
    """Every event of a scope is there to be totalled again, in order, whatever its strings."""
    strange = {"event": "gäussian '\"\\\u2028\U0001f600", "variance": "7/3", "n": 2**80, "parts": [{"none": None}]}
    ledger.reserve(charge(1, events=(EVENT, strange)))
    replace(ledger, scope="other").reserve(charge(2))
    ledger.reserve(charge(3, events=(strange,)))
    assert ledger.events() == (EVENT, strange, strange)
    assert ledger.events("other") == (EVENT,)
    ledger.verify()


def test_scopes_do_not_share_budget(ledger: StoredLedger) -> None:
    """Two scopes of one ledger are charged apart, each in its currency, and chained together."""
    other = replace(ledger, scope="other", total=20_000, currency=Currency.ZCDP)
    ledger.reserve(charge(1))
    other.reserve(charge(2, 20_000, currency=Currency.ZCDP))
    assert (ledger.balance().spent, other.balance().left) == (10_000, 0)
    assert ledger.head() == other.head() == ledger.verify()
    assert [(s.name, s.currency, s.charges) for s in scopes(ledger.store)] == [
        ("other", Currency.ZCDP, 1),
        ("team", Currency.PURE, 1),
    ]


def test_a_scope_keeps_its_currency(ledger: StoredLedger) -> None:
    """Millionths of rho are not taken for millionths of epsilon."""
    ledger.reserve(charge(1))
    rho = replace(ledger, currency=Currency.ZCDP)
    assert refused(rho.reserve, charge(2, currency=Currency.ZCDP)) == "ledger-currency"


def test_deltas_are_summed_exactly_and_have_an_end(ledger: StoredLedger) -> None:
    """Ten deltas of 1e-7 are 1e-6, not almost; the next one is refused, and so is a sum of 1."""
    capped = replace(ledger, delta=Fraction(1, 10**6))
    for number in range(10):
        capped.reserve(charge(number, delta=Fraction(1, 10**7)))
    assert capped.balance().delta == Fraction(1, 10**6)
    assert refused(capped.reserve, charge(10, delta=Fraction(1, 10**30))) == "budget-exceeded"
    assert refused(ledger.reserve, charge(11, delta=1 - Fraction(1, 10**6))) == "budget-exceeded"
    assert capped.balance().spent == 100_000, "what was refused cost nothing"
    ledger.verify()


def test_sums_of_unlike_fractions_stay_short_and_are_never_too_small() -> None:
    """After 2,000 fractions of unlike denominators the sum is still a short number, just above the exact one."""
    exact = total = Fraction(0)
    for number in range(2_000):
        delta = Fraction(1, 10**9 + 2 * number + 1)
        exact, total = exact + delta, add_delta(total, delta)
    assert 0 <= total - exact < Fraction(1, 2**500)
    assert len(str(total)) < 700


def test_a_lower_total_is_taken_over_but_never_below_what_is_spent(ledger: StoredLedger) -> None:
    """A policy may tighten the budget down to what is spent, not further."""
    ledger.reserve(charge(1))
    tight = replace(ledger, total=20_000)
    tight.reserve(charge(2))
    assert tight.balance() == Balance(total=20_000, spent=20_000)
    assert refused(replace(ledger, total=19_999).reserve, charge(3)) == "budget-below-spent"
    assert ledger.verify() == ledger.head()


def test_a_higher_total_needs_an_explicit_word(ledger: StoredLedger) -> None:
    """Editing the policy does not raise the budget; raise_total does, and leaves an entry in the chain."""
    ledger.reserve(charge(1))
    rich = replace(ledger, total=5_000_000)
    assert refused(rich.reserve, charge(2)) == "budget-raised"
    before = rich.head()
    rich.raise_total()
    assert rich.head() != before
    rich.reserve(charge(2, 4_990_000))
    assert rich.verify([before]) == rich.head()


def test_an_answer_already_paid_for_is_given_after_the_budget_was_cut(ledger: StoredLedger) -> None:
    """Replaying an answer needs no budget and no matching total."""
    ledger.reserve(charge(1))
    ledger.settle("r1", b"answer")
    assert replace(ledger, total=1).reserve(charge(1)).answer == b"answer"


def test_reading_begins_nothing(ledger: StoredLedger) -> None:
    """Balance, head, events and verify of a ledger that does not exist yet leave it so."""
    assert (ledger.balance().left, ledger.head(), ledger.verify(), ledger.identity()) == (
        1_000_000,
        GENESIS,
        GENESIS,
        "",
    )
    assert ledger.events() == ()
    assert ledger.head() == GENESIS


def test_two_ledgers_share_no_hash(ledger: StoredLedger, tmp_path: object) -> None:
    """The same charges in another ledger have other hashes: a head tells which ledger it is of."""
    from dp.ledger import open_ledger

    other = open_ledger(f"{tmp_path}/another.db", scope="team", total=1_000_000, currency=Currency.PURE)
    heads = {each.reserve(charge(1)).head for each in (ledger, other)}
    assert len(heads) == 2
    assert refused(other.verify, [ledger.head()]) == "ledger-rolled-back"


def test_a_ledger_pickles(ledger: StoredLedger) -> None:
    """A ledger in use can be sent to another process."""
    ledger.reserve(charge(1))
    assert pickle.loads(pickle.dumps(ledger)).balance() == ledger.balance()


def test_a_charge_has_no_default_for_what_it_costs() -> None:
    """A charge that forgets its cost or currency is no charge."""
    with pytest.raises(TypeError):
        Charge(release_id="r", policy="p", events=(EVENT,))  # type: ignore[call-arg]  # the point
