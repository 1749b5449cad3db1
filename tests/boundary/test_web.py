"""What people typed and read on pages: under a policy, no place of a recording holds it any more."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_pages import Json, Visit, element, rich, words

from boundary.outcome import Outcome, Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import SourceFile, parse_files

MAIL, PASSWORD, CARD = "rosalind.okafor@corp.example", "Grebe-4417-shoal", "4111 1111 1111 1111"
TYPED = (MAIL, PASSWORD, CARD)
LISTED = "Littoral-Egret-8842"
POLICY = f"""\
find: [{{use: text.roles}}, {{use: text.list, values: [{LISTED}]}}]
link: {{within: session}}
change: {{default: {{use: replace}}}}
"""


def outcome(files: dict[str, SourceFile], plan: Plan) -> Outcome:
    """What becomes of a recording."""
    return process(lambda: parse_files("visit", files), plan)


def released(visit: Visit, plan: Plan) -> list[Json]:
    """The events that leave."""
    result = outcome(visit.files(), plan)
    assert isinstance(result, Release), result
    (data,) = result.files.values()
    events: list[Json] = json.loads(data)
    return events


def left_of(events: Any, *secrets: str, least: int = 4) -> list[str]:
    """Beginnings and ends of secrets, of so many characters and more, that are left anywhere."""
    text = json.dumps(events, ensure_ascii=False).casefold()
    return [
        part
        for secret in secrets
        for size in range(least, len(secret) + 1)
        for part in (secret[:size], secret[-size:])
        if part.casefold() in text
    ]


def values(events: list[Json]) -> list[str]:
    """What fields were said to hold, one after the other."""
    return [event["data"]["text"] for event in events if event["data"].get("source") == 5]


FIELD = element(10, "input", {"name": "who"})
WRONG = st.text("xyz", min_size=1, max_size=3)
ATTEMPTS = st.lists(st.tuples(st.integers(0, len(LISTED) - 1), WRONG, st.integers(0, len(LISTED))), max_size=4)
LATER = st.lists(st.sampled_from([" and so on", ", z", "-1", "-3", "-9", "-99", "<4", "<9"]), max_size=4)


def typed(attempts: list[tuple[int, str, int]], later: list[str]) -> list[str]:
    """Values of a field: attempts that go wrong and are taken back, the value, and what happens to it then."""
    held, out = "", []

    def put(*texts: str) -> None:
        for text in texts:
            out.extend((held + text)[: len(held) + n + 1] for n in range(len(text)))

    for right, wrong, back in attempts:
        held = held if LISTED.startswith(held) else ""
        put(LISTED[len(held) : max(right, len(held))] + wrong)
        held = LISTED[: max(right, len(held))] + wrong
        while held and (not LISTED.startswith(held) or len(held) > back):
            held = held[:-1]
            out.append(held)
    put(LISTED[len(held) :])
    held = LISTED
    for step in later:
        if step[0] == "-":
            for _ in range(min(int(step[1:]), len(held))):
                held = held[:-1]
                out.append(held)
        elif step[0] == "<":
            for _ in range(min(int(step[1:]), len(held))):
                held = held[1:]
                out.append(held)
        else:
            put(step)
            held += step
    return out


class TestTypedValues:
    """A field tells its whole value after each key."""

    @settings(deadline=None, max_examples=12)
    @given(attempts=ATTEMPTS, later=LATER)
    def test_nothing_is_left_of_a_value_however_it_was_typed(
        self, planned: Callable[[str], Plan], attempts: list[tuple[int, str, int]], later: list[str]
    ) -> None:
        """Beginnings, attempts and rests go, whatever is typed and deleted before and after it is complete."""
        visit = Visit().page("https://a.example/", FIELD)
        for text in typed(attempts, later):
            visit.value(10, text)
        assert not left_of(released(visit, planned(POLICY)), LISTED)

    def test_the_number_of_events_does_not_tell_the_length(self, planned: Callable[[str], Plan]) -> None:
        """One event for a value, however long; those around it stay."""
        visit = Visit().page("https://a.example/", FIELD).type(10, "to ", LISTED, " hi", "-3")
        assert values(released(visit, planned(POLICY))) == [
            "t", "to", "to ", "to [LISTED]", "to [LISTED] ", "to [LISTED] h", "to [LISTED] hi", "to [LISTED] h",
            "to [LISTED] ", "to [LISTED]",
        ]  # fmt: skip

    def test_words_behind_a_value_stay(self, planned: Callable[[str], Plan]) -> None:
        """What is typed behind a value, and deleted again, is what it was."""
        visit = Visit().page("https://a.example/", FIELD).type(10, LISTED, " unrelated", "-10", " other words")
        assert values(released(visit, planned(POLICY)))[-1] == "[LISTED] other words"

    def test_a_field_that_is_drawn_anew_is_the_same_field(self, planned: Callable[[str], Plan]) -> None:
        """A page that replaces its nodes with each key hides no beginning, as a value or as a text."""
        visit = Visit().page("https://a.example/", element(10, "div", {}, element(11, "input", {"name": "who"})),
                             element(12, "p", {}, words(13, "-")))  # fmt: skip
        for size in range(1, len(LISTED) + 1):
            node, old = 100 + 2 * size, 98 + 2 * size if size > 1 else 11
            field = element(node, "input", {"name": "who", "value": LISTED[:size]})
            mirror = words(node + 1, LISTED[:size])
            visit.mutate(
                removes=[{"parentId": 10, "id": old}, {"parentId": 12, "id": old + 1 if size > 1 else 13}],
                adds=[
                    {"parentId": 10, "nextId": None, "node": field},
                    {"parentId": 12, "nextId": None, "node": mirror},
                ],
            ).value(node, LISTED[:size])
        assert not left_of(released(visit, planned(POLICY)), LISTED)

    def test_texts_that_are_edited_in_the_page_are_values(self, planned: Callable[[str], Plan]) -> None:
        """An editable element tells its text after each key; carets, which count characters, go."""
        visit = Visit().page("https://a.example/", element(10, "div", {"contenteditable": "true"}, words(11, "")))
        for size in range(1, len(LISTED) + 1):
            visit.mutate(texts=[{"id": 11, "value": LISTED[:size]}])
            visit.change(14, ranges=[{"start": 11, "startOffset": size, "end": 11, "endOffset": size}])
        events = released(visit, planned(POLICY))
        assert not left_of(events, LISTED)
        assert len(events) == 3

    @pytest.mark.parametrize("masked", [False, True])
    def test_a_password_leaves_neither_text_nor_length(self, planned: Callable[[str], Plan], masked: bool) -> None:
        """Typed into its field, shown or masked, it is one event of a fixed text."""
        field = element(10, "input", {} if masked else {"type": "password"})
        told = "*" * len(PASSWORD) if masked else PASSWORD
        events = released(Visit().page("https://a.example/", field).type(10, told), planned(POLICY))
        assert values(events) == ["[PASSWORD]"]
        assert "**" not in json.dumps(events)

    def test_operators_that_depend_on_the_value_see_the_whole(self, planned: Callable[[str], Plan]) -> None:
        """A stand-in for each beginning would be as many stand-ins as there were keys."""
        policy = POLICY.replace("{use: replace}", "{use: hash}")
        visit = Visit().page("https://a.example/", FIELD).type(10, LISTED).value(10, "")
        assert len(set(values(released(visit, planned(policy))))) == 2


class TestPages:
    """Texts of a page, wherever it holds them."""

    def test_values_in_pieces_are_found(self, planned: Callable[[str], Plan]) -> None:
        """A value over several elements of a line is one; another line is none of it."""
        visit = Visit().page(
            "https://a.example/",
            element(10, "p", {}, words(11, "by "), element(12, "b", {}, words(13, "Littoral")), words(14, "-Egret-"),
                    element(15, "i", {}, words(16, "8842")), words(17, " today")),
            element(18, "p", {}, words(19, "8842 is another line")),
        )  # fmt: skip
        text = json.dumps(released(visit, planned(POLICY)))
        assert not [part for part in ("Egret", "Littoral") if part in text]
        assert all(part in text for part in ("by ", " today", "8842 is another line"))

    def test_what_nobody_can_read_does_not_pass(self, planned: Callable[[str], Plan]) -> None:
        """Pictures in addresses are blanked, drawings, fonts and files go; under an empty policy all of it stays."""
        visit = rich()
        visit.mutate(attributes=[{"id": 16, "attributes": {"rr_dataURL": "data:image/png;base64,QUJDREVGRw=="}}])
        visit.mutate(
            attributes=[{"id": 10, "attributes": {"style": "background: url(data:image/gif;base64,SElKS0xN)"}}]
        )
        events = released(visit, planned(POLICY))
        text = json.dumps(events)
        assert not [part for part in ("QUJDREVGRw", "SElKS0xN", "drawn") if part in text]
        assert not [event for event in events if event["type"] == 7 or event["data"].get("source") in (9, 10, 14)]

    def test_a_barred_page_goes_with_its_address(self, planned: Callable[[str], Plan]) -> None:
        """Its announcement too, which comes before its title; the pages around it stay."""
        visit = Visit()
        for name, title in (("a", "List"), ("b", "Private Browsing"), ("c", "Detail")):
            title_of = element(1000, "title", {}, words(1001, title))
            visit.page(f"https://{name}.example/", FIELD, head=(title_of,)).value(10, f"on {name}")
        policy = 'admit: {windows: {deny: ["*Private*"]}}\n' + POLICY
        events = released(visit, planned(policy))
        assert values(events) == ["on a", "on c"]
        assert [event["data"]["href"] for event in events if event["type"] == 4] == [
            "https://a.example/",
            "https://c.example/",
        ]

    @pytest.mark.parametrize("indent", [None, 1])
    def test_an_empty_policy_changes_no_byte(self, planned: Callable[[str], Plan], indent: int | None) -> None:
        """Whatever the spacing."""
        result = outcome(rich().files(indent), planned(""))
        assert isinstance(result, Release), result
        assert list(result.files.values()) == [rich().data(indent)]


PLACES = [
    element(
        10,
        "p",
        {"title": f"of {MAIL}", "data-who": MAIL, f"data-{CARD.replace(' ', '')}": "x"},
        words(11, f"to {MAIL} now"),
    ),
    element(12, "a", {"href": f"mailto:{MAIL}", "aria-label": f"Card {CARD}"}, words(13, "write")),
    element(14, "img", {"alt": f"card {CARD}", "src": "/a.png"}),
    element(15, "input", {"type": "email", "name": "mail", "placeholder": f"like {MAIL}", "value": ""}),
    element(16, "input", {"type": "password", "name": "pw"}),
    element(17, "textarea", {"name": "note"}),
    element(
        18,
        "p",
        {},
        words(19, "write to rosalind.okafor"),
        element(20, "b", {}, words(21, "@corp.")),
        words(22, "example"),
    ),
    {"type": 5, "textContent": f" build for {MAIL} ", "id": 23},
    element(24, "div", {"style": f"--owner: {MAIL}"}),
]


def full() -> Visit:
    """Secrets in every place that a page and its events have."""
    head = (
        element(1000, "title", {}, words(1001, f"Inbox of {MAIL}")),
        element(1002, "style", {"_cssText": f'a::after {{ content: "{MAIL}" }} /* {CARD} */'}),
    )
    visit = Visit().page(f"https://crm.example/?mail={MAIL}&card={CARD.replace(' ', '')}", *PLACES, head=head)
    visit.type(15, "rosalnd", "-2", "nd", "-99", MAIL).type(16, PASSWORD).type(
        17, "card ", CARD, " please", "-7", ", thanks"
    )
    visit.type(17, PASSWORD, "-16", "oops")
    visit.mutate(
        texts=[{"id": 13, "value": f"{CARD}"}],
        attributes=[{"id": 14, "attributes": {"alt": MAIL}}],
        adds=[{"parentId": 4, "nextId": None, "node": element(40, "p", {}, words(41, f"hello {MAIL}"))}],
    )
    visit.change(8, id=1002, adds=[{"rule": f"u::before {{ content: '{MAIL}' }}"}])
    visit.event(5, {"tag": f"mail {MAIL}", "payload": {"said": CARD, "to": [MAIL], MAIL: 1}})
    visit.event(
        6,
        {
            "plugin": "rrweb/console@1",
            "payload": {
                "level": "log",
                "trace": [f"a.js?{MAIL}"],
                "payload": [json.dumps({"password": PASSWORD, "mail": MAIL})],
            },
        },
    )
    visit.event(6, {"plugin": "rrweb/network@1", "payload": {"requests": [{"url": f"/a?card={CARD}", "body": MAIL}]}})
    return visit


@pytest.mark.slow
class TestShippedPolicies:
    """The policies that people use."""

    @pytest.mark.parametrize("name", ["baseline", "strict", "lockdown"])
    def test_no_secret_is_left_in_any_place(self, name: str) -> None:
        """The raw bytes hold no secret, and no beginning or end of one with four characters and more."""
        events = released(full(), build_plan(load_policy(name), key=b"k" * 32))
        # The domain is in the address of the page as well.
        assert not [
            part for part in left_of(events, *TYPED) if part not in {"ample", "mple", "xample", "example", ".example"}
        ]
        assert len({event["timestamp"] for event in events}) == len(events)

    @pytest.mark.parametrize("name", ["strict", "lockdown"])
    def test_what_is_structure_stays(self, name: str) -> None:
        """Where every text goes, the events are still events that a player understands, in their order."""
        events = released(rich(), build_plan(load_policy(name), key=b"k" * 32))
        kept = [
            event for event in rich().events if event["type"] != 7 and event["data"].get("source") not in (9, 10, 14)
        ]
        assert [shape(event) for event in events] == [shape(event) for event in kept]


def shape(value: Any) -> Any:
    """Members that rrweb itself writes, types and numbers; texts left out."""
    if isinstance(value, dict):
        unknown = ("payload", "attributes", "timestamp")
        return {key: shape(inner) for key, inner in value.items() if key not in unknown}
    return [shape(inner) for inner in value] if isinstance(value, list) else None if isinstance(value, str) else value
