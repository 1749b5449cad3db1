"""Where a policy stands, worked out from the log: versions, authors, votes, and what is approved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from boundary.review.log import Entry, tampered
from boundary.review.states import TABLE, VOTES, VOTES_NEEDED, Action, Role, State, after_vote
from boundary.review.versions import Version
from recording.errors import InputError


@dataclass(frozen=True, slots=True)
class Approval:
    """Two independent votes for one version.

    Attributes:
        voters: Who voted.
        accounts: Accounts of the operating system that they voted from; one alone is a reason to ask.
        seq: Number of the entry that made it an approval.
    """

    version: Version
    voters: tuple[str, ...]
    accounts: tuple[str, ...]
    time: str
    seq: int


@dataclass(frozen=True, slots=True)
class Case:
    """Where one policy stands.

    Attributes:
        version: The version that ``state`` is about.
        authors: Who may not vote on it.
        votes: Entries of the votes so far.
        approved: Every approval that is in force, oldest first.
    """

    version: Version | None = None
    state: State = State.DRAFT
    authors: frozenset[str] = frozenset()
    votes: tuple[Entry, ...] = ()
    approved: tuple[Approval, ...] = ()

    def role(self, who: str) -> Role:
        """What somebody is to the version."""
        if who in self.authors:
            return Role.AUTHOR
        return Role.VOTED if any(vote.who == who for vote in self.votes) else Role.REVIEWER

    def may(self, who: str, action: Action) -> bool:
        """Whether somebody may do it now."""
        return self.role(who) in TABLE[self.state][action].who

    def at(self, version: Version) -> Case:
        """The case for what stands on disk now: another version than the last one has no votes.

        It is a draft, or what was approved before if everything is as it was then.
        """
        if self.version in {version, None}:
            return replace(self, version=version)
        # Whoever worked on it since the last approval is an author of what came of it.
        authors = frozenset() if self.state is State.APPROVED else self.authors
        return self.fresh(version, authors)

    def fresh(self, version: Version, authors: frozenset[str]) -> Case:
        """The case of a version that nobody has asked to approve yet."""
        known = any(one.version == version for one in self.approved)
        return Case(version, State.APPROVED if known else State.DRAFT, authors, (), self.approved)

    @property
    def shown_votes(self) -> tuple[Entry, ...]:
        """The votes, once all are in: who knows the first one votes otherwise."""
        return self.votes if len(self.votes) >= VOTES_NEEDED else ()


def case_of(entries: Sequence[Entry], policy: str, file: Path) -> Case:
    """The case of one policy.

    Raises:
        InputError: ``review-log-tampered``: an entry does what its author may not, whatever its hash.
    """
    case = Case()
    for entry in entries:
        if entry.policy == policy and entry.action in _ACTIONS:
            after = step(case, entry)
            if after is None:
                raise tampered(entry.seq, file)
            case = after
    return case


_ACTIONS = frozenset(Action)


def step(case: Case, entry: Entry) -> Case | None:
    """The case after an entry; ``None`` where the table does not allow it."""
    action, version = Action(entry.action), Version.of(entry)
    if action is Action.EDIT:
        authors = frozenset() if case.state is State.APPROVED else case.authors
        return case.fresh(version, authors | {entry.who})
    if action is Action.REVOKE:
        return _revoked(case, version)
    now = case.at(version)
    if not now.may(entry.who, action):
        return None
    if action in VOTES:
        return _voted(now, entry)
    if action is Action.SUBMIT:
        return Case(version, State.SUBMITTED, now.authors | {entry.who}, (), now.approved)
    return replace(now, state=State.DRAFT, votes=())


def _revoked(case: Case, version: Version) -> Case | None:
    """Anybody may take back an approval that is in force, also while a newer version is looked at."""
    kept = tuple(one for one in case.approved if one.version.digest != version.digest)
    if kept == case.approved:
        return None
    is_this = case.version is not None and case.version.digest == version.digest
    return replace(case, approved=kept, state=State.REVOKED if is_this else case.state)


def _voted(case: Case, entry: Entry) -> Case:
    votes = (*case.votes, entry)
    state = after_vote(sum(vote.action == Action.APPROVE for vote in votes), len(votes))
    approved = case.approved
    if state is State.APPROVED:
        voters, accounts = tuple(v.who for v in votes), tuple(sorted({v.account for v in votes}))
        approved = (*approved, Approval(Version.of(entry), voters, accounts, entry.time, entry.seq))
    return replace(case, state=state, votes=votes, approved=approved)


def guard(policy: str, who: str, action: Action, version: Version, file: Path) -> Callable[[Sequence[Entry]], None]:
    """What `log.append` asks before it writes an action.

    Its check raises `InputError` ``not-allowed``; what somebody may not do is not written.
    """

    def check(entries: Sequence[Entry]) -> None:
        case = case_of(entries, policy, file)
        in_force = any(one.version.digest == version.digest for one in case.approved)
        case = case if action is Action.REVOKE else case.at(version)
        if not (in_force if action is Action.REVOKE else case.may(who, action)):
            message = f"{case.role(who)}s may not {action} what is {case.state}"
            raise InputError(message, code="not-allowed", hint="the page shows whose turn it is; load it again")

    return check


def free(_: Sequence[Entry]) -> None:
    """The guard of entries that change no state."""
