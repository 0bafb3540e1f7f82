"""Roles: which functions may read the connections' secrets, as IAM itself judges it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.doctor.account import Reader

READ = "ssm:GetParameter"
SAMPLES = ("email/support", "facebook/support")
"""Names below the connections' path: a function that needs secrets of one channel alone may read only those."""


def readers(iam: Any, functions: Sequence[tuple[str, str, bool]], parameters: str) -> list[Reader]:
    """Return who may read secrets; ``functions`` with their role and whether they are told where secrets are.

    ``parameters`` is the ARN of the connections' path.
    """
    arns = [f"{parameters}/{each}" for each in SAMPLES]
    return [Reader(name, needs, _may(iam, role, arns)) for name, role, needs in functions]


def _may(iam: Any, role: str, arns: Sequence[str]) -> bool:
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[READ], ResourceArns=list(arns))
    results = answer["EvaluationResults"]
    specific = [part["EvalResourceDecision"] for each in results for part in each.get("ResourceSpecificResults", [])]
    return "allowed" in [*specific, *(each["EvalDecision"] for each in results)]
