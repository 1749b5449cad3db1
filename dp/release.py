"""From the exact bounded vector to the answer that leaves: check, charge, draw, store, publish."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from dp._diffprivlib import library
from dp.epsilon import epsilon_text
from dp.ledger import Charge, Ledger, canonical
from dp.noise import Calibration, GeometricNoise, NoiseBackend
from dp.queries import CountEventsOptions, all_keys, calibration
from dp.terms import Currency
from recording.errors import InputError

LEVEL = Fraction(95, 100)
"""Level of the released intervals."""

CAVEAT = "The interval covers the noise only; cutting large contributions can pull a count further below the true one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Counts that may leave. Amounts of budget are integer micro-epsilon.

    Attributes:
        release_id: Identity of the release.
        query: Name of the statistic in the policy.
        unit: What is counted.
        person: Who is protected: neighbouring data differ by all recordings of one person.
        counts: Noisy count per key, sorted by key; not cut at 0, since that would bias sums.
        half_width: ``count - half_width .. count + half_width`` covers the bounded count with probability ``level``.
        level: Level of the interval.
        caveat: What the interval leaves out.
        mechanism: Name of the mechanism.
        library: What drew the noise.
        scale: Scale of the noise, an exact fraction.
        max_groups: Keys that one person counts under.
        max_per_group: Events that one person adds to a key.
        epsilon: Price of the release as a decimal.
        epsilon_micro: The same in micro-epsilon.
        delta_impl: Upper bound on the delta that the 53-bit implementation adds to the ideal mechanism.
        scope: Account in the ledger.
        total: Total of the scope when the release was charged.
        before: Spent before it.
        after: Spent with it.
        left: Left after it.
        ledger_head: Hash of this charge in the ledger's chain.
        policy_digest: Digest of the policy.
    """

    release_id: str
    query: str
    unit: str = "events"
    person: str = "add or remove one person"
    counts: tuple[tuple[str, int], ...]
    half_width: int
    level: str = "0.95"
    caveat: str = CAVEAT
    mechanism: str
    library: str
    scale: str
    max_groups: int
    max_per_group: int
    epsilon: str
    epsilon_micro: int
    delta_impl: float
    scope: str
    total: int
    before: int
    after: int
    left: int
    ledger_head: str
    policy_digest: str

    def to_json(self) -> bytes:
        """One line of UTF-8 JSON with sorted keys; equal answers have equal bytes."""
        return canonical({**asdict(self), "counts": dict(self.counts)}).encode() + b"\n"

    @staticmethod
    def from_json(data: bytes) -> Answer:
        """The answer that `to_json` wrote."""
        fields = json.loads(data)
        return Answer(**{**fields, "counts": tuple(fields["counts"].items())})


def release_id(policy_digest: str, query: str, dataset: str | Iterable[str], *, key: bytes) -> str:
    """Identity of a release: the same question about the same data is answered once.

    It is published, and a plain hash of the data's digests would tell whoever can guess the data with and without one
    person which of the two it was. So it is an HMAC-SHA256 (hex) under the project's key.

    Args:
        policy_digest: Digest of the policy.
        query: Name of the statistic.
        dataset: Digests or public names of the inputs; their order does not matter.
        key: Project key, never published.

    Raises:
        InputError: ``release-id``: an argument is empty.
    """
    names = sorted([dataset] if isinstance(dataset, str) else dataset)
    if not key or not policy_digest or not query or not names or not all(names):
        raise InputError("a release needs a key, a policy, a query and a dataset", code="release-id")
    return hmac.new(key, canonical(["dp.release", policy_digest, query, names]).encode(), hashlib.sha256).hexdigest()


def release_counts(
    vector: Sequence[tuple[str, int]],
    options: CountEventsOptions,
    *,
    ledger: Ledger,
    policy_digest: str,
    release_id: str,
    backend: NoiseBackend | None = None,
) -> Answer:
    """Noise ``vector`` and charge for it, once per release id; every later call returns the stored answer.

    Args:
        vector: Exact bounded counts of all keys, sorted by key, from `dp.queries.count_events`.
        options: The query they come from.
        ledger: Where the release is charged.
        policy_digest: Digest of the policy.
        release_id: See the function of that name.
        backend: Source of noise; diffprivlib's `Geometric` by default.

    Raises:
        BudgetExceeded: The scope has too little left; nothing was charged.
        StepFailed: The noise would be unsafe; nothing was charged.
        InputError: The ledger refused or failed; ``dp-vector``: the vector does not have exactly the query's keys.
        MissingExtra: diffprivlib is not installed; nothing was charged.
    """
    noise = backend or GeometricNoise()
    terms = calibration(options)
    exact = [count for _, count in vector]
    # A key that is there only when someone used it would tell that someone did.
    if tuple(key for key, _ in vector) != all_keys(options):
        raise InputError("the vector does not have exactly the query's keys", code="dp-vector")
    noise.check(exact, terms)
    reserved = ledger.reserve(_charge(options, terms, noise.mechanism, policy_digest, release_id))
    if reserved.answer is not None:
        return Answer.from_json(reserved.answer)
    noisy = noise.draw(exact, terms)
    counts = tuple((key, count) for (key, _), count in zip(vector, noisy, strict=True))
    answer = Answer(
        release_id=release_id,
        query=options.id,
        counts=counts,
        half_width=noise.half_width(terms, LEVEL),
        mechanism=noise.mechanism,
        library=library(),
        scale=str(terms.scale),
        max_groups=terms.groups,
        max_per_group=terms.per_group,
        epsilon=epsilon_text(terms.epsilon),
        epsilon_micro=terms.epsilon,
        delta_impl=noise.delta(terms),
        scope=ledger.scope,
        total=reserved.total,
        before=reserved.before,
        after=reserved.after,
        left=reserved.total - reserved.after,
        ledger_head=reserved.head,
        policy_digest=policy_digest,
    )
    # Someone may have stored an answer to the same release meanwhile: the first one stored is the only one that leaves.
    return Answer.from_json(ledger.settle(release_id, answer.to_json()))


def _charge(
    options: CountEventsOptions, terms: Calibration, mechanism: str, policy_digest: str, release_id: str
) -> Charge:
    event = {
        "event": "discrete-laplace",
        "l1": terms.sensitivity,
        "mechanism": mechanism,
        "query": options.id,
        "scale": str(terms.scale),
    }
    return Charge(
        release_id=release_id,
        policy=policy_digest,
        events=(event,),
        cost=terms.epsilon,
        currency=Currency.PURE,
    )
