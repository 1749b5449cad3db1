"""Statistics that may leave: bounded per person, noised, charged to a ledger, then published.

``import dp`` loads neither diffprivlib nor SciPy; the noise does, when it is drawn.
"""

from __future__ import annotations

from dp.answer import Answer, Numbers
from dp.epsilon import epsilon_text, micro_epsilon
from dp.forecast import Forecast, Question, forecast
from dp.ledger import GENESIS, Balance, Charge, Ledger, Reservation, open_ledger
from dp.noise import GaussianNoise, GeometricNoise, NoiseBackend, TableNoise, backend_for
from dp.queries import OTHER, CountEventsOptions
from dp.release import Asked, release, release_id
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
    "Charge",
    "CountEventsOptions",
    "Currency",
    "Forecast",
    "GaussianNoise",
    "GeometricNoise",
    "Ledger",
    "NoiseBackend",
    "Numbers",
    "Question",
    "Reservation",
    "Statistic",
    "TableNoise",
    "Terms",
    "backend_for",
    "epsilon_text",
    "forecast",
    "micro_epsilon",
    "open_ledger",
    "release",
    "release_id",
]
