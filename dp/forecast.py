"""How good a statistic will be, before it costs anything; and, where that is not good enough, what would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction

from dp.contract import Part
from dp.noise import backend_for
from dp.portions import ChooseNoise, Portion, portions
from dp.spending import Expect, Require, Says, Spending, UnknownKeys
from dp.spread import LEVEL, mean_error, rank_error
from dp.terms import Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query as the forecast sees it.

    Attributes:
        id: Name of the statistic.
        parts: Its bounded vectors.
        says: What the error is of.
        spending: Price, required accuracy and expectations.
        unknown: Terms of unknown keys.
        quantiles: Which ones, where it says quantiles.
        positions: Where on the scale each is expected, 0 to 1; empty where that is not told.
        grid: Columns and rows of a heat map, or cells of a histogram on a scale; empty where cells cannot be joined.
        names: What the policy calls the settings ``groups``, ``per_group`` and ``grid``; one that it lacks is fixed.
    """

    id: str
    parts: tuple[Part, ...]
    says: Says = "values"
    spending: Spending
    unknown: UnknownKeys = field(default_factory=UnknownKeys)
    quantiles: tuple[float, ...] = ()
    positions: tuple[float, ...] = ()
    grid: tuple[int, ...] = ()
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartForecast:
    """Of one part: 95 % of its values are off by ``error`` at most; an unknown key appears from ``threshold`` on."""

    name: str
    unit: str
    mechanism: str
    groups: int
    per_group: int
    cells: int | None
    error: int
    threshold: int | None
    delta: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a reviewer may turn: price in millionths, bounds, and how many cells are joined into one along each side."""

    amount: int
    groups: int
    per_group: int
    coarser: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What to expect of a statistic.

    Attributes:
        id: Name of the statistic.
        says: What ``error`` is of.
        currency: Of the price.
        amount: Price in millionths.
        parts: Each vector.
        error: 95 % error of what the statistic says, in ``unit``; ``None`` where a figure is missing in ``expect``.
        unit: Of ``error``.
        rel_error: The same as a share of ``expect.value``, if that is given.
        clipped: Share that the bounds cut off the public sample, by bound, if there is one.
        unmet: Requirements that are not met, in words.
        advice: The nearest settings that would do, each by itself: name in the policy and value.
    """

    id: str
    says: Says
    currency: Currency
    amount: int
    parts: tuple[PartForecast, ...]
    error: float | None
    unit: str
    rel_error: float | None
    clipped: Mapping[str, float]
    unmet: tuple[str, ...]
    advice: tuple[tuple[str, str], ...] = ()

    @property
    def good(self) -> bool:
        """Whether every requirement is met."""
        return not self.unmet

    def as_json(self) -> dict[str, object]:
        """Plain values, for the answer and for ``--forecast``."""
        return asdict(self)


def forecast(question: Question, *, choose: ChooseNoise = backend_for) -> Forecast:
    """The forecast with the policy's own settings, without advice: see `dp.advice.advise`.

    Raises:
        StepFailed: The price cannot be divided, or no threshold is high enough.
    """
    return at(question, own_setting(question), choose)


def own_setting(question: Question) -> Setting:
    """The settings as the policy has them."""
    return Setting(
        amount=question.spending.amount,
        groups=max(part.groups for part in question.parts),
        per_group=_own_per_group(question),
    )


def at(question: Question, setting: Setting, choose: ChooseNoise) -> Forecast:
    """The forecast under other settings: no part has bounds above theirs, and cells are joined."""
    spending, expect = question.spending, question.spending.expect
    joined = [_under(part, setting, question) for part in question.parts]
    ready = portions(joined, spending.currency, setting.amount, question.unknown, choose)
    told = tuple(_of_part(portion) for portion in ready)
    # What falls into cells that are joined adds up.
    value = None if expect.value is None else float(expect.value)
    if value is not None and question.says == "values":
        value *= setting.coarser ** len(question.grid)
    error, unit = _error(question, ready, expect)
    relative = None if error is None or value is None else error / value
    return Forecast(
        id=question.id,
        says=question.says,
        currency=spending.currency,
        amount=setting.amount,
        parts=told,
        error=error,
        unit=unit,
        rel_error=relative,
        clipped=clipped(expect, setting),
        unmet=tuple(_unmet(spending.require, error, relative, told, question.says)),
    )


