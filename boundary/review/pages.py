"""What the page shows: everything here only looks, and what is hidden stays hidden."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from boundary.opening import reading_of
from boundary.review.changes import compared, last_approved
from boundary.review.completions import completions as offered
from boundary.review.coverage import Row, counted, coverage
from boundary.review.desk import Desk, fingerprint
from boundary.review.evidence import Budget, audited, forecasts
from boundary.review.lines import excerpt
from boundary.review.looks import TEXTS, Look
from boundary.review.view import desk_of, fragment, page
from policies.lint import lint
from recording.errors import BoundaryError, InputError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PAGE = 150
"""Texts of the timeline that are sent at once."""


def policy(request: Request) -> Response:
    """The editor with the preview beside it."""
    desk = desk_of(request)
    text = desk.text()
    return page(request, "policy.html", title="Policy", text=text, base=fingerprint(text))


def changes(request: Request) -> Response:
    """What differs from the version that is approved."""
    desk = desk_of(request)
    policy = desk.stored()
    found = last_approved(desk, policy) if policy else None
    diff, problem = None, None
    if policy and found and found[1]:
        make = partial(compared, desk, found[0], found[1], policy, screens=False)
        try:
            diff = desk.looks.once(("texts", found[0].version, policy.digest), make)
        except BoundaryError as error:
            problem = error
    about: dict[str, Any] = {"found": found, "diff": diff, "problem": problem, "comparing": False}
    return page(request, "changes.html", title="Changes", policy=policy, **about)


def changes_of_screens(request: Request) -> Response:
    """The same with screens: read aside, and asked for again until they are."""
    desk = desk_of(request)
    policy = desk.stored()
    found = last_approved(desk, policy) if policy else None
    if policy is None or found is None or found[1] is None:
        raise InputError("there is nothing to compare with now", code="no-such-look", hint="load the page again")
    make = partial(compared, desk, found[0], found[1], policy)
    name = (found[0].version, policy.digest)
    diff = desk.looks.aside(("screens", *name), partial(make, screens=True))
    texts = diff or desk.looks.once(("texts", *name), partial(make, screens=False))
    return fragment(request, "compared.html", diff=texts, comparing=diff is None)


def evidence(request: Request) -> Response:
    """Which parts of the sample the policy looks at, what an audit measured, and what the statistics cost."""
    desk = desk_of(request)
    policy = desk.stored()
    rows: list[Row] = []
    costs: Budget | None = None
    problem: BoundaryError | None = None
    if policy is not None:
        try:
            plan = desk.looks.plan(policy)
            rows, costs = (
                coverage(
                    plan,
                    desk.looks.once(
                        ("counts", reading_of(plan.policy)),
                        partial(counted, desk.sample, plan.policy),
                    ),
                ),
                forecasts(plan, desk.ledger),
            )
        except BoundaryError as error:
            problem = error
    about: dict[str, Any] = {"rows": rows, "costs": costs, "audit": audited(desk.audit), "problem": problem}
    remarks = lint(policy) if policy else []
    return page(request, "evidence.html", title="Evidence", policy=policy, remarks=remarks, **about)


def approval(request: Request) -> Response:
    """Where the policy stands, and what whoever looks may do about it."""
    desk = desk_of(request)
    policy = desk.stored()
    version = desk.version(policy) if policy else None
    return page(request, "approval.html", title="Approval", policy=policy, version=version)


def log(request: Request) -> Response:
    """The log, newest first; votes that are not all in are told without what they say."""
    desk = desk_of(request)
    entries = desk.entries()
    policy = desk.stored()
    case = desk.case(policy) if policy else None
    hidden = {vote.seq for vote in case.votes} - {vote.seq for vote in case.shown_votes} if case else set()
    shown = entries[::-1][:1000]
    return page(request, "log.html", title="Log", policy=policy, entries=shown, hidden=hidden, count=len(entries))


def standing(request: Request) -> Response:
    """The state at the top of the page, after something was saved."""
    desk = desk_of(request)
    policy = desk.stored()
    return fragment(request, "standing.html", policy=policy, case=desk.case(policy) if policy else None)


def completions(request: Request) -> Response:
    """What the editor offers."""
    from starlette.responses import JSONResponse

    return JSONResponse(offered())


def look_of(request: Request) -> Look:
    """The look that the address names.

    Raises:
        InputError: ``no-such-look``: it was never made, or is too long ago.
    """
    look = desk_of(request).looks.known_look(request.path_params["look"])
    if look is None:
        hint = "change something in the policy, or load the page again"
        raise InputError("this preview is gone", code="no-such-look", hint=hint)
    return look


def texts(request: Request) -> Response:
    """A part of the timeline."""
    look = look_of(request)
    show, begin = request.query_params.get("show", "left"), request.query_params.get("from", "0")
    start = int(begin) if begin.isascii() and begin.isdecimal() and len(begin) < 9 else 0
    return fragment(request, "moments.html", **timeline(desk_of(request), look, show, start))


def timeline(desk: Desk, look: Look, show: str, start: int = 0) -> dict[str, Any]:
    """What the timeline's template needs.

    Args:
        show: ``left``: what was left in the end; ``found``: only texts with findings; ``all``.
    """
    wanted = [
        moment
        for moment in look.preview.moments
        if show == "all" or (moment.is_found if show == "found" else not moment.between)
    ]
    return {
        "look": look,
        "show": show,
        # What would not leave is not seen as if it had, unless somebody asked for it.
        "masked": look.preview.withheld is not None and not desk.looks.is_revealed(look.number, TEXTS),
        "moments": wanted[start : start + PAGE],
        "next": start + PAGE if len(wanted) > start + PAGE else None,
        "total": len(wanted),
    }


def found_of(request: Request) -> tuple[Look, Any]:
    """The look, and the finding that the address names.

    Raises:
        InputError: There is none of this number.
    """
    look, number = look_of(request), request.path_params["number"]
    if number >= len(look.preview.found):
        raise InputError("there is no such finding", code="no-such-finding")
    return look, look.preview.found[number]


def why(request: Request) -> Response:
    """Why something was found, and the policy lines behind it."""
    desk = desk_of(request)
    look, found = found_of(request)
    return fragment(request, "why.html", look=look, found=found, value=None, **lines_of(desk, look, found))


def lines_of(desk: Desk, look: Look, found: Any) -> dict[str, Any]:
    """The policy lines behind a finding."""
    policy = look.plan.policy
    own = desk.file.name
    return {
        "find": excerpt(policy, found.why.found_by, own) if found.why.found_by else None,
        "change": excerpt(policy, found.why.changed_by, own),
        "alike": sum(one.why.link == found.why.link for one in look.preview.found),
    }


def screens(request: Request) -> Response:
    """The screens of a look, or that they are still being read."""
    desk, name = desk_of(request), request.path_params["look"]
    look = desk.looks.known_look(name)
    if look is None and desk.looks.is_running(name):
        return fragment(request, "reading.html", name=name)
    look = look_of(request)
    shown = {shot.number for shot in look.preview.shots if desk.looks.is_revealed(look.number, shot.number)}
    answer = fragment(request, "screens.html", look=look, revealed=shown)
    if "waited" in request.query_params:
        answer.headers["hx-trigger"] = "screens-read"  # what stands only on screens is now searched in texts, too
    return answer


def shot_of(request: Request) -> tuple[Look, Any]:
    """The look, and the screen that the address names.

    Raises:
        InputError: There is none of this number.
    """
    look, number = look_of(request), request.path_params["shot"]
    shot = next((shot for shot in look.preview.shots if shot.number == number), None)
    if shot is None:
        raise InputError("there is no such screen", code="no-such-screen")
    return look, shot


def picture(request: Request) -> Response:
    """A screen as it would leave; as it was captured only where that was asked for and logged."""
    from starlette.responses import Response as Plain

    desk = desk_of(request)
    look, shot = shot_of(request)
    revealed = desk.looks.is_revealed(look.number, shot.number)
    which = request.path_params["which"]
    if which == "after" and (look.preview.withheld is None or revealed):
        return Plain(shot.after, media_type="image/jpeg")
    if which == "before" and revealed:
        return Plain(shot.before, media_type="image/jpeg")
    raise InputError("this is hidden", code="no-such-screen", hint="reveal it; that is logged")
