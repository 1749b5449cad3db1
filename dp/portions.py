"""A query with its price: each part's terms, noise and threshold, all known before any data are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dp.contract import Part
from dp.noise import NoiseBackend
from dp.spending import UnknownKeys
from dp.terms import Currency, Terms
from dp.thresholds import cutoff
from recording.errors import StepFailed

UNKNOWN_CELLS = 10**6
"""The vector length that noise for unknown keys is chosen for: the real one depends on the data."""

ChooseNoise = Callable[[Terms, int], NoiseBackend]
"""The noise for terms and a number of cells; `dp.noise.backend_for`, or another in tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """One part of a query, ready for noise.

    Attributes:
        part: The bounded vector.
        terms: What its noise hides, and for how much.
        noise: The mechanism.
        delta_noise: Delta of the mechanism's implementation.
        delta_threshold: Delta of showing unknown keys; 0 where keys are public.
        cutoff: Smallest noisy value with which an unknown key appears; ``None`` where keys are public or follow.
        min_people: Smallest exact one.
        follows: Name of the part that decides which keys appear; empty where this one does, or they are public.
    """

    part: Part
    terms: Terms
    noise: NoiseBackend = field(repr=False)
    delta_noise: Fraction
    delta_threshold: Fraction = Fraction(0)
    cutoff: int | None = None
    min_people: int = 1
    follows: str = ""

    @property
    def delta(self) -> Fraction:
        """Delta that the part is charged."""
        return self.delta_noise + self.delta_threshold


def portions(
    parts: Sequence[Part], currency: Currency, amount: int, unknown: UnknownKeys, choose: ChooseNoise
) -> tuple[Portion, ...]:
    """Divide a price among the parts of a query.

    Args:
        parts: From `Query.parts`; their shares add up to 1.
        currency: Of ``amount``.
        amount: Price of the query in millionths; what does not divide is charged and buys nothing.
        unknown: Terms of unknown keys.
        choose: Source of the noise.

    Raises:
        StepFailed: ``price-too-small``, ``dp-shares``, or a threshold that cannot be reached.
    """
    if not parts or sum(part.share for part in parts) != 1 or any(part.share <= 0 for part in parts):
        raise StepFailed("the shares of a query's parts must add up to 1", code="dp-shares", hint="report this")
    # Whether a key is private is asked once, of the people who have it.
    gate = next((part.name for part in parts if part.keys is None), "")
    return tuple(_portion(part, currency, amount, unknown, choose, gate) for part in parts)


def _portion(
    part: Part, currency: Currency, amount: int, unknown: UnknownKeys, choose: ChooseNoise, gate: str
) -> Portion:
    own = int(amount * part.share)  # rounded down: never less noise than what is charged buys
    if own < 1:
        raise StepFailed("the price is too small to divide", code="price-too-small", hint="nothing was charged")
    terms = Terms(currency=currency, amount=own, groups=part.groups, per_group=part.per_group)
    cells = UNKNOWN_CELLS if part.keys is None else len(part.keys)
    noise = choose(terms, cells)
    # Of unknown keys only those that a person has can differ, and those are as many as the bound allows.
    found = Portion(part=part, terms=terms, noise=noise, delta_noise=noise.delta(terms, cells))
    if part.keys is not None:
        return found
    if part.name != gate:
        return replace(found, follows=gate)
    return replace(
        found,
        delta_threshold=unknown.exact_delta,
        cutoff=cutoff(noise, terms, unknown.exact_delta, unknown.min_people),
        min_people=unknown.min_people,
    )
