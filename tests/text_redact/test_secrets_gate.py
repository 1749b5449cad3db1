"""The gate decides which texts are read at all: it may only ever spare work."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_redact.normalise import in_ascii, normalise
from text_redact.secrets import checks, engine
from text_redact.secrets.gate import NONE, gate
from text_redact.secrets.rules import automaton, kinds

pytest.importorskip("hyperscan", reason="the gate is there only with Vectorscan")
RNG = random.Random(11)
SAID = (
    "password: {}",
    "my {} pw",
    "login jane pw {}",
    "{} is my PIN",
    "userPin={}",
    "MY_PASS={}",
    "user/pass jane {}",
    "mot de passe : {}",
    "psql postgres://jane:{}@db.example.org/crm",
    "curl -u jane:{} https://example.org",
    "secret is {}",
    "otp {}",
    "backup codes: {} {}",
    "Authorization: Bearer {}",
    "db.example.org:5432:crm:jane:{}",
)
AROUND: tuple[Callable[[str], str], ...] = (
    str,
    lambda value: f"x{value}",
    lambda value: f"\u00e9{value}\u00e9",
    lambda value: f"key \u2192 \u201c{value}\u201d",
    lambda value: f"\u043f\u0430\u0440\u043e\u043b\u044c {value}",
    lambda value: value[: len(value) * 2 // 3],
    lambda value: f"line one\n{value}\nline three",
)


def _tokens() -> Iterator[str]:
    for kind in kinds():
        for form in kind.forms:
            example = form.example(RNG)
            yield f"{kind.near[0]} {example}" if kind.near else example


def _phrases() -> Iterator[str]:
    for words in checks.wordlists().values():
        yield " ".join(RNG.sample(list(words), 12))
        yield ",".join(RNG.sample(list(words), 24))


def _passwords() -> Iterator[str]:
    for said in SAID:
        for value in ("hunter2", "biggreenhat", "4711", "AB12-CD34", "tr0ub4dor&3"):
            yield said.replace("{}", value)


def _without(text: str, monkeypatch: pytest.MonkeyPatch) -> object:
    with monkeypatch.context() as patch:
        patch.setattr(engine, "gate", lambda: None)
        return engine.scan(text)


@pytest.mark.parametrize("texts", [_tokens, _phrases, _passwords], ids=["tokens", "phrases", "passwords"])
def test_with_the_gate_and_without_it_the_same_is_found(
    texts: Callable[[], Iterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands around a value, whole or cut off."""
    for value in texts():
        for around in AROUND:
            text = normalise(around(value)).text
            assert engine.scan(text) == _without(text, monkeypatch), text


@given(
    st.lists(
        st.sampled_from([*automaton().keys(), " ", ": ", "=", "hunter2", "s", "X", "\u00e9", "\u201c", "\n"]),
        max_size=6,
    )
)
def test_words_in_any_company_are_found_alike(pieces: list[str]) -> None:
    """Announcing words glued to others, in capitals, behind foreign letters."""
    for text in ("".join(pieces), "".join(pieces).title()):
        plain = normalise(text).text
        with pytest.MonkeyPatch.context() as patch:
            assert engine.scan(plain) == _without(plain, patch)


def test_a_text_without_any_sign_is_not_read() -> None:
    """Ordinary sentences cost one pass."""
    ask = gate()
    assert ask is not None
    assert ask("see you at nine, the printer on the second floor is broken again") is NONE


@given(st.text())
def test_the_text_that_engines_of_bytes_read_is_ascii_and_as_long(text: str) -> None:
    """So that what they report lies at the same place."""
    plain = in_ascii(text)
    assert plain.isascii()
    assert len(plain) == len(text)
