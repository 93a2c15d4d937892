"""No draft, no table of evidence and no page quotes a person: canaries are planted in every kind of column."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from dq.profile import survey

CANARIES = ("Canaryson", "Quillfeather", "Zebedee", "9434765919", "AB12 3CD", "secretnote", "07700900123", "31/07/2011", "77345")
KEYWORKERS = ("Zebedee", "Orinoco", "Tomsk", "Wellington")


def _extract(folder: Path) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "PI_NO",
            "FORENAME",
            "SURNAME",
            "KEYWORKER",
            "SEX",
            "NOTES",
            "NHS_NO",
            "POSTCODE",
            "PHONE",
            "DOB",
            "COST",
            "HELPER",
            "STATUS",
        ]
    )
    for n in range(200):
        names = ("Canaryson", "Quillfeather") if n == 7 else (KEYWORKERS[n % 4], f"Ann{n % 50}")
        sex = "Canaryson" if n == 9 else "MF"[n % 2]
        dob = "31/07/2011" if n == 7 else f"{n % 28 + 1:02}/0{n % 9 + 1}/20{n % 10 + 10}"
        writer.writerow(
            [
                500000 + n, names[0], names[1], f"{KEYWORKERS[n % 4]} {names[1]}", sex,
                "secretnote about Canaryson and what was said then",
                "9434765919" if n == 7 else f"{4000000000 + n * 7919}", "AB12 3CD" if n == 7 else f"ZZ{n % 9 + 1} {n % 7 + 1}AA",
                "07700900123" if n == 7 else f"0770090{n:04}", dob, 77345 if n == 7 else n * 37, KEYWORKERS[n % 4],
                "open" if n % 3 else "closed",
            ]
        )  # fmt: skip
    (folder / "people.csv").write_text(out.getvalue(), encoding="utf-8")


def test_no_canary_in_any_file(tmp_path: Path, dq: Callable[..., Result]) -> None:
    folder, out = tmp_path / "extract", tmp_path / "draft"
    folder.mkdir()
    _extract(folder)
    result = dq("profile", folder, "--out", out, "--html")
    assert result.exit_code == 0, result.output
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    assert {"profile.html", "dataset.yaml", "people.yaml", "columns.csv", "matches.csv"} <= {path.name for path in files}
    texts = {path.name: path.read_text(encoding="utf-8") for path in files} | {"terminal": result.output}
    # The example of a rule on NHS numbers holds a made-up one that others use in examples too.
    texts["people.yaml"] = texts["people.yaml"].replace("9434765919", "", 1)
    found = [(name, canary) for name, text in texts.items() for canary in CANARIES if canary.casefold() in text.casefold()]
    assert found == []
    assert "closed" in texts["status.csv"]  # code lists are shown, so the search above had something to find
    assert sorted(path.name for path in files if path.parent.name == "codes") == ["sex.csv", "status.csv"]
    assert "1 rare value in 1 row left out" in texts["dataset.yaml"]


def test_the_page_stands_alone(tmp_path: Path, dq: Callable[..., Result]) -> None:
    folder, out = tmp_path / "extract", tmp_path / "draft"
    folder.mkdir()
    _extract(folder)
    (folder / "<b>&odd.csv").write_text("ID,<script>alert(1)</script>\n1,x\n2,y\n", encoding="utf-8")
    dq("profile", folder, "--out", out, "--html")
    page = (out / "profile.html").read_text(encoding="utf-8")
    root = ET.fromstring(page.replace("<!DOCTYPE html>", ""))
    assert root.attrib["lang"] == "en-GB"
    assert {element.tag for element in root.iter()} & {"script", "link", "img", "iframe", "object"} == set()
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|url\(|@import|https?:", page) == []
    anchors = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    assert {element.attrib["href"].removeprefix("#") for element in root.iter("a")} <= anchors
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all("scope" in head.attrib for head in table.iter("th"))
    assert all(drawing.attrib.get("aria-label") for drawing in root.iter("svg"))
    assert "Values are shown only of columns that are code lists" in " ".join(page.split())


def test_full_names_are_no_codes_even_without_a_column_of_names(tmp_path: Path) -> None:
    names = ("Ada Quill", "Bo Reed", "Cy Stone")
    rows = "".join(f"K{n},{names[n % 3]},{'Case Worker' if n % 2 else 'Duty Desk'}\n" for n in range(60))
    (tmp_path / "a.csv").write_text(f"ID,ASSIGNED,ROLE\n{rows}", encoding="utf-8")
    [table] = survey(tmp_path).tables
    assert [column.name for column in table.columns if column.codes] == ["ROLE"]
