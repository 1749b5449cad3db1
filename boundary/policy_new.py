"""``boundary policy new``: a few questions answered make a policy that loads, with a comment at everything it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from policies import PolicySource, parse_policy
from policies.json_schema import FILE, rendered
from policies.lint import lint
from recording.errors import InputError

Base = Literal["baseline", "strict", "lockdown", "gdpr", "hipaa", "pci-dss"]
Replace = Literal["label", "stand-in", "code", "mask"]

BASES: Mapping[Base, str] = {
    "baseline": "personal data, names, secrets, everywhere; ordinary words stay",
    "gdpr": "baseline, ids of EU and UK, rhythm of typing and faces",
    "hipaa": "baseline, and the identifiers of HIPAA's Safe Harbor",
    "pci-dss": "baseline, and verification codes; the last four digits of cards stay",
    "strict": "nothing typed, no text beside the keys; screens keep ordinary words",
    "lockdown": "only what was done: no text, typed or shown",
}
"""What each shipped policy leaves, in a line."""
OPERATORS: Mapping[Replace, tuple[str, str]] = {
    "label": ("replace", "[PERSON] stands where a name was"),
    "stand-in": ("surrogate", "an invented value of the same kind, the same wherever it stands"),
    "code": ("pseudonym", "label and code, the same wherever the value stands"),
    "mask": ("mask", "asterisks, always as many"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the questions are about.

    Attributes:
        name: Name of the policy.
        base: The shipped policy that it builds on.
        person: Metadata key that names the person; empty where recordings name nobody.
        consent: File of the consent register; empty for none.
        names_file: List file of names that must be hidden; empty for none.
        allow_file: List file of values that are no secret; empty for none.
        deny_apps: Applications that are not recorded.
        replace: What stands where a value was.
        timing: Whether the rhythm of typing is drawn anew.
        epsilon: Budget for the statistics; empty for none.
    """

    name: str = "my-policy"
    base: Base = "baseline"
    person: str = ""
    consent: str = ""
    names_file: str = ""
    allow_file: str = ""
    deny_apps: tuple[str, ...] = ()
    replace: Replace = "label"
    timing: bool = True
    epsilon: str = ""


def written(answers: Answers, schema: str = "policy.schema.json") -> str:
    """The policy for some answers, with comments.

    Args:
        schema: Where its JSON Schema lies, from the policy; empty for no line about it.
    """
    return "\n".join(_lines(answers, schema)) + "\n"


def _lines(answers: Answers, schema: str) -> Iterator[str]:
    if schema:
        yield f"# yaml-language-server: $schema={schema}"
        yield "#"
    yield "# Made by 'boundary policy new'. 'boundary policy check' finds mistakes, 'boundary policy test' runs tests,"
    yield "# 'boundary policy explain' and 'boundary policy diff' show what it does to a sample."
    yield "policy: 1"
    yield f"name: {answers.name}"
    yield "description: Say here what the recordings are for, and who may see the result."
    yield f"# {BASES[answers.base].capitalize()}. 'boundary policy check' says what it leaves as it is."
    yield f"extends: [{answers.base}]"
    if answers.person:
        yield "# The metadata key with the person's id, the same on all their devices."
        yield f"person: {_quoted(answers.person)}"
    yield from _admit(answers)
    if answers.names_file:
        yield "\nfind:"
        yield "  # Names that no model knows: staff, customers, projects. One a line; found with one letter wrong, too."
        yield "  - use: text.list"
        yield "    label: PERSON"
        yield f"    file: {_quoted(answers.names_file)}"
    if answers.allow_file:
        yield "\n# Values that are no secret, one a line: the company's name, its products, the help desk's address."
        yield "allow:"
        yield f"  file: {_quoted(answers.allow_file)}"
    yield from _change(answers)
    if answers.epsilon:
        yield "\nrelease:"
        yield "  # What all statistics together may tell about one person, for the account's whole life."
        yield "  # Add statistics under 'aggregates'; docs/statistics.md has them."
        yield f"  budget: {{scope: {answers.name}, epsilon: {answers.epsilon}}}"
    yield "\n# What must be hidden and what must stay, in samples of your own; the tests of the base are run, too."
    yield "tests:"
    yield "  - name: a colleague's address, typed with a slip"
    yield '    keys: "mail jane.dow<bksp>e@corp.example"'
    yield '    must_hide: ["jane.doe@corp.example"]'


