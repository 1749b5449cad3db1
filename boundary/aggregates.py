"""Statistics over what was released: bounded per person, noised, charged, then written. Never an exact count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from boundary.outcome import Withheld
from boundary.plan import Aggregate, Plan
from boundary.result import Result
from boundary.writer import write_durably
from policies import Policy
from recording.errors import BoundaryError, InputError


def release_aggregates(result: Result, plan: Plan, ledger: Path | str) -> Result:
    """Release every statistic of the policy into ``aggregates/``; one that fails is withheld with its code.

    A statistic is charged before it is written. Asked again about the same data it gives the same answer at no cost, so
    a failure in between loses nothing.
    """
    released: dict[str, Any] = {}
    refused: dict[str, Withheld] = {}
    for index, aggregate in enumerate(plan.aggregates):
        use = plan.policy.aggregates[index]
        name = str(getattr(use.options, "id", use.spec.name))
        step = use.spec.name
        try:
            answer = _answer(result, index, aggregate, plan.policy, ledger)
            folder = result.out / "aggregates"
            folder.mkdir(exist_ok=True)
            write_durably(folder / f"{name}.json", answer.to_json())
            released[name] = answer
        except BoundaryError as error:
            refused[name] = Withheld.because(error, step)
        except OSError as error:
            refused[name] = Withheld("write-failed", step, f"could not be written ({error.strerror})", "run it again")
        except Exception as error:  # noqa: BLE001  messages of libraries quote the counts they choke on
            refused[name] = Withheld("step-raised", step, f"{type(error).__name__} was raised", "report this")
    return replace(result, aggregates=released, refused=refused, ledger=_mark(ledger))


def _mark(ledger: Path | str) -> dict[str, str] | None:
    """What the manifest says of the ledger; nothing where there is none, or none that can be read."""
    from dp.ledger import identity, open_store

    try:
        name, head = identity(open_store(ledger))
    except BoundaryError:
        return None  # whatever needed the ledger was refused
    return {"id": name, "head": head} if name else None


def _answer(result: Result, index: int, aggregate: Aggregate, policy: Policy, path: Path | str) -> Any:
    from boundary.witness import beside, check_ledger, remember
    from dp import Currency, micro_epsilon, open_ledger

    releases = result.releases
    known = [(r.person, r.tallies[index]) for r in releases if r.person is not None]
    if len(known) < len(releases):
        raise InputError(
            "a recording names no person, so nobody's share can be bounded",
            code="person-unknown",
            hint=f"the metadata key '{policy.person}' is missing in {len(releases) - len(known)} recordings",
        )
    if not known:
        raise InputError("no recording was released, so there is nothing to count", code="no-recordings")
    budget = policy.budget
    total = micro_epsilon(budget.epsilon)
    ledger = open_ledger(path, scope=budget.scope, total=total, currency=Currency.PURE)
    check_ledger(ledger.store, beside(result.out))
    dataset = [release.digest_in for release in releases]
    answer = aggregate.release(known, ledger=ledger, policy_digest=policy.digest, dataset=dataset)
    remember(ledger.store)
    return answer
