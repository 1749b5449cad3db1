"""Figures beside the policy: what its statistics will cost and give, and what an audit has measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundary.plan import Plan
from policies import Policy


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


def audited(file: Path | None, policy: Policy | None) -> dict[str, Any] | None:
    """The figures of an audit, where there is one; see `boundary.audit`."""
    return None
