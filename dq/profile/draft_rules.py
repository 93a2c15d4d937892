"""Draft rules of every table, each with what it would find today, and an example that fails and one that passes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dq.functions import UPN_LETTERS
from dq.profile import told
from dq.profile.model import Column, Profile, Shape, Table
from dq.profile.words import title
from dq.profile.yamltext import comment, mapping, scalar, sequence
from dq.report.words import number

Row = dict[str, str]
MOSTLY_FILLED = 0.1
"""`required` is proposed where at most this share of the rows is blank."""
DOMINANT = 0.98
FEWEST_UNIQUE = 20
SOURCE = "Drafted by dq profile from the extract; confirm it, or take it away"
HEAD = """\
Draft rules for {table}. "Today" is what each would find in the files that were profiled. Keep what your service asks
for, correct titles, fixes and severities, and delete the rest. Keys that are blank or repeated, and values that are
not of their type, have built-in rules (key_missing, key_duplicated, type): they need none here.
"""


@dataclass(frozen=True)
class Draft:
    """One rule before it is written: its check as YAML, what it finds today, and rows of its example."""

    title: str
    check: str
    dimension: str
    severity: str
    fix: str
    failing: int
    assessed: int
    today: str
    rows: tuple[Row, ...]
    fails: tuple[int, ...]
    others: Mapping[str, tuple[Row, ...]]


def drafts(profile: Profile, table: Table) -> list[Draft]:
    """The rules that are proposed for a table."""
    found: list[Draft] = []
    for column in table.columns:
        for make in (_required, _unique, _references, _one_of, _valid, _matches):
            found += make(profile, table, column)
    return found + list(_ordered(table))


def rule_id(table: Table, place: int) -> str:
    """The id of the n-th rule of a table."""
    return f"{table.name.strip('_') or 'T'}-{place:03}"


def rules(profile: Profile, table: Table) -> str:
    """The text of a table's rule file; empty where there is nothing to propose."""
    found = drafts(profile, table)
    if not found:
        return ""
    lines = [line for text in HEAD.format(table=table.name).splitlines() for line in comment(text, 0)]
    lines += ["", f"theme: {scalar(title(table.name))}", "rules:"]
    for place, draft in enumerate(found, 1):
        lines += ["", *comment(f"Today: {draft.today}.", 2), *_written(table, rule_id(table, place), draft)]
    return "\n".join(lines) + "\n"


def _written(table: Table, name: str, draft: Draft) -> list[str]:
    rows = [_keyed(table, row, place) for place, row in enumerate(draft.rows, 1)]
    keys = [_key(table, rows[place], place + 1) for place in draft.fails]
    lines = [
        f"  - id: {name}", f"    title: {scalar(draft.title)}", f"    table: {scalar(table.name)}", f"    {draft.check}",
        f"    dimension: {draft.dimension}", f"    severity: {draft.severity}", f"    fix: {scalar(draft.fix)}",
        f"    source: {scalar(SOURCE)}",
        "    examples:", "      - name: one record fails, the other passes",
    ]  # fmt: skip
    for other, others in draft.others.items():
        lines += [f"        {scalar(other)}:", *(f"          - {mapping(row)}" for row in others)]
    lines += [f"        {scalar(table.name)}:", *(f"          - {mapping(row)}" for row in rows)]
    return [*lines, f"        fails: {sequence(keys)}"]


def _keyed(table: Table, row: Row, place: int) -> Row:
    """The row with a key of its own in front, where the rule does not set it."""
    own = {name: row.get(name, sample(table.column(name), place)) for name in table.key}
    return own | {name: value for name, value in row.items() if value}


def _key(table: Table, row: Row, place: int) -> str:
    return "|".join(row[name] for name in table.key) if table.key else f"#{place}"


def sample(column: Column, place: int) -> str:
    """A made-up value of a column's type, different for each place."""
    if column.codes is not None:
        kept = [value for value, _ in column.codes.kept]
        return sorted(kept)[place % len(kept)]
    made = {
        "date": f"2026-01-{place + 4:02}",
        "datetime": f"2026-01-{place + 4:02}",
        "integer": f"{place}",
        "number": f"{place}.5",
        "boolean": "Y",
    }
    return made.get(column.type, f"V{place}")


def _required(profile: Profile, table: Table, column: Column) -> Iterator[Draft]:
    facts = column.facts
    if not facts.filled or facts.blank > MOSTLY_FILLED * facts.rows or column.name in table.key:
        return
    yield Draft(
        f"{_title(column)} is filled in", f"required: {scalar(column.name)}", "completeness", "major",
        "Find the right value and record it in the old system. Do not enter something only to fill the field.",
        facts.blank, facts.rows, f"required: {number(facts.blank)} of {number(facts.rows)} blank",
        ({column.name: sample(column, 1)}, {}), (1,), {},
    )  # fmt: skip


def _unique(profile: Profile, table: Table, column: Column) -> Iterator[Draft]:
    facts = column.facts
    near = facts.filled >= FEWEST_UNIQUE and facts.surplus <= (1 - DOMINANT) * facts.filled
    linked = profile.link(table.name, column.name) is not None
    if (
        not near
        or linked
        or column.personal != "key"
        or column.type != "text"
        or column.name in table.key
        or facts.blank > 0.9 * facts.rows
    ):
        return
    clash = facts.filled - facts.once
    yield Draft(
        f"{_title(column)} belongs to one record only", f"unique: {scalar(column.name)}", "uniqueness", "major",
        "Find out which record is right, and correct or merge the other.",
        clash, facts.filled, f"unique: {number(clash)} of {number(facts.filled)} share their value with another record",
        ({column.name: "V1"}, {column.name: "V1"}, {column.name: "V2"}), (0, 1), {},
    )  # fmt: skip


