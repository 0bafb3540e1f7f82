"""The template with the parameters that somebody chose: which resources it makes, with which values, and its refusals.

Conditions and rules are evaluated as CloudFormation does it; what only a deployment tells stays as ``<Name>`` or
``<Name.Attribute>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.intrinsics import NOTHING, Intrinsics


@dataclass(frozen=True)
class ChosenTemplate(Intrinsics):
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
        raise LookupError(f"{name} is no condition that is known here")

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

    def reference(self, name: str) -> Any:
        return NOTHING if name == "AWS::NoValue" else self.parameters.get(name, f"<{name}>")

    def attribute(self, resource: str, attribute: str) -> str:
        return f"<{resource}.{attribute}>"

    def choice(self, condition: str, if_true: Any, if_false: Any) -> Any:
        return self.value(if_true if self.is_true({"Condition": condition}) else if_false)

    def selected(self, place: int, values: list[Any]) -> Any:
        # What only a deployment tells may have fewer parts here.
        return values[min(place, len(values) - 1)]
