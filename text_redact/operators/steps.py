"""The operators as policies see them. Importing this module loads nothing heavy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from policies.contract import BuildContext, Operator, Options, Phase, SessionOperator, StepSpec

_GIVES = frozenset({"text.change"})
_PRESIDIO = ("presidio_anonymizer",)


class MaskOptions(Options):
    """Options of ``mask``."""

    keep_last: Annotated[int, Field(ge=0, le=4)] = Field(0, description="Letters or digits of the end that stay.")
    char: Annotated[str, Field(pattern=r"^[!-/:-~]$")] = Field(
        "*", description="What the mask is made of: one visible ASCII character, no digit."
    )


class ReplaceOptions(Options):
    """Options of ``replace``."""

    text: Annotated[str, Field(max_length=40, pattern=r"^[ -~]*$")] = Field(
        "", description="What to put instead; by default the label in brackets."
    )


class RedactOptions(Options):
    """Options of ``redact``: none."""


class HashOptions(Options):
    """Options of ``hash``."""

    length: Annotated[int, Field(ge=12, le=51)] = Field(16, description="Length of the hash, 5 bits each character.")


class EncryptOptions(Options):
    """Options of ``encrypt``. The key itself never stands in a policy."""

    key_file: str | None = Field(
        None, description="File beside the policy with the key: 32 bytes, or the same as 64 hex digits or base64."
    )
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = Field(
        None, description="Environment variable with the key as 64 hex digits or base64."
    )
    key_ring: Annotated[str, Field(pattern=r"^[^/]+/.+$")] | None = Field(
        None, description="SERVICE/NAME of the key in the machine's keyring, as 64 hex digits or base64."
    )

    @model_validator(mode="after")
    def _one(self) -> EncryptOptions:
        if sum(one is not None for one in (self.key_file, self.key_env, self.key_ring)) != 1:
            raise PydanticCustomError(
                "encrypt_key", "the key must come from one place", {"hint": "give 'key_file', 'key_env' or 'key_ring'"}
            )
        return self


class PseudonymOptions(Options):
    """Options of ``pseudonym``: none."""


class DateOptions(Options):
    """Options of ``date_shift``."""

    min_days: Annotated[int, Field(ge=1, le=3650)] = Field(30, description="Least days by which a date moves.")
    max_days: Annotated[int, Field(ge=1, le=3650)] = Field(365, description="Most days by which a date moves.")
    time: Literal["drop", "keep"] = Field("drop", description="What becomes of a time of day beside a date.")
    order: Literal["month_first", "day_first"] = Field(
        "month_first", description="How 03/04/2024 is read, where both may be the month."
    )

    @model_validator(mode="after")
    def _range(self) -> DateOptions:
        if self.min_days > self.max_days:
            raise PydanticCustomError("empty_range", "this range is empty", {"hint": "min_days is above max_days"})
        return self


class SurrogateOptions(Options):
    """Options of ``surrogate``."""

    order: Literal["month_first", "day_first"] = Field(
        "month_first", description="How 03/04/2024 is read, where both may be the month."
    )


class GeneraliseOptions(Options):
    """Options of ``generalise``."""

    kind: Literal["by_label", "date", "age", "place", "ip", "number"] = Field(
        "by_label", description="What the values are; by default what their label says."
    )
    date: Literal["month", "year"] = Field("month", description="What is left of a date.")
    band: Literal[5, 10] = Field(10, description="Years of an age's band; 90 and above is always one.")
    bucket: Annotated[int, Field(ge=2, le=1_000_000_000)] = Field(10, description="Width of a number's range.")
    order: Literal["month_first", "day_first"] = Field(
        "month_first", description="How 03/04/2024 is read, where both may be the month."
    )


def _mask(options: MaskOptions, context: BuildContext) -> Operator:
    from text_redact.operators import Mask

    return Mask(options.keep_last, options.char)


def _replace(options: ReplaceOptions, context: BuildContext) -> Operator:
    from text_redact.operators import Replace

    return Replace(options.text)


def _redact(options: RedactOptions, context: BuildContext) -> Operator:
    from text_redact.operators import Redact

    return Redact()


def _hash(options: HashOptions, context: BuildContext) -> Operator:
    from text_redact.operators.codes import Hash
    from text_redact.operators.keyed import Keyed

    return Hash(Keyed(context.key), options.length)


def _encrypt(options: EncryptOptions, context: BuildContext) -> Operator:
    from text_redact.operators.encrypt import Encrypt, the_key

    file = context.folder / options.key_file if options.key_file is not None else None
    return Encrypt(the_key(file=file, variable=options.key_env, ring=options.key_ring))


def _pseudonym(options: PseudonymOptions, context: BuildContext) -> SessionOperator:
    from text_redact.operators.codes import Pseudonym
    from text_redact.operators.keyed import Keyed

    return Pseudonym(Keyed(context.key))


def _surrogate(options: SurrogateOptions, context: BuildContext) -> SessionOperator:
    from text_redact.operators.date_shift import DateShift
    from text_redact.operators.keyed import Keyed
    from text_redact.operators.surrogate import surrogate

    return surrogate(context.key, DateShift(Keyed(context.key), day_first=options.order == "day_first"))


def _date_shift(options: DateOptions, context: BuildContext) -> SessionOperator:
    from text_redact.operators.date_shift import DateShift
    from text_redact.operators.keyed import Keyed

    return DateShift(
        Keyed(context.key),
        min_days=options.min_days,
        max_days=options.max_days,
        keep_time=options.time == "keep",
        day_first=options.order == "day_first",
    )


def _generalise(options: GeneraliseOptions, context: BuildContext) -> Operator:
    from text_redact.operators.generalise import Generalise

    return Generalise(
        date=options.date,
        band=options.band,
        bucket=options.bucket,
        kind=options.kind,
        day_first=options.order == "day_first",
    )


MASK = StepSpec(
    name="mask",
    phase=Phase.CHANGE,
    summary="Puts a mask of fixed length in the place of a value.",
    options=MaskOptions,
    build=_mask,
    gives=_GIVES,
    extra="text",
    modules=_PRESIDIO,
    examples=({}, {"keep_last": 4}),
)
REPLACE = StepSpec(
    name="replace",
    phase=Phase.CHANGE,
    summary="Puts the label in the place of a value.",
    options=ReplaceOptions,
    build=_replace,
    gives=_GIVES,
    extra="text",
    modules=_PRESIDIO,
    examples=({}, {"text": "[hidden]"}),
)
REDACT = StepSpec(
    name="redact",
    phase=Phase.CHANGE,
    summary="Takes a value out and puts nothing in its place.",
    options=RedactOptions,
    build=_redact,
    gives=_GIVES,
    extra="text",
    modules=_PRESIDIO,
)
HASH = StepSpec(
    name="hash",
    phase=Phase.CHANGE,
    summary="Puts a keyed hash (HMAC-SHA-256) in the place of a value, the same wherever the value appears.",
    options=HashOptions,
    build=_hash,
    gives=_GIVES,
    examples=({}, {"length": 32}),
)
ENCRYPT = StepSpec(
    name="encrypt",
    phase=Phase.CHANGE,
    summary="Encrypts a value (AES-256-GCM) so that 'boundary decrypt' gives it back to who has the key.",
    options=EncryptOptions,
    build=_encrypt,
    gives=_GIVES,
    extra="text",
    modules=("cryptography",),
    examples=({"key_file": "encrypt.key"},),
)
PSEUDONYM = StepSpec(
    name="pseudonym",
    phase=Phase.CHANGE,
    summary="Puts label and code (PERSON_k3v7q2m4ab) in the place of a value; a person has one code, however named.",
    options=PseudonymOptions,
    build=_pseudonym,
    gives=_GIVES,
    extra="text",
    modules=("faker", "rapidfuzz"),
)
SURROGATE = StepSpec(
    name="surrogate",
    phase=Phase.CHANGE,
    summary="Puts a realistic value of the same kind in the place of a value, the same wherever it appears.",
    options=SurrogateOptions,
    build=_surrogate,
    gives=_GIVES,
    extra="text",
    modules=("faker", "phonenumbers", "rapidfuzz", "ahocorasick"),
)
DATE_SHIFT = StepSpec(
    name="date_shift",
    phase=Phase.CHANGE,
    summary="Moves the dates of a person by one number of days, and writes them as they were written.",
    options=DateOptions,
    build=_date_shift,
    gives=_GIVES,
    examples=({}, {"max_days": 90, "time": "keep", "order": "day_first"}),
)
GENERALISE = StepSpec(
    name="generalise",
    phase=Phase.CHANGE,
    summary="Puts month, age band, country, network or range in the place of a date, age, place, address or number.",
    options=GeneraliseOptions,
    build=_generalise,
    gives=_GIVES,
    extra="text",
    modules=("faker",),
    examples=({}, {"date": "year", "band": 5}, {"kind": "number", "bucket": 1000}),
)
