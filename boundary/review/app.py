"""The page as an application: routes, templates, and what an error looks like. Nothing here decides anything."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boundary.review import actions, pages
from boundary.review.security import Door, Guarded
from boundary.review.view import fragment
from recording.errors import BoundaryError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from boundary.review.desk import Desk

STATIC = Path(__file__).with_name("static")
NOT_FOUND = frozenset({"no-such-sample", "no-such-look", "no-such-finding", "no-such-screen"})


def application(desk: Desk, door: Door) -> Guarded:
    """The page of one launch, behind its door."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    routes = [
        Route("/", pages.policy),
        Route("/changes", pages.changes),
        Route("/changes/screens", pages.changes_of_screens),
        Route("/evidence", pages.evidence),
        Route("/approval", pages.approval),
        Route("/log", pages.log),
        Route("/standing", pages.standing),
        Route("/completions.json", pages.completions),
        Route("/looks/{look}/texts", pages.texts),
        Route("/looks/{look}/why/{number:int}", pages.why),
        Route("/looks/{look}/screens", pages.screens),
        Route("/looks/{look}/screens/{shot:int}/{which}.jpg", pages.picture),
        Route("/check", actions.posted(actions.check), methods=["POST"]),
        Route("/save", actions.posted(actions.save), methods=["POST"]),
        Route("/preview", actions.posted(actions.preview), methods=["POST"]),
        Route("/screens", actions.posted(actions.read_screens), methods=["POST"]),
        Route("/looks/{look}/reveal", actions.posted(actions.reveal_texts), methods=["POST"]),
        Route("/looks/{look}/reveal/{number:int}", actions.posted(actions.reveal_text), methods=["POST"]),
        Route("/looks/{look}/screens/{shot:int}/reveal", actions.posted(actions.reveal_screen), methods=["POST"]),
        Route("/act", actions.posted(actions.act), methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={BoundaryError: _told, HTTPException: _plain, Exception: _ours},
    )
    app.state.desk = desk
    return Guarded(app, door)


def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, BoundaryError)
    status = 404 if error.code in NOT_FOUND else 409
    return fragment(request, "error.html", status=status, error=error)


def _plain(request: Request, error: Exception) -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse("not here\n", status_code=getattr(error, "status_code", 404))


def _ours(request: Request, error: Exception) -> Response:
    from starlette.responses import PlainTextResponse

    # A traceback would print what was being looked at.
    return PlainTextResponse(f"internal error: {type(error).__name__} (please report it)\n", status_code=500)


def serve(desk: Desk, door: Door, listening: Any) -> None:
    """Answer until somebody presses Ctrl-C.

    Args:
        listening: A socket that listens on the loopback interface.
    """
    import uvicorn

    config = uvicorn.Config(
        application(desk, door), log_level="critical", access_log=False, server_header=False, lifespan="off",
        timeout_keep_alive=5, limit_concurrency=64, h11_max_incomplete_event_size=65_536,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):  # uvicorn raises it again when it has closed everything
        uvicorn.Server(config).run(sockets=[listening])
