"""Read YAML with the line of every value, and hand it to pydantic.

A `Document` is plain data (dict, list, str, int, float, bool, date, None) beside a map from each value's path to
its line, so that a fault found later, by pydantic or by a rule of our own, names file and line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_origin

import pydantic
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dq.errors import DqError, Problem, did_you_mean

Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=pydantic.BaseModel)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser is twenty times faster
    """PyYAML's parser with the plain scalars of YAML 1.2: ``no`` and ``on`` are text, ``012`` is no octal number."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?[0-9][0-9_]*", [*"-+0123456789"]),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", [*"-+.0123456789"]),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", [*"0123456789"]),
    ("merge", r"<<", ["<"]),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), _first)


@dataclass(frozen=True)
class Document:
    """One YAML file: its data, and the line on which each path begins."""

    path: Path
    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

    def line(self, location: Location) -> int:
        """Line of the value at `location`, or of the nearest value that encloses it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def problem(self, location: Location, message: str, *, subject: str = "", fix: str = "") -> Problem:
        """A problem at `location` in this file."""
        return Problem(str(self.path), self.line(location), subject, message, fix)


def read(path: Path, *, text_below: Iterable[str] = ()) -> Document:
    """Read a YAML file.

    Below a key named in `text_below` every scalar stays the text that was written (``01`` is not 1), blank is
    None: examples are rows of a file, and a file holds text. Raises `DqError` with the line when the file is not
    there, is not UTF-8, is not YAML, or repeats a key.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DqError(Problem(str(path), message="The file does not exist.")) from None
    except UnicodeDecodeError:
        raise DqError(Problem(str(path), message="The file is not UTF-8.", fix="Save it as UTF-8.")) from None
    try:
        root = yaml.compose(source, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = str(getattr(error, "problem", None) or "not valid YAML")
        line = mark.line + 1 if mark is not None else 1
        fix = "Check the indentation, and put quotes round text that holds ': ' or begins with a special character."
        raise DqError(Problem(str(path), line, "", f"This is not valid YAML: {what}.", fix)) from None
    document = Document(path, None, {})
    problems: list[Problem] = []
    data = None if root is None else _plain(root, (), document, frozenset(text_below), False, problems)
    if problems:
        raise DqError(problems)
    return Document(path, data, document.lines)


_DEEPEST = 30


def _plain(
    node: Node,
    location: Location,
    document: Document,
    text_below: frozenset[str],
    as_text: bool,
    problems: list[Problem],
) -> Any:
    document.lines[location] = node.start_mark.line + 1
    if len(location) > _DEEPEST:
        line = document.lines[location]
        problems.append(Problem(str(document.path), line, "", "This is nested too deeply.", "Does an alias hold itself?"))
        return None
    if isinstance(node, MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*location, key)
            if key in mapping:
                line = key_node.start_mark.line + 1
                problems.append(Problem(str(document.path), line, "", f"The key {key!r} stands here twice."))
            below = as_text or key in text_below
            mapping[key] = _plain(value_node, here, document, text_below, below, problems)
            document.lines[here] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, SequenceNode):
        return [_plain(item, (*location, index), document, text_below, as_text, problems) for index, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node, as_text)


_KINDS: dict[str, Callable[[str], Any]] = {
    "int": lambda text: int(text.replace("_", ""), 0) if re.fullmatch(r"[-+]?(0|[1-9][\d_]*)", text) else text,
    "float": lambda text: float(text.replace("_", "")) if re.search(r"\d", text) else text,
    "bool": lambda text: text.lower() == "true",
    "timestamp": lambda text: dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text,
}


def _scalar(node: ScalarNode, as_text: bool) -> Any:
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if as_text or kind not in _KINDS:
        return node.value
    try:
        return _KINDS[kind](node.value)
    except ValueError:
        return node.value


def validate(model: type[Model], document: Document, data: Any = None, at: Location = ()) -> Model:
    """Build `model` from a document (or a part of it), turning pydantic's errors into problems with lines.

    Raises `DqError` holding every fault at once, unknown keys with a did-you-mean.
    """
    try:
        return model.model_validate(document.data if data is None and not at else data)
    except pydantic.ValidationError as error:
        raise DqError([_problem(model, document, at, detail) for detail in error.errors()]) from None


def _problem(model: type[pydantic.BaseModel], document: Document, at: Location, detail: Any) -> Problem:
    location: Location = (*at, *detail["loc"])
    name = str(location[-1]) if location else model.__name__
    if detail["type"] == "extra_forbidden":
        known = _fields_at(model, detail["loc"][:-1])
        fix = did_you_mean(name, known) or ("Known here: " + ", ".join(sorted(known)) + "." if known else "")
        return document.problem(location, f"{name!r} is not known here.", fix=fix)
    if detail["type"] == "missing":
        return document.problem(location, f"{name!r} is missing.")
    message = str(detail["msg"]).removeprefix("Value error, ")
    choices = re.findall("'([^']*)'", str(detail.get("ctx", {}).get("expected", ""))) if detail["type"] == "literal_error" else []
    return document.problem(location, f"{name}: {message}.".replace("..", "."), fix=did_you_mean(str(detail["input"]), choices))


def _fields_at(model: type[pydantic.BaseModel], location: Location) -> list[str]:
    """Field names of the model that stands at `location` below `model`, as far as the annotations tell."""
    current: Any = model
    steps = iter(location)
    for step in steps:
        if isinstance(current, type) and issubclass(current, pydantic.BaseModel):
            info = _by_alias(current).get(str(step))
            if info is None:
                continue
            current = _inner(info.annotation)
            if get_origin(info.annotation) in (dict, list, tuple):
                next(steps, None)  # a name or a place in the list, not a field, though it may be called like one
    return list(_by_alias(current)) if isinstance(current, type) and issubclass(current, pydantic.BaseModel) else []


def _by_alias(model: type[pydantic.BaseModel]) -> dict[str, Any]:
    written = {name: info.validation_alias for name, info in model.model_fields.items()}
    return {alias if isinstance(alias, str) else name: model.model_fields[name] for name, alias in written.items()}


def _inner(annotation: Any) -> Any:
    """The pydantic model inside ``list[Model]``, ``dict[str, Model]`` or ``Model | None``, else the annotation."""
    arguments = getattr(annotation, "__args__", ())
    for argument in arguments:
        found = _inner(argument)
        if isinstance(found, type) and issubclass(found, pydantic.BaseModel):
            return found
    return annotation
