"""How many columns of the CareFirst sample the draft source map maps as `rules/casework/sources/carefirst.yaml` does."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dq import contract as contracts
from dq import pack, source_map
from dq.profile.match import active
from dq.profile.model import Profile

EXTRACT = Path(__file__).resolve().parents[2] / "samples" / "carefirst" / "extracts" / "2026-11-02"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Accuracy:
    """Columns (or tables) that were mapped, that were mapped rightly, and that there are to map."""

    mapped: int
    right: int
    there: int

    @property
    def precision(self) -> float:
        """Share of what was mapped that is right."""
        return self.right / self.mapped if self.mapped else 0.0

    @property
    def recall(self) -> float:
        """Share of what there is that was mapped rightly."""
        return self.right / self.there


def truth() -> tuple[dict[Pair, Pair], dict[str, tuple[str, dict[str, tuple[str, ...]]]]]:
    """Contract (table, column) to file (stem, header), and contract table to (stem, rows), by the map that came with dq."""
    folder = pack.locate("casework")
    source = source_map.load(folder / "sources" / "carefirst.yaml", contracts.load(folder))
    columns: dict[Pair, Pair] = {}
    tables: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {}
    for name, table in source.tables.items():
        stem = table.files[0].removesuffix("*.csv")
        tables[name] = (stem, dict(table.rows))
        columns |= {(name, column): (stem, origin.source) for column, origin in table.columns.items() if origin.source}
    return columns, tables


def measure(
    profile: Profile, *, sure: bool = True, files: Mapping[str, str] = {}, headers: Mapping[Pair, str] = {}
) -> tuple[Accuracy, Accuracy]:
    """Accuracy by column and by table; `sure` leaves out what the draft only says in comments.

    `files` and `headers` lead renamed files and columns back to what they were called.
    """
    columns, tables = truth()
    matches = active(profile.matches) if sure else profile.matches
    mapped: dict[Pair, Pair] = {}
    for one in matches:
        table = profile.table(one.source)
        stem = files.get(table.name, table.name)
        for each in one.columns:
            header = table.column(each.source).facts.header
            mapped[one.table, each.column] = (stem, headers.get((stem, header), header))
    right = sum(columns.get(at) == found for at, found in mapped.items())
    placed = sum(_same_rows(tables.get(one.table), files.get(one.source, one.source), one.rows_value) for one in matches)
    return Accuracy(len(mapped), right, len(columns)), Accuracy(len(matches), placed, len(tables))


def _same_rows(told: tuple[str, dict[str, tuple[str, ...]]] | None, stem: str, value: str) -> bool:
    if told is None or told[0] != stem:
        return False
    values = [one for each in told[1].values() for one in each]
    return value in values if values else not value


def renamed(folder: Path, *, files: bool, columns: bool) -> tuple[dict[str, str], dict[Pair, str]]:
    """Copy the extract with names that mean nothing; returns how each file and column was called."""
    stems: dict[str, str] = {}
    headers: dict[Pair, str] = {}
    for number, path in enumerate(sorted(EXTRACT.glob("*.csv")), 1):
        if path.stem == "truth":
            continue
        stem = f"FILE{number}" if files else path.stem
        stems[stem] = path.stem
        with (
            path.open(encoding="utf-8", newline="") as source,
            (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as target,
        ):
            rows = csv.reader(source)
            header = next(rows)
            shown = [f"C{place}" for place in range(1, len(header) + 1)] if columns else header
            headers |= {(path.stem, new): old for new, old in zip(shown, header, strict=True)}
            writer = csv.writer(target)
            writer.writerow(shown)
            writer.writerows(rows)
    return stems, headers
