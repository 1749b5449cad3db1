"""Patterns of policies: none keeps a recording waiting, and what was not read to its end does not pass."""

from __future__ import annotations

import functools
import gc
import importlib
import pickle
import pkgutil
import re
import signal
from pathlib import Path
from types import MappingProxyType, ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundary.outcome import Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from boundary.versions import PACKAGES
from policies import PolicySource, parse_policy, patterns
from policies.contract import BuildContext
from policies.globs import covers, ends_as, matches
from policies.lint import lint
from policies.pumping import Pump, pumps
from recording import SourceFile, parse_files
from recording.errors import PolicyError, StepFailed
from text_redact.detectors.matching import PATTERN, Matching, PatternOptions

EVIL = (
    r"(a+)+$", r"(a|aa)+$", r"(.*a){12}$", r"([a-z]+[0-9]+)*!", r"(x+x+)+y",
    r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?:a{1,9999}){1,9999}b", r"((a{1,9999}){1,9999}){1,9999}$", r"(?=(a+)+$)x|b",
)  # fmt: skip
"""The classic ones, after OWASP and the literature; each is tried with the text that is worst for it."""
USUAL = (
    r"\bE\d{6}\b", r"[A-Z]{2}-\d{4}-[a-z]+", r"\w+@corp\.example", r"https?://intranet\.[^\s]+", r"\d+\.\d+\.\d+",
    r".*secret.*", r"(?<!\d)\d{8}(?!\d)", r"\b(?:[A-Z]{3}\d{3}|[0-9]{5})\b", r"PRJ(?:-[A-Z]+)+",
)  # fmt: skip
NO_PATTERNS = ("(", "[z-a]", "a*", "", "x{99999}", "x" * 1001, r"(?P<n>a", "*")


def _plan(*written: str) -> Plan:
    listed = "".join(f"      - '{one}'\n" for one in written)
    text = f"policy: 1\nname: own\nfind:\n  - use: text.pattern\n    label: EMPLOYEE_ID\n    patterns:\n{listed}"
    source = PolicySource("own.yaml", text + "change: {default: {use: replace}}\n")
    return build_plan(parse_policy((source,), folder=Path()), key=bytes(32))


def _title(title: str) -> dict[str, SourceFile]:
    events = b'{"time_stamp": 1.0, "action": "move", "x": 1, "y": 2}\n'
    line = f'{{"time_stamp": 1.5, "top_window_name": "Mail", "window_title": "{title}"}}\n'.encode()
    return {
        "events.jsonl": SourceFile("events.jsonl", events),
        "top_window.jsonl": SourceFile("top_window.jsonl", line),
    }


def _run(plan: Plan, title: str) -> Release | Withheld:
    return process(lambda: parse_files("one", _title(title)), plan)


def test_a_pattern_finds_and_the_rest_stays() -> None:
    """What a pattern matches is replaced, in other case and in full-width digits too."""
    done = _run(_plan(r"\bE\d{6}\b"), "badge e123456 and \uff25\uff16\uff15\uff14\uff13\uff12\uff11 of E12")
    assert isinstance(done, Release)
    title = done.files["top_window.jsonl"].decode()
    assert "123456" not in title
    assert "\uff16" not in title
    assert "of E12" in title


@pytest.mark.parametrize("pattern", NO_PATTERNS)
def test_what_is_no_pattern_is_refused_with_its_place(pattern: str) -> None:
    """Wrong syntax, a match of nothing, and what is too large are mistakes of the policy, told without quoting it."""
    assert patterns.problem(pattern)
    with pytest.raises(PolicyError) as caught:
        _plan(pattern)
    first = caught.value.diagnostics[0]
    assert (first.code, first.line) == ("wrong-value", 7)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", EVIL)
def test_what_is_catastrophic_is_warned_about(pattern: str) -> None:
    """`boundary policy check` tries each pattern on texts made for it, and says which are slow."""
    found = lint(_plan(pattern).policy)
    assert "slow-pattern" in [one.diagnostic.code for one in found]


@pytest.mark.parametrize("pattern", USUAL)
def test_what_is_usual_is_not(pattern: str) -> None:
    """Patterns of numbers and addresses, as people write them, pass without a word."""
    assert not patterns.problem(pattern)
    assert not patterns.is_slow(pattern)


def test_a_pattern_that_runs_out_of_time_withholds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording that keeps it busy does not pass, with a code; the next one does."""
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    plan = _plan(r"(a|aa)+$")
    evil = _run(plan, "a" * 60 + "!")
    assert isinstance(evil, Withheld)
    assert evil.code == "pattern-timeout"
    assert "aaa" not in f"{evil}"
    assert isinstance(_run(plan, "b"), Release)


def test_the_detector_says_so_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that was not read to its end is no text without findings."""
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    with pytest.raises(StepFailed, match="pattern 1 of") as caught:
        Matching("X", (r"(a|aa)+$",), ignore_case=True)("a" * 100 + "!")
    assert caught.value.code == "pattern-timeout"


def test_it_crosses_to_other_processes() -> None:
    """A built detector pickles, and finds the same there."""
    options = PatternOptions(patterns=(r"\d{4}",))
    made = PATTERN.build(options, BuildContext(folder=Path(), key=b""))
    assert pickle.loads(pickle.dumps(made))("at 1234") == made("at 1234") != []


GLOB_PIECES = st.sampled_from(("a", "b", "*", "?", "A", ".", "|", "(", "[", "]"))


@given(wide=st.lists(GLOB_PIECES, max_size=6).map("".join), narrow=st.lists(GLOB_PIECES, max_size=6).map("".join),
       name=st.text("abA.|([]", max_size=6))  # fmt: skip
