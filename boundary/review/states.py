"""The states of a policy under review, and who may do what in each: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a version of a policy stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PARTLY_REVIEWED = "partly-reviewed"
    RETURNED = "returned"
    APPROVED = "approved"
    REVOKED = "revoked"


class Action(StrEnum):
    """What somebody does to a version; the log has other entries, which change no state."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"


class Role(StrEnum):
    """What somebody is to a version.

    Authors are all who edited it since a version was last approved, and who asked for approval.
    """

    AUTHOR = "author"
    REVIEWER = "reviewer"
    VOTED = "voted"


VOTES_NEEDED = 2
"""Independent votes that decide; none is shown before all are in."""
VOTES = frozenset({Action.APPROVE, Action.RETURN})

NOBODY: frozenset[Role] = frozenset()
ANYBODY = frozenset(Role)
_AUTHOR, _REVIEWER = frozenset({Role.AUTHOR}), frozenset({Role.REVIEWER})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do it, and where it leads; votes lead to one of several states (`after_vote`)."""

    who: frozenset[Role] = NOBODY
    to: frozenset[State] = frozenset()


_NEVER = Rule()
# An edit makes another version, and who makes it an author; one that is undone leads back to what was approved.
_EDIT = Rule(ANYBODY, frozenset({State.DRAFT, State.APPROVED}))
_SUBMIT = Rule(ANYBODY, frozenset({State.SUBMITTED}))  # whoever asks for approval stands for the version
_WITHDRAW = Rule(_AUTHOR, frozenset({State.DRAFT}))
_FIRST = Rule(_REVIEWER, frozenset({State.PARTLY_REVIEWED}))
_SECOND = Rule(_REVIEWER, frozenset({State.APPROVED, State.RETURNED}))

TABLE: Mapping[State, Mapping[Action, Rule]] = MappingProxyType(
    {
        State.DRAFT: {
            Action.EDIT: _EDIT,
            Action.SUBMIT: _SUBMIT,
            Action.WITHDRAW: _NEVER,
            Action.APPROVE: _NEVER,
            Action.RETURN: _NEVER,
            Action.REVOKE: _NEVER,
        },
        State.SUBMITTED: {
            Action.EDIT: _EDIT,
            Action.SUBMIT: _NEVER,
            Action.WITHDRAW: _WITHDRAW,
            Action.APPROVE: _FIRST,
            Action.RETURN: _FIRST,
            Action.REVOKE: _NEVER,
        },
        State.PARTLY_REVIEWED: {
            Action.EDIT: _EDIT,
            Action.SUBMIT: _NEVER,
            Action.WITHDRAW: _WITHDRAW,
            Action.APPROVE: _SECOND,
            Action.RETURN: _SECOND,
            Action.REVOKE: _NEVER,
        },
        State.RETURNED: {
            Action.EDIT: _EDIT,
            Action.SUBMIT: _SUBMIT,
            Action.WITHDRAW: _NEVER,
            Action.APPROVE: _NEVER,
            Action.RETURN: _NEVER,
            Action.REVOKE: _NEVER,
        },
        State.APPROVED: {
            Action.EDIT: _EDIT,
            Action.SUBMIT: _NEVER,
            Action.WITHDRAW: _NEVER,
            Action.APPROVE: _NEVER,
            Action.RETURN: _NEVER,
            Action.REVOKE: Rule(ANYBODY, frozenset({State.REVOKED})),  # whoever sees a leak must be able to stop it
        },
        State.REVOKED: {
            Action.EDIT: _EDIT,
            Action.SUBMIT: _SUBMIT,
            Action.WITHDRAW: _NEVER,
            Action.APPROVE: _NEVER,
            Action.RETURN: _NEVER,
            Action.REVOKE: _NEVER,
        },
    }
)

WAITS_FOR: Mapping[State, Role | None] = MappingProxyType(
    {
        State.DRAFT: Role.AUTHOR,
        State.SUBMITTED: Role.REVIEWER,
        State.PARTLY_REVIEWED: Role.REVIEWER,
        State.RETURNED: Role.AUTHOR,
        State.APPROVED: None,
        State.REVOKED: Role.AUTHOR,
    }
)
"""Whose turn it is."""

MEANING: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "Not yet put to review. Only approved versions may run where approval is asked for.",
        State.SUBMITTED: "Waits for two people who are not its authors.",
        State.PARTLY_REVIEWED: "One vote is in. It stays hidden until the second is.",
        State.RETURNED: "A reviewer asked for changes. Edit it, or ask again as it is.",
        State.APPROVED: "Two people have approved exactly this version, on exactly this sample.",
        State.REVOKED: "Its approval was taken back. It no longer runs where approval is asked for.",
    }
)


def after_vote(approvals: int, votes: int) -> State:
    """The state once ``votes`` are in, of which ``approvals`` approve: everybody must agree."""
    if votes < VOTES_NEEDED:
        return State.PARTLY_REVIEWED
    return State.APPROVED if approvals == votes else State.RETURNED
