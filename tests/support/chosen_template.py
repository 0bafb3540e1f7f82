"""The template with the parameters that somebody chose: which resources it makes, with which values, and its refusals.

Conditions and rules are evaluated as CloudFormation does it; what only a deployment tells stays as ``<Name>`` or
``<Name.Attribute>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

NOTHING = object()
"""What ``AWS::NoValue`` becomes; a list or a mapping leaves it out."""


@dataclass(frozen=True)
class ChosenTemplate:
    """A template and the parameters that are given; all others have their defaults."""

    source: dict[str, Any]
    given: dict[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        defaults = {name: str(each.get("Default", "")) for name, each in self.source["Parameters"].items()}
        assert self.given.keys() <= defaults.keys()
        return defaults | self.given

    def refusals(self) -> list[str]:
        """Return what CloudFormation says of parameters that do not go together or have the wrong form."""
        said = [
            f"{name}: {parameter.get('ConstraintDescription', 'pattern')}"
            for name, parameter in self.source["Parameters"].items()
            if not re.fullmatch(parameter.get("AllowedPattern", "(?s:.*)"), self.parameters[name])
        ]
        rules = [rule for rule in self.source["Rules"].values() if self._applies(rule)]
        asserted = [each for rule in rules for each in rule["Assertions"]]
        return said + [each["AssertDescription"] for each in asserted if not self.is_true(each["Assert"])]

    def _applies(self, rule: dict[str, Any]) -> bool:
        return "RuleCondition" not in rule or self.is_true(rule["RuleCondition"])

    def is_true(self, node: Any) -> bool:
        """Evaluate a condition function."""
        ((name, argument),) = node.items()
        if name == "Condition":
            return self.is_true(self.source["Conditions"][argument])
        if name == "Fn::Not":
            return not self.is_true(argument[0])
        if name in {"Fn::And", "Fn::Or"}:
            return (all if name == "Fn::And" else any)(map(self.is_true, argument))
        if name == "Fn::Equals":
            left, right = map(self.value, argument)
            return left == right
        raise NotImplementedError(name)

    def resource(self, name: str) -> dict[str, Any] | None:
        """Return the properties of a resource, None where its condition does not hold."""
        resource = self.source["Resources"][name]
        if "Condition" in resource and not self.is_true({"Condition": resource["Condition"]}):
            return None
        return self.value(resource["Properties"])

    def outputs(self) -> dict[str, Any]:
        """Return the outputs that there are."""
        return {
            name: self.value(each["Value"])
            for name, each in self.source["Outputs"].items()
            if "Condition" not in each or self.is_true({"Condition": each["Condition"]})
        }

    def value(self, node: Any) -> Any:
        """Return a piece of the template with its functions replaced."""
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        values = {key: self.value(each) for key, each in node.items()}
        return {key: each for key, each in values.items() if each is not NOTHING}

    def _function(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return NOTHING if argument == "AWS::NoValue" else self.parameters.get(argument, f"<{argument}>")
        if name == "Fn::If":
            condition, if_true, if_false = argument
            return self.value(if_true if self.is_true({"Condition": condition}) else if_false)
        if name == "Fn::GetAtt":
            return f"<{argument if isinstance(argument, str) else '.'.join(argument)}>"
        if name == "Fn::Sub":
            return self._substituted(argument)
        arguments = self.value(argument)
        if name == "Fn::Join":
            return arguments[0].join(arguments[1])
        if name == "Fn::Split":
            return arguments[1].split(arguments[0])
        if name == "Fn::Select":
            return arguments[1][min(int(arguments[0]), len(arguments[1]) - 1)]
        raise NotImplementedError(name)

    def _substituted(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})
        known = self.parameters | {name: self.value(each) for name, each in variables.items()}
        return re.sub(r"\$\{([^!}][^}]*)\}", lambda match: str(known.get(match[1], f"<{match[1]}>")), text)
