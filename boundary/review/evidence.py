"""Figures beside the policy: what its statistics will cost and give, and what an audit has measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundary.plan import Plan
from recording.errors import InputError


@dataclass(frozen=True, slots=True)
class Cost:
    """The forecast of one statistic.

    Attributes:
        price: In the budget's currency.
        told: How exact it will be.
        advice: Settings that would do, each by itself.
    """

    name: str
    good: bool
    price: str
    told: str
    unmet: tuple[str, ...] = ()
    advice: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """What the statistics cost together, and what is left; amounts as text, shares 0 to 1.

    Attributes:
        releases: How often all of them can be released before the budget is used up.
    """

    scope: str
    currency: str
    total: str
    left: str
    price: str
    left_share: float
    price_share: float
    releases: int | None
    costs: tuple[Cost, ...]
    problem: str = ""


def forecasts(plan: Plan, ledger: str | None) -> Budget | None:
    """What the statistics of a policy cost and how exact they will be; ``None`` where it has none. Nothing is charged.

    Raises:
        BoundaryError: The ledger cannot be used, or the prices do not fit it.
    """
    if not plan.aggregates:
        return None
    from boundary.aggregates import ledger_of
    from boundary.release_cli import forecasts as of_plan
    from dp import epsilon_text
    from dp.advice import summary

    balance = ledger_of(plan.policy, ledger).balance()
    found = of_plan(plan, ledger)
    costs, price = [], 0
    for name, one in found.items():
        amount = getattr(one, "amount", 0)
        price += amount
        costs.append(Cost(name, one.good, epsilon_text(amount), summary(one), tuple(one.unmet), tuple(one.advice)))
    total = max(1, balance.total)
    return Budget(
        scope=plan.policy.budget.scope,
        currency="rho" if plan.policy.budget.rho is not None else "epsilon",
        total=epsilon_text(balance.total),
        left=epsilon_text(balance.left),
        price=epsilon_text(price),
        left_share=balance.left / total,
        price_share=min(1.0, price / total),
        releases=balance.left // price if price else None,
        costs=tuple(costs),
    )


@dataclass(frozen=True, slots=True)
class Leak:
    """Canaries of one kind: how many were planted, and the share that could be recovered, with its interval."""

    name: str
    modality: str
    planted: int
    withheld: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit has measured; see `boundary.audit`.

    Attributes:
        digest: Of the policy that it measured.
        leaks: By entity and modality, the worst upper bound first.
        all: Over all canaries.
        gates: The condition under which each fails, and its state.
    """

    digest: str
    made: str
    drawn: int
    total: int
    all: Leak
    leaks: tuple[Leak, ...]
    gates: tuple[tuple[str, str], ...]


def audited(place: Path | None) -> Audited | None:
    """The figures of an audit, where one was given.

    Args:
        place: ``audit.json``, or the folder with it.

    Raises:
        InputError: ``audit-unreadable``: it is not what ``boundary audit`` writes.
    """
    if place is None:
        return None
    file = place / "audit.json" if place.is_dir() else place
    try:
        with file.open("rb") as stream:
            data: Any = json.loads(stream.read(_LARGEST))  # one that is longer is cut, and so no JSON
        leaks = [_leak(row["key"][0], row["key"][1], row) for row in data["leak"]["both"]]
        return Audited(
            digest=str(data["policy"]["digest"]),
            made=str(data["made"]),
            drawn=int(data["sample"]["drawn"]),
            total=int(data["sample"]["total"]),
            all=_leak("all", "", data["leak"]["all"]),
            leaks=tuple(sorted(leaks, key=_worst)),
            gates=tuple((str(gate["text"]), str(gate["state"])) for gate in data["gates"]),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        hint = "give the folder that boundary audit wrote"
        raise InputError("not an audit", code="audit-unreadable", place=str(file), hint=hint) from None


_LARGEST = 32 * 2**20


def _leak(name: str, modality: str, row: Any) -> Leak:
    rate = row["leak"]
    share = None if rate["share"] is None else float(rate["share"])
    figures = int(row["planted"]), int(row["withheld"]), share, float(rate["low"]), float(rate["high"])
    return Leak(str(name), str(modality), *figures)


def _worst(leak: Leak) -> tuple[float, float, str]:
    return -(leak.share or 0), -leak.high, leak.name
