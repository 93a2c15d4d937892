"""Small changes of a check's parameters: a limit, a setting, a code, a column, a condition, an option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dq.checks import Check
from dq.expression import parse
from dq.expression.reader import Fault
from dq.mutation.trees import TOP, Words, changes, patterns
from dq.rules import Statement


@dataclass(frozen=True)
class Moved:
    """What is moved outside the rule while a mutant is judged: a setting by a number, or a code out of its list."""

    setting: str = ""
    by: int = 0
    codes: str = ""
    code: str = ""


Parts = tuple[str, str, str, str, str, Any, Moved]
"""Part, path, kind, before, after, the check's parameters as they are now, what is moved outside."""
_PAIRS = (("from", "to"), ("start", "end"), ("parent_start", "parent_end"))
_UNITS = {"days": "working_days", "working_days": "days", "months": "days"}
_OTHER_CHARACTERS = {"latin1": "ascii", "ascii": "latin1"}


def parameter_changes(check: Check, statement: Statement, words: Words) -> Iterator[Parts]:
    """Every change of a statement's check, each with the parameters that come of it.

    The weight of `distinct_people` is left alone: it belongs to a trained model, whose own tests speak of it.
    """
    if check.name == "distinct_people":
        return
    value = check.long_form(statement.value)
    whole = check.name in ("assert", "query")
    for raw, parameter in check.parameters.items():
        name = raw.removesuffix("_")
        takes = str(parameter.annotation).removesuffix(" | None")
        part = check.name if whole else f"{check.name} {name}"
        given = value.get(name)
        if takes == "Predicate" and given is not None:
            yield from _predicate(part, value, name, str(given), words, whole)
        elif takes in ("Limit", "int"):
            limit = given if given is not None else _default_limit(check, name, value, words, parameter.default)
            yield from _limit(part, value, name, limit, words)
        elif takes == "bool":
            now = bool(parameter.default if given is None else given)
            yield (
                part,
                TOP,
                "turned",
                f"{name}: {str(now).lower()}",
                f"{name}: {str(not now).lower()}",
                _with(value, name, not now),
                Moved(),
            )
        elif takes in ("ColumnNames", "By") and given is not None:
            yield from _columns(part, value, name, given, check.name)
        elif takes.startswith("tuple") and given is not None:
            yield from _values(part, value, name, list(given))
        elif name == "pattern":
            for kind, pattern in patterns(str(given)):
                yield part, TOP, kind, str(given), pattern, _with(value, name, pattern), Moved()
        elif name == "characters" and given in _OTHER_CHARACTERS:
            other = _OTHER_CHARACTERS[given]
            yield (
                part,
                TOP,
                f"{given} to {other}",
                f"characters: {given}",
                f"characters: {other}",
                _with(value, name, other),
                Moved(),
            )
        elif name in ("on", "unless_blank") and given is not None:
            yield part, TOP, "dropped", f"{name}: {given}", "nothing", _without(value, name), Moved()
    yield from _pairs(check, value)
    if check.name == "within":
        yield from _units(value)
    if check.name in ("one_of", "mapped") and "values" not in value:
        yield from _codes(check, value, words, statement.table)


def _with(value: dict[str, Any], name: str, new: Any) -> dict[str, Any]:
    return {**value, name: new}


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != name}


def _predicate(part: str, value: dict[str, Any], name: str, given: str, words: Words, whole: bool) -> Iterator[Parts]:
    if not whole:
        yield part, TOP, "dropped", given, "nothing", _without(value, name), Moved()
    tree = parse(given)
    if not isinstance(tree, Fault):
        for change in changes(tree, words):
            yield part, change.path, change.kind, change.before, change.after, _with(value, name, change.text), Moved()


def _default_limit(check: Check, name: str, value: dict[str, Any], words: Words, default: Any) -> Any:
    """The limit in force where none is written: the target's, unless the rule gives limits of its own, or the default."""
    if check.name == "fits" and words.table in words.contract.tables:
        if not value.keys().isdisjoint(("length", "precision", "characters")):
            return None
        column = words.contract.tables[words.table].columns.get(str(value.get("column")))
        return getattr(column.target, name, None) if column is not None and column.target is not None else None
    return default if isinstance(default, int) else None


def _limit(part: str, value: dict[str, Any], name: str, limit: Any, words: Words) -> Iterator[Parts]:
    for sign, step in (("+", 1), ("-", -1)):
        if isinstance(limit, int) and limit + step >= 0:
            yield (
                part,
                TOP,
                f"limit {sign} 1",
                f"{name}: {limit}",
                f"{name}: {limit + step}",
                _with(value, name, limit + step),
                Moved(),
            )
        elif isinstance(limit, str) and words.settings.get(limit[1:]) in ("integer", "number"):
            moved = Moved(setting=limit[1:], by=step)
            yield part, TOP, f"{limit[1:]} {sign} 1", f"{name}: {limit}", f"{name}: {limit} {sign} 1", value, moved


def _columns(part: str, value: dict[str, Any], name: str, given: Any, check: str) -> Iterator[Parts]:
    if isinstance(given, str) or len(given) < 2:
        return
    if check == "ordered":
        for place in range(len(given) - 1):
            turned = [*given[:place], given[place + 1], given[place], *given[place + 2 :]]
            yield part, str(place), "pair swapped", ", ".join(given), ", ".join(turned), _with(value, name, turned), Moved()
        if len(given) == 2:
            return
    for column in given:
        rest = (
            {key: each for key, each in given.items() if key != column}
            if isinstance(given, dict)
            else [x for x in given if x != column]
        )
        yield part, TOP, f"without {column}", ", ".join(given), ", ".join(rest), _with(value, name, rest), Moved()


def _values(part: str, value: dict[str, Any], name: str, given: list[str]) -> Iterator[Parts]:
    for each in given:
        rest = [other for other in given if other != each] or [f"{each}x"]
        yield part, TOP, f"without {each}", ", ".join(given), ", ".join(rest), _with(value, name, rest), Moved()


def _pairs(check: Check, value: dict[str, Any]) -> Iterator[Parts]:
    for first, second in _PAIRS:
        one, other = value.get(first), value.get(second)
        if one is not None and other is not None and one != other:
            new = {**value, first: other, second: one}
            before, after = f"{first}: {one}, {second}: {other}", f"{first}: {other}, {second}: {one}"
            yield f"{check.name} {first}", TOP, "pair swapped", before, after, new, Moved()


def _units(value: dict[str, Any]) -> Iterator[Parts]:
    for unit, other in _UNITS.items():
        if unit in value:
            new = _with(_without(value, unit), other, value[unit])
            yield f"within {unit}", TOP, f"{unit} to {other}", f"{unit}: {value[unit]}", f"{other}: {value[unit]}", new, Moved()


def _codes(check: Check, value: dict[str, Any], words: Words, table: str) -> Iterator[Parts]:
    """The list without its first code, and without its last; of `mapped` those that have a target."""
    known = words.contract.tables.get(table)
    column = known.columns.get(str(value["column"])) if known is not None else None
    name = value.get("codes") or (column.codes if column is not None else None)
    listed = words.contract.codes.get(name or "", ())
    usable = [each.code for each in listed if check.name == "one_of" or each.target]
    for place, code in (("first", usable[:1]), ("last", usable[1:][-1:])):
        for each in code:
            yield (
                f"{check.name} codes",
                TOP,
                f"without the {place}",
                f"list {name} with {each}",
                f"without {each}",
                value,
                Moved(codes=str(name), code=each),
            )