def _admit(answers: Answers) -> Iterator[str]:
    if not (answers.consent or answers.deny_apps):
        return
    yield "\nadmit:"
    if answers.consent:
        yield "  # Recordings of people whose entry says opted_in; whoever is not in it is not let in."
        yield f"  consent: {{register: {_quoted(answers.consent)}, require: opted_in}}"
    if answers.deny_apps:
        yield "  # Gone before anything looks at them, with keys, titles and frames; * and ? as in a shell."
        yield "  apps:"
        yield f"    deny: [{', '.join(map(_quoted, answers.deny_apps))}]"


def _change(answers: Answers) -> Iterator[str]:
    typed = answers.base in {"strict", "lockdown"}
    timing = answers.timing and answers.base not in {"strict", "lockdown", "gdpr", "hipaa"}
    if answers.replace == "label" and not timing:
        return
    yield "\nchange:"
    if answers.replace != "label":
        use, said = OPERATORS[answers.replace]
        yield f"  # What stands where a value was: {said}."
        yield f"  default: {{use: {use}}}"
        if typed:
            yield "  # There is nothing like all of what was typed."
            yield "  TYPED_TEXT: {use: replace}"
            yield "  FREE_TEXT: {use: replace}"
    if timing:
        yield "  # The rhythm of typing tells who types, so it becomes somebody else's."
        yield "  timing: {use: resample}"


def _quoted(text: str) -> str:
    """A text as YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


_QUESTIONS: Mapping[str, str] = {
    "name": "What is the policy called?",
    "base": "What does it build on?",
    "person": "Which metadata key names the person? (empty: none)",
    "consent": "CSV file of the consent register? (empty: none)",
    "names_file": "File with names to hide, one a line? (empty: none)",
    "allow_file": "File with values that are no secret, one a line? (empty: none)",
    "deny_apps": "Applications not to record, with commas between? (empty: those of the base)",
    "replace": "What stands where a value was?",
    "timing": "Draw the rhythm of typing anew?",
    "epsilon": "Budget (epsilon) for statistics? (empty: no statistics)",
}


def questions(told: Mapping[str, Any], *, ask: bool) -> Answers:
    """The answers that were given, and those to the questions that were not, asked at the terminal.

    Raises:
        InputError: A consent register needs a person.
    """
    found = dict(told)
    for key, question in _QUESTIONS.items() if ask else ():
        if key not in found:
            found[key] = _asked(key, question, getattr(Answers(), key))
    answers = Answers(**found)
    if answers.consent and not answers.person:
        raise InputError("a consent register needs a person", code="person-unknown", hint="give --person, too")
    return answers


def _asked(key: str, question: str, usual: Any) -> Any:
    import typer

    if key in {"base", "replace"}:
        choices = BASES if key == "base" else {name: said for name, (_, said) in OPERATORS.items()}
        for name, said in choices.items():
            typer.echo(f"  {name:<10} {said}")
        while (said := str(typer.prompt(question, default=usual)).strip()) not in choices:
            typer.echo(f"  one of {', '.join(choices)}")
        return said
    if key == "timing":
        return typer.confirm(question, default=usual)
    said = str(typer.prompt(question, default="" if key != "name" else usual, show_default=key == "name")).strip()
    return tuple(part.strip() for part in said.split(",") if part.strip()) if key == "deny_apps" else said


def create(answers: Answers, out: Path) -> list[str]:
    """Write the policy, and its schema beside it where none is; the lines that say so.

    Raises:
        InputError: There is such a file, or it cannot be written.
        PolicyError: An answer makes no policy, such as a file that is not there; nothing is written then.
    """
    text = written(answers)
    policy = parse_policy((PolicySource(str(out), text),), folder=out.resolve().parent)
    schema = out.with_name(FILE.name)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
        if not schema.exists():
            schema.write_text(rendered(), encoding="utf-8")
    except FileExistsError:
        raise InputError("there is such a file", code="exists", place=str(out), hint="give another --out") from None
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", code="unwritable", place=str(out)) from None
    left = [f"  {one.diagnostic.message}" for one in lint(policy) if one.level == "note"]
    return [
        f"wrote {out}",
        *(["what it leaves as it is:", *left] if left else []),
        f"next: boundary policy test {out}",
        f"then: boundary review {out} --sample RECORDINGS --as YOUR_NAME",
    ]
