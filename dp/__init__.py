"""Statistics that may leave: bounded per person, noised, charged to a ledger, then published.

``import dp`` loads neither diffprivlib nor SciPy; the noise does, when it is drawn.
"""

from __future__ import annotations

from dp.epsilon import epsilon_text, micro_epsilon
from dp.ledger import Balance, Charge, Ledger, Reservation
from dp.noise import GaussianNoise, GeometricNoise, NoiseBackend, TableNoise, backend_for
from dp.queries import OTHER, CountEventsOptions, Tally, count_events
from dp.release import Answer, release_counts, release_id
from dp.schema import GENESIS
from dp.steps import COUNT_EVENTS, CountEvents
from dp.terms import Currency, Terms

__all__ = [
    "COUNT_EVENTS",
    "GENESIS",
    "OTHER",
    "Answer",
    "Balance",
    "Charge",
    "CountEvents",
    "CountEventsOptions",
    "Currency",
    "GaussianNoise",
    "GeometricNoise",
    "Ledger",
    "NoiseBackend",
    "Reservation",
    "TableNoise",
    "Tally",
    "Terms",
    "backend_for",
    "count_events",
    "epsilon_text",
    "micro_epsilon",
    "release_counts",
    "release_id",
]
