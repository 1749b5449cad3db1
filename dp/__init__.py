"""Statistics that may leave: bounded per person, noised, charged to a ledger, then published.

``import dp`` loads neither diffprivlib nor SciPy; the noise does, when it is drawn.
"""

from __future__ import annotations

from dp.answer import Answer, Numbers
from dp.epsilon import epsilon_text, micro_epsilon
from dp.forecast import Forecast, Question, forecast
from dp.ledger import Balance, Charge, Ledger, Reservation, open_ledger
from dp.noise import Calibration, GeometricNoise, NoiseBackend
from dp.queries import OTHER, CountEventsOptions, Tally, count_events
from dp.release import Asked, release, release_id
from dp.schema import GENESIS
from dp.statistic import Statistic
from dp.steps import COUNT_EVENTS
from dp.terms import Currency, Terms

__all__ = [
    "COUNT_EVENTS",
    "GENESIS",
    "OTHER",
    "Answer",
    "Asked",
    "Balance",
    "Calibration",
    "Charge",
    "CountEventsOptions",
    "Currency",
    "Forecast",
    "GeometricNoise",
    "Ledger",
    "NoiseBackend",
    "Numbers",
    "Question",
    "Reservation",
    "Statistic",
    "Tally",
    "Terms",
    "count_events",
    "epsilon_text",
    "forecast",
    "micro_epsilon",
    "open_ledger",
    "release",
    "release_id",
]
