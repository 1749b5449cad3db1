"""Places: cities and villages, countries, regions, quarters, landmarks, airports and waters, known and made up."""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping

from synthesis import lists
from synthesis.markov import Chain

_CITIES = [
    "en_BD",
    "en_IN",
    "de_AT",
    "de_CH",
    "de_DE",
    "cs_CZ",
    "da_DK",
    "fi_FI",
    "hr_HR",
    "id_ID",
    "it_IT",
    "nl_BE",
    "nl_NL",
    "pl_PL",
    "pt_PT",
    "ro_RO",
    "sk_SK",
    "sl_SI",
    "sv_SE",
    "fr_DZ",
    "zu_ZA",
    "es_CO",
    "en_PH",
    "az_AZ",
    "vi_VN",
]
_REGIONS = ["en_US", "en_GB", "en_IE", "en_IN", "fr_FR", "es_ES", "es_MX", "it_IT", "pt_PT", "sv_SE", "fi_FI", "ro_RO"]
_KINDS = {"L": None, "K": "country", "R": "region", "C": "city"}


@functools.cache
def _lists() -> dict[str, tuple[str, ...]]:
    own = lists.sections("places.txt", ",")
    cities = list(own["city"]) * 2 + list(own["small"])
    for locale in _CITIES:
        found = lists.faker_list("address", locale, ("cities", "municipalities", "province_lgus"), 150)
        cities += [city.split(",")[0].split("(")[0].strip() for city in found]
    regions = [*own["region"], *own["region"], *own["neighbourhood"], *own["landmark"], *own["airport"], *own["water"]]
    for locale in _REGIONS:
        names = ("states", "counties", "regions", "departments", "provinces", "distritos")
        regions += [name for name in lists.faker_list("address", locale, names, 60) if len(name) > 3]
    countries = [c for c in lists.faker_list("address", "en", ("countries",), 300) if "(" not in c]
    known = list(own["country"]) * 2 + countries
    return {"city": tuple(cities), "region": tuple(regions), "country": tuple(known)}


@functools.cache
def chain() -> Chain:
    """Letters of the city names that are not held out."""
    return Chain(lists.share(_lists()["city"], held_out=False))


class Places:
    """A pool of places made from ``seed``."""

    def __init__(self, seed: int, *, held_out: bool, size: int = 3000) -> None:
        rng = random.Random(f"places {seed} {held_out}")
        parts = lists.sections("places.txt", ",")
        shares = {kind: lists.share(entries, held_out=held_out) for kind, entries in _lists().items()}
        pools = {kind: [_place(kind, shares[kind], parts, rng) for _ in range(size)] for kind in shares}
        self.pools = {kind: tuple(pool) for kind, pool in pools.items()}

    def draw(self, slot: str, rng: random.Random) -> str:
        """A place for a template's slot: C a city, K a country, R something smaller or larger, L any."""
        kind = _KINDS[slot] or rng.choices(("city", "country", "region"), (6, 2, 3))[0]
        return rng.choice(self.pools[kind])


def _place(kind: str, entries: tuple[str, ...], parts: Mapping[str, tuple[str, ...]], rng: random.Random) -> str:
    name = rng.choice(entries)
    if kind != "country" and rng.random() < 0.15:
        name = made(rng, parts["before"], parts["ending"])
    if rng.random() < 0.3:
        name = lists.plain(name)
    if kind == "city" and rng.random() < 0.06:
        name += (
            f", {rng.choice(parts['country'])}" if rng.random() < 0.5 else rng.choice((" N", " S", " East", " West"))
        )
    return name


def made(rng: random.Random, before: tuple[str, ...], ending: tuple[str, ...]) -> str:
    """The name of a place that there is not, as far as we know."""
    name = chain().make(rng, longest=11)
    kind = rng.random()
    if kind < 0.2:
        return f"{rng.choice(before)} {name}"
    if kind < 0.4:
        return name[:5].rstrip("aeiouáéíóú -'") + rng.choice(ending)
    return name
