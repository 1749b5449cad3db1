"""A statistic of a policy, built: counts one recording at a time, merges, forecasts and releases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dp.advice import advise
from dp.answer import PROTECTS, Answer
from dp.epsilon import epsilon_text
from dp.forecast import Forecast, Question, forecast
from dp.ledger import Ledger
from dp.queries import Query
from dp.release import Asked, release, release_id
from recording.errors import InputError

DAY_NS = 86_400 * 10**9
_YEAR_2000_NS = 946_684_800 * 10**9
_BETWEEN = "\x1f"
"""Parts a person from a day: no id holds it, or the recording is refused."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """Partial counts may be made anywhere and are small; only the driver releases.

    Attributes:
        step: Name of the policy's step.
        query: Counts and bounds.
        question: The same query with its price and required accuracy.
        key: Project key, for the release id.
    """

    step: str
    query: Query
    question: Question
    key: bytes = field(repr=False)

    def tally(self, events: pa.Table, person: str | None, *, by_day: bool = False) -> pa.Table:
        """Contributions of one recording, as rows of person, key and integer value. They must not leave.

        Args:
            events: Rows with the schema `recording.model.EVENTS`.
            person: Whose events they are.
            by_day: Whether a person's days (UTC) are bounded each by itself: the weaker unit ``person_day``.

        Raises:
            InputError: A column is missing or holds something else; ``dp-clock``: days are asked for and the recorder's
                clock does not tell them.
        """
        if not by_day or person is None:
            return self.query.partial(events, person)
        if _BETWEEN in person:
            raise InputError("the person's id has a control character", code="dp-person")
        days = _days(events)
        parts = [
            self.query.partial(events.filter(pc.equal(days, day)), f"{person}{_BETWEEN}{day.as_py()}")
            for day in pc.unique(days)
        ]
        return pa.concat_tables(parts) if parts else self.query.partial(events, person)

    def forecast(self, *, left: int | None = None) -> Forecast:
        """What to expect, with advice where it would be refused.

        Args:
            left: What the budget still has, in millionths; a price above it is no advice.
        """
        return advise(self.question, forecast(self.question), left=left)

    def release(
        self,
        tallies: Iterable[pa.Table],
        *,
        ledger: Ledger,
        policy_digest: str,
        dataset: str | Iterable[str],
        by_day: bool = False,
    ) -> Answer:
        """Bound per person, add noise, charge, and return the one answer to this question about this data.

        Args:
            tallies: From `tally`, in any order; a person may occur many times.
            ledger: Where the release is charged.
            policy_digest: Digest of the policy.
            dataset: Digests or public names of the recordings; with the policy and the query they make the release id.
            by_day: As the tallies were made.

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
            protects=_one_day(self.question) if by_day else PROTECTS,
        )
        return release(self.query.vectors(tallies), asked, ledger=ledger)


def _one_day(question: Question) -> str:
    price = question.spending
    year = f"{price.currency.value} {epsilon_text(365 * price.amount)}"
    return (
        "add or remove one day (UTC) of one person. This is weaker than a person: somebody recorded on every day of a"
        f" year is protected with {year} only, by basic composition"
    )


def _days(events: pa.Table) -> pa.ChunkedArray:
    """Days since 1970 of each event, by the recorder's clock; events without a time are a day of their own."""
    times = events["t_ns"]
    first = pc.min(times).as_py()
    if first is not None and first < _YEAR_2000_NS:
        raise InputError(
            "the recorder's clock does not tell days",
            code="dp-clock",
            hint="set 'release.budget.unit' to 'person'",
        )
    return pc.fill_null(pc.divide(times, DAY_NS), -1)
