"""The front door: ``from boundary import Stage``."""

from boundary.outcome import Outcome, Release, Report, Withheld
from boundary.stage import Stage
from policies import Policy, load_policy
from recording.errors import (
    ApprovalMissing,
    BoundaryError,
    BudgetExceeded,
    InputError,
    MissingExtra,
    PolicyError,
    StepFailed,
)

__all__ = [
    "ApprovalMissing",
    "BoundaryError",
    "BudgetExceeded",
    "InputError",
    "MissingExtra",
    "Outcome",
    "Policy",
    "PolicyError",
    "Release",
    "Report",
    "Stage",
    "StepFailed",
    "Withheld",
    "load_policy",
]
