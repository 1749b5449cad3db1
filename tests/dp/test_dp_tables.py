"""The shipped tables are enumerated: what they draw is known to the last of 2^127, and hides what is declared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dp import Currency, TableNoise, Terms
from dp.noise import fixed, table
from dp.noise.fixed import BITS, Table

WORK = 400
"""Bits of the reference arithmetic, independent of the shipped one."""


def exp(exponent: Fraction) -> Fraction:
    """``exp`` of a fraction of at most 0, by its series after halving: within 2^-380, from integers alone."""
    halvings = max(0, math.ceil(-exponent)).bit_length() + 8
    small = (exponent.numerator << (WORK + 60)) // (exponent.denominator << halvings)
    total = term = 1 << (WORK + 60)
    for n in range(1, 200):
        term = (term * small >> (WORK + 60)) // n
        total += term
    for _ in range(halvings):
        total = total * total >> (WORK + 60)
    return Fraction(total, 1 << (WORK + 60))


def pure(amount: int, groups: int = 1, per_group: int = 1) -> Terms:
    """Terms in micro-epsilon."""
    return Terms(currency=Currency.PURE, amount=amount, groups=groups, per_group=per_group)


def zcdp(amount: int, groups: int = 1, per_group: int = 1) -> Terms:
    """Terms in micro-rho."""
    return Terms(currency=Currency.ZCDP, amount=amount, groups=groups, per_group=per_group)


def enumerate_noise(terms: Terms) -> tuple[dict[int, int], int]:
    """Exact probabilities of what is drawn, as integers over the returned denominator, through the shipped tables."""
    block, tables = table.build(terms)
    outer = tables[0].counts()
    if block == 1:
        return outer, 1 << BITS
    inner, joint = tables[1].counts(), dict[int, int]()
    for q, many in outer.items():
        for r, few in inner.items():
            k = q * block + (block - 1 - r if terms.currency is Currency.PURE and q < 0 else r)
            joint[k] = joint.get(k, 0) + many * few
    return joint, 1 << (2 * BITS)


def ideal(terms: Terms, ks: range) -> dict[int, Fraction]:
    """Ideal probabilities within 2^-300: closed form for the geometric, a summed series for the Gaussian."""
    unit = 1 << WORK
    if terms.currency is Currency.PURE:
        a, power, powers = exp(-1 / terms.scale), unit, []
        step = int(a * unit)
        for _ in range(max(abs(ks[0]), abs(ks[-1])) + 1):
            powers.append(power)
            power = power * step >> WORK
        head = (1 - a) / (1 + a) / unit
        return {k: head * powers[abs(k)] for k in ks}
    # w(k+1)/w(k) = exp(-(2k+1)/(2 sigma^2)): a product of powers, not the recurrence of the shipped code.
    base, weights, power = int(exp(-1 / (2 * terms.variance)) * unit), [], unit
    square, weight = base * base >> WORK, unit
    ratio = base
    while weight:
        weights.append(weight)
        weight, ratio = weight * ratio >> WORK, ratio * square >> WORK
    whole = 2 * sum(weights) - weights[0]
    return {k: Fraction(weights[abs(k)] if abs(k) < len(weights) else 0, whole) for k in ks}


def divergence(counts: Mapping[int, int], of: int, shift: int, factor: Fraction) -> Fraction:
    """Exact hockey-stick divergence of the enumerated noise and itself moved by ``shift``."""
    scaled = int(factor * (1 << 200))
    excess = ((count << 200) - scaled * counts.get(k + shift, 0) for k, count in counts.items())
    return Fraction(sum(part for part in excess if part > 0), of << 200)


SCALES = [
    pure(30_000_000),
    pure(10_000_000, 1, 3),
    pure(1_000_000),
    pure(1_000_000, 1, 10),
    pure(1_000_000, 20, 5),
    pure(333_333, 3, 7),
    pure(50_000, 1, 9),
    pure(500_000, 10, 15),
    pure(20_000, 1, 4),
]


@pytest.mark.parametrize("terms", SCALES, ids=str)
def test_the_enumerated_divergence_never_passes_the_declared_delta(terms: Terms) -> None:
    """Over the whole probability mass, whose sum is exactly 1, delta at the charged price is at most as declared."""
    counts, of = enumerate_noise(terms)
    assert sum(counts.values()) == of
    assert min(counts.values()) >= 0
    worst = Fraction(0)
    for shift in {1, terms.per_group // 2 or 1, terms.per_group}:
        # Rounded down: the bound must hold for a little less than the price, too.
        factor = 1 / exp(-shift / terms.scale) * (1 - Fraction(1, 2**250))
        worst = max(worst, divergence(counts, of, shift, factor), divergence(counts, of, -shift, factor))
    declared = TableNoise("geometric").delta(terms, 10**6)
    assert 0 < terms.groups * worst <= declared
    assert declared < Fraction(1, 10**15)


@pytest.mark.parametrize(
    "terms",
    [*SCALES, zcdp(20_000_000), zcdp(500_000), zcdp(5_000, 3, 2), zcdp(50, 1, 5), zcdp(2, 1, 2)],
    ids=str,
)
def test_the_enumerated_deviation_never_passes_the_declared_one(terms: Terms) -> None:
    """Half of the sum of all absolute differences from the ideal probabilities is at most as declared."""
    counts, of = enumerate_noise(terms)
    assert sum(counts.values()) == of
    wanted = ideal(terms, range(min(counts), max(counts) + 1))
    inside = sum((abs(Fraction(count, of) - wanted[k]) for k, count in counts.items()), Fraction(0))
    outside = 1 - sum(wanted.values(), Fraction(0))
    assert abs(outside) < Fraction(1, 2**120)
    deviation = (inside + abs(outside)) / 2
    declared = TableNoise(terms.mechanism).deviation(terms)
    assert 0 < deviation <= declared
    # Nor is the bound an empty promise; the errors of two tables partly cancel.
    assert declared < 100 * deviation or table.block_of(terms) > 1


@settings(max_examples=25, deadline=None)
@given(
    amount=st.integers(10_000, 30_000_000),
    groups=st.integers(1, 50),
    per_group=st.integers(1, 4_000),
    currency=st.sampled_from(Currency),
)
def test_no_table_is_longer_than_declared(amount: int, groups: int, per_group: int, currency: Currency) -> None:
    """For any terms that are accepted, tables are ascending and have at most the bounds that the deviation counts."""
    terms = Terms(currency=currency, amount=amount, groups=groups, per_group=per_group)
    if table._too_wide(terms):
        return
    _, tables = table.build(terms)
    for one, most in zip(tables, table.sizes(terms), strict=True):
        assert len(one.bounds) <= most <= 250_000
        assert list(one.bounds) == sorted(one.bounds)
        assert not one.bounds or (one.bounds[0] > 0 and one.bounds[-1] < 1 << BITS)


def test_a_split_geometric_is_the_whole_one() -> None:
    """Blocks and what is within them, enumerated, have the whole table's probabilities within some units of 2^-127."""
    scale, block = Fraction(13), 16
    outer, inner = fixed.geometric(scale, block).counts(), fixed.within(scale, block).counts()
    whole = fixed.geometric(scale, 1).counts()
    for k, count in whole.items():
        q, r = divmod(k, block)
        joint = outer.get(q, 0) * inner[block - 1 - r if q < 0 else r]
        assert abs(Fraction(joint, 1 << BITS) - count) <= 4


