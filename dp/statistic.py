"""A statistic of a policy, built: counts one recording at a time, merges, forecasts and releases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from dp.advice import advise
from dp.answer import PROTECTS, Answer
from dp.bounding import merged
from dp.contract import Query
from dp.days import by_day
from dp.epsilon import epsilon_text
from dp.forecast import Forecast, Question, forecast
from dp.ledger import Ledger
from dp.release import Asked, release, release_id


@dataclass(frozen=True, slots=True)
class Statistic:
    """Partial counts may be made anywhere and are small; only the driver releases.

    Attributes:
        step: Name of the policy's step.
        query: Counts and bounds.
        question: The same query with its price and required accuracy.
        key: Project key, for the release id.
        by_day: Whether one day of a person is protected instead of the person.
    """

    step: str
    query: Query
    question: Question
    key: bytes = field(repr=False)
    by_day: bool = False

    def tally(self, events: pa.Table, person: str | None) -> pa.Table:
        """Contributions of one recording, as rows of person, part, key and integer value. They must not leave.

        Args:
            events: Rows with the schema `recording.model.EVENTS`, or with the query's columns.
            person: Whose events they are; ``None`` where the table has a column ``person``.

        Raises:
            InputError: A column is missing or holds something else; ``dp-clock``: days are asked for, and neither the
                recorder's clock nor its metadata tell them.
        """
        if self.by_day and "t_ns" in events.column_names:
            return by_day(events, partial(self.query.partial, person=person))
        return self.query.partial(events, person)

    def columns(self) -> frozenset[str]:
        """The columns that a table must have to be counted, besides ``person``."""
        return frozenset(column.name for column in self.query.columns()) | ({"day"} if self.by_day else frozenset())

    def merged(self, tallies: Iterable[pa.Table]) -> pa.Table:
        """Tallies as one, so that those of a large file stay small. They must not leave either."""
        return merged(tallies)

    def forecast(self, *, left: int | None = None) -> Forecast:
        """What to expect, with advice where it would be refused.

        Args:
            left: What the budget still has, in millionths; a price above it is no advice.
        """
        return advise(self.question, forecast(self.question), left=left)

    def release(
        self, tallies: Iterable[pa.Table], *, ledger: Ledger, policy_digest: str, dataset: str | Iterable[str]
    ) -> Answer:
        """Bound per person, add noise, charge, and return the one answer to this question about this data.

        Args:
            tallies: From `tally`, in any order; a person may occur many times.
            ledger: Where the release is charged.
            policy_digest: Digest of the policy.
            dataset: Digests or public names of the recordings; with the policy and the query they make the release id.

        Raises:
            BoundaryError: See `dp.release.release` and the query.
        """
        name = release_id(policy_digest, self.question.id, dataset, key=self.key)
        asked = Asked(
            query=self.query,
            question=self.question,
            step=self.step,
            policy_digest=policy_digest,
            release_id=name,
            protects=_one_day(self.question) if self.by_day else PROTECTS,
        )
        return release(self.query.vectors(tallies), asked, ledger=ledger)


def _one_day(question: Question) -> str:
    price = question.spending
    year = f"{price.currency.value} {epsilon_text(365 * price.amount)}"
    if price.currency.value == "rho":  # a group of 365 days costs the square of them (arXiv 1605.02065, prop. 1.9)
        year = f"rho {epsilon_text(365**2 * price.amount)}"
    return (
        "add or remove one day of one person, by the recorder's clock. This is weaker than a person: somebody recorded"
        f" on every day of a year is protected with {year} only"
    )
