"""A list goes to LibreOffice and back: opened, sorted, answered, saved. Not an answer is lost."""

from __future__ import annotations

import json
from pathlib import Path

import libreoffice
import pytest
from given import Project, id_of, line
from openpyxl import load_workbook

from dq import password
from dq.team_list import ANSWERS

ORDER = tuple(ANSWERS)
LINES = 61
TEXTS = (
    "=1+1",
    "+44 20",
    "0012",
    "00:15",
    "1/2",
    "tab\there",
    "_x0041_",
    "<b>&amp;</b>",
    "😀",
    " padded ",
    "a\nb\r\nc",
    "1e5",
    "true",
    "\x01x",
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    libreoffice.needed()
    return tmp_path_factory.mktemp("libreoffice")


def project(tmp_path: Path) -> Project:
    """Lines with texts that programs like to change."""
    made = Project(tmp_path / "project")
    lines = [line(number, record=TEXTS[number % len(TEXTS)], person=f"{number:05d}") for number in range(LINES)]
    made.check([{**each, "values": json.dumps({"note": TEXTS[place % len(TEXTS)]})} for place, each in enumerate(lines)])
    made.check(
        lines[:0] + [{**each, "values": json.dumps({"note": TEXTS[place % len(TEXTS)]})} for place, each in enumerate(lines)]
    )
    return made


def expected() -> dict[str, tuple[str, str | None, str]]:
    found = {}
    for number in range(LINES):
        answer = ORDER[int(id_of(number)[-1], 16) % 5]
        found[id_of(number)] = (answer, "2027-01-31" if answer == "will fix" else None, f"Höhe “x”\nfür {id_of(number)}")
    return found


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_round_trip_keeps_every_answer(tmp_path: Path, profile: Path, kind: str) -> None:
    given = project(tmp_path)
    path = given.lists()["North"]
    back = libreoffice.round_trip(profile, path, tmp_path / f"back.{kind}")
    if kind == "xlsx":
        sheet = load_workbook(back)["To do"]
        [place] = [cell.column for cell in sheet[1] if cell.value == "Exception id"]
        ids = [str(sheet.cell(row, place).value) for row in range(2, LINES + 2)]
        assert ids == sorted(ids, reverse=True)  # it did sort, although the sheet is protected
    content = given.answers(back)
    assert (content["problems"], content["recorded"]) == ([], LINES)
    assert given.replies() == expected()
    assert given.answers(back)["recorded"] == 0


def test_a_workbook_with_a_password_goes_there_and_back(tmp_path: Path, profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = project(tmp_path)
    monkeypatch.setenv("LISTS_PASSWORD", "three quiet owls")
    path = given.lists("--password-env", "LISTS_PASSWORD")["North"]
    back = libreoffice.round_trip(profile, path, tmp_path / "back.xlsx", "three quiet owls")
    assert password.is_locked(back.read_bytes())
    assert given.answers(back, "--password-env", "LISTS_PASSWORD")["recorded"] == LINES
    assert given.replies() == expected()


def test_an_ods_workbook_with_a_password_is_asked_for_as_xlsx(tmp_path: Path, profile: Path) -> None:
    given = project(tmp_path)
    plain = given.lists()["North"]
    password.lock(plain, tmp_path / "locked.xlsx", "three quiet owls")
    back = libreoffice.round_trip(profile, tmp_path / "locked.xlsx", tmp_path / "back.ods", "three quiet owls")
    [problem] = given.answers(back, code=2)["problems"]
    assert "password" in problem["message"] and ".xlsx" in problem["fix"]
