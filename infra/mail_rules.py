"""Receiving by Amazon SES: which rule set is active, and what is left of one that a stack had.

An account has one active rule set in a region. CloudFormation neither activates one nor can it delete the active one
(https://docs.aws.amazon.com/ses/latest/APIReference/API_DeleteReceiptRuleSet.html), so a stack keeps its rule set when
it goes, without the rule. ``clear_leftover`` removes that before the stack is deployed again::

    python -m infra.mail_rules dev show|activate|deactivate
"""

from __future__ import annotations

import sys
from typing import Protocol

from infra import profiles, refusals

GONE = ("DELETE_", "CREATE_FAILED")
"""Prefixes of states of resources that a stack does not own any more; ``DELETE_SKIPPED`` means kept."""
OWN_RULE_SET = "MailRuleSet"
"""The logical id of a stack's own rule set in template.yaml."""


class RuleSets(Protocol):
    """The calls of Amazon SES and CloudFormation that are used."""

    def active(self) -> str | None: ...

    def rules(self, name: str) -> list[str] | None: ...

    def activate(self, name: str | None) -> None: ...

    def delete(self, name: str) -> None: ...

    def of_stack(self, stack: str) -> str | None: ...


def clear_leftover(stack: str, rule_sets: RuleSets) -> bool:
    """Remove the rule set that a stack of this name left behind, and return whether there was one.

    Only one with the stack's name, without any rule, that belongs to no stack now is one. If it is still active, it
    receives nothing, so nothing is lost when it is not. One with rules is left as it is: somebody uses it.
    """
    if rule_sets.rules(stack) != [] or rule_sets.of_stack(stack) is not None:
        return False
    if rule_sets.active() == stack:
        rule_sets.activate(None)
    rule_sets.delete(stack)
    return True


def deactivate(stack: str, rule_sets: RuleSets) -> bool:
    """Receive nothing more, if the stack's own rule set is the active one; return whether it was.

    The rule set of somebody else stays active: mails of others would be refused.
    """
    if rule_sets.active() != stack:
        return False
    rule_sets.activate(None)
    return True


def activate(stack: str, rule_sets: RuleSets, *, instead: bool = False) -> str | None:
    """Make the stack's own rule set the active one, and return which was before.

    Raises ``SystemExit`` if the stack has none, or another one with rules is active and nobody said ``instead``.
    """
    if rule_sets.of_stack(stack) is None:
        raise SystemExit(f"{stack} has no rule set of its own: set MailDomain, and leave MailRuleSetName empty.")
    before = rule_sets.active()
    if before not in {None, stack} and rule_sets.rules(str(before)) and not instead:
        raise SystemExit(
            f"{before} is active and has rules. Deploy with MailRuleSetName={before} to add a rule to it, "
            "or say --instead."
        )
    rule_sets.activate(stack)
    return before


class AmazonSes:
    """The rule sets of an account and region."""

    def __init__(self, region: str | None) -> None:
        import boto3

        self._ses = boto3.client("ses", region_name=region)
        self._cloudformation = boto3.client("cloudformation", region_name=region)

    def active(self) -> str | None:
        """Return the name of the active rule set, None if nothing is received."""
        return self._ses.describe_active_receipt_rule_set().get("Metadata", {}).get("Name")

    def rules(self, name: str) -> list[str] | None:
        """Return the names of a rule set's rules, None if there is no such rule set."""
        try:
            return [rule["Name"] for rule in self._ses.describe_receipt_rule_set(RuleSetName=name).get("Rules", [])]
        except self._ses.exceptions.RuleSetDoesNotExistException:
            return None

    def activate(self, name: str | None) -> None:
        """Make a rule set the active one; with None nothing is received."""
        self._ses.set_active_receipt_rule_set(**({"RuleSetName": name} if name else {}))

    def delete(self, name: str) -> None:
        """Delete a rule set that is not active."""
        self._ses.delete_receipt_rule_set(RuleSetName=name)

    def of_stack(self, stack: str) -> str | None:
        """Return the name of the rule set that a stack has made and still owns."""
        try:
            found = self._cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=OWN_RULE_SET)
        except self._cloudformation.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        resource = found["StackResourceDetail"]
        return None if resource["ResourceStatus"].startswith(GONE) else resource["PhysicalResourceId"]


def main() -> None:
    """Show which rule set is active, or change it for the stack of a profile of samconfig.toml."""
    known = {"show", "activate", "deactivate"}
    arguments = [each for each in sys.argv[1:] if each != "--instead"]
    if len(arguments) != 2 or arguments[1] not in known:
        raise SystemExit("python -m infra.mail_rules PROFILE show|activate|deactivate [--instead]")
    chosen = profiles.read(arguments[0])
    with refusals.in_one_line():
        _carry_out(arguments[1], chosen.stack, AmazonSes(chosen.region))


def _carry_out(step: str, stack: str, rule_sets: RuleSets) -> None:
    if step == "activate":
        before = activate(stack, rule_sets, instead="--instead" in sys.argv)
        print(f"{stack} is active now; before it was {before or 'none'}.")
    elif step == "deactivate":
        was = deactivate(stack, rule_sets)
        print("Nothing is received any more." if was else f"{stack} was not active; nothing has changed.")
    else:
        print(f"Active: {rule_sets.active() or 'none'}; of {stack}: {rule_sets.of_stack(stack) or 'none'}.")


if __name__ == "__main__":
    main()
