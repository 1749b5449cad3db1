"""Statistics of one's own making: vectors given outright, and noise whose shape is known, for tests of releases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import numpy as np
import pyarrow as pa

from dp.contract import Part
from dp.forecast import Question
from dp.release import Asked
from dp.spending import Spending, UnknownKeys
from dp.terms import Currency, Terms

RNG = np.random.default_rng()


@dataclass(frozen=True)
class Noise:
    """Geometric or discrete Gaussian noise from NumPy: the right shape, and nothing for production."""

    mechanism: str
    sampler: str = "numpy"

    def check(self, exact: Sequence[int], terms: Terms) -> None:
        """Nothing is unsafe in a test."""

    def draw(self, exact: Sequence[int], terms: Terms) -> tuple[int, ...]:
        """As `draw_array`."""
        return tuple(self.draw_array(np.array(exact, np.int64), terms).tolist())

    def draw_array(self, exact: np.ndarray, terms: Terms) -> np.ndarray:
        """With fresh noise."""
        if terms.currency is Currency.ZCDP:
            return exact + np.rint(RNG.normal(0, math.sqrt(terms.variance), exact.shape)).astype(np.int64)
        p = -math.expm1(-1 / float(terms.scale))
        return exact + RNG.geometric(p, exact.shape) - RNG.geometric(p, exact.shape)

    def half_width(self, terms: Terms, level: Fraction) -> int:
        """By the closed forms."""
        if terms.currency is Currency.ZCDP:
            return math.ceil(NormalDist(0, math.sqrt(terms.variance)).inv_cdf((1 + float(level)) / 2) - 0.5)
        s = float(terms.scale)
        return max(0, math.ceil(-s * math.log((1 - float(level)) * (1 + math.exp(-1 / s)) / 2)) - 1)

    def tail(self, terms: Terms, at_least: int) -> Fraction:
        """By the closed forms."""
        if at_least <= 0:
            return Fraction(1)
        if terms.currency is Currency.ZCDP:
            return Fraction(math.erfc((at_least - 0.5) / math.sqrt(2 * terms.variance)) / 2)
        a = math.exp(-1 / float(terms.scale))
        return Fraction(a**at_least / (1 + a))

    def delta(self, terms: Terms, cells: int) -> Fraction:
        """As if each draw cost a little."""
        return Fraction(min(cells, terms.groups), 10**18)

    def event(self, terms: Terms) -> Mapping[str, object]:
        """A name."""
        return {"event": self.mechanism, "l1": terms.l1}


def choose(terms: Terms, cells: int) -> Noise:
    """Takes the place of `dp.noise.backend_for`."""
    return Noise(terms.mechanism)


@dataclass
class Book:
    """A ledger in memory that remembers what happened in which order."""

    scope: str = "tests"
    total: int = 10**9
    spent: int = 0
    done: list[str] = field(default_factory=list)
    charges: list[Any] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)

    def reserve(self, charge: Any) -> Any:
        """Charge once."""
        self.done.append("reserve")
        if all(charge.release_id != one.release_id for one in self.charges):
            self.charges.append(charge)
            self.spent += charge.cost
        answer = self.answers.get(charge.release_id)
        return Reserved(self.total, self.spent - charge.cost, self.spent, f"{len(self.charges):064x}", answer)

    def balance(self) -> Any:
        """What is left."""
        return Left(self.total - self.spent)

    def settle(self, release_id: str, data: bytes) -> bytes:
        """Keep the first."""
        self.done.append("settle")
        return self.answers.setdefault(release_id, data)


@dataclass
class Left:
    """What `Book.balance` gives."""

    left: int


@dataclass
class Reserved:
    """What `Book.reserve` gives."""

    total: int
    before: int
    after: int
    head: str
    answer: bytes | None


@dataclass(frozen=True)
class Given:
    """A query whose vectors are given."""

    id: str
    made: tuple[Part, ...]
    finisher: Any = None

    def parts(self) -> tuple[Part, ...]:
        """As given."""
        return self.made

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Not asked in these tests."""
        raise NotImplementedError

    def vectors(self, partials: Iterable[pa.Table]) -> Any:
        """Not asked in these tests."""
        raise NotImplementedError

    def finish(self, noisy: Mapping[str, Any]) -> Mapping[str, object]:
        """What the test wants computed."""
        return self.finisher(noisy) if self.finisher else {}


def part(keys: Sequence[str] | None, groups: int = 1, per_group: int = 1, **more: Any) -> Part:
    """One vector."""
    about: dict[str, Any] = {"name": "counts", "unit": "events", "share": Fraction(1), **more}
    return Part(keys=None if keys is None else tuple(keys), groups=groups, per_group=per_group, **about)


def question(
    *parts: Part, says: Any = "values", unknown: Mapping[str, object] | None = None, **options: Any
) -> Question:
    """A question; what is no field of it is an option of its price."""
    own = {name: options.pop(name) for name in ("grid", "quantiles", "positions", "names", "id") if name in options}
    spending = Spending.model_validate({"epsilon": "1", **options} if "rho" not in options else options)
    names = {"groups": "max_groups", "per_group": "max_per_group", "grid": "grid"}
    made = Question(
        id="q", parts=parts, says=says, spending=spending, unknown=UnknownKeys(**(unknown or {})), names=names
    )
    return replace(made, **own)


def asked(made: Question, *, finisher: Any = None, release_id: str = "r", step: str = "dp.test") -> Asked:
    """The question put."""
    query = Given(made.id, made.parts, finisher)
    return Asked(query=query, question=made, step=step, policy_digest="d" * 64, release_id=release_id)


def vector(keys: Sequence[str], values: Sequence[int]) -> tuple[tuple[str, ...], np.ndarray]:
    """Keys in order with their values."""
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return tuple(keys[i] for i in order), np.array([values[i] for i in order], np.int64)
