"""The step ``text.passwords`` as policies see it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from pydantic import Field

from policies.contract import BuildContext, Options, PassageDetector, Phase, StepSpec


class PasswordsOptions(Options):
    """Options of ``text.passwords``."""

    apps: tuple[str, ...] = Field((), description="More applications that ask for passwords; * and ? as in a shell.")
    titles: tuple[str, ...] = Field((), description="More window titles of that kind.")


def _passwords(options: PasswordsOptions, context: BuildContext) -> PassageDetector:
    from text_redact.passwords.detect import TypedPasswords

    return TypedPasswords(_globs(options.apps), _globs(options.titles))


def _globs(patterns: Sequence[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile("|".join(map(fnmatch.translate, patterns)), re.IGNORECASE)


PASSWORDS = StepSpec(
    name="text.passwords",
    phase=Phase.FIND,
    summary="Finds passwords by where they were typed: fields, prompts, password managers, after a user name and Tab.",
    options=PasswordsOptions,
    build=_passwords,
    gives=frozenset({"passage"}),
    examples=({}, {"apps": ["acme-login*"], "titles": ["Unlock *"]}),
)
