"""Writes the page and the registry's form beside released statistics."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from boundary.aggregates import ledger_of
from boundary.outcome import Withheld
from boundary.plan import Plan
from boundary.writer import write_durably
from policies import Policy
from recording.errors import BoundaryError, MissingExtra


def write_page(
    folder: Path, plan: Plan, released: Mapping[str, Any], refused: Mapping[str, Withheld], ledger: str | Path | None
) -> dict[str, str]:
    """Write ``index.html``, and ``registry.yaml`` where anything was released, into an existing folder.

    Returns:
        SHA-256 (hex) of these and of the statistics that lie in it, by relative name.

    Raises:
        OSError: The disk.
    """
    from dp import Answer
    from dp.page import PageData, Refused, page
    from dp.registry import form, to_yaml

    # Statistics of other packages are in their own files; the page knows ours.
    answers = tuple(answer for answer in released.values() if isinstance(answer, Answer))
    policy = plan.policy
    delta = f"{policy.budget.delta.normalize():e}"
    totals = totals_of(policy, ledger) if answers else {}
    data = PageData(
        policy=policy.name,
        digest=policy.digest,
        answers=answers,
        refused=tuple(Refused(name=name, code=v.code, message=v.message, hint=v.hint) for name, v in refused.items()),
        delta=delta,
        totals=totals,
    )
    write_durably(folder / "index.html", page(data).encode())
    if answers:
        filled = form(answers, policy=policy.name, totals=totals, delta=delta)
        write_durably(folder / "registry.yaml", to_yaml(filled))
    found = (path for pattern in ("aggregates/*", "index.html", "registry.yaml") for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def totals_of(policy: Policy, ledger: str | Path | None) -> dict[str, float]:
    """Total epsilon of all that the scope ever charged, at the budget's delta; empty where no accountant is."""
    from dp.accounting import total

    try:
        book = ledger_of(policy, ledger)
        found = total(book.events(), Fraction(policy.budget.delta))
    except (MissingExtra, BoundaryError):
        return {}  # the page then has the exact total in the ledger's currency only
    return {"epsilon (PLD)": found.epsilon_pld, "epsilon (basic)": found.epsilon_basic}
