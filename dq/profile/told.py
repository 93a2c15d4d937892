"""Evidence in words: the same sentence in a comment, in a table and on the page."""

from __future__ import annotations

from dq.profile.match import active
from dq.profile.model import Column, Key, Link, Profile, Table
from dq.report.words import number, percent, plural

YES_NO = frozenset({"y", "yes", "true", "1", "n", "no", "false", "0"})


def of(part: int, whole: int) -> str:
    """A count of another, with its share."""
    return f"{number(part)} of {number(whole)} ({percent(part, whole)})" if whole else "none of 0"


def shapes(column: Column, most: int = 3) -> str:
    """The commonest shapes of a column."""
    facts = column.facts
    shown = [f"{one.text!r} {percent(one.rows, facts.filled)}" for one in facts.shapes[:most]]
    rest = facts.shape_count - len(facts.shapes[:most])
    if rest > 0:
        shown.append(f"{number(rest)} more")
    return ", ".join(shown)


def column(one: Column) -> str:
    """What was measured of a column."""
    facts = one.facts
    if not facts.filled:
        return "Blank throughout."
    length = f"{facts.shortest} to {facts.longest}" if facts.shortest != facts.longest else str(facts.longest)
    parts = [f"{number(facts.blank)} of {number(facts.rows)} blank", f"{number(facts.distinct)} different", f"{length} characters"]
    said = f"{', '.join(parts)}; {one.why}."
    if one.failing:
        said += f" {plural(one.failing, 'value does', 'values do')} not parse as {one.type}."
    if one.type == "text" and one.kind != "free text" and facts.shapes:
        said += f" Shapes: {shapes(one)}."
    if one.codes is not None and one.codes.other_rows:
        said += f" {plural(one.codes.other_values, 'rare value')} in {plural(one.codes.other_rows, 'row')} left out of the list."
    return f"{said} CHECK: {one.warning}." if one.warning else said


def key(one: Key) -> str:
    """Whether columns tell rows apart."""
    name = " + ".join(one.columns)
    if one.exact:
        return f"{name}: unique in {plural(one.rows, 'row')}"
    faults = [f"{number(one.repeated)} repeated"] if one.repeated else []
    faults += [f"{number(one.blank)} blank"] if one.blank else []
    return f"{name}: {', '.join(faults)} of {number(one.rows)}"


def link(one: Link) -> str:
    """How far a column is contained in another."""
    found = f"{of(one.found, one.values)} different values found in {one.to_table}.{one.to_column}"
    return f"{found}; {plural(one.orphans, 'row')} of {number(one.rows)} without; confidence {one.confidence:.2f}"


def person(profile: Profile) -> str:
    """Why a table was taken for the people."""
    pointed = sum(one.chosen and one.to_table == profile.person_table for one in profile.links)
    verb = "links" if pointed == 1 else "link"
    return f"It looks most like a list of people; {plural(pointed, 'column')} of the extract {verb} to it."


def table(one: Table) -> str:
    """Where a table came from."""
    files = ", ".join(one.files) + (f", sheet {one.sheet}" if one.sheet else "")
    how = ", ".join((*one.formats, *one.encodings))
    lost = f"; {plural(one.rejected, 'row')} could not be read" if one.rejected else ""
    return f"{plural(one.rows, 'row')} from {files} ({how}){lost}."


def summary(profile: Profile) -> list[str]:
    """The profile in a few lines, for the terminal: counts and what to look at, no values."""
    columns = [column for table in profile.tables for column in table.columns]
    rows = sum(table.rows for table in profile.tables)
    linked = sum(link.chosen for link in profile.links)
    coded = sum(column.codes is not None for column in columns)
    keyed = sum(bool(table.key) for table in profile.tables)
    lines = [
        f"{plural(len(profile.tables), 'table')}, {plural(len(columns), 'column')}, {plural(rows, 'row')}.",
        f"Keys for {plural(keyed, 'table')}, {plural(linked, 'link')}, {plural(coded, 'code list')}.",
    ]
    mapped = sum(len(each.columns) for each in active(profile.matches))
    every = sum(len(each.columns) for each in profile.matches)
    lines.append(f"Pack {profile.pack}: {plural(mapped, 'column')} mapped in the draft, {number(every - mapped)} more as comments.")
    rejected = sum(table.rejected for table in profile.tables)
    if rejected:
        lines.append(f"CHECK: {plural(rejected, 'row')} could not be read; `dq check` names their lines.")
    lines += [f"CHECK: {table.name}: {reason}" for table in profile.tables for reason in table.skipped]
    lines += [f"CHECK: {table.name}.{one.name}: {one.warning}." for table in profile.tables for one in table.columns if one.warning]
    lines += [f"Not read, because it is no data that dq knows: {name}" for name in profile.unread]
    return lines
