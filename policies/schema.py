"""The frame of a policy: its sections and what each may hold. Step options are each step's own model."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from policies.contract import Options, Phase
from policies.globs_option import Globs
from policies.listed import names_file
from policies.reading import Read
from policies.severity import Severity
from recording.keystrokes import read_presses

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
LABEL_PATTERN = r"^[A-Z][A-Z0-9_]{0,63}$"
Label = Annotated[str, StringConstraints(pattern=LABEL_PATTERN)]
StepMapping = Any
"""One use of a step, a mapping; validated with the step's own options model."""

SECTIONS: tuple[str, ...] = ("read", *(phase.value for phase in Phase))
"""Sections in the order of the data's flow, which is the order they are written in."""


class Limits(Options):
    """What one recording may cost before it is withheld."""

    seconds: Annotated[float, Field(gt=0, le=86_400)] = Field(
        900.0, description="Longest time for one recording, in seconds."
    )
    text_chars: Annotated[int, Field(gt=0)] = Field(
        200_000, description="Longest single text that detectors read, in code points."
    )
    file_mb: Annotated[int, Field(gt=0)] = Field(1024, description="Largest text file of a recording, in MiB.")


class Verify(Options):
    """How the result is checked before it may leave. There is no way to switch the check off."""

    on_residue: Literal["withhold"] = Field(
        "withhold", description="What happens to a record whose result still holds something sensitive."
    )
    steps: list[StepMapping] | None = Field(
        None, description="Verification steps with their options; by default every one that fits."
    )


class Budget(Options):
    """The privacy budget that aggregates are charged to."""

    scope: Slug = Field("default", description="Name of the account in the ledger.")
    epsilon: Decimal | None = Field(
        None,
        gt=0,
        le=100,
        decimal_places=6,
        description="Total epsilon of the scope, for its whole life; 1 unless 'rho' is given.",
    )
    rho: Decimal | None = Field(
        None,
        gt=0,
        le=100,
        decimal_places=6,
        description="Total rho (zCDP) of the scope instead: Gaussian noise, better where a person touches many keys.",
    )
    delta: Decimal = Field(
        Decimal("0.000001"),
        gt=0,
        le=Decimal("0.001"),
        description="Delta at which totals are reported, and the largest sum of deltas that the aggregates may have.",
    )
    planned_releases: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None,
        description="How often everything is to be released in the account's life; 'boundary policy check' warns where"
        " the budget does not last so long.",
    )
    ledger: str | None = Field(
        None,
        max_length=4096,
        description="Where charges are kept: a SQLite file, or a PostgreSQL address without a password;"
        " by default a file in the state folder.",
    )

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if self.epsilon is not None and self.rho is not None:
            raise ValueError("give either 'epsilon' or 'rho'")
        return self

    @property
    def total(self) -> Decimal:
        """The budget, in its currency."""
        return self.rho or self.epsilon or Decimal(1)


class Data(Options):
    """How statistics read tables: Parquet files and exports of ActivityWatch. Recordings need none of it."""

    columns: dict[ColumnName, Annotated[str, StringConstraints(min_length=1, max_length=256)]] = Field(
        {},
        description="Parquet: the file's column for each column that statistics name, and for 'person' and 'day',"
        " where it has another name.",
    )
    people: str | None = Field(
        None,
        max_length=4096,
        description="CSV file beside the policy with the columns device, person: whose each device, host or account is."
        " One that is not in it ends the release.",
    )


class Release(Options):
    """What leaves besides the changed recordings."""

    names: Literal["neutral", "keep"] = Field(
        "keep", description="Names of recordings and frames in the output: the source's own, or neutral ones."
    )
    video: Literal["drop", "frames", "mp4"] = Field(
        "drop",
        description="Videos never pass: they are dropped, or covered frames take their place, "
        "or an MP4 of covered frames.",
    )
    audio: Literal["drop", "keep"] = Field(
        "drop",
        description="Sound of videos that become MP4. Nothing here listens: kept sound holds every voice and, since "
        "keys can be heard, when each was pressed; it is silent only where the picture is black.",
    )
    video_every_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        5.0,
        description="Seconds between two samples of a part of the screen that keeps changing; what appears in a part "
        "that was quiet is sampled at once. What is between two samples does not leave.",
    )
    budget: Budget = Field(Budget(), description="The privacy budget of the aggregates.")
    data: Data = Field(Data(), description="How the aggregates read Parquet files and exports of ActivityWatch.")
    aggregates: list[StepMapping] = Field([], description="Statistics that leave, each with its own step.")


class Allow(Options):
    """Values that are no secret: the company's own name, its products, the address of its help desk."""

    values: tuple[str, ...] = Field((), description="Values written into the policy itself.")
    file: str | None = Field(
        None,
        description="List file beside the policy: one value a line, # for comments.",
        json_schema_extra=names_file("list"),
    )


