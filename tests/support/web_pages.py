"""Recordings of pages as rrweb writes them, built event by event, with invented people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from recording import SourceFile

Json = dict[str, Any]


def element(number: int, tag: str, attributes: Json | None = None, *inside: Json) -> Json:
    """An element of a page."""
    return {"type": 2, "tagName": tag, "attributes": attributes or {}, "childNodes": list(inside), "id": number}


def words(number: int, text: str) -> Json:
    """A text of a page."""
    return {"type": 3, "textContent": text, "id": number}


@dataclass
class Visit:
    """Somebody on a page; every method is something rrweb sees."""

    now: int = 1_700_000_000_000
    events: list[Json] = field(default_factory=list)

    def event(self, kind: int, data: Json) -> Visit:
        """An event of any type."""
        self.now += 83
        self.events.append({"type": kind, "data": data, "timestamp": self.now})
        return self

    def page(self, href: str, *body: Json, head: tuple[Json, ...] = ()) -> Visit:
        """A page is opened; the bodies' ids begin at 10, those of the head at 1000."""
        self.event(4, {"href": href, "width": 800, "height": 600})
        html = element(2, "html", {"lang": "en"}, element(3, "head", {}, *head), element(4, "body", {}, *body))
        return self.event(
            2, {"node": {"type": 0, "childNodes": [html], "id": 1}, "initialOffset": {"left": 0, "top": 0}}
        )

    def change(self, source: int, **data: Any) -> Visit:
        """An incremental event."""
        return self.event(3, {"source": source, **data})

    def value(self, number: int, text: str) -> Visit:
        """A field has another value."""
        return self.change(5, text=text, isChecked=False, id=number)

    def type(self, number: int, *texts: str) -> Visit:
        """Texts typed one after the other, key by key; ``-`` and a number erase as many characters."""
        held = ""
        for text in texts:
            if text.startswith("-") and text[1:].isdigit():
                steps = [held[: len(held) - n] for n in range(1, min(int(text[1:]), len(held)) + 1)]
            else:
                steps = [held + text[: n + 1] for n in range(len(text))]
            for held in steps:
                self.value(number, held)
        return self

    def mutate(
        self,
        *,
        texts: list[Json] | None = None,
        adds: list[Json] | None = None,
        removes: list[Json] | None = None,
        attributes: list[Json] | None = None,
    ) -> Visit:
        """The page changes."""
        return self.change(0, texts=texts or [], attributes=attributes or [], removes=removes or [], adds=adds or [])

    def data(self, indent: int | None = None) -> bytes:
        """The recording as one document."""
        return json.dumps(self.events, indent=indent).encode()

    def files(self, indent: int | None = None) -> dict[str, SourceFile]:
        """The recording as files."""
        return {"session.json": SourceFile("session.json", self.data(indent))}


def rich() -> Visit:
    """Every kind of event there is, with a text in each place that can hold one."""
    visit = Visit().event(0, {}).event(1, {})
    visit.page(
        "https://crm.example/people?of=north#list",
        element(
            10,
            "p",
            {"class": "lead", "data-owner": "north", "style": "color: red"},
            words(11, "Page of "),
            element(12, "b", {"title": "tooltip"}, words(13, "the north")),
            words(14, " team"),
        ),
        element(
            15,
            "input",
            {"type": "text", "name": "who", "placeholder": "somebody", "value": "first", "aria-label": "Who"},
        ),
        element(16, "img", {"src": "/a.png", "alt": "picture", "srcset": "/a.png 1x, /b.png 2x"}),
        element(17, "crm-card", {"crm-id": "seventy"}, words(18, "card")),
        element(19, "svg", {"viewBox": "0 0 10 10"}, element(20, "path", {"d": "M0 0L10 10z"})),
        element(21, "div", {"contenteditable": "true"}, words(22, "draft")),
        {"type": 5, "textContent": " remark ", "id": 23},
        head=(
            element(1000, "title", {}, words(1001, "People")),
            element(1002, "style", {"_cssText": 'a::after { content: "suffix" } b { background: url("/bg.png") }'}),
            element(1003, "style", {}, {**words(1004, "/* by somebody */ i { color: red }"), "isStyle": True}),
            element(1005, "meta", {"name": "author", "content": "somebody"}),
        ),
    )
    visit.change(
        1, positions=[{"x": 1, "y": 2, "id": 10, "timeOffset": -20}, {"x": 9, "y": 8, "id": 10, "timeOffset": 0}]
    )
    visit.change(2, type=1, id=15, x=5, y=6).change(2, type=0, id=15, x=5, y=6).change(2, type=2, id=15, x=5, y=6)
    visit.change(3, id=1, x=0, y=120).change(4, width=700, height=500).value(15, "second")
    visit.change(7, type=0, id=16, currentTime=1.5).change(8, id=1002, adds=[{"rule": "u::before { content: 'mark' }"}])
    visit.change(9, id=16, type=0, commands=[{"property": "fillText", "args": ["drawn", 1, 2]}])
    visit.change(10, family="Sans of somebody", fontSource="https://fonts.example/f.woff", buffer=False)
    visit.change(13, id=1002, index=[0], set={"property": "color", "value": "reddish", "priority": "important"})
    visit.change(14, ranges=[{"start": 22, "startOffset": 3, "end": 22, "endOffset": 5}])
    visit.mutate(
        texts=[{"id": 14, "value": " group"}, {"id": 1004, "value": "/* again */"}],
        attributes=[
            {"id": 10, "attributes": {"class": "tail", "style": {"color": "blueish", "width": ["3px", "important"]}}}
        ],
        removes=[{"parentId": 4, "id": 16}],
        adds=[{"parentId": 4, "nextId": None, "node": element(30, "p", {}, words(31, "added"))}],
    )
    visit.event(5, {"tag": "note", "payload": {"said": "custom", "list": ["one", 7654321], "email": "none"}})
    visit.event(
        6, {"plugin": "rrweb/console@1", "payload": {"level": "log", "trace": ["a.js:1"], "payload": ['"logged"']}}
    )
    return visit.event(7, {"url": "https://crm.example/a.png", "payload": {"rr_type": "Blob", "data": []}})