def _references(profile: Profile, table: Table, column: Column) -> Iterator[Draft]:
    link = profile.link(table.name, column.name)
    if link is None:
        return
    target = profile.table(link.to_table)
    where = f"{link.to_table}.{link.to_column}"
    to_person = link.to_table == profile.person_table
    rows: tuple[Row, ...] = ({column.name: "L1"}, {column.name: "L2"})
    others: dict[str, tuple[Row, ...]] = {target.name: (_keyed(target, {link.to_column: "L1"}, 1),)}
    fails: tuple[int, ...] = (1,)
    if target.name == table.name:
        rows = ({link.to_column: "L1"}, {link.to_column: "L2", column.name: "L1"}, {link.to_column: "L3", column.name: "L9"})
        others, fails = {}, (2,)
    yield Draft(
        f"{_title(column)} is found in {title(link.to_table)}", f"references: {scalar(column.name)}", "consistency",
        "blocker" if to_person else "major", "Correct the number, or find the record that it belongs to.",
        link.orphans, link.rows, f"references: {number(link.orphans)} of {number(link.rows)} not found in {where}",
        rows, fails, others,
    )  # fmt: skip


def _one_of(profile: Profile, table: Table, column: Column) -> Iterator[Draft]:
    if column.codes is None:
        return
    wrong, filled = column.codes.other_rows, column.facts.filled
    outside = "not a code"
    today = f"{number(wrong)} of {number(filled)} are not among the {len(column.codes.kept)} codes in codes/{column.codes.name}.csv"
    yield Draft(
        f"{_title(column)} is a code of its list", f"one_of: {scalar(column.name)}", "validity", "major",
        "Choose the right code in the old system; if a code is missing from the list, tell the data team.",
        wrong, filled, f"one_of: {today}",
        ({column.name: sample(column, 0)}, {column.name: outside}), (1,), {},
    )  # fmt: skip


_FORMATS = {
    "nhs_number": ("is_nhs_number", "a valid NHS number", "9434765919", "9434765918"),
    "upn": ("is_upn", "a valid unique pupil number", "", "A000000000001"),
    "postcode": ("is_postcode", "a postcode", "ZZ99 3WZ", "ZZ99"),
}  # fmt: skip


def _valid(profile: Profile, table: Table, column: Column) -> Iterator[Draft]:
    if column.kind not in _FORMATS or not re.fullmatch(r"[A-Za-z_]\w*", column.name, re.ASCII):
        return
    function, meaning, good, bad = _FORMATS[column.kind]
    filled = column.facts.filled
    wrong = filled - column.facts.valid[column.kind]
    yield Draft(
        f"{_title(column)} is {meaning}", f"assert: {scalar(f'{function}({column.name})')}", "validity", "major",
        "Compare it with a letter or the national record, and correct it.",
        wrong, filled, f"{function}: {number(wrong)} of {number(filled)} are not {meaning}",
        ({column.name: good or _made_up_upn()}, {column.name: bad}), (1,), {},
    )  # fmt: skip


def _made_up_upn() -> str:
    """A number of no school, with its right check letter."""
    digits = "000000000001"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(2, 14), strict=True))
    return UPN_LETTERS[total % 23] + digits


def _matches(profile: Profile, table: Table, column: Column) -> Iterator[Draft]:
    facts = column.facts
    if (
        column.personal != "key"
        or column.type != "text"
        or column.kind in _FORMATS
        or not facts.shapes
        or facts.filled < FEWEST_UNIQUE
    ):
        return
    main = facts.shapes[0]
    if main.rows < DOMINANT * facts.filled or len(main.text) < 3 or "?" in main.text:
        return
    wrong = facts.filled - main.rows
    if profile.link(table.name, column.name) is not None:
        return
    good, bad = main.text.replace("A", "B").replace("a", "b"), "-"
    yield Draft(
        f"{_title(column)} is written like {main.text}",
        f"matches: {mapping({'column': column.name, 'pattern': pattern(main)})}", "validity", "minor",
        "Correct the number, or tell the data team if this way of writing it is right.",
        wrong, facts.filled, f"matches: {number(wrong)} of {number(facts.filled)} are written otherwise ({told.shapes(column)})",
        ({column.name: good}, {column.name: bad}), (1,), {},
    )  # fmt: skip


def pattern(shape: Shape) -> str:
    """The regular expression of a shape."""
    parts = []
    for run in re.finditer(r"9+|A+|a+|.", shape.text):
        sign, count = run[0][0], len(run[0])
        kind = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}.get(sign, sign if sign in " _" else f"\\{sign}")
        parts.append(f"{kind}{{{count}}}" if count > 1 else kind)
    return "".join(parts)


def _ordered(table: Table) -> Iterator[Draft]:
    for pair in table.pairs:
        first, second = pair.first, pair.second
        yield Draft(
            f"{_title(table.column(second))} is not before {_lower(table.column(first))}", f"ordered: {sequence((first, second))}",
            "consistency", "major", "Compare both dates with the papers, and correct the wrong one.",
            pair.reversed, pair.both,
            f"ordered: {number(pair.reversed)} of {number(pair.both)} with both dates have them the wrong way round",
            ({first: "2026-01-05", second: "2026-01-06"}, {first: "2026-01-06", second: "2026-01-05"}), (1,), {},
        )  # fmt: skip


def _title(column: Column) -> str:
    return title(column.facts.header)


def _lower(column: Column) -> str:
    shown = _title(column)
    return shown if shown[:2].isupper() else shown[:1].lower() + shown[1:]
