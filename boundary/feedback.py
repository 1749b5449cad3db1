"""Turns an objection of somebody recorded into a test that a reviewer can run, and add to the policy.

The proposal is a policy of its own beside the policy, which it extends by one test. Values of people have no business
in a policy, so the test speaks of invented ones of the same kind or shape.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from boundary.writer import write_durably
from policies import load_policy
from policies.edit import append
from policies.schema import Case
from recording.errors import InputError
from text_redact.operators.common import plain, tells

if TYPE_CHECKING:
    from boundary.plan import Plan

LONGEST = 2_000
"""Most characters of an objection."""
TRIES = 100
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was written.

    Attributes:
        file: The proposal.
        fails: Whether its test fails today, as an objection says that it should.
        told: That, and what was replaced, in words without a value.
    """

    file: Path
    fails: bool
    told: str


def propose(
    policy: str,
    *,
    should_hide: str | None = None,
    need_not_hide: str | None = None,
    within: str | None = None,
    keys: bool = False,
    as_is: bool = False,
    out: Path | None = None,
) -> Proposal:
    """Write a proposal, and run its test.

    Args:
        should_hide: What was seen and should not have been; or else
        need_not_hide: what was hidden and need not have been.
        within: The words it stood in; by default it stands alone.
        keys: Whether it was typed; otherwise it is a text beside the keys.
        as_is: Write the words as they are.
        out: The file, in the policy's folder; for a shipped policy anywhere.

    Raises:
        PolicyError: The policy was refused.
        InputError: Not one objection, it is too long, its value does not stand in its words, or the file is there.
    """
    value, words = _objection(should_hide, need_not_hide, within)
    file = _place(policy, out)
    from boundary.plan import build_plan
    from boundary.policy_tests import run_case

    plan = build_plan(load_policy(policy), key=secrets.token_bytes(32))
    if not as_is:
        value, words = _invented(value, words, plan)
    case = Case(
        name=f"proposed by a person recorded: {'hide' if should_hide is not None else 'keep'}",
        text=None if keys else words,
        keys=words.replace("<", "<<").replace("\n", "<enter>").replace("\t", "<tab>") if keys else None,
        must_hide=(value,) if should_hide is not None else (),
        must_keep=() if should_hide is not None else (value,),
    )
    result = run_case(case, plan)
    _write(file, policy, plan, case)
    fails = not result.passed
    told = (
        "the test fails today, as the objection says"
        if fails
        else "the test passes today: it does not show what was meant"
    )
    if not fails:
        told += "; give the words it stood in (--in)" if as_is else "; give the words it stood in (--in), or --as-is"
    told += "\n" + (
        "written as it is: make sure that it is invented" if as_is else "values were replaced by invented ones"
    )
    return Proposal(file, fails, told)


def _objection(should_hide: str | None, need_not_hide: str | None, within: str | None) -> tuple[str, str]:
    given = [text for text in (should_hide, need_not_hide) if text is not None]
    if len(given) != 1 or not given[0].strip():
        hint = "give --should-hide TEXT or --need-not-hide TEXT"
        raise InputError("an objection says one thing", code="usage", hint=hint)
    words = within if within is not None else given[0]
    if len(words) > LONGEST or not all(char.isprintable() or char in "\n\t" for char in words):
        raise InputError("the words are too long, or no text", code="usage", hint=f"at most {LONGEST} characters")
    if given[0] not in words:
        raise InputError("the value does not stand in its words", code="usage", hint="write it alike in --in")
    return given[0], words


def _place(policy: str, out: Path | None) -> Path:
    source = Path(policy)
    folder = source.resolve().parent if source.is_file() else None
    if out is None:
        names = (f"{source.stem}.proposal-{number}.yaml" for number in range(1, 1000))
        out = next(path for name in names if not (path := (folder or Path.cwd()) / name).exists())
    if folder is not None and out.resolve().parent != folder:
        # Lists that a policy names are looked for beside the file that is loaded.
        raise InputError(
            "a proposal lies beside its policy", code="usage", place=str(out), hint=f"put it into {folder}"
        )
    if out.exists():
        raise InputError(
            "the proposal is there already", code="out-not-empty", place=str(out), hint="choose another --out"
        )
    return out


