"""The policy's view of this package: the step ``dp.count_events``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dp import queries
from dp._diffprivlib import INSTALL, available
from dp.ledger import Ledger
from dp.queries import CountEventsOptions, Tally
from dp.release import Answer, release_counts, release_id
from policies.contract import BuildContext, Phase, StepSpec
from recording.errors import InputError, MissingExtra


@dataclass(frozen=True, slots=True)
class CountEvents:
    """Counts events per application. Tallies may be made anywhere; only the driver releases.

    Attributes:
        options: The query.
        key: Project key, for the release id.
    """

    options: CountEventsOptions
    key: bytes = field(repr=False)

    def tally(self, events: pa.Table) -> Mapping[str, int]:
        """Events per public key of one recording. Not yet bounded: it must not leave.

        Args:
            events: Rows with the schema `recording.model.EVENTS`.

        Raises:
            InputError: ``dp-column``: the column to group by is missing or holds no text.
        """
        if events.column_names.count(self.options.by) != 1:
            raise InputError("the events lack the column to group by", code="dp-column")
        return queries.tally(events.column(self.options.by), self.options)

    def release(
        self,
        tallies: Iterable[tuple[str, Tally]],
        *,
        ledger: Ledger,
        policy_digest: str,
        dataset: str | Iterable[str],
    ) -> Answer:
        """Bound per person, add noise, charge, and return the one answer to this question about this data.

        Args:
            tallies: Person id and tally of each recording, in any order; a person may occur many times.
            ledger: Where the release is charged.
            policy_digest: Digest of the policy.
            dataset: Digests or public names of the recordings; with the policy and the query they make the release id.

        Raises:
            BoundaryError: See `dp.release.release_counts` and `dp.queries.merge`.
        """
        vector = queries.count_events(tallies, self.options)
        name = release_id(policy_digest, self.options.id, dataset, key=self.key)
        return release_counts(vector, self.options, ledger=ledger, policy_digest=policy_digest, release_id=name)


def _build(options: Any, context: BuildContext) -> CountEvents:
    if not available():
        raise MissingExtra("diffprivlib is not installed", code="missing-extra", hint=INSTALL)
    return CountEvents(options, context.key)


COUNT_EVENTS = StepSpec(
    name="dp.count_events",
    phase=Phase.RELEASE,
    summary="Releases how many events each application got: bounded per person, noised, charged to the budget.",
    options=CountEventsOptions,
    build=_build,
    needs=frozenset({"person"}),
    gives=frozenset({"aggregate"}),
    extra="dp",
    modules=("diffprivlib",),
    examples=(
        {
            "id": "events-per-app",
            "by": "app",
            "keys": ["Chromium", "XTerm"],
            "max_groups": 2,
            "max_per_group": 1000,
            "epsilon": 0.5,
        },
    ),
)
"""``dp.count_events``."""
