"""Breaks one step of a built plan, for the recordings that bear a mark and for no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from boundary.counting import Count, count
from boundary.plan import Detectors, Plan
from boundary.worker import Job, Setup, run_job
from recording.errors import StepFailed

MARK = "Zanzibar"
"""A harmless word that the recordings to be broken hold in their typed text, and that every step lets pass."""
MAGENTA = (255, 0, 255)
"""Left upper pixel of their screens, blue, green, red."""

Mishap = Callable[[str], None]
"""What happens inside a step, told the secret that the step sees."""


def raises(secret: str) -> None:
    """A library quotes what it chokes on."""
    raise ValueError(f"cannot parse {secret}")


def refuses(secret: str) -> None:
    """A careless step puts content into every part of an error of ours."""
    raise StepFailed(f"cannot parse {secret}", code=secret, place=secret, hint=secret)


def eats_memory(secret: str) -> None:
    """The machine has no more memory."""
    raise MemoryError(secret)


def lacks_library(secret: str) -> None:
    """A model is loaded at first use and is not there."""
    raise ModuleNotFoundError(f"no module for {secret}", name=secret)


@dataclass
class Clock:
    """Stands in for the module ``time``: a step can let hours pass at once."""

    now: float = 0.0

    def monotonic(self) -> float:
        """Seconds, as `time.monotonic` counts them."""
        return self.now

    def time_ns(self) -> int:
        """Nanoseconds, as `time.time_ns` counts them."""
        return int(self.now * 1e9)

    def passes(self, secret: str) -> None:
        """The step takes a day."""
        self.now += 86_400


@dataclass
class Breaking:
    """A built step that has a mishap when it sees the mark."""

    step: Any
    mishap: Mishap
    sees: Callable[..., bool]
    secret: str

    def __call__(self, *args: Any, **named: Any) -> Any:
        """What the step does, unless it sees the mark."""
        if self.sees(*args, **named):
            self.mishap(self.secret)
        return self.step(*args, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.step, name)


class BreakingSession:
    """The same for a step that opens sessions, whose ``read`` does the work."""

    def __init__(self, step: Any, mishap: Mishap, sees: Callable[..., bool], secret: str) -> None:
        self.step = step
        self.broken = mishap, sees, secret

    def session(self, **named: Any) -> Any:
        """A session that has the mishap."""
        return BreakingMethod(self.step.session(**named), *self.broken, "read")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.step, name)


class BreakingMethod:
    """The same for a step whose work is a method."""

    def __init__(self, step: Any, mishap: Mishap, sees: Callable[..., bool], secret: str, method: str) -> None:
        self.step = step
        setattr(self, method, Breaking(getattr(step, method), mishap, sees, secret))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.step, name)


def _text(secret: str) -> Callable[[str], bool]:
    return lambda text: MARK in text or secret in text


def _admit(recording: Any, person: str | None) -> bool:
    return any(MARK in str(field.text) for field in recording.fields)


def _passage(passage: Any) -> bool:
    return MARK in passage.text


def _pixels(pixels: Any, *_: Any, **__: Any) -> bool:
    return tuple(pixels[0, 0].tolist()) == MAGENTA


def _screen(screen: Any) -> bool:
    return any(MARK in line.text for line in screen.lines)


def _events(events: Any, *_: Any, **__: Any) -> bool:
    return MARK in events["app"].to_pylist()


STEPS = (
    "admit.consent", "admit.apps", "admit.windows", "text.roles", "text.pii", "text.secrets", "text.list",
    "screen.text", "screen.text.always", "link.session", "operator", "cover", "text.reread", "screen.reread",
    "dp.count_events",
)  # fmt: skip
"""Every step of the full policy, and the operators as one."""


def broken(plan: Plan, step: str, mishap: Mishap, secret: str) -> Plan:
    """The plan with one step that has a mishap with marked recordings."""
    if step.startswith("admit."):
        uses = zip(plan.policy.admit, plan.admit, strict=True)
        admit = (Breaking(made, mishap, _admit, secret) if use.spec.name == step else made for use, made in uses)
        return replace(plan, admit=tuple(admit))
    if step in PARTS:
        name, part = PARTS[step](plan, mishap, secret)
        return replace(plan, **{name: part})
    text, passage = (
        tuple((use, Breaking(made, mishap, sees, secret) if use.spec.name == step else made) for use, made in group)
        for group, sees in ((plan.detectors.text, _text(secret)), (plan.detectors.passage, _passage))
    )
    return replace(plan, detectors=Detectors(text, passage))


PARTS: dict[str, Callable[[Plan, Mishap, str], tuple[str, Any]]] = {
    "screen.text": lambda plan, mishap, secret: (
        "reader",
        BreakingSession(plan.reader, mishap, _pixels, secret),
    ),
    "screen.text.always": lambda plan, mishap, secret: (
        "reader",
        BreakingMethod(plan.reader, mishap, _screen, secret, "always"),
    ),
    "link.session": lambda plan, mishap, secret: (
        "link",
        Breaking(plan.link, mishap, lambda found: any(secret in value for _, value in found), secret),
    ),
    "operator": lambda plan, mishap, secret: (
        "operators",
        {
            label: Breaking(made, mishap, lambda _, value: secret in value, secret)
            for label, made in plan.operators.items()
        },
    ),
    "cover": lambda plan, mishap, secret: ("coverer", Breaking(plan.coverer, mishap, _pixels, secret)),
    "text.reread": lambda plan, mishap, secret: (
        "reread_text",
        tuple(Breaking(made, mishap, _text(secret), secret) for made in plan.reread_text),
    ),
    "screen.reread": lambda plan, mishap, secret: (
        "reread_screen",
        BreakingSession(plan.reread_screen, mishap, _pixels, secret),
    ),
    "dp.count_events": lambda plan, mishap, secret: (
        "aggregates",
        tuple(BreakingMethod(made, mishap, _events, secret, "tally") for made in plan.aggregates),
    ),
}
"""The part of a plan that a step is, and what it is when broken."""


class Here:
    """Stands in for worker processes, so that a broken plan need not cross a process border."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def run(self, job: Job) -> Any:
        """The outcome of one job."""
        policy = self.plan.policy
        return run_job(job, Setup(policy.sources, policy.folder, self.plan.key))

    def outcomes(
        self, jobs: Iterable[tuple[int, Job]], *, check: Callable[[], None], alone: bool = False
    ) -> Iterator[tuple[int, Any]]:
        """Number and outcome of every job, one after the other."""
        for number, job in jobs:
            check()
            yield number, self.run(job)

    def count(self, job: Count) -> Any:
        """What one recording or table adds."""
        return count(job, self.plan)
