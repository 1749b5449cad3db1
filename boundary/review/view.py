"""Templates: every word of a recording, of a policy and of a person is escaped."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from boundary.review.desk import PURPOSES
from boundary.review.states import MEANING, TABLE, WAITS_FOR, Action, Role, State
from boundary.trace import REASONS

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request
    from starlette.responses import Response

    from boundary.review.desk import Desk


def desk_of(request: Request) -> Desk:
    """The desk of this launch."""
    desk: Desk = request.app.state.desk
    return desk


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("boundary.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["clock"] = clock
    made.filters["words"] = words
    made.filters["percent"] = percent
    made.filters["sentence"] = sentence
    made.filters["moment"] = moment
    made.globals.update(purposes=PURPOSES, reasons=REASONS)
    made.globals.update(State=State, Action=Action, Role=Role, TABLE=TABLE, MEANING=MEANING, WAITS_FOR=WAITS_FOR)
    return made


def clock(seconds: float | None) -> str:
    """Minutes and seconds since the recording began; nothing where there is no time."""
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def words(name: str) -> str:
    """``partly-reviewed`` as people write it."""
    return str(name).replace("-", " ").replace("_", " ")


def sentence(text: str) -> str:
    """A message as a sentence: the first letter large, a stop behind it."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".") if text else ""


def moment(time: str) -> str:
    """``2026-11-21T16:19:07Z`` as people write it."""
    return time[:16].replace("T", " ") + " UTC"


def percent(share: float | None) -> str:
    """A share with one digit more than it needs to be told from nothing."""
    return "unknown" if share is None else f"{100 * share:.1f} %"


def rendered(template: str, /, **about: Any) -> str:
    """A template with its values."""
    return _templates().get_template(template).render(**about)


def fragment(request: Request, template: str, *, status: int = 200, **about: Any) -> Response:
    """Part of a page, for HTMX to put where it belongs; a whole page where a browser asks for one."""
    from starlette.responses import HTMLResponse

    if template == "error.html" and "hx-request" not in request.headers:
        return page(request, "refused.html", status=status, title="Not possible", bare=True, **about)
    return HTMLResponse(rendered(template, **about), status_code=status)


def page(
    request: Request, template: str, *, title: str, status: int = 200, bare: bool = False, **about: Any
) -> Response:
    """A whole page, with what stands at the top of each.

    Args:
        bare: Leave out the state, which cannot be told where the log is what is wrong.
    """
    from starlette.responses import HTMLResponse

    desk = desk_of(request)
    policy = about.pop("policy", None) or (None if bare else desk.stored())
    case = about.pop("case", None) or (desk.case(policy) if policy else None)
    body = rendered(
        template, title=title, desk=desk, policy=policy, case=case, path=request.url.path, who=desk.who, **about
    )
    return HTMLResponse(body, status_code=status)