def test_one_glob_covers_another_only_where_it_does(wide: str, narrow: str, name: str) -> None:
    """Whatever the narrow one stands for, the wide one does too."""
    if covers(wide, narrow) and matches(name, [narrow]):
        assert matches(name, [wide])


def test_globs_take_no_more_than_a_moment() -> None:
    """Twenty stars over a long name, and over a long pattern of the same, end; nothing is tried twice."""
    evil = "*a" * 40 + "b"
    assert not matches("a" * 20_000, [evil])
    assert not covers(evil, "a" * 5_000)
    assert not covers(evil, "*a" * 2_000)


EVIL_GLOB = "*a" * 40 + "b"
WITH_GLOBS = {
    "admit.apps": f"admit: {{apps: {{deny: ['{EVIL_GLOB}']}}}}\nfind: [{{use: text.roles}}]",
    "admit.windows": f"admit: {{windows: {{deny: ['{EVIL_GLOB}']}}}}\nfind: [{{use: text.roles}}]",
    "text.passwords": f"find: [{{use: text.passwords, apps: ['{EVIL_GLOB}'], titles: ['{EVIL_GLOB}']}}]",
    "overrides": f"find: [{{use: text.roles}}]\noverrides:\n  - when: {{app: '{EVIL_GLOB}', window: '{EVIL_GLOB}', "
    f"site: '{EVIL_GLOB}', field: '{EVIL_GLOB}'}}\n    find: [{{use: text.passwords}}]",
    "read": f"read: {{mappings: [{{files: '{EVIL_GLOB}', key: k}}]}}\nfind: [{{use: text.roles}}]",
}


@pytest.mark.parametrize("place", WITH_GLOBS)
def test_no_glob_of_a_policy_is_kept_busy_by_a_long_name(place: str) -> None:
    """Wherever a policy may write one: the titles of an evil page cost no more than others; the clock is a limit's."""
    text = (
        f"policy: 1\nname: own\n{WITH_GLOBS[place]}\nchange: {{default: {{use: replace}}}}\nlimits: {{seconds: 20}}\n"
    )
    plan = build_plan(parse_policy((PolicySource("own.yaml", text),), folder=Path()), key=bytes(32))
    files = _title("a" * 30_000)
    files["events.jsonl"] = SourceFile(
        "events.jsonl",
        b'{"time_stamp": 1.0, "action": "move", "x": 1, "y": 2}\n'
        b'{"time_stamp": 2.0, "action": "press", "name": "x"}\n{"time_stamp": 2.1, "action": "release", "name": "x"}\n',
    )
    assert isinstance(process(lambda: parse_files("one", files), plan), Release)


def test_a_glob_of_a_detector_stands_for_the_end_of_a_name() -> None:
    """In doubt a window asks for a password: what stands before the words of the policy does not matter."""
    assert ends_as("(2) Unlock vault", ("unlock *",))
    assert not ends_as("Unlock vault 2", ("unlock vault",))
    assert not ends_as("a" * 50_000, [EVIL_GLOB])


@pytest.mark.parametrize(("pattern", "before", "body"), [(r"id:(\w+\s?)+;", "id:", "a"), (r"(a+)+$", "", "a")])
def test_pumps_lead_to_the_repetition(pattern: str, before: str, body: str) -> None:
    """A pump begins with what the pattern asks for before it repeats."""
    assert (before, body) in {(pump.before, pump.body) for pump in pumps(pattern)}
    assert len(Pump("ab", "cd", "!").text(100)) <= 101


@pytest.mark.slow
def test_no_pattern_of_ours_is_catastrophic() -> None:
    """Every pattern of the toolkit, and of Presidio as built, reads 256 pumped characters in 2 s of the processor.

    A square takes a hundredth of that. Patterns on the engine with a time limit are not among them.
    """
    policy = "policy: 1\nname: all\nfind: [{use: text.pii}, {use: text.secrets}, {use: text.passwords}]\n"
    source = PolicySource("all.yaml", policy + "change: {default: {use: mask}}\n")
    plan = build_plan(parse_policy((source,), folder=Path()), key=bytes(32))
    plan.detectors.in_text("mail a@b.example or call +1 202 555 0143, card 4111 1111 1111 1111, password: hunter22")
    ours = _patterns_of(plan.detectors)
    assert len(ours) > 500
    assert not [one.pattern[:80] for one in ours if _hangs(one)]


def _patterns_of(root: object) -> set[re.Pattern[str]]:
    """Every compiled pattern that our modules, or ``root``, hold: themselves or in what they hold."""
    todo: list[object] = [root]
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith(("__main__", "spacy_component", "presidio_recognizer")):
                todo += [vars(importlib.import_module(module.name))]
    found: set[re.Pattern[str]] = set()
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, ModuleType | type | str | bytes | int | float):
            continue
        seen.add(id(one))
        if isinstance(one, re.Pattern):
            found |= {one} if isinstance(one.pattern, str) else set()
        elif isinstance(one, dict | list | tuple | set | frozenset | MappingProxyType | functools.partial) or type(
            one
        ).__module__.startswith((*PACKAGES, "presidio_analyzer", "functools")):
            todo += gc.get_referents(one)
    return found


def _hangs(pattern: re.Pattern[str]) -> bool:
    before = signal.signal(signal.SIGVTALRM, _late)
    try:
        for pump in pumps(pattern.pattern, pattern.flags):
            signal.setitimer(signal.ITIMER_VIRTUAL, 2)
            for _ in pattern.finditer(pump.text(256)):
                pass
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


def _late(*_: object) -> None:
    raise TimeoutError
