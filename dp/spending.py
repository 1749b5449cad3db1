"""What every statistic of a policy says besides its query: what it costs, how exact it must be, what is expected."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from dp.epsilon import MICRO, micro_epsilon
from dp.terms import Currency
from policies.contract import Options

Positive = Annotated[Decimal, Field(gt=0, le=10**15)]
Sample = Annotated[tuple[Annotated[int, Field(ge=0, le=2**53)], ...], Field(max_length=10_000)]


class Require(Options):
    """How exact a statistic must be. One that cannot be is refused before it costs anything."""

    error: Positive | None = Field(
        None,
        description="Largest error that 95 % of its numbers keep within, in its unit;"
        " of quantiles, in percentile points.",
    )
    rel_error: Annotated[Decimal, Field(gt=0, le=1)] | None = Field(
        None, description="The same as a share of 'expect.value'."
    )
    threshold: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Largest number of people below which an unknown key does not appear."
    )


class Expect(Options):
    """What is expected of the data, from public figures or by guess: never measured on what is protected."""

    people: Annotated[int, Field(ge=1)] | None = Field(None, description="Number of people.")
    value: Positive | None = Field(None, description="A typical number of the statistic; of a mean, the mean.")
    count: Annotated[int, Field(ge=1)] | None = Field(None, description="Of a mean: how many values it is taken over.")
    quantiles: Annotated[tuple[Decimal, ...], Field(max_length=100)] = Field(
        (), description="Of quantiles: the expected value of each, in the order of the policy."
    )
    groups: Sample = Field((), description="How many keys each person of a public sample has something under.")
    per_group: Sample = Field((), description="How much each of them adds to one key.")


class Spending(Options):
    """Price, accuracy and expectations of one released statistic."""

    epsilon: Decimal | None = Field(
        None, description="Price where the budget is in epsilon; at most 6 decimals. Geometric noise."
    )
    rho: Decimal | None = Field(
        None, description="Price where the budget is in rho (zCDP); at most 6 decimals. Discrete Gaussian noise."
    )
    require: Require = Field(Require(), description="Accuracy without which the statistic is refused at no cost.")
    expect: Expect = Field(Expect(), description="Public figures that the forecast is made from.")

    @field_validator("epsilon", "rho", mode="before")
    @classmethod
    def _exact(cls, value: object) -> Decimal | None:
        return None if value is None else Decimal(micro_epsilon(value)) / MICRO

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if (self.epsilon is None) == (self.rho is None):
            raise ValueError("give either 'epsilon' or 'rho'")
        if self.require.rel_error is not None and self.expect.value is None:
            raise ValueError("'require.rel_error' needs 'expect.value'")
        return self

    @property
    def currency(self) -> Currency:
        """What the price is in."""
        return Currency.PURE if self.epsilon is not None else Currency.ZCDP

    @property
    def amount(self) -> int:
        """The price in millionths of the currency."""
        return micro_epsilon(self.epsilon if self.epsilon is not None else self.rho)


class UnknownKeys(Options):
    """What unknown keys (applications, sites) need: a threshold, so that one person's own key does not appear."""

    delta: Annotated[Decimal, Field(gt=0, le=Decimal("0.0001"))] = Field(
        Decimal("0.0000001"),
        description="Largest probability that any key which only one person has appears; charged.",
    )
    min_people: Annotated[int, Field(ge=1, le=10**9)] = Field(
        1, description="Keys with fewer people never appear, whatever the noise; the threshold rises with it."
    )

    @property
    def exact_delta(self) -> Fraction:
        """``delta`` as a fraction."""
        return Fraction(self.delta)


Says = Literal["values", "mean", "quantiles"]
"""What a reader takes from the answer, and so what the forecast's error is of: each number, a ratio, a rank."""
