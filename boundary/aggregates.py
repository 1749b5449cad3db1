"""Statistics: bounded per person, forecast, charged, noised, then written. Never an exact count."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from boundary.counting import Counted
from boundary.outcome import Withheld
from boundary.plan import Aggregate, Plan, TableAggregate
from boundary.state import ledger_path
from boundary.writer import write_durably
from policies import Policy
from recording.errors import BoundaryError, InputError

MERGED_ROWS = 100_000
"""Rows of tallies that are kept before they are merged; and as many as there are once merged, so that none is long."""


@dataclass(slots=True)
class Counts:
    """What many recordings add to the statistics: as much as there are people and keys, not as there are recordings.

    Attributes:
        named: Whether every recording says whose it is.
        tallies: For each statistic, its tallies, of which many may have become one.
        digests: Keyed digest of each recording.
    """

    named: bool
    tallies: tuple[list[Any], ...] = field(repr=False)
    digests: list[str]


def gather(counted: Iterable[Counted], aggregates: Sequence[Aggregate]) -> Counts:
    """Take the counts of recordings one by one, and merge as they come."""
    out = Counts(True, tuple([] for _ in aggregates), [])
    loose = [0] * len(aggregates)
    for one in counted:
        out.named &= one.named
        out.digests.append(one.digest)
        for index, tally in enumerate(one.tallies):
            pile, aggregate = out.tallies[index], aggregates[index]
            pile.append(tally)
            loose[index] += _rows(tally)
            if loose[index] > max(MERGED_ROWS, _rows(pile[0])) and isinstance(aggregate, TableAggregate):
                with contextlib.suppress(Exception):  # what is wrong with a tally, the statistic's release will say
                    pile[:] = [aggregate.merged(pile)]
                loose[index] = 0
    return out


def _rows(tally: Any) -> int:
    return getattr(tally, "num_rows", 1)


def release_aggregates(
    counted: Iterable[Counted], out: Path, plan: Plan, ledger: str | Path | None
) -> tuple[dict[str, Any], dict[str, Withheld]]:
    """Release every statistic of the policy into ``out/aggregates``; one that fails is withheld with its code.

    A statistic is charged before it is written. Asked again about the same data it gives the same answer at no cost, so
    a failure in between loses nothing.

    Returns:
        The answers by name, and why others were withheld.
    """
    released: dict[str, Any] = {}
    refused: dict[str, Withheld] = {}
    counts = gather(counted, plan.aggregates) if plan.aggregates else Counts(True, (), [])
    for index, aggregate in enumerate(plan.aggregates):
        use = plan.policy.aggregates[index]
        name, step = statistic_name(plan.policy, index), use.spec.name
        try:
            answer = _answer(counts, index, aggregate, plan.policy, out, ledger)
            folder = out / "aggregates"
            folder.mkdir(exist_ok=True)
            for suffix, data in _files(answer).items():
                write_durably(folder / f"{name}.{suffix}", data)
            released[name] = answer
        except BoundaryError as error:
            refused[name] = Withheld.because(error, step)
        except OSError as error:
            refused[name] = Withheld("write-failed", step, f"could not be written ({error.strerror})", "run it again")
        except Exception as error:  # noqa: BLE001  messages of libraries quote the counts they choke on
            refused[name] = Withheld("step-raised", step, f"{type(error).__name__} was raised", "report this")
    return released, refused


def statistic_name(policy: Policy, index: int) -> str:
    """What a statistic is called in files and tables: its id, or its step's name."""
    use = policy.aggregates[index]
    return str(getattr(use.options, "id", use.spec.name))


def charged(answer: Any) -> str:
    """What a statistic cost, for people."""
    return f"{getattr(answer, 'currency', 'epsilon')} {getattr(answer, 'price', '?')} charged"


def ledger_of(policy: Policy, path: str | Path | None) -> Any:
    """The policy's scope in the ledger: the one on the command line, else the policy's, else that of the state folder.

    Raises:
        BoundaryError: The ledger cannot be used.
    """
    from dp import Currency, micro_epsilon, open_ledger

    budget = policy.budget
    currency = Currency.ZCDP if budget.rho is not None else Currency.PURE
    return open_ledger(
        ledger_place(policy, path),
        scope=budget.scope,
        total=micro_epsilon(budget.total),
        currency=currency,
        delta=Fraction(budget.delta),
    )


def ledger_place(policy: Policy, path: str | Path | None) -> str | Path:
    """Path or address of the ledger."""
    told = policy.budget.ledger
    if path or not told:
        return path or ledger_path()
    # As every path in a policy, this one starts at the policy's folder.
    return told if ":/" in told else policy.folder / told


def ledger_mark(policy: Policy, path: str | Path | None) -> dict[str, str] | None:
    """What a manifest says of the ledger; nothing where there is none, or none that can be read."""
    from dp.ledger import identity, open_store

    try:
        name, head = identity(open_store(ledger_place(policy, path)))
    except BoundaryError:
        return None  # whatever needed the ledger was refused
    return {"id": name, "head": head} if name else None


def check_prices(policy: Policy) -> None:
    """Refuse, before anything is charged, prices that the budget is not in.

    Raises:
        InputError: ``budget-currency``.
    """
    budget = policy.budget
    wrong = "epsilon" if budget.rho is not None else "rho"
    if any(getattr(use.options, wrong, None) is not None for use in policy.aggregates):
        raise InputError(
            f"a statistic is priced in {wrong}, and the budget is not",
            code="budget-currency",
            hint="give 'release.budget' and every statistic the same: epsilon, or rho",
        )


def _files(answer: Any) -> Mapping[str, bytes]:
    files = {"json": answer.to_json()}
    if hasattr(answer, "to_parquet"):  # a statistic of another package may have no table
        files["parquet"] = answer.to_parquet()
    return files


def _answer(
    counts: Counts, index: int, aggregate: Aggregate, policy: Policy, out: Path, path: str | Path | None
) -> Any:
    from boundary.witness import beside, check_ledger, remember

    check_prices(policy)
    if not counts.named:
        raise InputError(
            "a recording names no person, so nobody's share can be bounded",
            code="person-unknown",
            # How many there are would be an exact count.
            hint=f"the metadata key '{policy.person}' is missing",
        )
    if not counts.digests:
        raise InputError("no recording was released, so there is nothing to count", code="no-recordings")
    ledger = ledger_of(policy, path)
    check_ledger(ledger.store, beside(out))
    answer = aggregate.release(
        counts.tallies[index],
        ledger=ledger,
        policy_digest=policy.digest,
        dataset=counts.digests,
    )
    remember(ledger.store)
    return answer
