"""What would do: the largest setting of each kind with which a refused statistic meets its requirements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dp.epsilon import MAX_EPSILON, MICRO, epsilon_text
from dp.forecast import Forecast, Question, Setting, at, figure, own_setting
from dp.noise import backend_for
from dp.portions import ChooseNoise
from recording.errors import StepFailed


def advise(
    question: Question, found: Forecast, *, left: int | None = None, choose: ChooseNoise = backend_for
) -> Forecast:
    """``found`` with the nearest setting of each kind that would do, all others as they are.

    Args:
        question: The query.
        found: Its forecast.
        left: What the budget still has, in millionths; a price above it is no advice.
        choose: Source of the noise.
    """
    if found.good:
        return found
    own = own_setting(question)

    def good(setting: Setting) -> bool:
        try:
            return at(question, setting, choose).good
        except StepFailed:
            return False

    names, advice = question.names, []
    most = min(MAX_EPSILON * MICRO, left) if left is not None else MAX_EPSILON * MICRO
    price = _least(own.amount, most, _with(good, own, "amount"))
    if price is not None:
        advice.append((found.currency.value, epsilon_text(_rounded_up(price, most))))
    for setting in ("groups", "per_group"):
        value = _most(getattr(own, setting) - 1, _with(good, own, setting)) if setting in names else None
        if value is not None:
            advice.append((names[setting], str(value)))
    if question.grid and "grid" in names:
        factor = _least(1, max(question.grid), _with(good, own, "coarser"))
        if factor is not None:
            advice.append((names["grid"], " x ".join(str(max(1, side // factor)) for side in question.grid)))
    return replace(found, advice=tuple(advice))


def refusal(found: Forecast) -> StepFailed:
    """The error for a statistic that cannot be exact enough. It says nothing of any data."""
    advice = "; or ".join(f"{name}: {value}" for name, value in found.advice)
    would = f"one of these would do: {advice}" if advice else "no single change would do"
    return StepFailed(
        f"the forecast misses what the policy requires: {', '.join(found.unmet)}",
        code="accuracy-unmet",
        hint=f"nothing was charged; {would}",
    )


def summary(found: Forecast) -> str:
    """One line for people."""
    error = "error unknown" if found.error is None else f"95 % within {figure(found.error)} {found.unit}"
    relative = "" if found.rel_error is None else f" ({100 * found.rel_error:.3g} %)"
    shown = [f"from {part.threshold:,} people" for part in found.parts if part.threshold is not None]
    return "; ".join([f"{error}{relative}", *shown])


def _with(good: Callable[[Setting], bool], own: Setting, name: str) -> Callable[[int], bool]:
    def check(value: int) -> bool:
        return good(replace(own, **{name: value}))

    return check


def _least(low: int, high: int, good: Callable[[int], bool]) -> int | None:
    """Smallest number above ``low``, at most ``high``, that is good; all above it are."""
    if high <= low or not good(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def _most(high: int, good: Callable[[int], bool]) -> int | None:
    """Largest number from 1 to ``high`` that is good; all below it are."""
    if high < 1 or not good(1):
        return None
    low = 1
    high += 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return low


def _rounded_up(price: int, most: int) -> int:
    """To three digits, which read better, unless the budget has not that much left."""
    unit = int(10 ** max(0, len(str(price)) - 3))
    return min(-(-price // unit) * unit, most)
