"""Patterns of our own, where Presidio's are known to miss: see docs/design.md, "Known misses of Presidio"."""

from __future__ import annotations

from collections.abc import Iterable

from text_redact.engine.rules import Rule
from text_redact.patterns import births, cards, emails, hosts, ibans, said, wallets

_RULES = tuple(pair for module in (births, cards, emails, hosts, ibans, said, wallets) for pair in module.RULES)

FOUND = frozenset(label for label, _ in _RULES)
"""Entities that these patterns find."""
COVERED = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE"})
"""Entities of which they find everything that Presidio's patterns find, which need not run then."""


def rules(entities: Iterable[str]) -> tuple[Rule, ...]:
    """The rules for those of ``entities`` that these patterns find."""
    wanted = set(entities)
    return tuple(rule for label, rule in _RULES if label in wanted)
