"""The table of states: complete, and nothing in it lets anybody approve alone."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from boundary.review.case import Case, step
from boundary.review.log import Entry
from boundary.review.states import (
    MEANING,
    NOBODY,
    TABLE,
    VOTES,
    VOTES_NEEDED,
    WAITS_FOR,
    Action,
    Role,
    State,
    after_vote,
)
from boundary.review.versions import Version

PEOPLE, DIGESTS = ("ann", "ben", "cleo"), ("d1", "d2")


def test_every_state_has_a_rule_for_every_action() -> None:
    """Nothing is left to chance: the table is complete, and so is what pages say of it."""
    assert set(TABLE) == set(MEANING) == set(WAITS_FOR) == set(State)
    assert all(set(row) == set(Action) for row in TABLE.values())


def test_an_action_leads_somewhere_exactly_where_somebody_may_do_it() -> None:
    """A rule without people has no way on, and a rule with people has one."""
    for state, action in itertools.product(State, Action):
        rule = TABLE[state][action]
        assert bool(rule.who) == bool(rule.to), (state, action)
        assert rule.to <= set(State)


def test_every_state_can_be_reached_and_left() -> None:
    """There is no state that nothing leads to, and none that holds a policy for good."""
    reached = {to for row in TABLE.values() for rule in row.values() for to in rule.to}
    assert reached == set(State)
    assert all(any(rule.who for rule in row.values()) for row in TABLE.values())


def test_whose_turn_it_is_may_do_something_and_votes_are_for_reviewers_alone() -> None:
    """No author and nobody who has voted may vote, in any state."""
    for state, role in WAITS_FOR.items():
        assert role is None or any(role in rule.who for rule in TABLE[state].values())
        for vote in VOTES:
            assert TABLE[state][vote].who in {NOBODY, frozenset({Role.REVIEWER})}


def test_votes_lead_where_the_table_says() -> None:
    """One vote decides nothing; of two, one against is enough to return it."""
    assert after_vote(1, 1) is after_vote(0, 1) is State.PARTLY_REVIEWED
    assert [after_vote(n, VOTES_NEEDED) for n in (0, 1, 2)] == [State.RETURNED, State.RETURNED, State.APPROVED]
    assert TABLE[State.PARTLY_REVIEWED][Action.APPROVE].to == {State.APPROVED, State.RETURNED}


def entry(seq: int, who: str, action: str, digest: str, sample: str = "s") -> Entry:
    """An entry of a log, its chain aside."""
    return Entry(
        seq=seq, time="t", who=who, account="os", action=action, policy="p", digest=digest, sample=sample, prev=""
    )


deeds = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(Action)), st.sampled_from(DIGESTS))


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(deeds, max_size=30))
def test_nothing_is_approved_without_two_people_who_did_not_write_it(history: list[tuple[str, str, str]]) -> None:
    """Whatever people try in whatever order: an approval has two voters, and neither edited it or asked for it."""
    case, authors = Case(), {}
    for seq, (who, action, digest) in enumerate(history, start=1):
        after = step(case, entry(seq, who, action, digest))
        if after is None:
            continue
        if action in {Action.EDIT, Action.SUBMIT}:
            authors.setdefault(digest, set()).add(who)
        fresh = set(after.approved) - set(case.approved)
        for approval in fresh:
            assert len(set(approval.voters)) == VOTES_NEEDED
            assert not set(approval.voters) & authors.get(approval.version.digest, set())
        case = after


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(deeds, max_size=30))
def test_what_the_table_forbids_changes_nothing_and_what_it_allows_leads_where_it_says(
    history: list[tuple[str, str, str]],
) -> None:
    """The code that walks and the table that people read say the same."""
    case = Case()
    for seq, (who, action, digest) in enumerate(history, start=1):
        version = Version(digest, "s")
        now = case.at(version)
        after = step(case, entry(seq, who, action, digest))
        if action == Action.REVOKE:
            assert (after is not None) == any(one.version.digest == digest for one in case.approved)
        else:
            assert (after is not None) == now.may(who, Action(action))
            assert after is None or after.state in TABLE[now.state][Action(action)].to
        case = after or case


def test_an_edit_voids_the_votes_on_the_version_before() -> None:
    """One vote for a version and one for its edit approve neither."""
    deeds = [("ann", "submit", "d1"), ("ben", "approve", "d1"), ("ann", "edit", "d2"), ("ann", "submit", "d2")]
    case = Case()
    for seq, deed in enumerate([*deeds, ("cleo", "approve", "d2")], start=1):
        case = step(case, entry(seq, *deed)) or case
    assert case.state is State.PARTLY_REVIEWED
    assert case.approved == ()


def test_another_sample_voids_the_votes() -> None:
    """An approval is for what was looked at: the sample is part of the version."""
    case = Case()
    for seq, deed in enumerate([("ann", "submit", "d1", "s1"), ("ben", "approve", "d1", "s1")], start=1):
        case = step(case, entry(seq, *deed)) or case
    assert step(case, entry(3, "cleo", "approve", "d1", "s2")) is None


def test_an_approval_stays_in_force_while_a_newer_version_is_looked_at_and_can_be_revoked() -> None:
    """What runs does not stop because somebody edits; anybody can stop it."""
    deeds = [("ann", "submit", "d1"), ("ben", "approve", "d1"), ("cleo", "approve", "d1"), ("ben", "edit", "d2")]
    case = Case()
    for seq, deed in enumerate(deeds, start=1):
        case = step(case, entry(seq, *deed)) or case
    assert case.state is State.DRAFT
    assert [one.version.digest for one in case.approved] == ["d1"]
    after = step(case, entry(5, "ann", "revoke", "d1"))
    assert after is not None
    assert (after.approved, after.state) == ((), State.DRAFT)
