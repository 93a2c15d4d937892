"""Made-up projects with readers, and what becomes of their digests."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from given import Project
from servers import MailServer

from dq.store import database

Make = Callable[[str], Project]
NORTH = "{name: North, level: team, unit: North, cadence: weekly, to: n.manager@testshire.example}"
BOARD = "{name: Board, level: whole, cadence: weekly, to: [board@testshire.example, clerk@testshire.example]}"
NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)


def readers(*lines: str, way: str = "folder: outbox") -> str:
    return "mail:\n  readers:\n" + "".join(f"    - {each}\n" for each in lines) + f"  {way}\n"


def by_smtp(server: MailServer, more: str = "starttls: false") -> str:
    return f"smtp: {{host: 127.0.0.1, port: {server.port}, from: dq@testshire.example, {more}}}"


def weekly(project: Project, *more: str, code: int = 0) -> list[dict[str, Any]]:
    content: dict[str, Any] = json.loads(project.dq("digest", "weekly", "--json", *more, code=code).stdout)
    return list(content["messages"])


def outcomes(project: Project, *more: str, code: int = 0) -> list[str]:
    return [each["outcome"] for each in weekly(project, *more, code=code)]


def status(project: Project, code: int = 0) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(project.dq("digest", "--status", "--json", code=code).stdout)
    return content


def unit_known(project: Project) -> None:
    """Made-up runs have no organisation: give the last one its teams."""
    with database.opened(project.folder, project.store) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT max(number) FROM dq_run")
        run = cursor.fetchone()[0]
        for team in ("North", "South"):
            cursor.execute("DELETE FROM dq_unit WHERE run_id = %s AND team = %s", [run, team])
            cursor.execute(
                "INSERT INTO dq_unit (run_id, team, service, head, director) VALUES (%s, %s, 'Care', 'Hope Head', 'Dana Director')",
                [run, team],
            )


def check(project: Project, *lines: dict[str, Any]) -> None:
    project.check(lines)
    unit_known(project)
