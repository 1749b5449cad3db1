"""Statistics that may leave: bounded per person, noised, charged to a ledger, then published.

``import dp`` loads neither diffprivlib nor SciPy; the noise does, when it is drawn.
"""

from __future__ import annotations

from dp.epsilon import epsilon_text, micro_epsilon
from dp.ledger import GENESIS, Balance, Charge, Ledger, Reservation, open_ledger
from dp.noise import Calibration, GeometricNoise, NoiseBackend
from dp.queries import OTHER, CountEventsOptions, Tally, count_events
from dp.release import Answer, release_counts, release_id
from dp.steps import COUNT_EVENTS, CountEvents
from dp.terms import Currency

__all__ = [
    "COUNT_EVENTS",
    "GENESIS",
    "OTHER",
    "Answer",
    "Balance",
    "Calibration",
    "Charge",
    "CountEvents",
    "CountEventsOptions",
    "Currency",
    "GeometricNoise",
    "Ledger",
    "NoiseBackend",
    "Reservation",
    "Tally",
    "count_events",
    "epsilon_text",
    "micro_epsilon",
    "open_ledger",
    "release_counts",
    "release_id",
]
