"""What the page does: check, save, look, reveal, vote. Each is asked of `Desk`, which logs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from boundary.review.desk import PURPOSES, fingerprint
from boundary.review.looks import TEXTS
from boundary.review.pages import found_of, lines_of, look_of, shot_of, timeline
from boundary.review.states import Action
from boundary.review.view import desk_of, fragment, page
from policies.lint import lint
from recording.errors import Diagnostic, InputError, PolicyError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

Form = Mapping[str, str]
"""What was sent; of fields that were sent twice the last."""

_LEVELS = {"error": "error", "warning": "warning", "note": "info"}
"""What the editor calls the levels of `policies.lint`."""
LONGEST = 400
"""Characters of a comment, at most."""


def posted(action: Callable[[Request, Form], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An action as a route: takes a plain form and nothing else, and works in a thread of its own."""

    async def route(request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.exceptions import HTTPException

        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
            raise HTTPException(415)
        try:
            sent = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=20)
        except ValueError:  # no UTF-8, or too many fields
            raise HTTPException(400) from None
        return await run_in_threadpool(action, request, dict(sent))

    return route


def check(request: Request, form: Form) -> Response:
    """Every mistake of a text, with line and column."""
    from starlette.responses import JSONResponse

    desk, text = desk_of(request), _text(form)
    try:
        policy = desk.parse(text)
    except PolicyError as error:
        return JSONResponse({"problems": [_problem(one, desk.file.name) for one in error.diagnostics]})
    lints = [{**_problem(one.diagnostic, desk.file.name), "severity": _LEVELS[one.level]} for one in lint(policy)]
    return JSONResponse({"problems": [], "lints": lints, "digest": policy.digest, "name": policy.name})


def _problem(one: Diagnostic, own: str) -> dict[str, Any]:
    inside = one.file == own
    message = one.message if inside else f"{one.file}:{one.line}: {one.message}"
    line, column = (one.line, one.column) if inside else (1, 1)
    return {"line": line, "column": column, "code": one.code, "message": message, "hint": one.hint}


def save(request: Request, form: Form) -> Response:
    """Write the policy, if it is one."""
    from starlette.responses import JSONResponse

    desk, text = desk_of(request), _text(form)
    try:
        desk.save(text, _word(form, "base"))
    except PolicyError as error:
        return JSONResponse({"saved": False, "told": error.message}, status_code=422)
    except InputError as error:
        return JSONResponse({"saved": False, "told": f"{error.message}: {error.hint}"}, status_code=409)
    return JSONResponse({"saved": True, "base": fingerprint(text)})


def preview(request: Request, form: Form) -> Response:
    """What a text would do to the texts of a sample."""
    desk = desk_of(request)
    text, number, show = _text(form), _number(form, "sample"), _word(form, "show") or "left"
    try:
        policy = desk.parse(text)
    except PolicyError as error:
        return fragment(request, "no_preview.html", count=len(error.diagnostics))
    look = desk.looks.look(policy, number)
    desk.viewed(look.number, "texts", policy)
    return fragment(request, "preview.html", **timeline(desk, look, show))


def read_screens(request: Request, form: Form) -> Response:
    """Begin to read and cover the screens of a sample."""
    desk = desk_of(request)
    policy = desk.parse(_text(form))
    number = _number(form, "sample")
    name = desk.looks.read_screens(policy, number)
    desk.viewed(number, "screens", policy)
    return fragment(request, "reading.html", name=name)


def reveal_text(request: Request, form: Form) -> Response:
    """Show one value, and log that it was shown."""
    desk = desk_of(request)
    look, found = found_of(request)
    reason = _reason(form)
    desk.reveal(look, f"text finding {found.number + 1} ({found.why.label})", reason)
    return fragment(request, "why.html", look=look, found=found, value=found.why.value, **lines_of(desk, look, found))


def reveal_texts(request: Request, form: Form) -> Response:
    """Show the texts of a recording that would be withheld, and log that they were shown."""
    desk, look = desk_of(request), look_of(request)
    desk.reveal(look, "texts of the recording", _reason(form), shot=TEXTS)
    return fragment(request, "preview.html", **timeline(desk, look, "left"))


def reveal_screen(request: Request, form: Form) -> Response:
    """Show one screen as it was captured, and log that it was shown."""
    desk = desk_of(request)
    look, shot = shot_of(request)
    reason = _reason(form)
    _reveal_shot(desk, look, shot.number, reason)
    return fragment(request, "shot.html", look=look, shot=shot, revealed={shot.number})


def _reveal_shot(desk: Any, look: Any, number: int, reason: str) -> None:
    desk.reveal(look, f"screen {number}", reason, shot=number)


def act(request: Request, form: Form) -> Response:
    """Ask for approval, vote, take back; refused where the table says so, or where something changed meanwhile."""
    from starlette.responses import RedirectResponse

    desk = desk_of(request)
    try:
        _act(desk, form)
    except InputError as error:
        policy = desk.stored()
        version = desk.version(policy) if policy else None
        about: dict[str, Any] = {"policy": policy, "version": version, "error": error}
        return page(request, "approval.html", title="Approval", status=409, **about)
    return RedirectResponse("/approval", status_code=303)


def _act(desk: Any, form: Form) -> None:
    word = _word(form, "action")
    if word not in set(Action) - {Action.EDIT}:
        raise InputError("there is no such action", code="bad-action")
    action, policy = Action(word), desk.stored()
    if policy is None:
        raise InputError("the policy is refused as it stands", code="policy-refused", hint="mend it first")
    version = desk.version(policy)
    if action is Action.REVOKE:
        case = desk.case(policy)
        version = next((one.version for one in case.approved if one.version.digest == _word(form, "digest")), version)
    elif (_word(form, "digest"), _word(form, "sample")) != (version.digest, version.sample):
        hint = "look at it again before you vote"
        raise InputError("the policy or the sample is not what you were shown", code="version-changed", hint=hint)
    if action is Action.SUBMIT:
        desk.keep(policy)
    desk.act(action, version, policy.name, " ".join(_word(form, "comment").split())[:LONGEST])


def _text(form: Form) -> str:
    text = _word(form, "text")
    return text.replace("\r\n", "\n")


def _word(form: Form, name: str) -> str:
    return form.get(name, "")


def _number(form: Form, name: str) -> int:
    word = _word(form, name)
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 6 else 0


def _reason(form: Form) -> str:
    reason = _word(form, "reason")
    if reason not in PURPOSES:
        raise InputError("say why you want to see it", code="no-reason", hint=", ".join(PURPOSES))
    return reason
