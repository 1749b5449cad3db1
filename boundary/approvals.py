"""Only what was approved may run: a policy against the log of its reviews."""

from __future__ import annotations

from pathlib import Path

from boundary.review.case import Approval, case_of
from boundary.review.log import LOG, read_log
from policies import Policy
from recording.errors import ApprovalMissing


def require_approved(policy: Policy, approvals: str | Path) -> Approval:
    """The newest approval in force of exactly this policy, with the lists and models it names.

    Args:
        approvals: The log that ``boundary review`` writes, or its folder.

    Raises:
        ApprovalMissing: There is none, or there is no log.
        InputError: The log was changed, is older than it was, or cannot be read.
    """
    file = Path(approvals)
    file = file / LOG if file.is_dir() else file
    if not file.is_file():
        message = "there is no log of reviews here"
        raise ApprovalMissing(message, code="no-review-log", place=str(file), hint="boundary review makes one")
    case = case_of(read_log(file), policy.name, file)
    found = [one for one in case.approved if one.version.digest == policy.digest]
    if found:
        return found[-1]
    if case.approved:
        message = "another version of the policy is approved, or it with other lists"
        hint = "have this one approved: boundary review"
    else:
        message, hint = "no version of the policy is approved", "have it approved: boundary review"
    raise ApprovalMissing(message, code="not-approved", place=policy.sources[0].file, hint=hint)