def _write(file: Path, policy: str, plan: Plan, case: Case) -> None:
    source = Path(policy)
    name = plan.policy.name
    head = (
        f"# Proposed by a person recorded. Run it: boundary policy test {file.name}\n"
        f"# To accept it, copy the entry under 'tests' into {source.name if source.is_file() else name},\n"
        "# change the policy until its tests pass, and delete this file.\n"
        "policy: 1\n"
        f"name: {name}-proposal\n"
        f"extends: [{json.dumps(source.name if source.is_file() else policy)}]\n"
    )
    entry = {name: list(told) if isinstance(told, tuple) else told for name, told in case.model_dump().items() if told}
    try:
        write_durably(file, append(head, ["tests"], entry, str(file)).encode("utf-8"))
    except OSError as error:
        raise InputError(f"the proposal cannot be written ({error.strerror})", code="out-unwritable",
                         place=str(file), hint="choose another --out") from None  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """Code points ``start..end`` of the words, and what it is taken for."""

    start: int
    end: int
    label: str


def _invented(value: str, words: str, plan: Plan) -> tuple[str, str]:
    """The same with invented values: what the policy finds by its kind, the rest by its shape.

    Of the words around the value only ordinary ones in small letters stay as they are.
    """
    from text_redact.operators.surrogate import surrogate

    make = surrogate(secrets.token_bytes(32))
    inside = _pieces(value, plan)
    whole = len(inside) == 1 and (inside[0].start, inside[0].end) == (0, len(value))
    known = {value: _stand_in(value, inside[0].label if whole else "", make)}
    spots = [(match.start(), match.end()) for match in re.finditer(re.escape(value), words)]
    places = list(spots)
    for piece in _pieces(words, plan):
        if not any(piece.start < end and start < piece.end for start, end in spots):
            text = words[piece.start : piece.end]
            known.setdefault(text, _stand_in(text, piece.label, make))
            places.append((piece.start, piece.end))
    parts, at = [], 0
    for start, end in sorted(places):
        parts += [_WORD.sub(_ordinary_or_like, words[at:start]), known[words[start:end]]]
        at = end
    return known[value], "".join([*parts, _WORD.sub(_ordinary_or_like, words[at:])])


def _pieces(text: str, plan: Plan) -> list[_Piece]:
    """What the policy's own detectors find in a text, overlaps joined: the longest names the kind."""
    hits = sorted(plan.detectors.in_text(text), key=_start_and_length)
    out: list[_Piece] = []
    for _, hit in hits:
        if out and hit.start < out[-1].end:
            out[-1] = _Piece(out[-1].start, max(out[-1].end, hit.end), out[-1].label)
        else:
            out.append(_Piece(hit.start, hit.end, hit.label))
    return out


def _start_and_length(item: tuple[object, object]) -> tuple[int, int]:
    from recording.model import Hit

    hit = item[1]
    assert isinstance(hit, Hit)
    return hit.start, hit.start - hit.end


def _stand_in(value: str, label: str, make: Callable[[str, str], str]) -> str:
    """A stand-in of the same kind where there is one, else of the same shape: words for words, digits for digits.

    Raises:
        InputError: ``no-stand-in``: none can be told from the value.
    """
    made = make(label, value) if label else "["
    if not made.startswith("[") and not tells(made, value):
        return made
    for _ in range(TRIES):
        made = _WORD.sub(_like, value)
        if plain(made) != plain(value) and not tells(made, value):
            return made
    hint = "give --as-is if it is no value of anybody"
    raise InputError("nothing of the same shape can stand in for it", code="no-stand-in", hint=hint)


def _ordinary_or_like(match: re.Match[str]) -> str:
    from text_redact.words import is_ordinary

    return match[0] if match[0].islower() and is_ordinary(match[0]) else _like(match)


def _like(match: re.Match[str]) -> str:
    """Another ordinary word in the place of one, of the same length and case; else letter by letter, digit by digit."""
    from text_redact.words import is_ordinary, ordinary_words

    word = match[0]
    if not is_ordinary(word.lower()):
        return "".join(map(_like_char, word))
    others = [other for other in ordinary_words() if len(other) == len(word) and other != word.lower()]
    other = secrets.choice(others) if others else "".join(map(_like_char, word.lower()))
    return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other


def _like_char(char: str) -> str:
    """Another one of its kind, never itself: by chance a short value would stay."""
    if char.isdecimal():
        kind = string.digits
    elif char.isupper():
        kind = string.ascii_uppercase
    else:
        kind = string.ascii_lowercase if char.isalpha() else char
    return secrets.choice(kind.replace(char, "") or char)


__all__: Sequence[str] = ("Proposal", "propose")
