"""The draft source map: how the files may become the tables of a contract that is there already.

What is confident is written; what is only possible stands beside it as a comment, and so does everything that the
contract asks for and that was not found.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from dq.contract import Contract
from dq.ingest import dates
from dq.profile.match import CONFIDENT
from dq.profile.model import Match, Profile, Table, TableMatch
from dq.profile.yamltext import comment, mapping, scalar, sequence

HEAD = """\
Draft source map, written by `dq profile`: how the files of this extract may become the tables of the pack {pack}.
Every line is a guess from names and contents, with its evidence and a confidence from 0 to 1. Lines that begin with
a # are less sure: take the # away where they are right. Then name this file in dq.yaml (source:), run `dq check`, and
read the findings of `structure`.
"""


def source_map(profile: Profile, contract: Contract) -> str:
    """The text of the draft source map."""
    lines = [line for text in HEAD.format(pack=profile.pack).splitlines() for line in comment(text, 0)]
    lines += ["", f"system: {scalar(profile.title)}", f"title: {scalar(f'Draft map of {profile.title}')}"]
    lines += [f"date_formats: {sequence(profile.date_formats)}", "", "tables:" if _any(profile) else "tables: {}"]
    matched = {one.table: one for one in profile.matches}
    for name in contract.tables:
        if name in matched:
            lines += ["", *_table(profile, contract, matched[name])]
    missing = [name for name in contract.tables if name not in matched]
    if missing:
        lines += ["", *comment(f"Nothing was found for: {', '.join(missing)}.", 2)]
    used = {one.source for one in profile.matches}
    if unused := [table.name for table in profile.tables if table.name not in used]:
        lines += comment(f"No table of the contract was found for: {', '.join(unused)}.", 2)
    return "\n".join(lines) + "\n"


def _any(profile: Profile) -> bool:
    return any(one.sure for one in profile.matches)


def _table(profile: Profile, contract: Contract, one: TableMatch) -> list[str]:
    table = profile.table(one.source)
    sure = one.sure
    sign = "" if sure else "# "
    lines = comment(
        f"{'' if sure else 'Only possible: '}{one.source}{_kind(one)}: {one.evidence}; confidence {one.confidence:.2f}.", 2
    )
    lines += [f"  {sign}{one.table}:", f"  {sign}  files: {sequence(patterns(profile, table))}"]
    if table.sheet is not None:
        lines.append(f"  {sign}  sheet: {scalar(table.sheet)}")
    if one.rows_column:
        header = table.column(one.rows_column).facts.header
        lines.append(f"  {sign}  rows: {{{scalar(header)}: [{scalar(one.rows_value)}]}}")
    lines.append(f"  {sign}  columns:")
    found = {each.column: each for each in one.columns}
    for name in contract.tables[one.table].columns:
        if name in found:
            lines += _column(profile, table, found[name])
    wanted = contract.tables[one.table].columns
    lost = [name for name in wanted if name not in found]
    if required := [name for name in lost if wanted[name].required]:
        lines += comment(f"CHECK: the table cannot be read without {', '.join(required)}, which the contract requires.", 6)
    if lost:
        lines += comment(f"Not found: {', '.join(lost)}.", 6)
    used = {each.source for each in one.columns} | {one.rows_column}
    if spare := [column.facts.header for column in table.columns if column.name not in used]:
        lines += comment(f"Not used: {', '.join(spare)}.", 6)
    return lines


def _kind(one: TableMatch) -> str:
    return f", rows with {one.rows_column} {one.rows_value}" if one.rows_column else ""


def _column(profile: Profile, table: Table, match: Match) -> list[str]:
    column = table.column(match.source)
    changed = {value: code for value, code in match.values if value != code}
    parts = [f"from: {scalar(column.facts.header)}"]
    if changed:
        parts.append(f"values: {mapping(changed)}")
    own = column.format if column.format and column.format not in profile.date_formats else ""
    if own and dates.check_format(own) is None:
        parts.append(f"date_formats: {sequence((own,))}")
    value = f"{{{', '.join(parts)}}}" if len(parts) > 1 else scalar(column.facts.header)
    needed = (
        " CHECK: it is taken only because the contract requires the column." if match.sure and match.confidence < CONFIDENT else ""
    )
    lines = comment(f"{match.confidence:.2f}: {match.evidence}.{needed}", 6)
    if match.unmatched and match.values:
        lines += comment(f"Without a code: {', '.join(match.unmatched)}.", 6)
    return [*lines, f"      {'' if match.sure else '# '}{match.column}: {value}"]


def patterns(profile: Profile, table: Table) -> tuple[str, ...]:
    """Patterns of a table's files: the name without its date or number and a star, unless other files would match."""
    others = {stem.casefold() for other in profile.tables if other is not table for stem in other.stems}
    base = table.name if all(stem.casefold().startswith(table.name.casefold()) for stem in table.stems) else ""
    endings = dict.fromkeys(_ending(file) for file in table.files)
    if base and not any(other.startswith(base.casefold()) for other in others):
        return tuple(f"{base}*{ending}" for ending in endings)
    return tuple(PurePosixPath(file.split(":", 1)[-1]).name for file in table.files)


def _ending(file: str) -> str:
    name = PurePosixPath(file.split(":", 1)[-1]).name
    return PurePosixPath(name.removesuffix(".gz")).suffix
