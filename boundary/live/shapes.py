"""Events as programs have them, bytes, dicts or named lines, to lines and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from boundary.live.flow import Flow
from boundary.live.lines import MAIN, Line, Splitter, checked
from recording.errors import BoundaryError, InputError


def through(events: Iterable[Any], flow: Flow) -> Iterator[Any]:
    """Feed events of any of the three shapes to a flow, and give what it gives in the shape of what came in.

    What is no event ends the stream as a line that cannot be read does.
    """
    shape: type = bytes
    split = Splitter()
    for item in events:
        shape = type(item)
        try:
            lines = list(_lines(item, split))
        except BoundaryError as error:
            yield from _shaped(flow.stop(error.code), shape)
            continue
        yield from _shaped(flow.feed(lines), shape)
    yield from _shaped(flow.feed(split.end()), shape)
    yield from _shaped(flow.end(), shape)


def _lines(item: Any, split: Splitter) -> Iterable[Line]:
    match item:
        case bytes():
            return split(item)
        case dict():
            return (checked(MAIN, json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")),)
        case (str() as file, bytes() as data):
            return (checked(file, data),)
    raise InputError("this is no event", code="stream-line", hint="see Stage.stream")


def _shaped(lines: Iterable[Line], shape: type) -> Iterator[Any]:
    for line in lines:
        for data in line.data.splitlines(keepends=True):
            if issubclass(shape, dict):
                if data.strip():
                    yield json.loads(data)
            else:
                yield (line.file, data) if issubclass(shape, tuple) else data
