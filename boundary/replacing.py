"""What takes the place of a value, wherever in the recording it stands: in keys, texts, and on frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from boundary.deciding import Decision
from boundary.findings import Session
from boundary.link import NOT_LINKED
from boundary.plan import Plan
from policies.contract import Operator, SessionOperator
from recording.errors import StepFailed
from text_redact.known import EXACT, KnownValues, find_known
from text_redact.operators import tells


@dataclass(frozen=True, slots=True)
class Replacing:
    """The operators of a plan, made for one session.

    Attributes:
        operators: As the plan names them.
        known: What is sensitive anywhere in the session: no replacement may hold any of it.
    """

    plan: Plan
    operators: Mapping[str, Operator] = field(repr=False)
    known: KnownValues = field(repr=False)

    def __call__(self, decision: Decision, value: str) -> str:
        """The replacement of a value that was decided on.

        Raises:
            StepFailed: ``operator-leaks``: the operator gives the value back.
        """
        label = decision.finding.label
        text = _named(self.operators, decision.operator)(label, value)
        told = tells(text, value)
        # "[PASSWORD]" holds the password "password" by chance: what is said of any value in any session tells nothing.
        said_of_any = _named(self.plan.operators, decision.operator)(label, "x" * len(value)) == text
        if (told or self.tells_another(text)) and not said_of_any:
            if told:
                raise StepFailed("an operator gives the value back", code="operator-leaks", hint="use another operator")
            text = f"[{label}]"
        return text

    def tells_another(self, text: str) -> bool:
        """Whether a replacement holds a value of the session: a date may be moved onto one that stands elsewhere."""
        return any(hit.score >= EXACT for hit in find_known(text, self.known))


def _named(operators: Mapping[str, Operator], name: str) -> Operator:
    return operators.get(name) or operators["default"]


def replacing(
    session: Session, decisions: Sequence[Decision], known: KnownValues, plan: Plan, person: str | None
) -> Replacing:
    """The plan's operators, those that must know a session made for this one.

    Args:
        decisions: Whatever is replaced; session operators are told the values.
        known: What is sensitive anywhere in the session.
        person: Whose recording it is, for operators that treat each person's values alike.
    """
    values = _values(session, decisions, known)
    operators = {
        label: made.for_session(values, person) if isinstance(made, SessionOperator) else made
        for label, made in plan.operators.items()
    }
    return Replacing(plan, operators, known)


def _values(session: Session, decisions: Iterable[Decision], known: KnownValues) -> list[tuple[str, str]]:
    """Label and text of everything that is sensitive; what is sensitive for where it stands alone says nothing."""
    places = [(decision.value(session.passages[decision.passage].text), decision) for decision in decisions]
    found = ((decision.finding.label, text) for text, decision in places if decision.finding.label not in NOT_LINKED)
    return list(dict.fromkeys((*found, *((value.label, value.value) for value in known))))