def test_a_bound_decides_with_all_127_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 63 bits equal those of a bound, the other 64 decide: just below it, at it, and beside it."""
    made = fixed.geometric(Fraction(3), 1)
    middle = len(made.bounds) // 2
    bound = made.bounds[middle]
    drawn = [bound - 1, bound, bound + 1, bound - (1 << 64), bound + (1 << 64), 0, (1 << BITS) - 1]
    first = b"".join(((u >> 64) << 1).to_bytes(8, "little") for u in drawn)
    rest = iter([(u & (2**64 - 1)).to_bytes(8, "little") for u in (*drawn[:3], *drawn[5:])])
    answers = iter([first])
    monkeypatch.setattr(table.os, "urandom", lambda size: next(answers, None) or next(rest))
    values = table.search(made, len(drawn)).tolist()
    at = made.first + middle + 1
    assert values == [at - 1, at, at, at - 1, at, made.first, -made.first]


def test_a_search_agrees_with_plain_bisection(monkeypatch: pytest.MonkeyPatch) -> None:
    """For chosen bits all over the range, the guided search gives what bisection of the exact bounds gives."""
    from bisect import bisect_right

    for made in (fixed.gaussian(Fraction(9)), fixed.geometric(Fraction(100), 1), fixed.within(Fraction(999), 64)):
        high = np.sort(np.random.default_rng(1).integers(0, 2**63 - 1, 5_000))
        high = np.concatenate([high, made.coarse + 1, made.coarse - 1])
        high = high[(high >= 0) & ~np.isin(high, made.coarse)]
        raw = (high.astype(np.uint64) << np.uint64(1)).tobytes()
        monkeypatch.setattr(table.os, "urandom", lambda size, raw=raw: raw)
        expected = [made.first + bisect_right(made.bounds, int(h) << 64) for h in high]
        assert table.search(made, len(high)).tolist() == expected


def test_tables_are_small_and_hide_their_content() -> None:
    """The printed form of a table has no bounds."""
    made: Any = fixed.gaussian(Fraction(4))
    assert isinstance(made, Table)
    assert len(repr(made)) < 60
