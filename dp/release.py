"""From the exact bounded vectors to the answer that leaves: forecast, check, charge, draw, store, publish."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dp.advice import advise, refusal
from dp.answer import PROTECTS, Answer, Numbers
from dp.contract import Query, Vector
from dp.epsilon import epsilon_text
from dp.events import threshold as threshold_event
from dp.forecast import Forecast, Question, forecast
from dp.ledger import Charge, Ledger, canonical
from dp.noise import backend_for
from dp.portions import ChooseNoise, Portion, portions
from dp.spread import LEVEL
from dp.terms import Currency
from dp.thresholds import shown
from recording.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything about a release that is known before the data are.

    Attributes:
        query: Makes and finishes the vectors.
        question: The same query as the forecast sees it.
        step: Name of the policy's step.
        policy_digest: Digest of the policy.
        release_id: See the function of that name.
        protects: Who is protected.
    """

    query: Query
    question: Question
    step: str
    policy_digest: str
    release_id: str
    protects: str = PROTECTS


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


def release(
    vectors: Mapping[str, Vector], asked: Asked, *, ledger: Ledger, choose: ChooseNoise = backend_for
) -> Answer:
    """Noise the vectors and charge for it, once per release id; every later call returns the stored answer.

    Args:
        vectors: Exact bounded vectors by part, from `Query.vectors`. They must not leave.
        asked: What they answer.
        ledger: Where the release is charged.
        choose: Source of the noise.

    Raises:
        StepFailed: ``accuracy-unmet``: it would not be exact enough; or the noise would be unsafe. Nothing was charged.
        BudgetExceeded: The scope has too little left; nothing was charged.
        InputError: The ledger refused or failed; ``dp-vector``: a vector does not have exactly the query's keys.
        MissingExtra: A library is not installed; nothing was charged.
    """
    question, spending = asked.question, asked.question.spending
    expected = forecast(question, choose=choose)
    if not expected.good:
        raise refusal(advise(question, expected, left=ledger.balance().left, choose=choose))
    ready = portions(question.parts, spending.currency, spending.amount, question.unknown, choose)
    exact = [_checked(vectors, portion) for portion in ready]
    delta = sum((portion.delta for portion in ready), Fraction(0))
    events = [portion.noise.event(portion.terms) for portion in ready]
    hidden = [threshold_event(portion.delta_threshold) for portion in ready if portion.delta_threshold]
    charge = Charge(
        release_id=asked.release_id,
        policy=asked.policy_digest,
        events=(*events, *hidden),
        cost=spending.amount,
        currency=spending.currency,
        delta=delta,
    )
    reserved = ledger.reserve(charge)
    if reserved.answer is not None:
        return Answer.from_json(reserved.answer)
    numbers = _all_drawn(ready, exact, events)
    answer = Answer(
        release_id=asked.release_id,
        query=question.id,
        step=asked.step,
        protects=asked.protects,
        numbers=numbers,
        derived=asked.query.finish({one.name: (one.keys, one.values) for one in numbers}),
        currency=spending.currency.value,
        amount=spending.amount,
        price=epsilon_text(spending.amount),
        delta=str(delta),
        grid=question.grid if len(question.grid) == 2 else (),
        forecast=_told(expected),
        scope=ledger.scope,
        total=reserved.total,
        before=reserved.before,
        after=reserved.after,
        left=reserved.total - reserved.after,
        ledger_head=reserved.head,
        policy_digest=asked.policy_digest,
    )
    # Someone may have stored an answer to the same release meanwhile: the first one stored is the only one that leaves.
    return Answer.from_json(ledger.settle(asked.release_id, answer.to_json()))


def _checked(vectors: Mapping[str, Vector], portion: Portion) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Keys and values of a part; refused unless the keys are the public ones, or unknown ones in order."""
    part = portion.part
    keys, values = vectors.get(part.name, ((), np.zeros(0, np.int64)))
    # A public key that is there only when someone used it would tell that someone did.
    fine = _ascending(keys) if part.keys is None else tuple(keys) == tuple(sorted(part.keys))
    if not fine or values.dtype != np.int64 or values.shape != (len(keys),):
        raise InputError("a vector does not have exactly the query's keys", code="dp-vector", hint="report this")
    portion.noise.check(values.tolist(), portion.terms)
    return tuple(keys), values


def _ascending(keys: Sequence[str]) -> bool:
    return all(one < other for one, other in pairwise(keys))


def _all_drawn(
    ready: Sequence[Portion],
    exact: Sequence[tuple[tuple[str, ...], NDArray[np.int64]]],
    events: Sequence[Mapping[str, object]],
) -> tuple[Numbers, ...]:
    """Noise on every part. Parts whose keys are decided by another come after it and have exactly its keys."""
    done: dict[str, Numbers] = {}
    order = sorted(range(len(ready)), key=lambda index: bool(ready[index].follows))
    for index in order:
        portion, (keys, values) = ready[index], exact[index]
        if portion.follows:
            known = dict(zip(keys, values.tolist(), strict=True))
            keys = done[portion.follows].keys
            values = np.array([known.get(key, 0) for key in keys], np.int64)
        done[portion.part.name] = _drawn(portion, keys, values, events[index])
    return tuple(done[portion.part.name] for portion in ready)


def _drawn(portion: Portion, keys: tuple[str, ...], exact: NDArray[np.int64], event: Mapping[str, object]) -> Numbers:
    part, terms = portion.part, portion.terms
    noisy = portion.noise.draw_array(exact, terms)
    suppressed = {}
    if portion.cutoff is not None:
        kept = shown(exact, noisy, cutoff=portion.cutoff, min_people=portion.min_people)
        keys = tuple(key for key, keep in zip(keys, kept.tolist(), strict=True) if keep)
        noisy = noisy[kept]
        suppressed = {"suppressed": f"every key below {portion.cutoff}; how many they are is not told"}
    elif portion.follows:
        suppressed = {"suppressed": f"every key that '{portion.follows}' hides"}
    return Numbers(
        name=part.name,
        unit=part.unit,
        keys=keys,
        values=tuple(noisy.tolist()),
        half_width=portion.noise.half_width(terms, LEVEL),
        mechanism=portion.noise.mechanism,
        sampler=portion.noise.sampler,
        event=dict(event),
        scale=str(terms.scale if terms.currency is Currency.PURE else terms.variance),
        groups=terms.groups,
        per_group=terms.per_group,
        amount=terms.amount,
        delta_noise=str(portion.delta_noise),
        delta_threshold=str(portion.delta_threshold),
        threshold=portion.cutoff,
        min_people=None if portion.cutoff is None else portion.min_people,
        **suppressed,
    )


def _told(expected: Forecast) -> dict[str, object]:
    """The forecast without what the answer says itself."""
    said = expected.as_json()
    return {name: said[name] for name in ("says", "error", "unit", "rel_error", "clipped")}
