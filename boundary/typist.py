"""Who typed, and on which machine: what the recorder and the paths in it say is always searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Recording

_ROLES = {"host_name": "HOST_NAME", "user_name": "USER_NAME", "person": "PERSON"}
"""Roles of text fields that name the typist or the machine."""

_HOME = re.compile(
    r"(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2}|[A-Za-z]:/Users/)"
    r"(?P<user>[^/\\\n\"':;<>|]{3,40}(?=[/\\])|[^/\\\s\"':;<>|]{3,64})"
)
_PROMPT = re.compile(
    r"(?:^|[\s\[(])(?P<user>[a-z_][a-z0-9_.-]{2,31})@(?P<host>[A-Za-z0-9][A-Za-z0-9-]{2,62})(?=[:\s]\s?[~/])"
)
_NOBODY_LIST = """
    admin administrator all default defaultuser0 guest localhost public root runner shared system ubuntu user users
    vagrant
"""
_NOBODY = frozenset(_NOBODY_LIST.split())
"""Names of home folders and machines that tell nobody from anybody."""


def typist_values(recording: Recording) -> Iterator[tuple[str, str]]:
    r"""Labels and values that name the typist, the account and the machine; may repeat.

    Metadata name them outright. The owner of a home folder (``/home/NAME``, ``C:\\Users\\NAME``) and the two halves of
    a shell's ``name@machine:~`` do wherever they stand in a title, a path or an address.
    """
    for item in recording.fields:
        label = _ROLES.get(item.role)
        if label is not None:
            yield from _named(label, item.text)
        for match in _HOME.finditer(item.text):
            yield from _named("USER_NAME", match["user"])
        for match in _PROMPT.finditer(item.text):
            yield from _named("USER_NAME", match["user"])
            yield from _named("HOST_NAME", match["host"])


def _named(label: str, value: str) -> Iterator[tuple[str, str]]:
    if value.strip().casefold() not in _NOBODY:
        yield label, value.strip()
