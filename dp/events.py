"""Mechanism events: what a ledger keeps of a release, so that a better accountant can total it again later."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dp.terms import Currency, Terms
from recording.errors import InputError

_SHIFT = 1_000
"""Shifts above this are accounted for on a coarser grid."""

_KINDS = {
    "discrete-laplace": ("discrete-laplace", "scale"),
    "discrete-gaussian": ("discrete-gaussian", "variance"),
}


@dataclass(frozen=True, slots=True, order=True)
class Draw:
    """Independent noise on every value of a vector, and what one person changes in it.

    Attributes:
        kind: ``discrete-laplace`` or ``discrete-gaussian``.
        parameter: Its scale or its variance parameter ``sigma^2``.
        groups: Values that one person changes.
        per_group: By how much at most.
    """

    kind: str
    parameter: Fraction
    groups: int
    per_group: int

    @property
    def pure(self) -> Fraction:
        """Epsilon of the geometric mechanism, 0 for the Gaussian."""
        return self.groups * self.per_group / self.parameter if self.kind == "discrete-laplace" else Fraction(0)

    @property
    def rho(self) -> Fraction:
        """Rho of the discrete Gaussian, 0 for the geometric."""
        if self.kind == "discrete-laplace":
            return Fraction(0)
        return self.groups * self.per_group**2 / (2 * self.parameter)

    def coarse(self) -> Draw:
        """An equal or worse draw with a shift of about `_SHIFT` at most, which is accounted for in no time.

        Noise ``N`` is ``k M + R`` with ``R`` independent of ``M``, so that ``N + k d`` is computed from ``M + d``; a
        shift that ``k`` does not divide is rounded up, which hides it less. Geometric (infinitely divisible):
        ``M`` has scale ``s/k``. Gaussian (see `dp.noise.table`): ``M`` has variance ``sigma^2/k^2 - 16``.
        """
        k = -(-self.per_group // _SHIFT)
        if self.kind == "discrete-laplace":
            return Draw(self.kind, self.parameter / k, self.groups, -(-self.per_group // k))
        # Also where sigma is long, since the time grows with it; 200 keeps what is lost below 0.05 %.
        sigma = math.isqrt(int(self.parameter))
        k = max(1, min(max(k, sigma // 50_000), sigma // 200))
        if k == 1:
            return self
        return Draw(self.kind, self.parameter / k**2 - 16, self.groups, -(-self.per_group // k))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, parsed: a draw, or a delta that is simply spent.

    Attributes:
        draw: The noise, if any.
        deviation: Total variation distance between the ideal vector and the drawn one.
        own: Delta of the sampler at the draw's own epsilon, where it has one and says so.
        delta: What is spent whatever the epsilon.
    """

    draw: Draw | None = None
    deviation: Fraction = Fraction(0)
    own: Fraction | None = None
    delta: Fraction = Fraction(0)


def threshold(delta: Fraction) -> dict[str, object]:
    """The event of releasing keys above a threshold: one person's own keys show with probability ``delta`` at most."""
    return {"event": "threshold", "delta": str(delta)}


def parse(event: Mapping[str, object]) -> Event:
    """The event that JSON holds.

    An event of the first ledgers has neither groups nor deviation: it moved one value by its L1, drawn by diffprivlib.

    Raises:
        InputError: ``dp-event``; the text quotes nothing.
    """
    try:
        if event["event"] == "threshold":
            return Event(delta=_share(event["delta"]))
        kind, name = _KINDS[str(event["event"])]
        parameter = _fraction(event[name], above=True)
        old = kind == "discrete-laplace" and "groups" not in event
        groups, per_group = (1, _whole(event["l1"])) if old else (_whole(event["groups"]), _whole(event["per_group"]))
        draw = Draw(kind, parameter, groups, per_group)
        own = _share(event["delta"]) if draw.pure and "delta" in event else None
        return Event(draw=draw, deviation=_first_ledgers(draw) if old else _share(event["deviation"]), own=own)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise InputError("a mechanism event cannot be read", code="dp-event") from None


def _first_ledgers(draw: Draw) -> Fraction:
    from dp.noise.library import GeometricNoise

    # One group of one unit at a scale that is at least half of theirs; the deviation grows with the scale.
    amount = max(1, math.floor(10**6 / draw.parameter))
    terms = Terms(currency=Currency.PURE, amount=amount, groups=1, per_group=1)
    return min(Fraction(1), 2 * draw.per_group * GeometricNoise().deviation(terms))


def _whole(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("not a positive integer")
    return value


def _fraction(value: object, *, above: bool = False) -> Fraction:
    if not isinstance(value, str) or len(value) > 4_000:
        raise ValueError("not an exact number as text")
    number = Fraction(value)
    if number < 0 or (above and not number):
        raise ValueError("negative, or no noise")
    return number


def _share(value: object) -> Fraction:
    share = _fraction(value)
    if share > 1:
        raise ValueError("above 1")
    return share
