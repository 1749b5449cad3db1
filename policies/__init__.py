"""The policy language: what a reviewer writes, checked and made ready for the steps that carry it out."""

from policies.contract import BuildContext, Operator, Options, PassageDetector, Phase, StepSpec, TextDetector
from policies.load import load_policy, parse_policy, shipped
from policies.policy import Policy, PolicySource, StepUse

__all__ = [
    "BuildContext",
    "Operator",
    "Options",
    "PassageDetector",
    "Phase",
    "Policy",
    "PolicySource",
    "StepSpec",
    "StepUse",
    "TextDetector",
    "load_policy",
    "parse_policy",
    "shipped",
]
