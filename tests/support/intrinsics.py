"""CloudFormation's functions in a template, replaced by values; what a name or an attribute is, a subclass says."""

from __future__ import annotations

import re
from typing import Any

NOTHING = object()
"""The value of ``AWS::NoValue``; a list or a mapping leaves it out."""


class Intrinsics:
    """Replaces functions in a piece of a template."""

    def value(self, node: Any) -> Any:
        """Return a piece of the template with its functions replaced. Raises ``LookupError`` for an unknown one."""
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return self.reference(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        values = {key: self.value(each) for key, each in node.items()}
        return {key: each for key, each in values.items() if each is not NOTHING}

    def reference(self, name: str) -> Any:
        """Return what ``Ref`` stands for, ``NOTHING`` for no value."""
        raise LookupError(name)

    def attribute(self, resource: str, attribute: str) -> str:
        """Return what ``Fn::GetAtt`` stands for."""
        raise LookupError(f"{resource}.{attribute}")

    def choice(self, condition: str, if_true: Any, if_false: Any) -> Any:
        """Return what ``Fn::If`` stands for."""
        raise LookupError(condition)

    def _function(self, name: str, argument: Any) -> Any:
        if name == "If":
            return self.choice(*argument)
        if name == "Sub":
            return self._substituted(argument)
        if name == "GetAtt":
            return self.attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
        arguments = self.value(argument)
        if name == "Join":
            return arguments[0].join(arguments[1])
        if name == "Split":
            return arguments[1].split(arguments[0])
        if name == "Select":
            return self.selected(int(arguments[0]), arguments[1])
        raise LookupError(f"Fn::{name} is not known here")

    def selected(self, place: int, values: list[Any]) -> Any:
        """Return what ``Fn::Select`` stands for."""
        return values[place]

    def _substituted(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in variables:
                return str(self.value(variables[name]))
            resource, _, attribute = name.partition(".")
            return str(self.attribute(resource, attribute) if attribute else self.reference(name))

        return re.sub(r"\$\{([^!}][^}]*)\}", value, text)
