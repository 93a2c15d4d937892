"""The draft contract: `dataset.yaml` and `codes/*.csv`, every guess with its evidence beside it."""

from __future__ import annotations

import csv
import io

from dq.profile import told
from dq.profile.model import Column, Profile, Table
from dq.profile.words import title
from dq.profile.yamltext import comment, scalar, sequence

HEAD = """\
Draft contract, written by `dq profile` from what the files hold. Every line is a guess with its evidence beside it:
read it, correct it, and take the comment away when you are sure. Values of records do not stand here, but for the
codes of columns that are code lists. `dq lint` finds faults of this file; `dq check FOLDER --pack HERE` runs it.
"""


def contract(profile: Profile) -> str:
    """The text of `dataset.yaml`."""
    name = profile.title
    lines = [line for text in HEAD.splitlines() for line in comment(text, 0)]
    lines += ["", f"pack: {scalar(name)}", f"title: {scalar(f'Draft contract of {name}')}"]
    lines += [*comment(told.person(profile), 0), f"person_table: {scalar(profile.person_table)}"]
    lines += [*comment("Formats that most dates parse under, the most used first.", 0)]
    lines += [f"date_formats: {sequence(profile.date_formats)}", "owner: data team", "", "tables:"]
    for table in profile.tables:
        if table.columns:
            lines += ["", *_table(profile, table)]
    return "\n".join(lines) + "\n"


def _table(profile: Profile, table: Table) -> list[str]:
    lines = [*comment(told.table(table), 2)]
    for reason in table.skipped:
        lines += comment(f"CHECK: {reason}", 2)
    if table.stems and table.stems[0] != table.name and table.sheet is None:
        lines += comment("The next extract's file may have another name: add it to files, or give each file a fixed name.", 2)
    lines += [f"  {scalar(table.name)}:", f"    title: {scalar(title(table.name))}"]
    lines += comment(f"Keys found: {'; '.join(told.key(key) for key in table.keys[:4]) or 'none'}.", 4)
    lines.append(f"    key: {sequence(table.key)}")
    person = person_column(profile, table.name)
    if person and table.name != profile.person_table:
        lines.append(f"    person: {scalar(person)}")
    named = [column for column in table.key if "{" not in column and "}" not in column]
    lines.append(f"    record: {scalar(' '.join([title(table.name), *(f'{{{column}}}' for column in named)]))}")
    lines += [f"    files: {sequence(table.stems)}", "    columns:"]
    for column in table.columns:
        lines += [
            *comment(told.column(column), 6),
            *_links(profile, table, column),
            f"      {scalar(column.name)}: {_column(profile, table, column)}",
        ]
    return lines


def _links(profile: Profile, table: Table, column: Column) -> list[str]:
    found = [link for link in profile.links if link.table == table.name and link.column == column.name]
    chosen = [link for link in found if link.chosen]
    others = [link for link in found if not link.chosen][: 2 if chosen else 3]
    lines = [line for link in chosen for line in comment(f"Link: {told.link(link)}.", 6)]
    if others and not chosen:
        lines += [line for link in others for line in comment(f"Perhaps a link: {told.link(link)}.", 6)]
    return lines


def _column(profile: Profile, table: Table, column: Column) -> str:
    parts = [f"title: {scalar(title(column.facts.header))}", f"type: {column.type}"]
    if column.name in table.key:
        parts.append("required: true")
    if column.personal != "none":
        parts.append(f"personal: {column.personal}")
    link = profile.link(table.name, column.name)
    if link is not None:
        parts.append(f"links: {scalar(f'{link.to_table}.{link.to_column}')}")
    if column.codes is not None:
        parts.append(f"codes: {scalar(column.codes.name)}")
    return f"{{{', '.join(parts)}}}"


def person_column(profile: Profile, table: str) -> str | None:
    """The column by which a table leads to the person, straight or through other tables; None where it does not."""
    reached = {profile.person_table}
    ways: dict[str, str] = {}
    while True:
        new: dict[str, tuple[float, str]] = {}
        for link in profile.links:
            if link.chosen and link.table not in reached and link.to_table in reached and link.table != link.to_table:
                best = new.get(link.table)
                if best is None or link.confidence > best[0]:
                    new[link.table] = (link.confidence, link.column)
        if not new:
            return ways.get(table)
        ways |= {name: column for name, (_, column) in new.items()}
        reached |= set(new)


def code_files(profile: Profile) -> dict[str, str]:
    """The code lists by file name: the codes in order, with room for what they mean."""
    files: dict[str, str] = {}
    for table in profile.tables:
        for column in table.columns:
            if column.codes is None:
                continue
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("code", "label", "valid_from", "valid_to", "target"))
            writer.writerows((value, "", "", "", "") for value in sorted(value for value, _ in column.codes.kept))
            files[f"codes/{column.codes.name}.csv"] = out.getvalue()
    return files
