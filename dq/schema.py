"""JSON Schema of a rule file and of a measures file, made from the models and from the checks' signatures."""

from __future__ import annotations

import inspect
from typing import Any

from dq.checks import CHECKS, Check
from dq.measures import measure_schema
from dq.rules import rule_schema, switch_off_schema


def rule_file_schema() -> dict[str, Any]:
    """Schema of a theme file: `theme:`, `note:` and a list of rules, each with exactly one check or `flags:`."""
    rule = rule_schema()
    definitions = rule.pop("$defs", {})
    for name, check in CHECKS.items():
        rule["properties"][name] = _check_schema(check)
    rule["additionalProperties"] = False
    rule["oneOf"] = [{"required": [name]} for name in (*CHECKS, "flags")]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of a dq pack",
        "type": "object",
        "additionalProperties": False,
        "required": ["rules"],
        "properties": {
            "theme": {"type": "string", "description": "What the rules of this file are about."},
            "note": {"type": "string"},
            "rules": {"type": "array", "items": {"if": {"required": ["disable"]}, "then": switch_off_schema(), "else": rule}},
        },
        "$defs": definitions,
    }


def measure_file_schema() -> dict[str, Any]:
    """Schema of a measures.yaml: `note:` and a list of measures."""
    measure = measure_schema()
    definitions = measure.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Measures of a dq pack",
        "type": "object",
        "additionalProperties": False,
        "required": ["measures"],
        "properties": {"note": {"type": "string"}, "measures": {"type": "array", "items": measure}},
        "$defs": definitions,
    }


def _check_schema(check: Check) -> dict[str, Any]:
    """The long form (parameters by name) or the short form (the first parameter alone)."""
    properties = {name.removesuffix("_"): _or_one(check.types[name].json_schema()) for name in check.parameters}
    required = [
        name.removesuffix("_") for name, parameter in check.parameters.items() if parameter.default is inspect.Parameter.empty
    ]
    long = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    short = [properties[check.first.removesuffix("_")]] if len(required) <= 1 else []
    choices: list[dict[str, Any]] = [long, *short]
    return {"description": check.documentation, "anyOf": choices}


def _or_one(schema: dict[str, Any]) -> dict[str, Any]:
    """A list of names may be written as one name."""
    if schema.get("type") == "array":
        return {"anyOf": [schema, {"type": "string"}]}
    if "anyOf" in schema:
        choices = schema["anyOf"] + [{"type": "string"}] * any(each.get("type") == "array" for each in schema["anyOf"])
        return {**schema, "anyOf": choices}
    return schema