class When(Options):
    """Where an override holds: every key that is given must fit. What the recorder does not name, fits nothing."""

    app: Globs = Field((), description="Names of applications; * and ? as in a shell, case does not matter.")
    site: Globs = Field((), description="Host names of pages; *.example.com stands for example.com too.")
    field: Globs = Field((), description="Names of fields, and captions beside values on screens.")
    window: Globs = Field((), description="Titles of windows.")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.app or self.site or self.field or self.window):
            raise PydanticCustomError("no_place", "this holds nowhere", {"hint": "give app, site, field or window"})
        return self


NEVER_IGNORED = frozenset({"PASSWORD", "SECRET", "CREDENTIAL", "ONE_TIME_CODE"})
"""Labels that neither an override nor an allow list lets pass."""


class Override(Options):
    """What is different in some applications, on some sites, in some fields."""

    when: When = Field(description="Where: app, site, field, window.")
    find: list[StepMapping] = Field([], description="Detectors of texts that look there besides all others.")
    ignore: tuple[Label, ...] = Field(
        (),
        description="Labels that stay there in what is typed and in texts, unless the value is found elsewhere in the"
        " session too. Screens are covered all the same. Never passwords and secrets.",
    )
    change: dict[str, StepMapping] = Field({}, description="Operator per label, and 'default', of what is typed there.")

    @field_validator("ignore")
    @classmethod
    def _no_secrets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if NEVER_IGNORED & set(value):
            raise PydanticCustomError(
                "secret_ignored", "passwords and secrets are never ignored", {"hint": "remove it"}
            )
        return value


class Case(Options):
    """A test of the policy: something recorded, what must be hidden in it, and what must be kept."""

    name: str = Field("", description="What it shows.")
    text: str | None = Field(None, description="A text beside the keys, such as a title.")
    keys: str | None = Field(
        None, description="Keys as they were pressed: jon<bksp*2>ane, <enter>, <ctrl+v>; << is the character <."
    )
    screenshot: str | None = Field(
        None, description="An image beside the policy.", json_schema_extra=names_file("register")
    )
    must_hide: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        (), description="Texts that may be nowhere in the result, as a whole or in any spelling of their letters."
    )
    must_keep: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        (), description="Texts that must still be there. A policy that extends this one need not keep them."
    )
    app: str = Field("", description="The application that it happens in.")
    window: str = Field("", description="The title of its window.")
    site: str = Field("", description="The host name of its page.")
    field: str = Field("", description="The name of the field.")
    secure: bool = Field(False, description="Whether the field hides its content.")

    @field_validator("keys")
    @classmethod
    def _keys(cls, value: str | None) -> str | None:
        if value is not None:
            read_presses(value)
        return value

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(given is not None for given in (self.text, self.keys, self.screenshot)) != 1:
            raise PydanticCustomError("no_sample", "a test has one sample", {"hint": "give text, keys or screenshot"})
        if not (self.must_hide or self.must_keep):
            raise PydanticCustomError("no_claim", "this test claims nothing", {"hint": "give must_hide or must_keep"})
        return self


class PolicyModel(Options):
    """A whole policy file."""

    policy: Literal[1] = Field(description="Version of the policy language.")
    name: Slug = Field(description="Name of the policy, lower case.")
    description: str = Field("", description="What the policy is for, in a reviewer's words.")
    extends: list[str] = Field([], description="Shipped policies or files that this one builds on, first to last.")
    person: str | None = Field(None, description="Metadata key that names the person, over all their devices.")
    limits: Limits = Field(Limits(), description="What one recording may cost.")
    read: Read = Field(Read(), description="How files are read: unknown strings, and columns of a vendor's own.")
    admit: dict[str, StepMapping] = Field({}, description="What is allowed in at all, by step: consent, apps, windows.")
    find: list[StepMapping] = Field([], description="Detectors, in order.")
    allow: Allow = Field(Allow(), description="Values that are no secret, wherever they stand.")
    link: StepMapping = Field(None, description="How far a value found in one place is searched in others.")
    change: dict[str, StepMapping] = Field(
        {},
        description="Operator per label, and 'default'; 'screen' for frames, 'timing' for times, 'mouse' for paths.",
    )
    overrides: list[Override] = Field(
        [], description="What is different in some applications, sites, fields or windows; later ones win."
    )
    severity: dict[Label | Literal["default"], Severity] = Field(
        {}, description="How bad a leak of each label is, for reports: low, medium, high or critical."
    )
    verify: Verify = Field(Verify(), description="How the result is checked.")
    release: Release = Field(Release(), description="What leaves.")
    tests: list[Case] = Field([], description="What must be hidden and what kept; 'boundary policy test' runs them.")
