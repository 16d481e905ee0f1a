"""A template as CloudFormation reads it: YAML with its tags, and its functions worked out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.template import template

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/my-pool/5f3c9a10-0a1b-11f0-9a2b-0a1b2c"
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackId": STACK,
    "AWS::URLSuffix": "amazonaws.com",
}


class _Loader(yaml.CSafeLoader):
    """SafeLoader (in C, for speed), and the short forms of CloudFormation's functions."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    else:
        assert isinstance(node, yaml.SequenceNode)
        value = loader.construct_sequence(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)


def load(text: str) -> dict[str, Any]:
    """The template as data, its functions in their long form."""
    found: dict[str, Any] = yaml.load(text, _Loader)
    return found


class Stack:
    """A template with parameters, as deployed: every function has its value."""

    def __init__(
        self,
        options: PoolOptions,
        parameters: Mapping[str, str] | None = None,
        pseudo: Mapping[str, str] | None = None,
    ) -> None:
        self.template = load(template(options))
        self._pseudo = {**PSEUDO, **(pseudo or {})}
        self._parameters: dict[str, Any] = {}
        for name, item in self.template["Parameters"].items():
            text = (parameters or {}).get(name, item["Default"])
            listed = item["Type"] == "CommaDelimitedList"
            self._parameters[name] = text.split(",") if listed else text
        self.resources: dict[str, Any] = {
            name: {**item, "Properties": self.value(item["Properties"])}
            for name, item in self.template["Resources"].items()
        }
        self.outputs: dict[str, str] = {
            name: self.value(item["Value"]) for name, item in self.template["Outputs"].items()
        }

    def properties(self, name: str) -> dict[str, Any]:
        """Those of one resource."""
        found: dict[str, Any] = self.resources[name]["Properties"]
        return found

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by their logical ids."""
        return {
            name: item["Properties"]
            for name, item in self.resources.items()
            if item["Type"] == f"AWS::{kind}"
        }

    def value(self, node: Any) -> Any:
        """What CloudFormation makes of a value."""
        if isinstance(node, list):
            return [self.value(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        return {key: self.value(item) for key, item in node.items()}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return f"<{argument}>"
            case "Fn::If":
                condition, yes, no = argument
                chosen = self.value(self.template["Conditions"][condition])
                return self.value(yes if chosen else no)
            case "Fn::Sub":
                return self._sub(argument)
        first, second = self.value(argument)
        match name:
            case "Fn::Equals":
                return first == second
            case "Fn::Join":
                return first.join(second)
            case "Fn::Select":
                return second[first]
            case "Fn::Split":
                return second.split(first)
        raise AssertionError(f"no function {name}")

    def _ref(self, name: str) -> Any:
        if name == "UserPoolDomain":  # the only resource whose Ref is a value of its own
            return self.value(self.template["Resources"][name]["Properties"]["Domain"])
        found: dict[str, Any] = {**self._pseudo, **self._parameters}
        assert name in found or name in self.template["Resources"], name
        return found.get(name, f"<{name}>")

    def _sub(self, argument: Any) -> str:
        text, more = argument if isinstance(argument, list) else (argument, {})
        values = self.value(more)
        filled = re.sub(r"\$\{([\w:]+)\}", lambda m: values.get(m[1]) or self._ref(m[1]), text)
        return filled.replace("${!", "${")
