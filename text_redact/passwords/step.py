"""The step ``text.passwords`` as policies see it."""

from __future__ import annotations

from pydantic import Field

from policies.contract import BuildContext, Options, PassageDetector, Phase, StepSpec


class PasswordsOptions(Options):
    """Options of ``text.passwords``."""

    apps: tuple[str, ...] = Field((), description="More applications that ask for passwords; * and ? as in a shell.")
    titles: tuple[str, ...] = Field((), description="More window titles of that kind.")


def _passwords(options: PasswordsOptions, context: BuildContext) -> PassageDetector:
    from text_redact.passwords.detect import TypedPasswords

    return TypedPasswords(options.apps, options.titles)


PASSWORDS = StepSpec(
    name="text.passwords",
    phase=Phase.FIND,
    summary="Finds passwords by where they were typed: fields, prompts, password managers, after a user name and Tab.",
    options=PasswordsOptions,
    build=_passwords,
    gives=frozenset({"passage"}),
    examples=({}, {"apps": ["acme-login*"], "titles": ["Unlock *"]}),
)
