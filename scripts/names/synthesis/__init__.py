"""Synthetic sentences with people, places, organisations and addresses, and texts without any, to train names on.

Templates of many genres (``data/templates``) are filled with names of about fifty regions, places of all continents,
organisations and addresses of some fifty countries; a share of them is made up letter by letter, so that a model
learns the context and not the lists. A tenth of the templates and of every list is held out for measuring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Example", "names", "negatives", "sentences"]


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its entities.

    ``spans`` holds ``(start, end, label)`` in code points, sorted and apart; a label is ``PERSON``, ``LOCATION``,
    ``ORGANIZATION`` or ``ADDRESS``.
    """

    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...]


def sentences(count: int, seed: int, *, held_out: bool = False) -> Iterator[Example]:
    """``count`` texts, most of them with entities; the same ``seed`` gives the same texts.

    ``held_out`` draws from templates and lists of which the other texts hold nothing.
    """
    from synthesis.compose import compose

    for text, spans in compose(count, seed, held_out=held_out):
        yield Example(text, spans)


def negatives(count: int, seed: int, *, held_out: bool = False) -> Iterator[Example]:
    """``count`` texts without any entity: code, shells, logs, data, menus, dialogs, plain prose."""
    from synthesis.negative import texts

    for text in texts(count, seed, held_out=held_out):
        yield Example(text, ())


def names(count: int, seed: int, *, held_out: bool = False) -> Iterator[tuple[str, str]]:
    """``count`` given and family names, about as many from each region, to put in the place of real ones."""
    from synthesis.people import People

    people = People(seed, held_out=held_out, size=min(count, 6000))
    for at in range(count):
        person = people.pool[at % len(people.pool)]
        yield person.given, person.family
