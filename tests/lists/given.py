"""A project whose runs are made up: store and files hold what they would hold after `dq check`. And workbooks, edited."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dq.cli import entry
from dq.lifecycle import Presence
from dq.model import EXCEPTION_COLUMNS
from dq.store import database, record
from dq.store.record import FollowedRow, InputFacts, RuleFacts, RunFacts

PACK = Path(__file__).resolve().parents[1] / "small"
START = dt.date(2026, 9, 28)
Line = dict[str, Any]


def id_of(number: int) -> str:
    """An exception's id; letters among its digits, as nearly all have."""
    return f"{0xABC000000000 + number:012x}"


def line(number: int, team: str = "North", severity: str = "major", rule: str = "VIS-001", **more: Any) -> Line:
    """An exception of a visit."""
    return {
        "id": id_of(number), "rule": rule, "table": "visit", "key": f"V{number}", "record": f"Visit of 5 May 2026, person {number}",
        "person": f"{number:04d}", "worker": "W7", "team": team, "severity": severity, "dimension": "validity",
        "values": json.dumps({"visit_date": "2026-05-05", "note": None}), "title": "A visit has a note",
        "fix": "Look at the case notes.\nIf there is none, say so.", **more,
    }  # fmt: skip


@dataclass
class Project:
    """A project's folder; `check` records a run, `dq` runs a command in it."""

    folder: Path
    settings: str = ""
    store: str | None = None
    weeks: int = 0
    made: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        yaml = f"project: Testshire\npacks: ['{PACK.as_posix()}']\nsystem: CareFirst\n{self.settings}"
        if self.store is not None:
            yaml += f"store: {self.store}\n"
        (self.folder / "dq.yaml").write_text(yaml, encoding="utf-8")

    def copied(self, folder: Path) -> Project:
        """The same project in another folder."""
        shutil.copytree(self.folder, folder)
        made = {team: folder / path.relative_to(self.folder) for team, path in self.made.items()}
        twin = object.__new__(Project)
        twin.folder, twin.settings, twin.store, twin.weeks, twin.made = folder, self.settings, self.store, self.weeks, made
        return twin

    def check(self, lines: Sequence[Line], presence: Presence = "present", week: int | None = None) -> dt.date:
        """Record the run of the next week's extract, in which these exceptions were found."""
        self.weeks = self.weeks + 1 if week is None else week
        day = START + dt.timedelta(weeks=self.weeks - 1)
        results = self.folder / "reports" / f"{day}-1"
        results.mkdir(parents=True)
        write_parquet(lines, results / "exceptions.parquet")
        rules = {
            each["rule"]: RuleFacts(each["rule"], "visit", "A visit has a note", "major", "validity", True, "", "a", "")
            for each in lines
        }
        rules |= {"VIS-001": RuleFacts("VIS-001", "visit", "A visit has a note", "major", "validity", True, "", "a", "")}
        seen = [
            (each["id"], each["rule"], each["table"], each["key"], "record", each["team"], each["worker"], each["severity"])
            for each in lines
        ]
        facts = RunFacts(
            day, dt.datetime.now(dt.UTC), "tester", "small", "0", results.relative_to(self.folder).as_posix(),
            tuple(rules.values()), (InputFacts("visit.csv", "visit", 9, f"week {self.weeks}"),), f"{self.weeks}", (),
        )  # fmt: skip

        def look(rows: Sequence[FollowedRow]) -> Mapping[str, Presence]:
            return {row[0]: presence for row in rows}

        with database.opened(self.folder, self.store) as connection:
            record.record(connection, facts, seen, look)
        return day

    def dq(self, *arguments: object, code: int = 0) -> Result:
        """Run a command on the project; it must end with the code."""
        given = [str(each) for each in arguments]
        result = CliRunner().invoke(entry, [given[0], "--project", str(self.folder), *given[1:]])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def lists(self, *arguments: object) -> dict[str, Path]:
        """Write the lists; returns the file of each team."""
        content = json.loads(self.dq("lists", "--json", *arguments).stdout)
        self.made = {each["team"]: Path(each["file"]) for each in content["lists"]}
        return self.made

    def answers(self, *files: object, code: int = 0) -> dict[str, Any]:
        """Read answers; returns what the command says as JSON."""
        content: dict[str, Any] = json.loads(self.dq("answers", "--json", *files, code=code).stdout)
        return content

    def replies(self) -> dict[str, tuple[str, str | None, str]]:
        """The last recorded answer of each exception: answer, date, notes."""
        with database.opened(self.folder, self.store) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT finding, answer, fix_by, notes FROM dq_reply ORDER BY id")
            return {row[0]: (row[1], None if row[2] is None else str(row[2]), row[3]) for row in cursor.fetchall()}

    def count(self, table: str) -> int:
        with database.opened(self.folder, self.store) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            return int(cursor.fetchone()[0])


def write_parquet(lines: Sequence[Line], path: Path) -> None:
    """`exceptions.parquet` as a run writes it."""
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {"BIGINT" if name == "source_row" else "VARCHAR"}' for name in EXCEPTION_COLUMNS)
        connection.execute(f"CREATE TABLE e ({columns})")
        rows = [[each.get(name) for name in EXCEPTION_COLUMNS] for each in lines]
        if rows:
            places = ", ".join(["unnest(?)"] * len(EXCEPTION_COLUMNS))
            connection.execute(f"INSERT INTO e SELECT {places}", [list(column) for column in zip(*rows, strict=True)])
        connection.execute("COPY e TO $path (FORMAT parquet)", {"path": str(path)})


def columns(sheet: Worksheet) -> dict[str, int]:
    """Columns by heading, from 1."""
    return {str(cell.value): int(cell.column or 0) for row in sheet.iter_rows(max_row=5) for cell in row if cell.value is not None}


def rows_of(sheet: Worksheet) -> list[dict[str, Any]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip([str(head) for head in heads], row, strict=True)) for row in rows]


def answer(sheet: Worksheet, row: int, said: object = None, fix_by: object = None, notes: object = None) -> None:
    """Type into the cells for answers of a row."""
    places = columns(sheet)
    for heading, value in (("Your answer", said), ("Fix by", fix_by), ("Notes", notes)):
        if value is not None:
            sheet.cell(row, places[heading]).value = value  # type: ignore[assignment]


def edited(path: Path, target: Path, edit: Callable[[Workbook], object]) -> Path:
    """A copy of a workbook in which something was done, as openpyxl saves it."""
    book = load_workbook(path)
    edit(book)
    book.save(target)
    return target


def messages(content: Mapping[str, Any], level: str = "problems") -> list[str]:
    return [str(each["message"]) for each in content[level]]


def places(content: Mapping[str, Any], level: str = "problems") -> list[tuple[str, int]]:
    return [(each["sheet"], each["row"]) for each in content[level]]


def flat(words: Iterable[str]) -> str:
    return " | ".join(words)
