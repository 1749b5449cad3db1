"""What is no mistake in a policy and probably not meant: parts that do nothing, and what nothing looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from policies.globs import covers
from policies.nodes import Mark, diagnostic
from policies.patterns import is_slow
from policies.policy import OverrideUse, Policy, StepUse
from policies.severity import is_national
from recording.errors import Diagnostic

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Lint:
    """Something to look at: a ``warning`` is most likely not meant, a ``note`` is good to know."""

    level: Level
    diagnostic: Diagnostic


def lint(policy: Policy) -> list[Lint]:
    """Everything worth a look, by place."""
    found = (
        *_untouched(policy),
        *_labels(policy),
        *_patterns(policy),
        *_overrides(policy),
        *_budget(policy),
        *_tests(policy),
    )
    return sorted(found, key=_place)


def _place(one: Lint) -> Diagnostic:
    return one.diagnostic


def _lint(level: Level, mark: Mark, code: str, message: str, hint: str) -> Lint:
    return Lint(level, diagnostic(mark, code, message, hint))


def _untouched(policy: Policy) -> Iterator[Lint]:
    """Kinds of events that leave as they were recorded."""
    top = Mark(policy.sources[0].file, 1, 1)
    gives = {capability for use in policy.uses() for capability in use.spec.gives}
    if not {"text", "passage"} & gives:
        said = "keys, clipboard and texts leave as they were recorded: no step looks for anything in them"
        yield _lint("warning", top, "untouched-text", said, "add a step such as text.pii under 'find'")
    if not {"screen", "region"} & gives:
        dropped = bool(policy.find)
        said = "no frame leaves: no step reads screens" if dropped else "frames leave as they were captured"
        hint = "add screen.text under 'find' and 'change: screen:'"
        yield _lint("note" if dropped else "warning", top, "untouched-frames", said, hint)
    if "timing.change" not in gives:
        said = "times between keys leave as they were recorded, and tell who types"
        yield _lint("note", top, "untouched-timing", said, "add 'change: timing: {use: resample}'")
    if "mouse.change" not in gives:
        said = "mouse paths leave as they were recorded"
        yield _lint("note", top, "untouched-mouse", said, "add 'change: mouse: {use: smooth}'")


def _declared(uses: Iterable[StepUse]) -> tuple[set[str], bool]:
    """Labels that steps say they find, and whether each of them says so."""
    labels: set[str] = set()
    complete = True
    for use in uses:
        named = [getattr(use.options, key, None) for key in ("entities", "labels", "label")]
        told = [[value] if isinstance(value, str) else value for value in named if isinstance(value, str | tuple)]
        labels.update(str(label) for some in told for label in some)
        complete = complete and bool(told)
    return labels, complete


def _labels(policy: Policy) -> Iterator[Lint]:
    """Operators and severities of labels that nothing finds, and labels that are found and left everywhere."""
    finding = (*policy.find, *(use for override in policy.overrides for use in override.find))
    labels, complete = _declared(finding)
    for label, use in policy.change.items():
        if label.isupper() and label not in labels and (complete or is_national(label)):
            hint = "remove it, or list the label where something looks for it"
            yield _lint("warning", use.mark, "never-found", "no step looks for this label", hint)
    for override in policy.overrides:
        everywhere = all(
            any(covers(pattern, "*") for pattern in patterns)
            for patterns in (override.when.app, override.when.site, override.when.field, override.when.window)
            if patterns
        )
        severe = sorted(label for label in override.ignore if policy.severity(label) in {"high", "critical"})
        if severe:
            said = f"values of high severity stay there: {', '.join(severe)}"
            hint = "look for them less widely, allow single values, or say a lower severity"
            yield _lint("warning", override.mark, "severe-ignored", said, hint)
        if everywhere and override.ignore:
            said = "what is found under these labels is changed nowhere that has a name"
            yield _lint("warning", override.mark, "found-never-changed", said, "narrow 'when', or stop looking for it")


def _patterns(policy: Policy) -> Iterator[Lint]:
    """Regular expressions that some text keeps busy until their time is up: what holds such a text is withheld."""
    for use in (*policy.find, *(use for override in policy.overrides for use in override.find)):
        written: Sequence[str] = getattr(use.options, "patterns", ())
        slow = [number for number, pattern in enumerate(written, start=1) if _is_slow(pattern)]
        if slow:
            said = f"pattern {', '.join(map(str, slow))}: some texts keep it busy until its time is up"
            hint = "avoid repetition in repetition, and parts side by side that take the same characters"
            yield _lint("warning", use.mark, "slow-pattern", said, hint)


def _is_slow(pattern: str) -> bool:
    try:
        return is_slow(pattern)
    except ImportError:  # what the step needs is not installed, and the step says so
        return False


def _overrides(policy: Policy) -> Iterator[Lint]:
    """Overrides that do nothing: in places that are not let in, or where a later one has the last word."""
    for number, override in enumerate(policy.overrides):
        if not (override.find or override.ignore or override.change):
            hint = "give find, ignore or change"
            yield _lint("warning", override.mark, "empty-override", "this override does nothing", hint)
            continue
        barred = _barred(policy, override)
        later = next((one for one in policy.overrides[number + 1 :] if _shadows(one, override)), None)
        if barred:
            said = f"this override is never reached: 'admit.{barred}' lets in nothing that it is for"
            yield _lint("warning", override.mark, "unreachable-override", said, "remove it, or let that place in")
        elif later is not None:
            said = f"this override is never seen: the one on line {later.mark.line} has the last word on all of it"
            yield _lint("warning", override.mark, "unreachable-override", said, "put the wider one first")


def _barred(policy: Policy, override: OverrideUse) -> str:
    """The admit step that keeps out every place the override is for; empty where none surely does."""
    for use in policy.admit:
        column = {"admit.apps": "app", "admit.windows": "window"}.get(use.spec.name)
        wanted: Sequence[str] = getattr(override.when, column) if column else ()
        denied: Sequence[str] = getattr(use.options, "deny", ())
        if wanted and all(any(covers(deny, pattern) for deny in denied) for pattern in wanted):
            return use.spec.name.removeprefix("admit.")
    return ""


def _shadows(later: OverrideUse, earlier: OverrideUse) -> bool:
    """Whether ``later`` holds wherever ``earlier`` does and changes whatever it changes."""
    if earlier.find or earlier.ignore or not set(earlier.change) <= set(later.change):
        return False
    for column in ("app", "site", "field", "window"):
        wide, narrow = getattr(later.when, column), getattr(earlier.when, column)
        if wide and not (narrow and all(any(covers(w, n) for w in wide) for n in narrow)):
            return False
    return True


def _budget(policy: Policy) -> Iterator[Lint]:
    """A budget that does not last."""
    budget = policy.budget
    currency = "rho" if budget.rho is not None else "epsilon"
    prices = [Decimal(str(price)) for use in policy.aggregates if (price := getattr(use.options, currency, None))]
    if not prices:
        return
    price = sum(prices, Decimal(0))
    lasts, planned = int(budget.total // price), budget.planned_releases
    mark = policy.aggregates[0].mark
    hint = f"each costs {price.normalize():f} {currency} of {budget.total.normalize():f}"
    if not lasts:
        yield _lint("warning", mark, "budget-too-small", "the budget does not pay for one release of everything", hint)
    elif planned is not None and lasts < planned:
        said = f"the budget runs out after {lasts} of {planned} planned releases"
        yield _lint("warning", mark, "budget-runs-out", said, hint)
    elif planned is None:
        said = f"the budget pays for {lasts} release{'' if lasts == 1 else 's'} of everything, and then for none"
        yield _lint("note", mark, "budget-lasts", said, "say 'planned_releases' under 'budget' to have it checked")


def _tests(policy: Policy) -> Iterator[Lint]:
    if policy.find and not policy.tests:
        said = "the policy has no tests: nothing shows that it does what it says"
        yield _lint("note", Mark(policy.sources[0].file, 1, 1), "no-tests", said, "add 'tests:' with must_hide")
