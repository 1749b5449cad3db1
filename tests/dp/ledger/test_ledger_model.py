"""Any sequence of operations leaves the ledger where a plain account in memory would be."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from charges import charge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dp.ledger import Balance, open_ledger
from dp.terms import Currency
from recording.errors import BoundaryError

STEP = st.tuples(
    st.sampled_from(["reserve", "reserve", "reserve", "settle"]),
    st.integers(0, 5),
    st.integers(1, 60),
    st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(1, 3)]),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=15))
def test_the_ledger_agrees_with_a_plain_account(steps: list[tuple[str, int, int, Fraction]]) -> None:
    """Who is admitted, what is spent, and which answer comes back follow from the operations before alone."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder) / "l.db", scope="s", total=100, currency=Currency.PURE)
        charged: dict[int, tuple[int, Fraction]] = {}
        answers: dict[int, bytes] = {}
        for number, (what, name, cost, delta) in enumerate(steps):
            spent = sum(paid for paid, _ in charged.values())
            lost = sum((bound for _, bound in charged.values()), Fraction(0))
            known = charged.get(name)
            if what == "settle":
                fits = known is not None
            elif known is None:
                fits = spent + cost <= 100 and lost + delta < 1
            else:
                fits = known == (cost, delta)
            try:
                if what == "settle":
                    first = answers.get(name, b"%d" % number)
                    assert ledger.settle(f"r{name}", b"%d" % number) == first
                    answers[name] = first
                else:
                    reserved = ledger.reserve(charge(name, cost, delta=delta))
                    assert reserved.answer == answers.get(name)
                    charged[name] = (cost, delta)
                assert fits
            except BoundaryError:
                assert not fits
        costs = sum(paid for paid, _ in charged.values())
        deltas = sum((bound for _, bound in charged.values()), Fraction(0))
        assert ledger.balance() == Balance(total=100, spent=costs, delta=deltas)
        assert len(ledger.events()) == len(charged)
        ledger.verify()