def clipped(expect: Expect, setting: Setting) -> dict[str, float]:
    """Share of a public sample beyond each bound: 0.03 means that 3 % of it would not be counted."""
    samples = {"groups": (expect.groups, setting.groups), "per_group": (expect.per_group, setting.per_group)}
    return {
        name: sum(max(0, one - limit) for one in sample) / max(1, sum(sample))
        for name, (sample, limit) in samples.items()
        if sample
    }


def _own_per_group(question: Question) -> int:
    """The bound that the policy names: a mean's is on events, of which its sum's bound is a multiple."""
    bounds = [part.per_group for part in question.parts]
    return min(bounds) if question.says == "mean" else max(bounds)


def _under(part: Part, setting: Setting, question: Question) -> Part:
    groups, keys = min(part.groups, setting.groups), part.keys
    if keys is not None and setting.coarser > 1:
        keys = keys[: max(1, len(keys) // setting.coarser ** len(question.grid))]
        groups = min(groups, len(keys))
    if question.says == "mean":
        per_group = max(1, part.per_group * setting.per_group // _own_per_group(question))
    else:
        per_group = min(part.per_group, setting.per_group)
    return replace(part, keys=keys, groups=groups, per_group=per_group)


def _of_part(portion: Portion) -> PartForecast:
    part = portion.part
    return PartForecast(
        name=part.name,
        unit=part.unit,
        mechanism=portion.noise.mechanism,
        groups=part.groups,
        per_group=part.per_group,
        cells=None if part.keys is None else len(part.keys),
        error=portion.noise.half_width(portion.terms, LEVEL),
        threshold=portion.cutoff,
        delta=delta_text(portion.delta),
    )


def delta_text(delta: Fraction) -> str:
    """A delta rounded up to 3 digits: a bound may only grow."""
    if delta == 0:
        return "0"
    exponent = 0
    while delta * 10**exponent < 1:
        exponent += 1
    digits = -((-delta * 10**exponent * 100).__floor__())
    return f"{digits / 100:.2f}e-{exponent:02d}" if exponent else str(float(delta))


def delta_of(exact: str) -> str:
    """The same for an exact fraction as text."""
    return delta_text(Fraction(exact))


def _error(question: Question, ready: Sequence[Portion], expect: Expect) -> tuple[float | None, str]:
    first = ready[0]
    match question.says:
        case "mean":
            if expect.value is None or expect.count is None:
                return None, first.part.unit
            mean, values = float(expect.value), float(expect.count)
            return mean_error(first, ready[1], mean=mean, values=values), first.part.unit
        case "quantiles":
            if expect.people is None or first.part.keys is None:
                return None, "percentile points"
            cells = len(first.part.keys)
            found = rank_error(
                first, quantiles=question.quantiles, people=expect.people, cells=cells, positions=question.positions
            )
            return found, "percentile points"
        case _:
            return float(first.noise.half_width(first.terms, LEVEL)), first.part.unit


def _unmet(
    require: Require, error: float | None, relative: float | None, parts: Sequence[PartForecast], says: Says
) -> list[str]:
    out: list[str] = []
    needs = {"mean": "'expect.value' and 'expect.count'", "quantiles": "'expect.people'"}.get(says, "'expect.value'")
    for name, found, most in (("error", error, require.error), ("relative error", relative, require.rel_error)):
        if most is not None and found is None:
            out.append(f"no forecast of the {name} without {needs}")
        elif most is not None and found is not None and found > most:
            out.append(f"{name} {figure(found)} is above {most}")
    highest = max((part.threshold for part in parts if part.threshold is not None), default=None)
    if require.threshold is not None and highest is not None and highest > require.threshold:
        out.append(f"threshold {highest} is above {require.threshold}")
    return out


def figure(value: float) -> str:
    """Three digits, never rounded to look better than it is by more than that."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
