"""The release page: loads nothing, runs nothing, escapes everything, shows what was released and how sure it is."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from dp_fakes import Book, asked, choose, part, question, vector
from ruamel.yaml import YAML

from dp import Answer, release
from dp.page import PageData, Refused, page
from dp.plots import heat_maps, levels
from dp.registry import OPEN, form, to_yaml

HOSTILE = '<img src="https://x.example/a.png" onerror="alert(1)">'
CELLS = [f"{screen}/{y:02d}/{x:02d}" for screen in ("fhd", "hd") for x in range(32) for y in range(18)]


def answer(keys: list[str], values: list[int], finisher: Any = None, **options: Any) -> Answer:
    """A released statistic."""
    made = question(part(keys, 1, 1, unit=options.pop("unit", "events")), **options)
    given = {"counts": vector(keys, values)}
    return release(given, asked(made, finisher=finisher, release_id=made.id), ledger=Book(), choose=choose)


def html(*answers: Answer, refused: tuple[Refused, ...] = ()) -> str:
    """A page of them."""
    return page(PageData(policy="team", digest="ab" * 32, answers=answers, refused=refused, totals={"epsilon": 1.5}))


class Tags(HTMLParser):
    """Every tag and attribute, and that all are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Closed at once."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """It must be the last one opened."""
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def whole() -> str:
    """A page with every kind of plot, and hostile names in every place that a policy or a key can fill."""
    return html(
        answer([HOSTILE, "Mail", "Crm"], [-500, 90_000, 4_000], id="apps", expect={"value": 50, "groups": [1, 3]}),
        answer(CELLS, [int(index % 18 == 3) * 5000 for index in range(len(CELLS))], id="clicks", grid=(32, 18)),
        answer(
            [f"{index:03d}" for index in range(0, 200, 2)],
            list(range(100)),
            id="speed",
            finisher=lambda _: {"quantiles": {"0.5": 61, HOSTILE: 1.25}},
        ),
        refused=(Refused(name=HOSTILE, code="accuracy-unmet", message=HOSTILE, hint=HOSTILE),),
    )


def test_it_is_well_formed_and_loads_and_runs_nothing(whole: str) -> None:
    """No script, link, picture, style attribute or event handler; the policy forbids what is not there."""
    tags = Tags(whole)
    assert tags.open == []
    assert not {tag for tag, _ in tags.seen} & {"script", "link", "img", "iframe", "object", "form", "a"}
    assert not [name for _, attrs in tags.seen for name in attrs if name.startswith("on") or name in {"style", "src"}]
    assert "default-src 'none'" in whole
    assert "unsafe-inline" not in whole


def test_equal_answers_make_equal_pages() -> None:
    """Nothing of the time or the machine is on it."""
    one = answer(["a", "b"], [5, 6])
    assert html(one) == html(Answer.from_json(one.to_json()))


def test_every_number_has_its_interval(whole: str) -> None:
    """Bars are labelled with value and half width, and tables with both ends."""
    assert re.search(r">(90,0|89,9)\d\d ± 3<", whole)
    assert "95 % interval" in whole


def test_a_refusal_says_why_and_what_would_do() -> None:
    """Code, message and hint stand where the statistic would."""
    text = html(refused=(Refused(name="map", code="accuracy-unmet", message="too inexact", hint="grid: 8 x 4"),))
    for words in ("map: not released", "accuracy-unmet", "too inexact", "grid: 8 x 4", "Nothing was released"):
        assert words in text


def test_cells_that_noise_explains_stay_empty() -> None:
    """A map of nothing shows nothing, and one of large counts shows each of them."""
    made = answer(CELLS, [0] * len(CELLS), grid=(32, 18))
    for one in heat_maps(made.numbers[0], (32, 18)):
        drawn = one.values[one.values >= min(levels(one), default=10**9)]
        assert drawn.size <= 0.1 * one.values.size
    made = answer(CELLS, [9000] * len(CELLS), grid=(32, 18))
    assert [one.screen for one in heat_maps(made.numbers[0], (32, 18))] == ["fhd", "hd"]
    assert all((one.values >= levels(one)[0]).all() for one in heat_maps(made.numbers[0], (32, 18)))


def test_a_large_map_is_drawn_small() -> None:
    """Neighbours are joined until a page can hold them; their sum is that of the cells."""
    side = 400
    keys = [f"{y}/{x}" for x in range(side) for y in range(side)]
    made = answer(keys[:1], [1], grid=(1, 1))
    values = np.ones(side * side, np.int64)
    numbers = made.numbers[0].__class__(
        **{name: getattr(made.numbers[0], name) for name in made.numbers[0].__slots__}
        | {"keys": tuple(keys)}
        | {"values": tuple(values.tolist())}
    )
    (one,) = heat_maps(numbers, (side, side))
    assert one.values.size <= 96 * 54
    assert one.values.sum() == side * side


class TestRegistry:
    def test_the_form_has_the_registry_s_parts_in_order(self) -> None:
        """Tiers 1 to 3 of the public registry, with what only people know left open."""
        one = answer(["a"], [5])
        filled = YAML(typ="safe").load(to_yaml(form([one], policy="team", totals={"epsilon": 1.0}, delta="1e-6")))
        assert list(filled["deployment"]) == [
            "product", "dp_flavor", "privacy_loss", "model", "accounting", "implementation", "resources",
        ]  # fmt: skip
        assert filled["deployment"]["privacy_loss"]["privacy_parameters"] == {"epsilon": 1.0, "delta": "1e-6"}
        assert filled["deployment"]["privacy_loss"]["privacy_unit"] == "User-level"
        assert filled["deployment"]["product"]["data_curators"] == [OPEN]

    def test_it_is_on_the_page(self, whole: str) -> None:
        """A reviewer sees it before it is published."""
        assert "For the public registry" in whole
        assert "Central" in whole
