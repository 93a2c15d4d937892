"""The evidence as tables for a spreadsheet: columns, codes, keys, links, matches. No values but those of code lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from dq.contract import Contract
from dq.ingest.dates import shown
from dq.profile import told
from dq.profile.model import Profile


def evidence(profile: Profile, contract: Contract) -> dict[str, str]:
    """The files of the folder `evidence`, by name."""
    return {
        "evidence/columns.csv": _columns(profile),
        "evidence/codes.csv": _codes(profile),
        "evidence/keys.csv": _keys(profile),
        "evidence/links.csv": _links(profile),
        "evidence/matches.csv": _matches(profile, contract),
    }


def _file(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _safe(cell: object) -> object:
    """Text that a spreadsheet would take for a formula, with an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _columns(profile: Profile) -> str:
    header = (
        "table", "column", "header", "type", "personal", "rows", "blank", "different", "once", "shortest", "longest", "parse",
        "date_formats", "outside_plausible_years", "two_digit_years", "excel_day_numbers", "shapes", "why", "check",
    )  # fmt: skip
    return _file(header, (
        (
            table.name, column.name, column.facts.header, column.type, column.personal, column.facts.rows, column.facts.blank,
            column.facts.distinct, column.facts.once, column.facts.shortest, column.facts.longest, column.parsed,
            "; ".join(f"{shown(one.format)}: {one.rows} of {column.facts.filled}" for one in column.facts.dates),
            column.facts.outside, column.facts.two_digit_years, column.facts.serials,
            "" if column.kind == "free text" else told.shapes(column, 8), column.why, column.warning,
        )
        for table in profile.tables for column in table.columns
    ))  # fmt: skip


def _codes(profile: Profile) -> str:
    rows: list[tuple[object, ...]] = []
    for table in profile.tables:
        for column in table.columns:
            if column.codes is None:
                continue
            rows += [(table.name, column.name, column.codes.name, value, count) for value, count in column.codes.kept]
            if column.codes.other_rows:
                rows.append(
                    (
                        table.name,
                        column.name,
                        column.codes.name,
                        f"({column.codes.other_values} rarer values)",
                        column.codes.other_rows,
                    )
                )
    return _file(("table", "column", "list", "code", "rows"), rows)


def _keys(profile: Profile) -> str:
    header = ("table", "columns", "rows", "repeated", "blank", "chosen")
    return _file(header, (
        (table.name, " + ".join(key.columns), key.rows, key.repeated, key.blank, "yes" if key.columns == table.key else "")
        for table in profile.tables for key in table.keys
    ))  # fmt: skip


def _links(profile: Profile) -> str:
    header = ("table", "column", "to_table", "to_column", "different", "found", "share", "rows", "orphans", "confidence", "chosen")
    return _file(header, (
        (
            link.table, link.column, link.to_table, link.to_column, link.values, link.found, f"{link.share:.4f}", link.rows,
            link.orphans, f"{link.confidence:.2f}", "yes" if link.chosen else "",
        )
        for link in profile.links
    ))  # fmt: skip


def _matches(profile: Profile, contract: Contract) -> str:
    header = (
        "contract_table",
        "contract_column",
        "table",
        "rows_where",
        "column",
        "confidence",
        "table_confidence",
        "in_draft_map",
        "evidence",
    )
    found = {(one.table, each.column): (one, each) for one in profile.matches for each in one.columns}
    rows: list[tuple[object, ...]] = []
    for name, table in contract.tables.items():
        for column in table.columns:
            if (name, column) not in found:
                rows.append((name, column, "", "", "", "", "", "", ""))
                continue
            one, each = found[name, column]
            where = f"{one.rows_column} = {one.rows_value}" if one.rows_column else ""
            rows.append((
                name, column, one.source, where, each.source, f"{each.confidence:.2f}", f"{one.confidence:.2f}",
                "yes" if each.sure else "as a comment", each.evidence,
            ))  # fmt: skip
    return _file(header, rows)
