"""Secrets: recall on made-up tokens and passwords, also of services without a rule, false alarms, and speed.

False alarms are counted on Python's own library, on the posts of the development corpora, and on made-up log lines;
some of them are passwords in tests and documentation all the same. Texts are neither printed nor kept.
"""

from __future__ import annotations

import itertools
import json
import sysconfig
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks import _presidio
from benchmarks._harness import Count, Result, Skip, Speed, compare, shared
from benchmarks._secret_values import Planted, codes, passwords, tokens
from text_redact.entities import DEFAULT
from text_redact.secrets import atoms, rules
from text_redact.secrets.engine import Secrets, build

CORPORA = ("btc.dev", "tweebank_ner.dev", "wnut17.dev")
GROUPS = 20
"""Services are held out by twentieths: all at once would leave nothing that is general."""
_LINES = (
    "{t} INFO  [worker-{d}] com.example.app.Service - processed {n} items in {d} ms",
    "{t} DEBUG request_id={u} status=200 path=/v1/items/{n} took={d}ms",
    "commit {h} Merge branch 'fix-{d}' into main",
    '{t} nginx: 203.0.113.{d} - - "GET /static/app.{x}.js HTTP/1.1" 304 {n}',
    "pulled image registry.example.com/app@sha256:{h}{h24}",
    "{t} WARN  password reset requested for user {n}, token expires in {d} minutes",
    "{t} ERROR failed login: invalid password for account {n}",
    "Build #{n} of v{d}.{d}.{d} (rev {x}) finished: key=build-{d} state=ok",
)


def run(*, quick: bool) -> Result:
    """Recall by family, held-out services, false alarms a megabyte, and speed beside Presidio."""
    find = build()
    counts = list(_recall(find, 1 if quick else 4))
    if not quick:
        counts += _held_out(2)
    notes = ["speed: plain Presidio has no rules for secrets; it looks for other things in the same texts"]
    sources = {
        "logs": list(_logs(200 if quick else 10_000)),
        "library": list(itertools.islice(_library(), 3 if quick else 400)),
    }
    try:
        sources["posts"] = _posts()[: 20 if quick else None]
    except Skip as reason:
        notes.append(f"posts skipped: {reason}")
    speeds = []
    peer = _presidio.build(DEFAULT)
    for name, texts in sources.items():
        counts.append(_false_alarms(name, texts, find))
        short = [text for text in texts if len(text) < 1000][: 10 if quick else 400]
        if short:
            speeds.append(_speed(name, short, find, peer, rounds=1 if quick else 5))
    return Result(speeds=tuple(speeds), counts=tuple(counts), notes=tuple(notes))


def hidden(find: Secrets, planted: Planted) -> bool:
    """Whether every letter and digit of the secret lies in a hit, whatever it is called."""
    covered = set(itertools.chain.from_iterable(range(hit.start, hit.end) for hit in find(planted.text)))
    return all(at in covered for at in range(planted.start, planted.end) if planted.text[at].isalnum())


def _recall(find: Secrets, each: int) -> Iterator[Count]:
    made: list[Planted] = [planted for _, planted in tokens(rules.kinds(), "final", each, seed=11)]
    made += passwords("final", each * 5, seed=12)
    made += codes("final", each * 5, seed=13)
    yield from _shares("recall", find, made)


def _shares(figure: str, find: Secrets, made: Iterable[Planted]) -> Iterator[Count]:
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for planted in made:
        total[planted.family] += 1
        found[planted.family] += hidden(find, planted)
    for family in total:
        yield Count(figure=f"{figure}: {family}", ours=found[family], of=total[family])


def _held_out(each: int) -> list[Count]:
    """Tokens of services whose rules were taken away; what is left is general."""
    everything = rules.kinds()
    services = sorted({kind.service for kind in everything})
    Random(5).shuffle(services)
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    try:
        for number in range(GROUPS):
            left_out = set(services[number::GROUPS])
            _only([kind for kind in everything if kind.service not in left_out])
            made = tokens([kind for kind in everything if kind.service in left_out], "final", each, seed=14)
            for _, planted in made:
                total[planted.family] += 1
                found[planted.family] += hidden(Secrets(), planted)
    finally:
        _only(everything)
    return [Count(figure=f"recall without a rule: {name}", ours=found[name], of=total[name]) for name in total]


def _only(kinds: Sequence[rules.Kind]) -> None:
    """Make these the only kinds of tokens, for this process."""
    chosen = tuple(kinds)
    rules.kinds = _Always(chosen)  # type: ignore[assignment]
    for cached in (rules.automaton, rules.loose, atoms.combined):
        cached.cache_clear()


class _Always:
    """A function of no arguments that returns one thing."""

    def __init__(self, value: tuple[rules.Kind, ...]) -> None:
        self._value = value

    def __call__(self) -> tuple[rules.Kind, ...]:
        return self._value


def _false_alarms(name: str, texts: Sequence[str], find: Secrets) -> Count:
    taken = sum(hit.end - hit.start for text in texts for hit in find(text))
    return Count(figure=f"characters taken in {name}", ours=taken, of=sum(map(len, texts)))


def _speed(name: str, texts: Sequence[str], find: Secrets, peer: _presidio.Analyzer, *, rounds: int) -> Speed:
    def ours() -> None:
        for text in texts:
            find(text)

    def theirs() -> None:
        for text in texts:
            peer.spans(text)

    work = sum(map(len, texts))
    return compare(case=name, unit="character", work=work, peer=_presidio.NAME, ours=ours, theirs=theirs, rounds=rounds)


def _library() -> Iterator[str]:
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        text = path.read_text("utf-8", errors="replace")
        # In pieces, as fields of a recording are; whole files would time nothing but long texts.
        yield from (text[at : at + 800] for at in range(0, min(len(text), 40_000), 800))


def _posts() -> list[str]:
    lines = itertools.chain.from_iterable(
        shared("corpora", f"{name}.jsonl").read_text("utf-8").splitlines() for name in CORPORA
    )
    return [json.loads(line)["text"] for line in lines]


def _logs(count: int) -> Iterator[str]:
    random = Random(3)
    for number in range(count):
        sha = f"{random.getrandbits(160):040x}"
        yield _LINES[number % len(_LINES)].format(
            t=f"2024-0{random.randint(1, 9)}-1{random.randint(0, 9)}T12:{random.randint(10, 59)}:07Z",
            d=random.randint(1, 99), n=random.randint(100, 99_999), u=uuid.UUID(int=random.getrandbits(128)),
            h=sha, h24=sha[:24], x=sha[:8],
        )  # fmt: skip
